/* SPDX-License-Identifier: MIT */
/*
 * What a person who is to sign in reads: on the terminal, even where stderr goes elsewhere; on
 * stderr where there is no terminal. Never on stdout, which is the host tool's.
 */
#ifndef COMMON_ACQUIRE_USER_PROMPT_H
#define COMMON_ACQUIRE_USER_PROMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/cleanup.h"

struct prompt {
    int fd;
    bool is_terminal; /* only there is a line written over */
    bool waits;       /* a line of waiting stands there */
};

struct prompt prompt_open(void);

/* Prints a line. What could steer the terminal is taken out of it. */
void prompt_say(struct prompt *prompt, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Shows that it is waited, and how long still, in one line that the next one takes the place of; it
 * is wiped too where a signal ends the program. */
void prompt_wait(struct prompt *prompt, int64_t deadline);

/* Takes the line of waiting away. */
void prompt_close(struct prompt *prompt);
#define auto_prompt CLEANUP(prompt_close)

#endif
