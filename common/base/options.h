/* SPDX-License-Identifier: MIT */
/*
 * The options that every program takes, and those that one program adds. Parser and help are made
 * from one table.
 *
 * No option carries a secret, since every user of a machine can read argv.
 */
#ifndef COMMON_BASE_OPTIONS_H
#define COMMON_BASE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"

#define OPTIONS_SCOPES_MAX 8
#define OPTIONS_OWN_MAX    40
#define OPTIONS_COMMON_MAX 16 /* how many common options there are */

/* The values of the command line. The texts point into argv. NULL, 0 or false: not given. */
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
    const char *account; /* user name of the user whose token is wanted */
    int timeout;         /* seconds */
    bool force_refresh;
    bool managed_identity;
    bool verbose;
    bool help;
    bool version;
    const char *output; /* json: errors and warnings are JSON too; own option of some programs */
    const char *own[OPTIONS_OWN_MAX]; /* the program's own options, indexed as it likes */
};

enum option_kind {
    OPTION_FLAG,     /* bool */
    OPTION_OWN_FLAG, /* const char *, "true" */
    OPTION_SWITCH,   /* const char *, "true" or "false"; --name=false, as Go programs take it */
    OPTION_TEXT,     /* const char *, not empty */
    OPTION_ANY_TEXT, /* const char *, may be empty */
    OPTION_SCOPE,    /* appends to scopes */
    OPTION_SECONDS,  /* int; 90, or a Go duration such as 1m30s, which is clamped to the limits */
};

struct option_spec {
    const char *name;     /* without dashes; NULL ends a table. A single letter is -l, and also --l
                           * if it has a help text */
    const char *argument; /* the argument's name in the help; NULL for a flag or a switch */
    const char *help;     /* NULL: not shown */
    enum option_kind kind;
    size_t offset; /* of the member of struct options that the option sets */
    unsigned uses; /* of a common option: OPTION_OF_... */
};

/* The offset of a program's own option, for its table. */
#define OPTION_OWN(index) (offsetof(struct options, own) + (index) * sizeof(const char *))

/* What a common option is about; several bits may be set. */
enum option_use {
    OPTION_OF_REQUEST = 1, /* which token: the same options make the same request again */
    OPTION_OF_HELPER = 2,  /* may be in a host program's configuration, where it runs a helper */
    OPTION_OF_RUN = 4,     /* how this one run behaves */
};

/* Passes each common option that is given and has one of these uses (OPTION_OF_...) to show(), with
 * its dashes, in the order of --help. value is NULL for a flag. The texts are valid during the
 * call; those of text options are argv's own. */
void options_each(const struct options *options, unsigned uses,
                  void (*show)(void *context, const char *name, const char *value), void *context);

/* Prints a program's usage, summary and options on stdout. own may be NULL. */
void options_print_help(const char *usage, const char *summary, const struct option_spec *own);

/* Parses argv (argv[0] is skipped) by the program's own options (may be NULL) and the common ones;
 * an own option replaces the common one of the same name. Moves the operands to the end of argv and
 * sets *ret_first to the index of the first one. Fails with ERROR_USAGE. options then holds the
 * values before the fault. */
bool options_parse(int argc, char **argv, const struct option_spec *own, struct options *options,
                   int *ret_first, struct error *error);

/* Sets each common option that `to` lacks and `from` has. What `to` says of the API, the resource
 * or the scopes replaces all that `from` says of them. */
void options_fill(struct options *to, const struct options *from);

#endif
