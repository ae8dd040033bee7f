/* SPDX-License-Identifier: MIT */
/*
 * Whether git has somebody to ask.
 */
#ifndef HELPERS_GIT_GIT_USER_H
#define HELPERS_GIT_GIT_USER_H

#include <stdbool.h>

/* Whether a person may be asked now: there is a terminal or a display, this is no build job ($CI),
 * and neither GIT_TERMINAL_PROMPT nor credential.interactive (git-config(1); never is Git
 * Credential Manager's word for it) forbids it. Runs git, so it is called only when a prompt is
 * about to happen. */
bool git_may_ask(void);

#endif
