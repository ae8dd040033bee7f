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
#include "common/base/deadline.h"
#include "common/base/json.h"
#include "common/base/printable.h"
#include "common/base/report.h"
#include "common/base/text.h"

#define CLEAR_LINE "\r\033[K"

/* ---- a wait that is broken off ---- */

static const int ends[] = { SIGINT, SIGTERM, SIGHUP };

static volatile sig_atomic_t waiting = -1; /* the terminal on which a line of waiting stands */

/* The shell's next line is to begin where that one stands. */
static void wipe(int number)
{
    ssize_t written = waiting < 0 ? 0 : write(waiting, CLEAR_LINE, strlen(CLEAR_LINE));
    (void)written;
    raise(number); /* which ends the program, as if it had not been caught */
}

/* What is ignored, as under nohup, stays so. */
static void catch_ends(void)
{
    const struct sigaction caught = { .sa_handler = wipe, .sa_flags = (int)SA_RESETHAND };
    for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
        struct sigaction before;
        if (sigaction(ends[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
            sigaction(ends[i], &caught, NULL);
    }
}

static void release_ends(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
        struct sigaction now;
        if (sigaction(ends[i], NULL, &now) == 0 && now.sa_handler == wipe)
            signal(ends[i], SIG_DFL);
    }
}

/* ---- the prompt ---- */

struct prompt prompt_open(void)
{
    int fd = open("/dev/tty", O_WRONLY | O_CLOEXEC | O_NOCTTY);
    return fd >= 0 ? (struct prompt){ .fd = fd, .is_terminal = true }
                   : (struct prompt){ .fd = STDERR_FILENO };
}

/* A terminal that is gone is no reason to end. */
static void write_text(const struct prompt *prompt, const char *text)
{
    ssize_t written = write(prompt->fd, text, strlen(text));
    (void)written;
}

static void clear(struct prompt *prompt)
{
    if (!prompt->waits)
        return;
    write_text(prompt, CLEAR_LINE);
    prompt->waits = false;
    waiting = -1;
    release_ends();
}

/* On stderr it may be one JSON object among others. */
static void print_line(const struct prompt *prompt, const char *text)
{
    auto_json json_object *object =
        !prompt->is_terminal && reporting.as_json ? json_object_new_object() : NULL;
    if (object != NULL)
        json_object_object_add(object, "prompt", json_object_new_string(text));
    autofree char *line = text_format(
        "%s\n", object != NULL ? json_object_to_json_string_ext(object, JSON_LINE) : text);
    if (line != NULL)
        write_text(prompt, line);
}

void prompt_say(struct prompt *prompt, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    autofree char *text = text_format_list(format, arguments);
    va_end(arguments);
    clear(prompt);
    if (text == NULL)
        return;
    printable_make(text);
    print_line(prompt, text);
}

void prompt_wait(struct prompt *prompt, int64_t deadline)
{
    char line[80];
    int seconds = (int)(deadline_left(deadline) / 1000);
    if (!prompt->is_terminal)
        return;
    snprintf(line, sizeof line,
             CLEAR_LINE "Waiting for the sign-in, %d:%02d left (Ctrl-C gives up)", seconds / 60,
             seconds % 60);
    if (!prompt->waits) {
        waiting = prompt->fd;
        catch_ends();
    }
    print_line(prompt, line);
    prompt->waits = true;
}

void prompt_close(struct prompt *prompt)
{
    clear(prompt);
    if (prompt->is_terminal)
        close(prompt->fd);
    prompt->fd = -1;
}
