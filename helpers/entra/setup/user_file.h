/* SPDX-License-Identifier: MIT */
/*
 * A file of the user's in which a part of `entra setup` changes something: created, replaced with a
 * backup beside it (file_backup.h), or deleted if setup created it and nothing is left in it.
 *
 * What tells that setup created it is that there is no backup: one is made of each text that is not
 * setup's own, also of an empty one. Beside backups of a former file it stays, with nothing in it.
 */
#ifndef HELPERS_ENTRA_SETUP_USER_FILE_H
#define HELPERS_ENTRA_SETUP_USER_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "common/base/error.h"
#include "common/base/secret.h"

struct user_file {
    const char *path;          /* an absolute one */
    const struct secret *text; /* as it was read; NULL: there was no file */
    bool is_ours;              /* all that is in the text was written by setup */
    mode_t mode;               /* of a new file, cut by the umask */
};

/* Gives the file this text; if is_left_empty, nothing of anybody's is in it. The path of the backup
 * goes to ret_backup: "" if none was made, since there was no file or all in it was ours. Fails
 * with ERROR_OTHER and leaves the file as it was, also if another program has changed it since it
 * was read. */
bool user_file_write(const struct user_file *file, const struct secret *text, bool is_left_empty,
                     char ret_backup[PATH_MAX], struct error *error);

#endif
