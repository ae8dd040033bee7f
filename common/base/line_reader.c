/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/line_reader.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "common/base/deadline.h"

#define FIRST_CAPACITY 4096

static struct secret *allocate(const struct line_reader *reader, size_t capacity)
{
    return secret_allocate(capacity < reader->max + 1 ? capacity : reader->max + 1);
}

/* Makes room for more: for up to a newline after the longest line. Returns false if there is none.
 */
static bool make_room(struct line_reader *reader)
{
    if (reader->filled < reader->held->length)
        return true;
    if (reader->filled > reader->max) {
        errno = EMSGSIZE;
        return false;
    }
    auto_secret struct secret *before = reader->held;
    reader->held = allocate(reader, 2 * before->length);
    memcpy(reader->held->bytes, before->bytes, reader->filled);
    return true;
}

/* Waits until there is something to read. */
static bool wait_for_input(int fd, int64_t deadline)
{
    for (;;) {
        struct pollfd one = { .fd = fd, .events = POLLIN };
        int ready = poll(&one, 1, deadline < 0 ? -1 : (int)deadline_left(deadline));
        if (ready > 0)
            return true;
        if (ready == 0)
            errno = ETIMEDOUT;
        if (ready == 0 || errno != EINTR)
            return false;
    }
}

/* Returns how much was read; 0 at the end of the input, -1 with errno set. */
static ssize_t read_more(struct line_reader *reader, int64_t deadline)
{
    for (;;) {
        if (!wait_for_input(reader->fd, deadline))
            return -1;
        ssize_t n = read(reader->fd, reader->held->bytes + reader->filled,
                         reader->held->length - reader->filled);
        if (n >= 0 || (errno != EINTR && errno != EAGAIN))
            return n;
    }
}

/* Takes the first line from what is held; the next one moves to the front. */
static struct secret *take(struct line_reader *reader, size_t length)
{
    char *bytes = reader->held->bytes;
    struct secret *line = secret_new(bytes, length);
    size_t rest = reader->filled - length - 1;
    memmove(bytes, bytes + length + 1, rest);
    explicit_bzero(bytes + rest, reader->filled - rest);
    reader->filled = rest;
    reader->seen = 0;
    return line;
}

enum line_end line_reader_next(struct line_reader *reader, struct secret **ret_line)
{
    int64_t deadline = reader->idle < 0 ? -1 : deadline_in(reader->idle);
    if (reader->held == NULL)
        reader->held = allocate(reader, FIRST_CAPACITY);
    if (reader->filled > 0)
        deadline = deadline_in(reader->limit);
    for (;;) {
        const char *held = reader->held->bytes;
        const char *newline = memchr(held + reader->seen, '\n', reader->filled - reader->seen);
        if (newline != NULL) {
            *ret_line = take(reader, (size_t)(newline - held));
            return LINE_WHOLE;
        }
        bool had_begun = reader->filled > 0;
        reader->seen = reader->filled;
        if (!make_room(reader))
            return LINE_FAILED;
        ssize_t n = read_more(reader, deadline);
        if (n == 0 && !had_begun)
            return LINE_NONE;
        if (n == 0)
            errno = ENODATA;
        if (n <= 0)
            return LINE_FAILED;
        reader->filled += (size_t)n;
        if (!had_begun)
            deadline = deadline_in(reader->limit);
    }
}

void line_reader_clear(struct line_reader *reader)
{
    secret_free(reader->held);
    reader->held = NULL;
    reader->filled = reader->seen = 0;
}
