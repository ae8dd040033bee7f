/* SPDX-License-Identifier: MIT */
/*
 * The value of git's credential.helper that runs our helper:
 *
 *     entra --keyring kernel
 *     !'/opt/a folder/git-credential-entra' --keyring kernel
 */
#ifndef HELPERS_ENTRA_SETUP_GIT_HELPER_H
#define HELPERS_ENTRA_SETUP_GIT_HELPER_H

#include <stdbool.h>

#include "common/base/options.h"

/* Makes a value for credential.helper, with the options that setup_helper_options collects: the
 * short name if that finds our program in PATH, else its path after an exclamation mark, which has
 * git run the line in a shell. The caller frees the value. */
char *git_helper_command(const struct options *options);

/* Whether a value of credential.helper runs our helper: entra or a path to our program, with or
 * without options. */
bool git_helper_is_ours(const char *value);

#endif
