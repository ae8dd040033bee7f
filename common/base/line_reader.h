/* SPDX-License-Identifier: MIT */
/*
 * Lines that another program sends us, one after another, on a descriptor that it may leave open or
 * have in non-blocking mode. Each may hold a secret, so what was read is wiped.
 *
 *     auto_line_reader struct line_reader reader = { .fd = STDIN_FILENO, .max = LINE_MAX,
 *                                                    .idle = -1, .limit = 30000 };
 *     while ((end = line_reader_next(&reader, &line)) == LINE_WHOLE)
 */
#ifndef COMMON_BASE_LINE_READER_H
#define COMMON_BASE_LINE_READER_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/cleanup.h"
#include "common/base/secret.h"

struct line_reader {
    int fd;
    size_t max;    /* bytes of a line, without its newline */
    int64_t idle;  /* milliseconds until a line begins; -1: any time */
    int64_t limit; /* milliseconds for the rest of a line */

    /* The reader's own, at first empty: what was read, and how much of it has no newline. */
    struct secret *held;
    size_t filled;
    size_t seen;
};

enum line_end {
    LINE_WHOLE,
    LINE_NONE,   /* the input has ended, after the last newline */
    LINE_FAILED, /* with errno: EMSGSIZE for a line that is too long, ENODATA if the input ends in
                  * the middle of one, ETIMEDOUT, or as read(2) */
};

/* Reads a line. *ret_line, without the newline, is set on LINE_WHOLE; the caller frees it with
 * secret_free. */
enum line_end line_reader_next(struct line_reader *reader, struct secret **ret_line);

/* Wipes and frees what the reader holds. It does not close the descriptor. */
void line_reader_clear(struct line_reader *reader);
#define auto_line_reader CLEANUP(line_reader_clear)

#endif
