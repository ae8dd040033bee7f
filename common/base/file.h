/* SPDX-License-Identifier: MIT */
/*
 * Files that are believed or that hold secrets: opened safely, checked, read whole.
 *
 * What is checked is the open file, not its name. A file that others than its reader and root could
 * have written is refused; whether others could read it is told, since only the caller knows
 * whether that matters.
 */
#ifndef COMMON_BASE_FILE_H
#define COMMON_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/base/secret.h"

/* Reads a file of at most max bytes. *mode gets its permissions (st_mode). NULL with ERROR_USAGE,
 * the path in its message. */
struct secret *file_read(const char *path, size_t max, unsigned *mode, struct error *error);

/* As file_read, for a file that holds a secret: warns on stderr where others can read it. */
struct secret *file_read_secret(const char *path, size_t max, struct error *error);

/* The path of what people name a file by: a path, or file:///path or file:/path (RFC 8089). A part
 * of the name. */
const char *file_path(const char *name);

/* Whether others can read a file of these permissions. */
bool file_has_readers(const char *path, unsigned mode);

/* Warns on stderr where others can read a file of these permissions, which holds a secret. */
void file_warn_of_readers(const char *path, unsigned mode);

#endif
