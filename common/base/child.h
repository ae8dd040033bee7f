/*
 * A child process that answers through a pipe, and whose answer and life are bounded.
 */
#ifndef COMMON_BASE_CHILD_H
#define COMMON_BASE_CHILD_H

#include <stdint.h>
#include <sys/types.h>

#include "common/base/secret.h"

enum child_end {
    CHILD_ENDED,    /* by itself, and so did what it wrote */
    CHILD_TOO_LONG, /* killed at the deadline */
    CHILD_TOO_MUCH, /* killed when it had written more than max */
    CHILD_NONE,     /* there is no child, for want of memory, descriptors or processes */
};

/* Runs a function in a copy of this process, which leads a process group, and takes what it writes
 * to fd, at most max bytes, so that a library that knows no deadline keeps to one all the same.
 * What it does with memory has no effect here. Where it is killed, so is its group; it is, too,
 * when this process ends. *status gets its exit status, which is 0 where the function gives true,
 * else 1; -1 where a signal ended it. The caller frees *answer with secret_free; it is NULL but for
 * CHILD_ENDED. */
enum child_end child_run(bool (*function)(void *context, int fd), void *context, size_t max,
                         int64_t deadline, int *status, struct secret **answer);

#endif
