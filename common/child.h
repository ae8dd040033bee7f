/*
 * A child process that answers through a pipe, and whose answer and life are bounded.
 */
#ifndef COMMON_CHILD_H
#define COMMON_CHILD_H

#include <stdint.h>
#include <sys/types.h>

#include "common/secret.h"

enum child_end {
    CHILD_ENDED,    /* by itself, and so did what it wrote */
    CHILD_TOO_LONG, /* killed at the deadline */
    CHILD_TOO_MUCH, /* killed when it had written more than max */
    CHILD_NONE,     /* there is no child, for want of memory, descriptors or processes */
};

/* Takes what the child, the leader of its process group, writes to fd's other end, at most max
 * bytes, and waits for its end. Where it is killed, so is its group. *status gets its exit status,
 * -1 where a signal ended it. The caller frees *answer with secret_free; it is NULL but for
 * CHILD_ENDED. */
enum child_end child_collect(pid_t pid, int fd, size_t max, int64_t deadline, int *status,
                             struct secret **answer);

/* Runs a function in a copy of this process and takes what it writes to fd, so that a library that
 * knows no deadline keeps to one all the same. The exit status is 0 where the function gives true,
 * else 1. What it does with memory has no effect here. As child_collect. */
enum child_end child_run(bool (*function)(void *context, int fd), void *context, size_t max,
                         int64_t deadline, int *status, struct secret **answer);

/* Lets children be waited for: a parent that ignores SIGCHLD hands that on, and then they are gone
 * before anybody learns how they ended. Before the first child. */
void child_expect(void);

#endif
