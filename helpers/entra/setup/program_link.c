/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/program_link.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool program_link_check(const char *path, const char *program, bool *ret_is, struct error *error)
{
    char target[PATH_MAX];
    ssize_t length = readlink(path, target, sizeof target - 1);
    bool is_other = length < 0 && (errno == EINVAL || errno == ENOENT || errno == ENOTDIR);
    if (length < 0 && !is_other)
        return error_set(error, ERROR_OTHER, "%s: %s", path, strerror(errno));
    target[is_other ? 0 : length] = '\0';
    *ret_is = target[0] == '/' && strcmp(basename(target), program) == 0;
    return true;
}

bool program_link_is(const char *path, const char *program)
{
    bool is = false;
    struct error unused = { 0 };
    return program_link_check(path, program, &is, &unused) && is;
}

enum program_link_place program_link_look(const char *path, const char *program)
{
    struct stat status;
    if (lstat(path, &status) != 0)
        return errno == ENOENT ? PROGRAM_LINK_FREE : PROGRAM_LINK_TAKEN;
    return program_link_is(path, program) && access(path, X_OK) != 0 ? PROGRAM_LINK_STALE
                                                                     : PROGRAM_LINK_TAKEN;
}

bool program_link_explain(const char *path, struct error *error)
{
    struct stat status;
    if (lstat(path, &status) != 0)
        return error_set(error, ERROR_OTHER, "no link can be made at %s: %s", path,
                         strerror(errno));
    return error_set(error, ERROR_OTHER, "%s, which is %s, is in the way of our link", path,
                     S_ISDIR(status.st_mode)   ? "a directory"
                     : S_ISLNK(status.st_mode) ? "a link to something else"
                                               : "another file");
}
