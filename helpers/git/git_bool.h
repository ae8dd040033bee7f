/* SPDX-License-Identifier: MIT */
/*
 * git's booleans, as git-config(1) has them.
 */
#ifndef HELPERS_GIT_GIT_BOOL_H
#define HELPERS_GIT_GIT_BOOL_H

#include <stdbool.h>

/* Whether a value says no: false, no, off, 0, whatever their case, or nothing after the equals
 * sign. Any other text of git's says yes. */
bool git_bool_is_no(const char *value);

#endif
