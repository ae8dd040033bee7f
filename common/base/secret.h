/* SPDX-License-Identifier: MIT */
/*
 * Strings that are wiped when they are freed: tokens, client secrets, keys, and every text that
 * contains one.
 *
 *     auto_secret struct secret *token = secret_new(bytes, length);
 *
 * A NUL that does not count towards the length follows the bytes, so that they can be passed to
 * functions that take a C string. The memory is locked if RLIMIT_MEMLOCK allows it.
 *
 * The caller frees every secret that these functions return with secret_free.
 */
#ifndef COMMON_BASE_SECRET_H
#define COMMON_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/cleanup.h"

struct secret {
    size_t length;
    char bytes[];
};

/* Copies length bytes. */
struct secret *secret_new(const char *bytes, size_t length);

/* Copies a C string. Returns NULL if text is NULL. */
struct secret *secret_from_text(const char *text);

/* A secret of length zero bytes for the caller to fill. */
struct secret *secret_allocate(size_t length);

/* Formats a text as printf does. */
struct secret *secret_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Reads from a file descriptor to its end, but at most max + 1 bytes: a length above max means that
 * there was too much. Returns NULL with errno set on failure. */
struct secret *secret_read(int fd, size_t max);

/* Where the input ends: the length of the part that is whole, or 0 if there is more to come. seen
 * is the length at which it was asked before. */
typedef size_t secret_end(const char *bytes, size_t length, size_t seen);

/* As secret_read, for what the caller of the program gives us: a descriptor that may be in
 * non-blocking mode, and that the caller may leave open. Reads to the end that find_end names, or
 * to that of the descriptor if it is NULL or names none. Fails with ETIMEDOUT at the deadline
 * (deadline.h). */
struct secret *secret_read_input(int fd, size_t max, secret_end *find_end, int64_t deadline);

/* Wipes and frees a secret, which may be NULL. */
void secret_free(struct secret *secret);

/* Whether the secret has exactly these bytes. The time taken does not depend on where they differ.
 */
bool secret_equals(const struct secret *secret, const char *bytes, size_t length);

/* Writes the whole secret to a file descriptor, bypassing stdio's buffers, which would keep a copy.
 * Returns false with errno set on failure. */
bool secret_write(const struct secret *secret, int fd);

/* Keeps other processes of the same user from reading this one's secrets: no core dumps, no ptrace,
 * no /proc/PID/mem. main calls this first. */
void secret_protect_process(void);

/* Gives back what that took, in a process of ours that is about to become the user's own program. A
 * system call and nothing else. */
void secret_unprotect_child(void);

static inline void cleanup_secret(struct secret **secret)
{
    secret_free(*secret);
}
#define auto_secret CLEANUP(cleanup_secret)

#endif
