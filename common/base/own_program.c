/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/own_program.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/text.h"

#define EXECUTABLE "/proc/self/exe"

char *own_program_path(const char *name)
{
    char path[PATH_MAX];
    ssize_t length = readlink(EXECUTABLE, path, sizeof path);
    if (length <= 0 || (size_t)length == sizeof path)
        return NULL;
    path[length] = '\0';
    const char *slash = strrchr(path, '/');
    if (name == NULL || slash == NULL)
        return name == NULL ? strdup(path) : NULL;
    return text_format("%.*s/%s", (int)(slash - path), path, name);
}

bool own_program_is(const char *path)
{
    struct stat own, other;
    return stat(EXECUTABLE, &own) == 0 && stat(path, &other) == 0 && own.st_dev == other.st_dev &&
           own.st_ino == other.st_ino;
}
