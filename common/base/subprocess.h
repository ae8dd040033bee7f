/* SPDX-License-Identifier: MIT */
/*
 * Child processes: programs that run for their output, programs that run on their own, and
 * functions that need a deadline. A program gets the variables of our environment ("NAME=value")
 * for which `filter` returns true; NULL: all of them.
 *
 * A fork of a process with threads has their locks but not the threads, so nothing but system calls
 * is made there (supervisor.h). What may meet a library that has had threads is a program.
 */
#ifndef COMMON_BASE_SUBPROCESS_H
#define COMMON_BASE_SUBPROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/error.h"
#include "common/base/secret.h"

/* Runs a program (found by search_path_find, without a shell; NULL ends its arguments) in a folder
 * (NULL: our working folder) and returns its output, at most max bytes. The program has an empty
 * stdin and our stderr. At the deadline, or when we are killed, it is asked to end and soon killed,
 * with every process that it started. What it left running when it ended by itself goes on, and is
 * not waited for. *ret_status is its exit status, or -1 if a signal ended it. The caller frees the
 * result with secret_free. Returns NULL with ERROR_USAGE if the program cannot be run, prints too
 * much or does not end in time, or with ERROR_OTHER if there is no process or descriptor left for
 * it, or the process that waits for it is killed. */
struct secret *subprocess_run(char *const *command, bool (*filter)(const char *variable),
                              const char *folder, size_t max, int64_t deadline, int *ret_status,
                              struct error *error);

/* As subprocess_run, but also returns NULL with ERROR_USAGE if the program fails or prints nothing.
 */
struct secret *subprocess_read(char *const *command, bool (*filter)(const char *variable),
                               const char *folder, size_t max, int64_t deadline,
                               struct error *error);

#define SUBPROCESS_SAID_MAX 400

/* As subprocess_run, for a program whose messages are none of ours: its stderr goes nowhere, but
 * for the last line, which *ret_said receives, made printable; "" if there is none. What it says
 * after some thousand bytes is lost. ret_said may be NULL. */
struct secret *subprocess_ask(char *const *command, bool (*filter)(const char *variable),
                              const char *folder, size_t max, int64_t deadline, int *ret_status,
                              char ret_said[SUBPROCESS_SAID_MAX], struct error *error);

/* Starts a program (found by search_path_find) in a new session and in this folder (NULL: our
 * working folder), without any of our descriptors, and does not wait for it. Returns 0 and sets
 * *ret_pid, or returns an errno. */
int subprocess_detach(const char *program, char *const *words, bool (*filter)(const char *variable),
                      const char *folder, pid_t *ret_pid);

/* A program that is run for its output. */
struct subprocess {
    const char *path;   /* an absolute one */
    char *const *words; /* its name and arguments; NULL ends them */
    bool (*filter)(const char *variable);
    const char *folder;         /* where it runs; NULL: our working folder */
    const struct secret *input; /* what it can read from stdin; NULL: nothing */
    size_t max;                 /* bytes of its output */
    int messages;               /* a descriptor that becomes its stderr; 0: it has ours */
};

enum subprocess_end {
    SUBPROCESS_ENDED,      /* the program ended by itself */
    SUBPROCESS_TOO_LONG,   /* it was ended at the deadline */
    SUBPROCESS_TOO_MUCH,   /* it was ended when it had written more than max bytes */
    SUBPROCESS_UNREADABLE, /* it was ended, since its output cannot be read */
    SUBPROCESS_NO_PROCESS, /* because of errno: no descriptors or processes left */
    SUBPROCESS_NOT_RUN,    /* the program cannot be run, because of errno */
    SUBPROCESS_LOST,       /* the process that waits for it failed, so nothing is known of it */
};

/* As subprocess_run, for a caller that has own words for what goes wrong. *ret_status and
 * *ret_output are set only if the result is SUBPROCESS_ENDED. */
enum subprocess_end subprocess_start(const struct subprocess *subprocess, int64_t deadline,
                                     int *ret_status, struct secret **ret_output);

/* Runs a function in a fork of this process and returns what it writes to fd, at most max bytes.
 * What the function does to memory has no effect here. The fork leads a process group, and is
 * killed at the deadline and when this process ends. *ret_status is 0 if the function returned
 * true, 2 if it returned false, and -1 if a signal ended the fork. The caller frees *ret_answer
 * with secret_free; it is NULL unless the result is SUBPROCESS_ENDED. Fails with
 * SUBPROCESS_NO_PROCESS and EBUSY if this process has had another thread. If the fork runs out of
 * memory, it says so, and this process ends with it, with exit code 1. */
enum subprocess_end subprocess_fork(bool (*function)(void *context, int fd), void *context,
                                    size_t max, int64_t deadline, int *ret_status,
                                    struct secret **ret_answer);

#endif
