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

#define GIT_HELPER_LINE_MAX  4096
#define GIT_HELPER_WORDS_MAX 64

/* The words of a value of credential.helper that runs our helper. */
struct git_helper_line {
    char text[GIT_HELPER_LINE_MAX];
    char
        *words[GIT_HELPER_WORDS_MAX + 1]; /* the program, its options, NULL; they point into text */
    int count;
};

/* Splits such a value as a shell would. Returns false if it is too long, or takes a shell: if there
 * is more in it than plain characters, spaces, single quotes and backslashes before a character. */
bool git_helper_split(const char *value, struct git_helper_line *ret_line);

#endif
