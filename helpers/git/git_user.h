/* SPDX-License-Identifier: MIT */
/*
 * Whether the user of git may be asked to sign in.
 */
#ifndef HELPERS_GIT_GIT_USER_H
#define HELPERS_GIT_GIT_USER_H

#include <stdbool.h>

/* Whether the user may be asked now: there is a terminal or a display, this is not a build job
 * ($CI), and nothing forbids it: a variable (GIT_TERMINAL_PROMPT, Git Credential Manager's
 * GCM_INTERACTIVE, or VSCODE_GIT_FETCH_SILENT) or credential.interactive (git-config(1); "never" is
 * Git Credential Manager's value). Runs git, so it is called only when a prompt is about to
 * be shown; if git does not say what credential.interactive is, that forbids it too, with a
 * warning. */
bool git_may_ask(void);

#endif
