/* SPDX-License-Identifier: MIT */
/*
 * Prompts that led to no sign-in. Editors fetch in the background every few minutes, and each fetch
 * would open a browser. So a program without a terminal, whose user may not know that it runs, does
 * not prompt for a while after such a prompt of another one.
 *
 * The record is made before the prompt, so that it is there if the program is killed meanwhile.
 */
#ifndef COMMON_TOKENS_SIGN_IN_SILENCE_H
#define COMMON_TOKENS_SIGN_IN_SILENCE_H

#include <stdbool.h>

#include "common/base/error.h"

/* Records a prompt under this name (runtime_name), if this program has no terminal. */
void sign_in_silence_begin(const char *name);

/* Whether there must be no prompt now. If so, *ret_error says when there was one. */
bool sign_in_silence_is_kept(const char *name, struct error *ret_error);

/* Ends it: the user has signed in, or was not prompted. */
void sign_in_silence_end(const char *name);

#endif
