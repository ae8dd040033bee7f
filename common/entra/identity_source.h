/* SPDX-License-Identifier: MIT */
/*
 * Managed identities: Azure gives what runs in it an identity of its own, through a service of the
 * machine or the host. Which one that is, the environment tells, at no cost; the order of looking
 * is MSAL's. How each is asked, acquire/identity_service.h has.
 */
#ifndef COMMON_ENTRA_IDENTITY_SOURCE_H
#define COMMON_ENTRA_IDENTITY_SOURCE_H

#include <stdbool.h>

enum identity_source_kind {
    IDENTITY_SERVICE_FABRIC,
    IDENTITY_APP_SERVICE,
    IDENTITY_MACHINE_LEARNING,
    IDENTITY_CLOUD_SHELL,
    IDENTITY_ARC,
    IDENTITY_IMDS,
};

struct identity_source {
    const char *name;
    bool (*is_here)(void);
    const char *endpoint_variable;   /* its URL; IMDS': the host alone */
    const char *endpoint;            /* the same, where the variable is not set */
    const char *path;                /* after the host; NULL: it is in the URL */
    const char *default_id_variable; /* the client id where none is asked for; NULL: none is sent */
    enum identity_source_kind kind;
};

/* The service of this machine: the first that is recognized, at last IMDS. Never NULL. */
const struct identity_source *identity_source_find(void);

/* Where it is asked: an absolute URL, if the variable has one. The caller frees it. NULL if there
 * is no memory. */
char *identity_source_url(const struct identity_source *source);

#endif
