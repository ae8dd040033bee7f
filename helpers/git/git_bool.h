/* SPDX-License-Identifier: MIT */
/*
 * Booleans of git's configuration (git-config(1)).
 */
#ifndef HELPERS_GIT_GIT_BOOL_H
#define HELPERS_GIT_GIT_BOOL_H

#include <stdbool.h>

/* Whether a value means false: false, no, off or 0 in any case, or an empty value. git takes every
 * other value for true. */
bool git_bool_is_no(const char *value);

#endif
