/* SPDX-License-Identifier: MIT */
/*
 * What every program here does around its own work: it protects its secrets, reads its options,
 * answers --help and --version, and reports its one error.
 *
 *     int main(int argc, char **argv)
 *     {
 *         return program_main(argc, argv, &program);
 *     }
 */
#ifndef COMMON_BASE_PROGRAM_H
#define COMMON_BASE_PROGRAM_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/base/options.h"

struct program {
    const char *usage;                 /* what follows "usage: " */
    const char *summary;               /* a sentence or two */
    const struct option_spec *options; /* those that it adds to the common ones; may be NULL */

    /* Does the work; the operands are argv's words that are no options. */
    bool (*run)(const struct options *options, int count, char **operands, struct error *error);
};

/* Runs a program, or a sub-command (argv[0] then is its word). Gives its exit code. */
int program_main(int argc, char **argv, const struct program *program);

#endif
