/* SPDX-License-Identifier: MIT */
/*
 * Build systems whose jobs can ask for a federated token: an OpenID Connect token that says which
 * job it is, and that Entra takes in place of an app's secret. Two variables of the job
 * have the URL to ask and the secret for asking. acquire/app/federated.c sends the request.
 */
#ifndef COMMON_ENTRA_BUILD_SYSTEM_H
#define COMMON_ENTRA_BUILD_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>

enum build_system_kind {
    BUILD_SYSTEM_GITHUB_ACTIONS,
    BUILD_SYSTEM_AZURE_PIPELINES,
    BUILD_SYSTEMS,
};

struct build_system {
    const char *name;
    const char *url_variable;
    const char *secret_variable;
    const char *connection_variable; /* has the ID of the service connection to ask for; NULL: none
                                      * is needed */
    const char *job_variable;        /* is set to "true" in every job, in any case */
    const char *no_secret_code;      /* of the error catalogue: the job may not ask */
    const char *refused_code;        /* likewise: it has asked, and was refused */
};

extern const struct build_system build_systems[BUILD_SYSTEMS];

/* Whether this process is a job that may ask the build system for a federated token: both variables
 * are set. */
bool build_system_is_here(enum build_system_kind kind);

/* Whether this process is a job of the build system, which may or may not ask. */
bool build_system_runs_this(enum build_system_kind kind);

/* The build system whose job this process is, best one that may be asked; BUILD_SYSTEMS if it is
 * none's. */
enum build_system_kind build_system_of_job(void);

#endif
