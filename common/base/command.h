/*
 * Other programs: run for what they print, or started and left alone.
 */
#ifndef COMMON_BASE_COMMAND_H
#define COMMON_BASE_COMMAND_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/error.h"
#include "common/base/secret.h"

/* What a program gets of the secrets in our environment. */
enum command_gets {
    COMMAND_GETS_NO_SECRET,
    COMMAND_GETS_PLATFORM_TOKENS, /* what Azure and build systems give a job to prove itself by */
};

/* Runs a program (found in PATH, no shell; NULL ends its arguments) and takes what it prints, at
 * most max bytes. Its stdin is empty, its stderr ours; it gets no secret of our environment. It is
 * killed at the deadline, and where we are killed, with all that it started. *status gets its exit
 * status, -1 where a signal ended it. NULL with ERROR_USAGE where it cannot be run, or prints too
 * much or for too long. */
struct secret *command_run(char *const *command, size_t max, int64_t deadline, int *status,
                           struct error *error);

/* As command_run, and NULL with ERROR_USAGE too where it fails or prints nothing. */
struct secret *command_read(char *const *command, enum command_gets gets, size_t max,
                            int64_t deadline, struct error *error);

/* Starts a program (found in PATH, unless it has a slash) in a session of its own, with none of our
 * descriptors, and does not wait for it. 0 with *pid, or an errno. */
int command_detach(const char *program, char *const *words, char *const *environment, pid_t *pid);

/* Our environment without its secrets, for what is started. The list is to be freed with free, its
 * texts are the environment's own. NULL if there is no memory. */
char **command_environment(enum command_gets gets);

#endif
