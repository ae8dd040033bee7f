/* SPDX-License-Identifier: MIT */
/*
 * Whether there is a user who could be asked to sign in.
 */
#ifndef COMMON_BASE_USER_H
#define COMMON_BASE_USER_H

#include <stdbool.h>

/* Whether this is a CI job, where there is none ($CI, which GitHub, GitLab and most others set;
 * some set it to false or 0 outside of jobs). */
bool user_is_ruled_out(void);

/* Whether there is a terminal or a display, and this is not a CI job. See token_request's may_ask.
 */
bool user_is_present(void);

/* Whether this program has a terminal, so that its user sees what it says. */
bool user_has_terminal(void);

#endif
