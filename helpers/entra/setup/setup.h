/* SPDX-License-Identifier: MIT */
/*
 * `entra setup` configures other programs to get their tokens from our helpers. Each program has a
 * file of its own and an entry in the table in setup.c: it is a part of `entra setup`, and a
 * command for itself, `entra setup NAME`.
 *
 * A program's configuration is changed by its own command, which is shown before it is run:
 *
 *     char *const command[] = { "git", "config", "--global", key, value, NULL };
 *     return setup_run(options, command, error);
 *
 * kubectl, pip and docker are the exceptions: `kubectl config` drops comments and unknown settings,
 * `pip config` comments, and docker has no such command.
 */
#ifndef HELPERS_ENTRA_SETUP_SETUP_H
#define HELPERS_ENTRA_SETUP_SETUP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/base/options.h"
#include "common/base/secret.h"
#include "common/base/single_flight.h"
#include "helpers/document.h"
#include "helpers/kubectl/kubelogin.h"
#include "helpers/program.h"

/* The indices of setup's own options in options->own, after those of kubelogin, which `setup
 * kubectl` takes too. */
enum setup_option {
    SETUP_DRY_RUN = KUBELOGIN_SETTINGS,
    SETUP_REMOVE,
    SETUP_CONTEXT,
    SETUP_KUBECONFIG,
    SETUP_YES,
    SETUP_SYSTEM,
    SETUP_OPTIONS,
};

/* Rows of the table of options of each program to set up. */
#define SETUP_OPTION_DRY_RUN                                                                       \
    {                                                                                              \
        "dry-run", NULL, "show what would be done, and change nothing", OPTION_OWN_FLAG,           \
            OPTION_OWN(SETUP_DRY_RUN), 0                                                           \
    }
#define SETUP_OPTION_REMOVE                                                                        \
    {                                                                                              \
        "remove", NULL, "undo what setup did", OPTION_OWN_FLAG, OPTION_OWN(SETUP_REMOVE), 0        \
    }
#define SETUP_OPTION_OUTPUT DOCUMENT_OPTION("text|json", "text or json")

/* ---- a part of `entra setup` ---- */

/* What a part would do, in lines that follow its name: "asks entra for https://dev.azure.com". */
struct setup_plan {
    char **lines; /* owned */
    size_t count;
    size_t changes; /* how many of the lines are changes */
};

/* Adds a line: of a change to be made, or of how things are. */
void setup_plan_change(struct setup_plan *plan, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void setup_plan_note(struct setup_plan *plan, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A host tool, or the sign-in. */
struct setup_part {
    const char *name;
    const struct program *program; /* `entra setup NAME`; NULL: there is none */

    /* Adds to the plan what would be done here; with --remove, what would be undone. Changes
     * nothing. Fails with any kind if that cannot be found out, or a part of it cannot be done. */
    bool (*look)(const struct options *options, struct setup_plan *plan, struct error *error);

    /* Does it. Fails with any kind. */
    bool (*apply)(const struct options *options, struct error *error);
};

extern const struct setup_part setup_part_git;     /* setup_git.c */
extern const struct setup_part setup_part_kubectl; /* setup_kubectl.c */
extern const struct setup_part setup_part_docker;  /* setup_docker.c */
extern const struct setup_part setup_part_cargo;   /* setup_cargo.c */
extern const struct setup_part setup_part_nuget;   /* setup_nuget.c */
extern const struct setup_part setup_part_pip;     /* setup_pip.c */
extern const struct setup_part setup_part_sign_in; /* setup_sign_in.c */

/* ---- the configuration of host tools ---- */

#define SETUP_WORDS_MAX 56

/* Storage for option values that are not in argv. */
struct setup_storage {
    char seconds[16];
};

/* Waits until no other process sets up the program of this name: they would overwrite each other's
 * changes, or mix them. The turn is the caller's until single_flight_leave; a --dry-run needs none.
 * Fails with ERROR_OTHER after half a minute. */
bool setup_take_turn(const struct options *options, const char *name,
                     struct single_flight *ret_flight, struct error *error);

/* Collects the options that are written into another program's configuration, because the program
 * gives the helper none. ret_words holds their names and values, then NULL; they point into argv
 * and *storage. */
void setup_helper_options(const struct options *options, struct setup_storage *storage,
                          const char *ret_words[SETUP_WORDS_MAX]);

/* With --output json: sets a document with an array, empty so far, of what is done, or with
 * --dry-run would be. That of `entra setup`, which has one of each, stays. */
void setup_set_document(const struct options *options, const char *array);

/* Prints the command on stdout, quoted for a shell, and runs it; with --dry-run only prints it.
 * With --output json, it goes into the document's array `commands` instead.
 * Fails with ERROR_OTHER if the command fails or stdout cannot be written to, and with ERROR_USAGE
 * if the command cannot be run. */
bool setup_run(const struct options *options, char *const *command, struct error *error);

/* As setup_run, for a command that is not run as it is shown, to the same effect. */
bool setup_run_as(const struct options *options, char *const *shown, char *const *command,
                  struct error *error);

/* Runs a command that only reads, also with --dry-run, and shows nothing. Returns its output, of at
 * most max bytes, whatever its exit status; the caller frees it. NULL with ERROR_USAGE if the
 * command cannot be run. */
struct secret *setup_query(char *const *command, size_t max, struct error *error);

/* Joins the words into one line, quoted for a shell. The caller frees the line. */
char *setup_quote(char *const *words);

#endif
