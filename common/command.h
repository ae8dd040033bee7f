/*
 * Another program's stdout.
 */
#ifndef COMMON_COMMAND_H
#define COMMON_COMMAND_H

#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "common/secret.h"

/* Runs a program (found in PATH, no shell; NULL ends its arguments) and takes what it prints, at
 * most max bytes. Its stdin is empty, its stderr ours; the secrets of our environment are not
 * handed on. It is killed at the deadline. *status gets its exit status, -1 where a signal ended
 * it. NULL with ERROR_USAGE where it cannot be run, or prints too much or for too long. */
struct secret *command_run(char *const *command, size_t max, int64_t deadline, int *status,
                           struct error *error);

/* As command_run, and NULL with ERROR_USAGE too where it fails or prints nothing. */
struct secret *command_read(char *const *command, size_t max, int64_t deadline,
                            struct error *error);

#endif
