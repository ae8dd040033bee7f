/* SPDX-License-Identifier: MIT */
/*
 * Files that must be trustworthy or that hold secrets: opened safely, checked, read whole.
 *
 * The checks are made on the open descriptor, not on the name. A file that a user other than root
 * and the reader could have written is refused. Who can read the file is only reported, since only
 * the caller knows whether that matters.
 */
#ifndef COMMON_BASE_FILE_H
#define COMMON_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "common/base/error.h"
#include "common/base/secret.h"

/* Who may use a file, as stat(2) has it. */
struct file_rights {
    mode_t mode;
    uid_t owner;
    gid_t group;
};

/* Reads a file of at most max bytes. The caller frees the result with secret_free. Returns NULL
 * with the path in the message: with ERROR_USAGE if there is no such file, or it may not be read,
 * is too long or is refused; with ERROR_OTHER if reading fails. */
struct secret *file_read(const char *path, size_t max, struct file_rights *ret_rights,
                         struct error *error);

/* As file_read, for a file that holds a secret: warns on stderr if others can read it. */
struct secret *file_read_secret(const char *path, size_t max, struct error *error);

/* The path in a name that is either a path or a file URI: file:///path, file://localhost/path or
 * file:/path (RFC 8089), or file:name, which is relative. Any other name is returned as it is, also
 * the URI of a file on another host. The result points into name. */
const char *file_path(const char *name);

/* Whether the name is another URI, such as pkcs11:token=..., handle:0x81000000 or
 * file://host/path. */
bool file_is_uri(const char *name);

/* The path of a name that is relative to a folder, which is an absolute path. If the name (a path
 * or a file URI) is absolute, it is copied. The caller frees the result. */
char *file_path_below(const char *folder, const char *name);

/* Whether a path begins with ~/, the home directory, as in a shell. */
bool file_is_in_home(const char *path);

/* The absolute path of one that begins with ~/: below $HOME, if that is absolute. Any other path is
 * copied as it is. The caller frees the result. */
char *file_path_in_home(const char *path);

/* Makes the folders of an absolute path that are missing; the mode is cut by the umask. Fails with
 * ERROR_OTHER. */
bool file_make_folders(const char *path, mode_t mode, struct error *error);

/* Checks that a path is absolute. A file URI is not: what opens it might take it for a path in a
 * folder "file:". from is what names it, for the message. Fails with ERROR_USAGE. */
bool file_check_absolute(const char *path, const char *from, struct error *error);

/* Checks that a library may open a file: that its path is absolute, and that it is a regular file,
 * since a library could wait for ever for the writer of a FIFO. A missing file does no harm. from
 * is what names the path, for the message. Fails with ERROR_USAGE, for what is not a file with this
 * code of the error catalogue, which may be empty. */
bool file_check_library(const char *path, const char *from, const char *code, struct error *error);

/* The same for the file that a variable names. An unset variable does no harm. */
bool file_check_variable(const char *variable, const char *code, struct error *error);

/* Checks the folders in the list with colons that a variable names: all paths are absolute, and one
 * of the folders is there. An unset variable does no harm. Fails with ERROR_USAGE, for folders that
 * are not there with this code of the error catalogue. */
bool file_check_folders(const char *variable, const char *code, struct error *error);

/* Whether users who need not read the file at path can read it: all users, or a group to which its
 * owner, who is this user, gave it. */
bool file_has_readers(const char *path, const struct file_rights *rights);

/* The command that keeps others from reading the file, but not this user. The caller frees it. */
char *file_hiding_command(const char *path, const struct file_rights *rights);

/* Warns on stderr if the file at path, which holds a secret, has such readers. */
void file_warn_of_readers(const char *path, const struct file_rights *rights);

#endif
