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
    const char *usage;                 /* what follows "usage: " */
    const char *summary;               /* a sentence or two */
    const struct option_spec *options; /* in addition to the common ones; may be NULL */
    const struct option_spec *(*make_options)(void); /* makes them, if they are not constant */

    /* Users type its command line, so a relative --config is in their working directory. A host
     * tool may run a program anywhere, such as in an untrusted repository, so its --config
     * must be absolute (config_load). */
    bool is_typed;

    /* Does the work. The operands are the arguments that are not options. */
    bool (*run)(const struct options *options, int count, char **operands, struct error *error);
};

/* Runs a program, or a sub-command, whose name is then argv[0]. Returns the exit code. */
int program_main(int argc, char **argv, const struct program *program);

/* The programs, each in a folder of its own. helpers/main.c runs the one that it was called as. */
int git_credential_entra(int argc, char **argv);
int exec_credential_entra(int argc, char **argv);
int curl_credential_entra(int argc, char **argv);
int entra(int argc, char **argv);

#endif
