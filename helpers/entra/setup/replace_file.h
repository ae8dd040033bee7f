/* SPDX-License-Identifier: MIT */
/*
 * Replaces a file that belongs to another program: atomically, for the same users
 * (file_access.h), and with a
 * backup beside it (file_backup.h). A symbolic link stays one. A file that is a mount
 * point cannot be replaced: its content is overwritten once the backup is there.
 */
#ifndef HELPERS_ENTRA_SETUP_REPLACE_FILE_H
#define HELPERS_ENTRA_SETUP_REPLACE_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "common/base/error.h"
#include "common/base/secret.h"

/* Writes old, the file's content as it was read, to a new backup, unless the newest one has it
 * already; its name goes to ret_backup (of PATH_MAX bytes; NULL: no backup is made). Then replaces
 * the file's content with changed. Fails with ERROR_OTHER, also if another program has changed the
 * file in between, and leaves the file as it was, as does a signal that ends the program on the
 * way, SIGKILL too. Only a mount point that cannot be written to the end may be incomplete then;
 * the hint names the backup. */
bool replace_file(const char *path, const struct secret *old, const struct secret *changed,
                  char *ret_backup, struct error *error);

/* Creates a file that was not there when it was looked for, and its folders, which can be searched
 * by those who can read it; the mode is cut by the umask. A symbolic link that leads to nothing
 * gets its target, unless it is another user's. Backups of a former file are followed by an empty
 * one. Fails with ERROR_OTHER, also if another program has created the file in between, which
 * stays. */
bool replace_file_create(const char *path, const struct secret *text, mode_t mode,
                         struct error *error);

/* Deletes a file, or the link that the path is, whose content still is old. Fails with
 * ERROR_OTHER. */
bool replace_file_delete(const char *path, const struct secret *old, struct error *error);

#endif
