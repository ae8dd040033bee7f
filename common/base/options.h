/* SPDX-License-Identifier: MIT */
/*
 * The options that programs have in common, of which each takes those that have an effect on it,
 * and those that one program adds. Parser and help are made from one table.
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
#define OPTIONS_COMMON_MAX 18 /* how many common options there are */
#define OPTIONS_MAX        80 /* how many options a program has */
#define OPTIONS_LISTS_MAX  2  /* how many of a program's own may be given several times */
#define OPTIONS_LIST_MAX   16 /* how often */

/* The values of an option that may be given several times. */
struct option_list {
    const char *items[OPTIONS_LIST_MAX];
    size_t count;
};

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
    struct option_list lists[OPTIONS_LISTS_MAX]; /* likewise, of those that may be repeated */
};

enum option_kind {
    OPTION_FLAG,     /* bool */
    OPTION_OWN_FLAG, /* const char *, "true" */
    OPTION_SWITCH,   /* const char *, "true" or "false"; --name=false, as Go programs take it */
    OPTION_TEXT,     /* const char *, not empty */
    OPTION_ANY_TEXT, /* const char *, may be empty */
    OPTION_CHOICE,   /* const char *, one of the values of the argument */
    OPTION_SCOPE,    /* appends to scopes */
    OPTION_OWN_LIST, /* appends to a struct option_list, not empty */
    OPTION_SECONDS,  /* int; 90, or a Go duration such as 1m30s, which is clamped to the limits */
};

/* An argument is a text: its name in the help, such as STORE, and, after an equals sign, what it
 * may be, for the completion of shells: words with bars in between ("FORM=text|json"), or
 *
 *     @file  @folder                 a path
 *     @api                           the name of an API
 *     @account                       the user name of an account that is signed in
 *     @context                       a context of the user's kubeconfigs
 *     @command                       the words of a command of entra
 *
 * What has no equals sign may be anything. The same text describes a program's operand. */
struct option_spec {
    const char *name;     /* without dashes; NULL ends a table. A single letter is -l, and also --l
                           * if it has a help text */
    const char *argument; /* as above; NULL for a flag or a switch */
    const char *help;     /* NULL: not shown */
    enum option_kind kind;
    size_t offset; /* of the member of struct options that the option sets */
    unsigned uses; /* of a common option: OPTION_OF_... and its own bit (enum option_common) */
};

/* The offset of a program's own option, for its table. */
#define OPTION_OWN(index)  (offsetof(struct options, own) + (index) * sizeof(const char *))
#define OPTION_LIST(index) (offsetof(struct options, lists) + (index) * sizeof(struct option_list))

/* What a common option is about; several bits may be set. */
enum option_use {
    OPTION_OF_REQUEST = 1, /* which token: the same options make the same request again */
    OPTION_OF_HELPER = 2,  /* may be in a host program's configuration, where it runs a helper */
    OPTION_OF_RUN = 4,     /* how this one run behaves */
    OPTION_UNUSED = 8,     /* of a program's own: is refused, or taken without any effect */
};

/* The common options, by which a program says which of them it takes. It always takes --verbose,
 * --help, --version, -h and -V. */
enum option_common {
    OPTION_CONFIG = 1 << 4,
    OPTION_API = 1 << 5,
    OPTION_SCOPES = 1 << 6,
    OPTION_RESOURCE = 1 << 7,
    OPTION_TENANT = 1 << 8,
    OPTION_CLIENT_ID = 1 << 9,
    OPTION_AUTHORITY = 1 << 10,
    OPTION_FORCE_REFRESH = 1 << 11,
    OPTION_CLAIMS = 1 << 12,
    OPTION_MANAGED_IDENTITY = 1 << 13,
    OPTION_ACCOUNT = 1 << 14,
    OPTION_KEYRING = 1 << 15,
    OPTION_TIMEOUT = 1 << 16,
};

#define OPTIONS_OF_STORE (OPTION_KEYRING | OPTION_TIMEOUT)
#define OPTIONS_OF_APP   (OPTION_CONFIG | OPTION_TENANT | OPTION_CLIENT_ID | OPTION_AUTHORITY)
#define OPTIONS_OF_API   (OPTION_API | OPTION_SCOPES | OPTION_RESOURCE)
#define OPTIONS_ALL                                                                                \
    (OPTIONS_OF_STORE | OPTIONS_OF_APP | OPTIONS_OF_API | OPTION_FORCE_REFRESH | OPTION_CLAIMS |   \
     OPTION_MANAGED_IDENTITY | OPTION_ACCOUNT)

/* The options that a program takes. */
struct option_set {
    const char *program;           /* its name, for messages: "entra logout" */
    const struct option_spec *own; /* may be NULL; one replaces the common one of the same name */
    unsigned common;               /* of enum option_common */
    bool ends_at_operand;          /* what follows the first operand is not ours: a command's */
};

/* Lists the options that a program takes: its own, and the common ones that they do not replace.
 * Returns their number. */
size_t options_list(const struct option_set *set, const struct option_spec *ret_specs[OPTIONS_MAX]);

/* What an argument may be, after its equals sign; "" if it may be anything. */
const char *options_values(const char *argument);

/* Passes each common option that is given and has one of these uses (OPTION_OF_...) to show(), with
 * its dashes, in the order of --help. value is NULL for a flag. The texts are valid during the
 * call; those of text options are argv's own. */
void options_each(const struct options *options, unsigned uses,
                  void (*show)(void *context, const char *name, const char *value), void *context);

/* The name, with its dashes, of the first common option that is given and has one of these uses;
 * NULL: there is none. */
const char *options_first(const struct options *options, unsigned uses);

/* Prints the options on stdout, those of the program first and the common ones by topic. */
void options_print_help(const struct option_set *set);

/* Parses argv (argv[0] is skipped). Moves the operands to the end of argv and sets *ret_first to
 * the index of the first one. Fails with ERROR_USAGE, also for a common option that has no effect
 * on the program. options then holds the values before the fault. */
bool options_parse(int argc, char **argv, const struct option_set *set, struct options *options,
                   int *ret_first, struct error *error);

/* Sets each common option that `to` lacks and `from` has. What `to` says of the API, the resource
 * or the scopes replaces all that `from` says of them. */
void options_fill(struct options *to, const struct options *from);

#endif
