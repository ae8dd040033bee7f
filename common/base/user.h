/* SPDX-License-Identifier: MIT */
/*
 * Whether there is a person who could be asked to sign in.
 */
#ifndef COMMON_BASE_USER_H
#define COMMON_BASE_USER_H

#include <stdbool.h>

/* A terminal or a display, and no CI system around us ($CI; GitHub's, GitLab's and most others set
 * it, and some set it to false or 0 where there is none). As token_request's may_ask. */
bool user_is_present(void);

#endif
