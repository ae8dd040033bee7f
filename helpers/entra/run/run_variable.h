/* SPDX-License-Identifier: MIT */
/*
 * What `entra run --env NAME=API_OR_SCOPE` says.
 */
#ifndef HELPERS_ENTRA_RUN_RUN_VARIABLE_H
#define HELPERS_ENTRA_RUN_RUN_VARIABLE_H

#include <stdbool.h>

#include "common/base/error.h"

struct run_variable {
    char name[64];
    const char *wanted; /* the API or scope; it points into the option's value */
};

/* Reads the value of --env. NAME is one that may hold a password or token: letters, digits and
 * underscores, and none of the common ones by which a program, its loader or its interpreter
 * chooses what to run, where its files are or whom to trust. Fails with ERROR_USAGE. */
bool run_variable_parse(const char *option, struct run_variable *ret_variable, struct error *error);

#endif
