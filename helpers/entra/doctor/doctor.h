/* SPDX-License-Identifier: MIT */
/*
 * `entra doctor` runs the checks in the table in doctor.c, each of which may depend on those before
 * it. A check adds its findings to the report:
 *
 *     doctor_ok(doctor, "read %s", path);             a tick
 *     doctor_fail(doctor, &error);                    a cross, with what to do
 *     doctor_skip(doctor, "no URL given");            a dash: there is nothing to check
 *     doctor_detail(doctor, name, value, where);      a line below the last of these
 *
 * No check prompts the user, and each ends by its deadline.
 */
#ifndef HELPERS_ENTRA_DOCTOR_DOCTOR_H
#define HELPERS_ENTRA_DOCTOR_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/acquire/acquire.h"
#include "common/base/json.h"
#include "common/config/config.h"
#include "common/entra/url_typed.h"
#include "common/tokens/tokens.h"
#include "helpers/entra/setup/git_helper.h"
#include "helpers/entra/setup/git_settings.h"
#include "helpers/git/git_tenant.h"

/* The state of a run: the arguments, what the checks have found out so far, and the report. */
struct doctor {
    const struct options *options;
    struct url_typed typed; /* the URL as it was given; empty if none was */
    const char *url_text;   /* that without the user name; NULL if no URL was given */
    struct url url;

    /* What git would do with the URL, or with that of Azure DevOps: doctor_git.c. */
    struct url git_url;
    struct secret *git_text; /* NULL if git's configuration was not read */
    struct git_settings git;
    struct error git_error; /* why it could not be read; else ERROR_NONE */

    /* The options with which git runs our helper for the URL. They are used in all checks, except
     * where doctor's own say otherwise. */
    struct git_helper_line helper_line; /* count 0: there are none, or they are not used */
    struct options helper_options;      /* and doctor's own */
    const char *helper_unused;          /* why they are not used; else NULL */
    struct error helper_error;          /* what is wrong with them; else ERROR_NONE */

    struct git_request git_request; /* has at most a user name */
    struct server_tenant tenant;    /* what the server of the URL names, if git would learn it */
    struct url tenant_url;          /* the URL as git sends it */
    struct config_context context;

    struct config *config;              /* NULL if it could not be read */
    struct token_candidates candidates; /* made from the configuration */
    struct token_request *request;      /* the first of them */
    bool is_identified;                 /* the request has an identity and an authority */
    bool is_complete;                   /* and a scope */
    bool is_elsewhere;                  /* the URL does not belong to the API of the request */

    struct tokens tokens;
    bool has_store;
    struct error store_error; /* if !has_store */

    struct tokens_result result; /* doctor_get_token's */
    bool was_requested, has_token;
    struct error token_error; /* if !has_token */

    struct authority_probe probe;
    bool was_probed;
    struct error probe_error; /* ERROR_NONE if the authority answered */

    /* The report. */
    const char *check; /* the name of the check that is running */
    bool as_json, in_colour, in_utf8;
    size_t columns; /* of the terminal; 0: there is none */
    json_object *findings;
    json_object *last;        /* the finding that gets the details */
    char failed[160];         /* the names of the checks that failed, separated by commas */
    const char *last_failed;  /* the last of them */
    size_t failed_count;      /* their number */
    const char *first_failed; /* the first of them */
    struct error first_error; /* its first failure */
};

/* ---- doctor_report.c ---- */

/* Starts the report on stdout, as text or JSON. */
void doctor_begin(struct doctor *doctor);

/* Add a finding of the current check, or a detail of the last finding. name and value must not be
 * NULL; where is the value's origin, or NULL. What the check network or keyring has failed with
 * counts once: another check that meets it too could not look at its own matter, and is skipped. */
void doctor_ok(struct doctor *doctor, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void doctor_fail(struct doctor *doctor, const struct error *error);
void doctor_skip(struct doctor *doctor, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void doctor_detail(struct doctor *doctor, const char *name, const char *value, const char *where);

/* Ends the report. If any check failed, fails with an error that names those checks, has the kind
 * of the first failure, and says what to do about that. */
bool doctor_end(struct doctor *doctor, struct error *error);

/* ---- the checks ---- */

void doctor_configuration(struct doctor *doctor); /* doctor_configuration.c */
void doctor_permissions(struct doctor *doctor);
void doctor_host(struct doctor *doctor);
void doctor_clock(struct doctor *doctor); /* doctor_authority.c */
void doctor_network(struct doctor *doctor);
void doctor_credential(struct doctor *doctor); /* doctor_credential.c */
void doctor_token(struct doctor *doctor);      /* doctor_token.c */
void doctor_keyring(struct doctor *doctor);    /* doctor_keyring.c */
void doctor_broker(struct doctor *doctor);     /* doctor_broker.c */
void doctor_git(struct doctor *doctor);        /* doctor_git.c */
void doctor_kubectl(struct doctor *doctor);    /* doctor_kubectl.c */
void doctor_docker(struct doctor *doctor);     /* doctor_docker.c */
void doctor_cargo(struct doctor *doctor);      /* doctor_cargo.c */
void doctor_nuget(struct doctor *doctor);      /* doctor_nuget.c */
void doctor_pip(struct doctor *doctor);        /* doctor_pip.c */

/* ---- for the checks ---- */

/* Reads git's configuration, before any check. Where git uses our helper for the URL, the tenant is
 * learned as the helper does it: doctor_git.c. */
void doctor_read_git(struct doctor *doctor);

/* The request whose authority is to be checked, also that of a user of whom nothing is configured;
 * NULL if there is none, and *ret_why_none says why: doctor_authority.c. */
const struct token_request *doctor_authority(const struct doctor *doctor,
                                             const char **ret_why_none);

/* Requests a new token, once, without a prompt: a token in the keyring may outlive the right to it.
 * Returns whether there is one, which is in doctor->result: doctor_token.c. */
bool doctor_get_token(struct doctor *doctor);

/* Adds to the check git the proxy and the CAs that git's configuration names for the authority, and
 * whether it can be reached so. Adds nothing if git names none: doctor_git_network.c. */
void doctor_git_network(struct doctor *doctor);

/* ---- for the checks: doctor.c ---- */

/* The deadline (deadline.h) of a check that starts now. */
int64_t doctor_deadline(const struct doctor *doctor);

/* Whether a program can be run: found in PATH, or at the path given if that has a slash. */
bool doctor_finds_program(const char *name);

/* Adds a failure, and returns false, if a program that a host tool's configuration names is not
 * found (as above), or is not ours. user is what names it. */
bool doctor_check_helper(struct doctor *doctor, const char *user, const char *program);

#endif
