/* SPDX-License-Identifier: MIT */
/*
 * What processes of a session remember of its desktop keyring if that does not answer: for a minute
 * after one has waited for it in vain, the others wait for a moment only. They still ask, so that
 * the memory does no harm once it answers.
 */
#ifndef KEYRING_SILENCE_H
#define KEYRING_SILENCE_H

#include <stdbool.h>

#include "common/base/error.h"

/* Whether the keyring was silent within the last minute. */
bool silence_is_remembered(void);

/* Remembers that it was, with the error that this led to. */
void silence_remember(const struct error *error);

/* Has the keyring asked as if it had never been silent, for commands that a user runs to find out
 * how it is, or that cannot go on without it. */
void silence_forget(void);

#endif
