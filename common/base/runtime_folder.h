/* SPDX-License-Identifier: MIT */
/*
 * The folder that a user's processes share while the machine runs: $XDG_RUNTIME_DIR/entra (unless
 * that is another user's), else /run/user/UID/entra, /dev/shm/entra-UID or /tmp/entra-UID.
 *
 * It holds locks and shared failures. Secrets are put only into the first of these that is in
 * memory, and only if the user chose the keyring `runtime` by name.
 */
#ifndef COMMON_BASE_RUNTIME_FOLDER_H
#define COMMON_BASE_RUNTIME_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/base/secret.h"

/* Opens the folder, creating it if necessary. The caller closes the descriptor. Returns -1 with
 * errno set: ENOENT if there is no place for it that only this user can write to. */
int runtime_folder_open(void);

/* Opens the first of the places that is in memory (a tmpfs), which may be another one. The caller
 * closes the descriptor. Returns -1 with errno set: ENOENT if there is none. */
int runtime_folder_open_in_memory(void);

/* Opens a private folder at path, creating it if necessary, but not its parents. The caller closes
 * the descriptor. Returns -1 with errno set: EPERM if it is not this user's alone. */
int runtime_folder_open_own(const char *path);

/* A file name derived from a NULL-terminated list of texts, with an ending. */
struct runtime_name {
    char text[64];
};
struct runtime_name runtime_name(const char *ending, const char *const *texts);

/* The ending of files that stay until the machine starts again (once_a_boot.h). */
#define RUNTIME_UNTIL_BOOT "told"

/* The ending of files that stay, and whether a file name has it. */
#define RUNTIME_KEPT "token"
bool runtime_is_kept(const char *name);

/* The ending of notes to the processes that are at work (sign_out.h). */
#define RUNTIME_NOTE "signed-out"

/* Removes what nobody needs: at once, the partial files of writers that were killed, which may
 * contain a secret; after a day, locks that nobody holds, shared failures and notes. */
void runtime_sweep(int folder);

/* Sweeps the folder, then writes a file with mode 0600, whole or not at all. Returns false with
 * errno set on failure. */
bool runtime_write(int folder, const char *name, const struct secret *content);

/* As runtime_write, in another folder of ours, from which no other files are removed than those
 * with the same ending that were not written for 90 days. */
bool runtime_replace(int folder, const char *name, const struct secret *content);

/* Reads a file of the folder, at most max + 1 bytes: a length above max means that the file is too
 * long. The caller frees the result with secret_free. Returns NULL if the file cannot be read. */
struct secret *runtime_read(int folder, const char *name, size_t max);

/* As runtime_read, but leaves the file open. The caller closes *ret_fd, which is -1 if it could not
 * be opened. */
struct secret *runtime_read_open(int folder, const char *name, size_t max, int *ret_fd);

/* Removes a file that has been read and is still open (runtime_read_open), unless another process
 * has put a new one in its place since. */
void runtime_remove(int folder, const char *name, int fd);

/* Removes all files with names of runtime_name's from the folder at path, except locks that a
 * process holds, and then the notes too, unless there is one; and the folder if it is empty then.
 * with_kept: also those with the ending RUNTIME_KEPT. Another user's is left alone. Fails with
 * ERROR_OTHER. */
bool runtime_folder_remove_own(const char *path, bool with_kept, struct error *error);

/* As runtime_folder_remove_own, for the runtime folder at every place where it may be. */
bool runtime_folder_remove(bool with_kept, struct error *error);

#endif
