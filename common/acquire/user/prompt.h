/* SPDX-License-Identifier: MIT */
/*
 * Messages for a user who must sign in. They are printed on the terminal, even if stderr is
 * redirected; if there is no terminal, by reporting.on_prompt (report.h), or on stderr; never on
 * stdout, which belongs to the host tool.
 */
#ifndef COMMON_ACQUIRE_USER_PROMPT_H
#define COMMON_ACQUIRE_USER_PROMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/cleanup.h"
#include "common/entra/request.h"

struct prompt {
    int fd;
    bool is_terminal; /* the countdown is shown on a terminal only */
    bool is_counting; /* the last line is the countdown */
};

struct prompt prompt_open(void);

/* Prints a paragraph (paragraph.h), with bytes that could control the terminal replaced. */
void prompt_say(struct prompt *prompt, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* For whom, for which API and for which host a sign-in is, as far as that is known: " as
 * ada@contoso.com for AzureDevOps at dev.azure.com"; "" if nothing is. The caller frees it. */
char *prompt_purpose(const struct token_request *request);

/* Shows the time left until the deadline in a line that the next output replaces. The line is
 * removed too if a signal ends the program. */
void prompt_wait(struct prompt *prompt, int64_t deadline);

/* Removes the countdown and closes the terminal. */
void prompt_close(struct prompt *prompt);
#define auto_prompt CLEANUP(prompt_close)

#endif
