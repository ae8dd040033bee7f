/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/output.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/cleanup.h"
#include "common/base/paragraph.h"
#include "common/base/printable.h"
#include "common/base/text.h"

static int stall_seconds = 30;

void output_set_limit(int seconds)
{
    stall_seconds = seconds;
}

/* Waits until a descriptor in non-blocking mode, which just failed with EAGAIN, can be written to.
 * Returns false with errno set if it does not become so. */
static bool wait_for_room(int fd)
{
    struct pollfd one = { .fd = fd, .events = POLLOUT };
    int ready = poll(&one, 1, stall_seconds * 1000);
    if (ready == 0)
        errno = ETIMEDOUT;
    return ready > 0 || (ready < 0 && errno == EINTR);
}

bool output_write(int fd, const char *bytes, size_t length)
{
    size_t written = 0;
    while (written < length) {
        ssize_t n = write(fd, bytes + written, length - written);
        if (n == 0)
            errno = EIO; /* a driver that takes nothing might do so for ever */
        if (n == 0 || (n < 0 && errno != EINTR && !(errno == EAGAIN && wait_for_room(fd))))
            return false;
        written += n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* What is behind a stream. A character may be written in two pieces; its beginning is kept. */
struct target {
    int fd;
    int failure; /* the errno of the first write that failed; 0: none did */
    size_t kept;
    char bytes[3 + BUFSIZ];
};

static struct target targets[] = { { .fd = STDOUT_FILENO }, { .fd = STDERR_FILENO } };

/* 0 stands for failure (fopencookie(3)). */
static ssize_t write_stream(void *cookie, const char *bytes, size_t length)
{
    struct target *target = cookie;
    for (size_t taken = 0; taken < length;) {
        size_t room = sizeof target->bytes - target->kept;
        size_t part = length - taken < room ? length - taken : room;
        memcpy(target->bytes + target->kept, bytes + taken, part);
        size_t filled = target->kept + part;
        size_t done = printable_make_output(target->bytes, filled);
        if (!output_write(target->fd, target->bytes, done)) {
            target->failure = target->failure != 0 ? target->failure : errno;
            return 0;
        }
        target->kept = filled - done;
        memmove(target->bytes, target->bytes + done, target->kept);
        taken += part;
    }
    return (ssize_t)length;
}

static void replace_stream(FILE **stream, struct target *target, int buffering)
{
    FILE *other = fopencookie(target, "w", (cookie_io_functions_t){ .write = write_stream });
    setvbuf(other, NULL, buffering, BUFSIZ);
    *stream = other;
}

void output_begin(void)
{
    replace_stream(&stdout, &targets[0], isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF);
    replace_stream(&stderr, &targets[1], _IONBF);
}

bool output_fail(struct error *error)
{
    int failure = targets[0].failure != 0 ? targets[0].failure : errno;
    return failure == EPIPE
               ? error_set(error, ERROR_OTHER, "%s", "")
               : error_set(error, ERROR_OTHER, "cannot write to stdout: %s", strerror(failure));
}

void output_line(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    autofree char *text = text_format_list(format, arguments);
    va_end(arguments);
    printable_make(text);
    puts(text);
}

void output_paragraph(const char *prefix, size_t indent, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    autofree char *text = text_format_list(format, arguments);
    va_end(arguments);
    printable_make(text);
    autofree char *lines =
        paragraph_format(&(struct paragraph){ .prefix = prefix, .text = text, .indent = indent },
                         paragraph_columns(STDOUT_FILENO));
    puts(lines);
}

bool output_data(const char *bytes, size_t length)
{
    return fflush(stdout) == 0 && output_write(STDOUT_FILENO, bytes, length);
}
