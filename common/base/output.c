/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/output.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

bool output_wait(int fd, short events)
{
    struct pollfd one = { .fd = fd, .events = events };
    int ready = poll(&one, 1, OUTPUT_STALL_MILLISECONDS);
    if (ready == 0)
        errno = ETIMEDOUT;
    return ready > 0 || (ready < 0 && errno == EINTR);
}

bool output_write(int fd, const char *bytes, size_t length)
{
    size_t written = 0;
    while (written < length) {
        ssize_t n = write(fd, bytes + written, length - written);
        if (n >= 0)
            written += (size_t)n;
        else if (errno != EINTR && !(errno == EAGAIN && output_wait(fd, POLLOUT)))
            return false;
    }
    return true;
}

/* The cookie points to the descriptor. 0 stands for failure (fopencookie(3)). */
static ssize_t write_stream(void *cookie, const char *bytes, size_t length)
{
    return output_write(*(int *)cookie, bytes, length) ? (ssize_t)length : 0;
}

static void replace_stream(FILE **stream, int *fd, int buffering)
{
    FILE *other = fopencookie(fd, "w", (cookie_io_functions_t){ .write = write_stream });
    setvbuf(other, NULL, buffering, BUFSIZ);
    *stream = other;
}

void output_begin(void)
{
    static int out = STDOUT_FILENO, err = STDERR_FILENO;
    replace_stream(&stdout, &out, isatty(out) ? _IOLBF : _IOFBF);
    replace_stream(&stderr, &err, _IONBF);
}
