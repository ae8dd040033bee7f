/* SPDX-License-Identifier: MIT */
/*
 * Replaces a file that belongs to another program: atomically, for the same users
 * (file_access.h), and with a backup beside it. A symbolic link stays one. A file that is a mount
 * point cannot be replaced: its content is overwritten once the backup is there.
 */
#ifndef HELPERS_ENTRA_SETUP_REPLACE_FILE_H
#define HELPERS_ENTRA_SETUP_REPLACE_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "common/base/error.h"
#include "common/base/secret.h"

#define REPLACE_FILE_SUFFIX ".before-entra" /* of the first backup */
#define REPLACE_FILE_MAX    999             /* backups of a file */

/* The path of a backup of a file, numbered from 1. The caller frees it. */
char *replace_file_backup(const char *path, int number);

/* Sets *ret_number to that of the newest backup of a file, whose path is absolute; 0 if there is
 * none. Fails with ERROR_OTHER if the folder cannot be read. */
bool replace_file_newest_backup(const char *path, int *ret_number, struct error *error);

/* Writes old, the file's content as it was read, to the next of PATH.before-entra,
 * PATH.before-entra.2, ... after the newest one, whose name goes to ret_backup (of PATH_MAX bytes;
 * NULL: no backup is made); then replaces the file's content with changed. Fails with ERROR_OTHER,
 * also if another program has changed the file in between, and leaves the file as it was, as does a
 * signal that ends the program on the way. Only a mount point that cannot be written to the end may
 * be incomplete then; the hint names the backup. */
bool replace_file(const char *path, const struct secret *old, const struct secret *changed,
                  char *ret_backup, struct error *error);

/* Creates a file that was not there when it was looked for, and its folders, which can be searched
 * by those who can read it; the mode is cut by the umask. A symbolic link that leads to nothing
 * gets its target, unless it is another user's. Fails with ERROR_OTHER, also if another program has
 * created the file in between, which stays. */
bool replace_file_create(const char *path, const struct secret *text, mode_t mode,
                         struct error *error);

/* Deletes a file, or the link that the path is, whose content still is old. Fails with
 * ERROR_OTHER. */
bool replace_file_delete(const char *path, const struct secret *old, struct error *error);

#endif
