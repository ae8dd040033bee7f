/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/program_link.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool program_link_is(const char *path, const char *program)
{
    char target[PATH_MAX];
    ssize_t length = readlink(path, target, sizeof target - 1);
    if (length < 0)
        return false;
    target[length] = '\0';
    return target[0] == '/' && strcmp(basename(target), program) == 0;
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
