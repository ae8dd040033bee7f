/* SPDX-License-Identifier: MIT */
/*
 * What every program here does around its own work: it protects its secrets, parses its options,
 * answers --help and --version, and prints its error.
 *
 *     int main(int argc, char **argv)
 *     {
 *         return program_main(argc, argv, &program);
 *     }
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

    /* Users type its command line, so a relative --config is in their working directory. A host
     * tool may run a program anywhere, such as in a repository of somebody else, so its --config
     * must be absolute (config_load). */
    bool is_typed;

    /* Does the work. The operands are the arguments that are not options. */
    bool (*run)(const struct options *options, int count, char **operands, struct error *error);
};

/* Runs a program, or a sub-command, whose name is then argv[0]. Returns the exit code. */
int program_main(int argc, char **argv, const struct program *program);

#endif
