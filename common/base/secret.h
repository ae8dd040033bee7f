/* SPDX-License-Identifier: MIT */
/*
 * Strings that are wiped when they go: tokens, client secrets, keys, and every text that holds one.
 *
 *     auto_secret struct secret *token = secret_new(bytes, length);
 *
 * The bytes are followed by a NUL that does not count in the length, so that they can be handed to
 * functions that want a C string. They are locked in memory where RLIMIT_MEMLOCK allows it.
 */
#ifndef COMMON_BASE_SECRET_H
#define COMMON_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/cleanup.h"

struct secret {
    size_t length;
    char bytes[];
};

/* Copies length bytes. NULL if there is no memory. Free with secret_free. */
struct secret *secret_new(const char *bytes, size_t length);

/* Copies a C string. NULL for NULL, or if there is no memory. */
struct secret *secret_from_text(const char *text);

/* Room for length bytes, all of them NUL, to be filled by the caller. NULL if there is no memory.
 */
struct secret *secret_allocate(size_t length);

/* As asprintf, into a secret. NULL if there is no memory. */
struct secret *secret_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Reads a file descriptor to its end, but no more than max bytes and one (so that a length above
 * max says that there was too much). NULL with errno set if that fails. */
struct secret *secret_read(int fd, size_t max);

/* Wipes and frees. NULL is fine. */
void secret_free(struct secret *secret);

/* Whether the secret's bytes are these; the time taken tells nothing of where they differ. */
bool secret_equals(const struct secret *secret, const char *bytes, size_t length);

/* Puts asterisks in the place of every occurrence of a secret in length bytes of text. */
void secret_redact(char *text, size_t length, const char *secret);

/* Writes all of it to a file descriptor, past stdio's buffers (which would keep a copy).
 * False with errno set if that fails. */
bool secret_write(const struct secret *secret, int fd);

/* Makes every secret of this process unreadable for others of the same user: no core dumps, no
 * ptrace, no /proc/PID/mem. Call it first in main. */
void secret_protect_process(void);

static inline void cleanup_secret(struct secret **secret)
{
    secret_free(*secret);
}
#define auto_secret CLEANUP(cleanup_secret)

#endif
