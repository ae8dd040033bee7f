/* SPDX-License-Identifier: MIT */
/*
 * Questions to the user on the terminal.
 */
#ifndef COMMON_BASE_TERMINAL_H
#define COMMON_BASE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/secret.h"

/* Prompts for a secret on /dev/tty and reads one line of at most max bytes without echo, until the
 * deadline (deadline.h). The terminal's settings are restored before this returns or a signal ends
 * the program. The caller frees the result with secret_free. Returns NULL with ERROR_USAGE if there
 * is no terminal or nothing was typed, and with ERROR_OTHER at the deadline. */
struct secret *terminal_ask_secret(const char *prompt, size_t max, int64_t deadline,
                                   struct error *error);

/* Asks a question on /dev/tty that is answered by yes (y, or an empty line) or anything else, which
 * means no. Fails with ERROR_USAGE if there is no terminal, or at the end of its input, and with
 * ERROR_OTHER at the deadline. */
bool terminal_confirm(const char *question, int64_t deadline, bool *ret_yes, struct error *error);

#endif
