/* SPDX-License-Identifier: MIT */
/*
 * The backups that setup leaves beside a file: FILE.before-entra, FILE.before-entra.2 and so on.
 * Each has the text that the file had before a change, and is whole: it gets its name when it is.
 * An empty one was an empty file, or none: it follows those of a file that the user has deleted
 * since (replace_file_create).
 *
 * Paths are absolute and without links.
 */
#ifndef HELPERS_ENTRA_SETUP_FILE_BACKUP_H
#define HELPERS_ENTRA_SETUP_FILE_BACKUP_H

#include <limits.h>
#include <stdbool.h>

#include "common/base/error.h"
#include "common/base/secret.h"
#include "common/base/unfinished.h"

#define FILE_BACKUP_MAX 999 /* backups of a file */

/* The path of a backup of a file, numbered from 1. The caller frees it. */
char *file_backup_path(const char *path, int number);

/* Sets *ret_number to that of the newest backup of a file; 0 if there is none. Fails with
 * ERROR_OTHER if the folder cannot be read. */
bool file_backup_newest(const char *path, int *ret_number, struct error *error);

/* Whether the newest backup has this text, such as that of a process that was killed before it
 * changed the file. Its path goes to ret_name, else "". Fails with ERROR_OTHER if the folder cannot
 * be read. */
bool file_backup_find(const char *path, const struct secret *text, char ret_name[PATH_MAX],
                      struct error *error);

/* The path of a new backup until it is whole. The caller frees it. */
char *file_backup_new_path(const char *path);

/* Gives a file that was written there the name of the backup after the newest one, which goes to
 * ret_name. It stays unfinished. Fails with ERROR_OTHER. */
bool file_backup_add(const char *path, struct unfinished *file, char ret_name[PATH_MAX],
                     struct error *error);

#endif
