/* SPDX-License-Identifier: MIT */
/*
 * Other programs: run for what they print, or started and left alone. A program gets those
 * variables of our environment, "NAME=value" each, for which `gets` is true; NULL: all of them.
 */
#ifndef COMMON_BASE_SUBPROCESS_H
#define COMMON_BASE_SUBPROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/error.h"
#include "common/base/secret.h"

/* Runs a program (found in PATH, no shell; NULL ends its arguments) and takes what it prints, at
 * most max bytes. Its stdin is empty, its stderr ours. It is killed at the deadline, and where we
 * are killed, with all that it started. *status gets its exit status, -1 where a signal ended it.
 * NULL with ERROR_USAGE where it cannot be run, or prints too much or for too long. */
struct secret *subprocess_run(char *const *command, bool (*gets)(const char *variable), size_t max,
                              int64_t deadline, int *status, struct error *error);

/* As subprocess_run, and NULL with ERROR_USAGE too where it fails or prints nothing. */
struct secret *subprocess_read(char *const *command, bool (*gets)(const char *variable), size_t max,
                               int64_t deadline, struct error *error);

/* Starts a program (found in PATH, unless it has a slash) in a session of its own, with none of our
 * descriptors, and does not wait for it. 0 with *pid, or an errno. */
int subprocess_detach(const char *program, char *const *words, bool (*gets)(const char *variable),
                      pid_t *pid);

enum subprocess_end {
    SUBPROCESS_ENDED,    /* by itself, and so did what it wrote */
    SUBPROCESS_TOO_LONG, /* killed at the deadline */
    SUBPROCESS_TOO_MUCH, /* killed when it had written more than max */
    SUBPROCESS_NONE,     /* there is no child, for want of memory, descriptors or processes */
};

/* Runs a function in a copy of this process, which leads a process group, and takes what it writes
 * to fd, at most max bytes, so that a library that knows no deadline keeps to one all the same.
 * What it does with memory has no effect here. Where it is killed, so is its group; it is, too,
 * when this process ends. *status gets its exit status, which is 0 where the function gives true,
 * else 1; -1 where a signal ended it. The caller frees *answer with secret_free; it is NULL but for
 * SUBPROCESS_ENDED. */
enum subprocess_end subprocess_fork(bool (*function)(void *context, int fd), void *context,
                                    size_t max, int64_t deadline, int *status,
                                    struct secret **answer);

#endif
