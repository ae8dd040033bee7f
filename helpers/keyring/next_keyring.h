/* SPDX-License-Identifier: MIT */
/*
 * The next program called `keyring` in PATH. One that is called so before others has to hand on
 * what it does not answer: with the same command line and environment, and with the other's output
 * and exit code, as if it had not been there.
 */
#ifndef HELPERS_KEYRING_NEXT_KEYRING_H
#define HELPERS_KEYRING_NEXT_KEYRING_H

#include <stdbool.h>

#include "common/base/error.h"

/* Keeps the command line and the environment as they are, before anything here changes them. */
void next_keyring_begin(char **argv);

/* The next one, which is not this program under whatever name; a run that was handed on looks
 * behind the one to which it was, so that this ends where two of us, or a script that runs us, are
 * in PATH. The caller frees the path. NULL if there is none, or if this program has privileges that
 * the other one must not get. */
char *next_keyring_find(void);

/* Becomes it. Returns only if it cannot be run: false, with ERROR_OTHER and a hint. */
bool next_keyring_become(const char *path, struct error *error);

#endif
