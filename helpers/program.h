/* SPDX-License-Identifier: MIT */
/*
 * What every program here does around its own work: it protects its secrets, parses its options,
 * answers --help and --version, and prints its error.
 */
#ifndef HELPERS_PROGRAM_H
#define HELPERS_PROGRAM_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/base/options.h"

struct program {
    const char *name;     /* as users type it: "entra logout" */
    const char *usage;    /* what follows the name */
    const char *summary;  /* a sentence or two, and what else the help says; ends without \n */
    const char *examples; /* a line each; NULL: none */
    const struct option_spec *options; /* in addition to the common ones; may be NULL */
    const struct option_spec *(*make_options)(void); /* makes them, if they are not constant */
    unsigned common; /* the common options that have an effect on it (enum option_common) */

    /* Users type its command line, so a relative --config is in their working directory. A host
     * tool may run a program anywhere, such as in an untrusted repository, so its --config
     * must be absolute (config_load). */
    bool is_typed;

    /* Does the work. The operands are the arguments that are not options. */
    bool (*run)(const struct options *options, int count, char **operands, struct error *error);
};

/* Runs a program, or a sub-command, whose name is then argv[0]. Returns the exit code. */
int program_main(int argc, char **argv, const struct program *program);

/* Fails with ERROR_USAGE for an operand that the program does not take. A secret in a URL is not
 * shown. Always returns false. */
bool program_fail_operand(const char *operand, struct error *error);

/* Prints what --help does, on stdout. It ends with the name of the manual page. */
void program_print_help(const struct program *program);

/* Prints what --version does, on stdout. */
void program_print_version(void);

/* The programs, each in a folder of its own. helpers/main.c runs the one that it was called as. */
int git_credential_entra(int argc, char **argv);
int exec_credential_entra(int argc, char **argv);
int curl_credential_entra(int argc, char **argv);
int entra(int argc, char **argv);

#endif
