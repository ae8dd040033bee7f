/* SPDX-License-Identifier: MIT */
/*
 * The person at the terminal.
 */
#ifndef COMMON_BASE_TERMINAL_H
#define COMMON_BASE_TERMINAL_H

#include <stddef.h>

#include "common/base/error.h"
#include "common/base/secret.h"

/* Asks for a secret on /dev/tty and reads a line without echo, at most max bytes. The terminal is
 * as it was when this returns or a signal ends the program. The caller frees it with secret_free.
 * NULL with ERROR_USAGE where there is no terminal or nothing was typed. */
struct secret *terminal_ask_secret(const char *prompt, size_t max, struct error *error);

#endif
