/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/user/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/columns.h"
#include "common/base/deadline.h"
#include "common/base/json.h"
#include "common/base/output.h"
#include "common/base/paragraph.h"
#include "common/base/printable.h"
#include "common/base/report.h"
#include "common/base/text.h"

#define CLEAR_LINE "\r\033[K"

#define INDENT 2

/* ---- signals during the countdown ---- */

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
#define SIGNALS ARRAY_SIZE(signals)

static struct sigaction actions_before[SIGNALS];

static volatile sig_atomic_t countdown_fd = -1; /* the terminal that shows a countdown, or -1 */

static void restore_signals(void)
{
    for (size_t i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &actions_before[i], NULL);
}

/* Removes the countdown, so that the shell's prompt replaces it. */
static void clear_countdown(int number)
{
    ssize_t written = countdown_fd < 0 ? 0 : write(countdown_fd, CLEAR_LINE, strlen(CLEAR_LINE));
    (void)written;
    restore_signals();
    raise(number); /* ends the program as it would have without us (signals.h) */
}

/* Signals that are ignored, as under nohup, remain ignored. */
static void catch_signals(void)
{
    const struct sigaction action = { .sa_handler = clear_countdown };
    for (size_t i = 0; i < SIGNALS; i++)
        if (sigaction(signals[i], NULL, &actions_before[i]) == 0 &&
            actions_before[i].sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
}

/* ---- the prompt ---- */

struct prompt prompt_open(void)
{
    int fd = open("/dev/tty", O_WRONLY | O_CLOEXEC | O_NOCTTY);
    return fd >= 0 ? (struct prompt){ .fd = fd, .is_terminal = true }
                   : (struct prompt){ .fd = STDERR_FILENO };
}

/* Errors are ignored: the sign-in goes on even if the terminal is gone. */
static void write_text(const struct prompt *prompt, const char *text)
{
    output_write(prompt->fd, text, strlen(text));
}

static void stop_countdown(struct prompt *prompt)
{
    if (!prompt->is_counting)
        return;
    write_text(prompt, CLEAR_LINE);
    prompt->is_counting = false;
    countdown_fd = -1;
    restore_signals();
}

/* As lines of the terminal's width; on stderr, as a JSON object if messages are printed as JSON.
 * The caller frees the result. */
static char *lay_out(const struct prompt *prompt, const char *text)
{
    if (prompt->is_terminal || !reporting.as_json)
        return paragraph_format(&(struct paragraph){ .text = text, .indent = INDENT },
                                paragraph_columns(prompt->fd));
    auto_json json_object *object = json_object_new_object();
    json_object_object_add(object, "prompt", json_object_new_string(text));
    return strdup(json_object_to_json_string_ext(object, JSON_LINE));
}

void prompt_say(struct prompt *prompt, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    autofree char *text = text_format_list(format, arguments);
    va_end(arguments);
    stop_countdown(prompt);
    printable_make(text);
    if (!prompt->is_terminal && reporting.on_prompt != NULL) {
        reporting.on_prompt(text);
        return;
    }
    autofree char *lines = lay_out(prompt, text);
    autofree char *ended = text_format("%s\n", lines);
    write_text(prompt, ended);
}

char *prompt_purpose(const struct token_request *request)
{
    const char *account = request->username != NULL ? request->username : request->account;
    const char *wanted = request->api != NULL ? request->api : request->scope;
    const char *host = wanted != NULL ? request->host : NULL;
    return text_format("%s%.200s%s%.200s%s%.200s", account != NULL ? " as " : "",
                       account != NULL ? account : "", wanted != NULL ? " for " : "",
                       wanted != NULL ? wanted : "", host != NULL ? " at " : "",
                       host != NULL ? host : "");
}

void prompt_wait(struct prompt *prompt, int64_t deadline)
{
    char line[80];
    int seconds = (int)(deadline_left(deadline) / 1000);
    if (!prompt->is_terminal)
        return;
    size_t columns = columns_of_terminal(prompt->fd);
    bool has_room = columns == 0 || columns >= sizeof line - strlen(CLEAR_LINE);
    snprintf(line, sizeof line, CLEAR_LINE "Waiting for the sign-in, %d:%02d left%s", seconds / 60,
             seconds % 60, has_room ? " (press Ctrl-C to cancel)" : "");
    if (!prompt->is_counting) {
        countdown_fd = prompt->fd;
        catch_signals();
    }
    write_text(prompt, line);
    prompt->is_counting = true;
}

void prompt_close(struct prompt *prompt)
{
    stop_countdown(prompt);
    if (prompt->is_terminal)
        close(prompt->fd);
    prompt->fd = -1;
}
