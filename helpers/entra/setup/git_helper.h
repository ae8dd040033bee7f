/* SPDX-License-Identifier: MIT */
/*
 * Our helper as git's credential.helper names it:
 *
 *     entra --keyring kernel
 *     !'/opt/a folder/git-credential-entra' --keyring kernel
 */
#ifndef HELPERS_ENTRA_SETUP_GIT_HELPER_H
#define HELPERS_ENTRA_SETUP_GIT_HELPER_H

#include <stdbool.h>

#include "common/base/options.h"

/* What git is to run, with the options that are handed on: the short name where that is enough,
 * else a path, which git hands to a shell where an exclamation mark stands before it. NULL if there
 * is no memory. The caller frees it. */
char *git_helper_command(const struct options *options);

/* Whether a value of credential.helper is ours: entra, or a path to our program, with or without
 * options. */
bool git_helper_is_ours(const char *value);

#endif
