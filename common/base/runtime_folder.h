/* SPDX-License-Identifier: MIT */
/*
 * The folder that this user's processes share while the machine runs: $XDG_RUNTIME_DIR/entra
 * (unless that is another user's), else /run/user/UID/entra, /dev/shm/entra-UID or /tmp/entra-UID.
 * It holds locks and notices, and secrets only where a person asked for the keyring `runtime` by
 * name and the folder lies in memory.
 */
#ifndef COMMON_BASE_RUNTIME_FOLDER_H
#define COMMON_BASE_RUNTIME_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/secret.h"

/* Opens the folder, made if it was not there; -1 where there is no such place that nobody else can
 * write to. Close it with close. */
int runtime_folder_open(void);

/* Opens a folder of this user's own, made if it was not there (but not what it lies in); -1 where
 * it is no folder, or others may look into it. */
int runtime_folder_open_own(const char *path);

/* A file name made of texts (NULL ends them) that belongs to them alone, and an ending. */
struct runtime_name {
    char text[64];
};
struct runtime_name runtime_name(const char *ending, const char *const *texts);

/* The ending of what is kept, and whether a file's name has it; files of other endings go when they
 * are a day old, unless they are locks that are held. */
#define RUNTIME_KEPT "token"
bool runtime_is_kept(const char *name);

/* Puts content into a file of the folder, mode 0600, whole or not at all. False with errno set. */
bool runtime_write(int folder, const char *name, const struct secret *content);

/* The same in any folder, from which nothing is swept. */
bool runtime_replace(int folder, const char *name, const struct secret *content);

/* Reads a file of the folder, of at most max bytes (one more says that there was too much). NULL
 * where there is none. */
struct secret *runtime_read(int folder, const char *name, size_t max);

#endif
