/* SPDX-License-Identifier: MIT */
/*
 * The options that every program here takes, and those that one program adds. One table makes the
 * parser and the help.
 *
 * No option carries a secret: every user of a machine can read argv.
 */
#ifndef COMMON_BASE_OPTIONS_H
#define COMMON_BASE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/entra/request.h"

#define OPTIONS_SCOPES_MAX 8
#define OPTIONS_OWN_MAX    32

/* What was given on the command line. The texts are argv's own. NULL, 0 or false: not given. */
struct options {
    const char *config;
    const char *api;
    const char *scopes[OPTIONS_SCOPES_MAX];
    size_t scope_count;
    const char *resource;
    const char *tenant;
    const char *client_id;
    const char *authority;
    const char *claims;
    const char *keyring;
    const char *account;         /* the person whose token is wanted, by user name */
    const char *fallback_tenant; /* where nothing else names one; no option, a helper learned it */
    const char *fallback_client_id; /* likewise */
    enum sign_in_method sign_in;
    int timeout; /* seconds */
    bool force_refresh;
    bool managed_identity;
    bool for_user;                /* a person's token, whatever RequestAppToken says */
    bool without_azure_variables; /* AZURE_* say nothing; no option, a helper has others for them */
    bool verbose;
    bool help;
    bool version;
    const char *output;
    bool renew;
    bool all;
    bool browser;
    bool device_code;
    bool dry_run;
    bool remove;
    const char *own[OPTIONS_OWN_MAX]; /* of the program's own options, as it numbers them */

    /* No options either: what a helper made of its own ones, for the configuration to use. */
    const char *identity_resource_id; /* of the managed identity; client_id goes before it */
    struct credential *credential;    /* the app's only one; the request takes it over */
};

enum option_kind {
    OPTION_FLAG,     /* bool */
    OPTION_SWITCH,   /* const char *, "true" or "false"; --name=false, as Go's programs have it */
    OPTION_TEXT,     /* const char * */
    OPTION_ANY_TEXT, /* likewise; it may be empty */
    OPTION_SCOPE,    /* adds to scopes */
    OPTION_SECONDS,  /* int; 90, or as Go writes it 1m30s, which may be beyond the limits */
};

struct option_spec {
    const char *name; /* without the dashes; NULL ends a table. One letter is -l, and --l too where
                       * it has a help */
    const char *argument; /* what the help calls it; NULL for a flag or a switch */
    const char *help;     /* NULL: not for people, and not shown */
    enum option_kind kind;
    size_t offset; /* of the member of struct options that it fills */
};

/* Prints the help of a program on stdout: its usage and summary, then its options. */
void options_print_help(const char *usage, const char *summary, const struct option_spec *own);

/* Reads argv (argv[0] is skipped) by the program's own options (may be NULL) and the common ones,
 * of which own ones take the place where they have their name, and moves the operands to its end.
 * *first is where they begin. False with ERROR_USAGE. */
bool options_parse(int argc, char **argv, const struct option_spec *own, struct options *options,
                   int *first, struct error *error);

#endif
