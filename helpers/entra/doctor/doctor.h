/* SPDX-License-Identifier: MIT */
/*
 * `entra doctor`: checks, in the order in which they depend on one another, each of which says what
 * it found. The table in doctor.c is their index; each function below stands in the file of its
 * noun, and adds findings to the report:
 *
 *     doctor_good(doctor, "%s is read", path);         a tick
 *     doctor_bad(doctor, &error);                      a cross, with what to do
 *     doctor_pass(doctor, "no URL is given");          a dash: nothing to be found out here
 *     doctor_detail(doctor, name, value, where);       a line below the last of these
 *
 * No check asks a person anything, and each ends by its deadline.
 */
#ifndef HELPERS_ENTRA_DOCTOR_DOCTOR_H
#define HELPERS_ENTRA_DOCTOR_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/acquire/acquire.h"
#include "common/base/json.h"
#include "common/config/config.h"
#include "common/tokens/tokens.h"

/* What is known so far, each part set by the check that finds it out. */
struct doctor {
    const struct options *options;
    const char *url_text; /* as it was given; NULL: none was */
    struct url url;

    struct config *config;        /* NULL: it could not be read */
    struct token_request request; /* what the configuration makes of it */
    bool is_identified;           /* the request says who asks, and whom */
    bool is_complete;             /* and for what */

    struct tokens tokens;
    bool has_store;
    struct error store_error; /* why not */

    struct authority_probe probe;
    bool was_probed;
    struct error probe_error; /* kind ERROR_NONE: the authority answered */

    /* The report. */
    const char *check; /* whose findings come now */
    bool as_json, in_colour;
    json_object *findings;
    json_object *last; /* the finding to which details belong */
    size_t crosses;
    struct error first; /* the first cross */
};

/* ---- doctor_report.c ---- */

void doctor_begin(struct doctor *doctor);
void doctor_good(struct doctor *doctor, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void doctor_bad(struct doctor *doctor, const struct error *error);
void doctor_pass(struct doctor *doctor, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void doctor_detail(struct doctor *doctor, const char *name, const char *value, const char *where);

/* Ends the report. False, with an error that counts the crosses and has the kind of the first,
 * where there are any. */
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
void doctor_git(struct doctor *doctor);        /* doctor_git.c */
void doctor_kubectl(struct doctor *doctor);    /* doctor_kubectl.c */

/* ---- what they share: doctor.c ---- */

/* The time limit of the check that begins now (deadline.h). */
int64_t doctor_deadline(const struct doctor *doctor);

/* The acquire module; NULL with an error. */
const struct acquire_module *doctor_acquire(struct error *error);

/* Whether a program is found in PATH. */
bool doctor_finds_program(const char *name);

#endif
