/* SPDX-License-Identifier: MIT */
/*
 * Booleans of git's configuration (git-config(1)).
 */
#ifndef HELPERS_GIT_GIT_BOOL_H
#define HELPERS_GIT_GIT_BOOL_H

#include <stdbool.h>

/* Whether a value is false: false, no, off, 0 in any case, or empty. git takes any other for true.
 */
bool git_bool_is_no(const char *value);

#endif
