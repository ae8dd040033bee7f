/* SPDX-License-Identifier: MIT */
/*
 * What every program here does around its own work: it protects its secrets, parses its options,
 * answers --help and --version, and prints its error. And what is known of each: the help and the
 * completion of shells are made from these records.
 */
#ifndef HELPERS_PROGRAM_H
#define HELPERS_PROGRAM_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/base/options.h"

struct command;

struct program {
    const char *name;     /* as users type it: "entra logout" */
    const char *usage;    /* what follows the name */
    const char *summary;  /* a sentence or two, and what else the help says; ends without \n */
    const char *examples; /* a line each; NULL: none */
    const struct option_spec *options; /* in addition to the common ones; may be NULL */
    const struct option_spec *(*make_options)(void); /* makes them, if they are not constant */
    unsigned common; /* the common options that have an effect on it (enum option_common) */
    const struct command *commands; /* one may be its first word; NULL: it has none */
    const char *operand; /* what the first operand may be (options.h); NULL: anything, or none */

    /* Users type its command line, so a relative --config is in their working directory. A host
     * tool may run a program anywhere, such as in an untrusted repository, so its --config
     * must be absolute (config_load). */
    bool is_typed;

    /* Its operands are a command line, whose options are not ours. */
    bool runs_a_command;

    /* Does the work. The operands are the arguments that are not options. */
    bool (*run)(const struct options *options, int count, char **operands, struct error *error);
};

/* A word that stands for a program of its own. */
struct command {
    const char *name; /* NULL ends a table */
    const struct program *program;
    const char *help;
};

/* Follows the commands that the first words name, from a program down. Returns the program that
 * they lead to, which is the same one if there are none. *ret_used is how many words they are. */
const struct program *program_find(const struct program *program, int count, char *const *words,
                                   int *ret_used);

/* The options that a program takes. */
struct option_set program_options(const struct program *program);

/* Makes the --config that a user typed absolute. The caller frees *ret_path, to which options then
 * points; it stays as it is if nothing had to be done. Fails with ERROR_USAGE. */
bool program_find_config(const struct program *program, struct options *options, char **ret_path,
                         struct error *error);

/* Protects the secrets of the process, and makes the best of what it was started with. main calls
 * this first, if not program_main. */
void program_begin(void);

/* Runs a program, or a sub-command, whose name is then argv[0]. Returns the exit code. */
int program_main(int argc, char **argv, const struct program *program);

/* Has program_main return this code if the program does not fail: that of a command that it ran. */
void program_set_exit_code(int code);

/* Fails with ERROR_USAGE for an operand that the program does not take. A secret in a URL is not
 * shown. Always returns false. */
bool program_fail_operand(const char *operand, struct error *error);

/* Prints what --help does, on stdout. It ends with the name of the manual page. */
void program_print_help(const struct program *program);

/* Prints what --version does, on stdout. */
void program_print_version(const struct options *options);

#endif
