/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/search_path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/cleanup.h"
#include "common/base/text.h"

/* What execvp searches if PATH is not set. */
#define DEFAULT_PATH "/bin:/usr/bin"

/* A folder can be "executed", too: it can be searched. */
static bool is_program(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

/* Goes through PATH. Returns the next path of a program of this name, or NULL at the end; *rest is
 * the part that is left. The caller frees the result. */
static char *next_program(const char *name, const char **rest)
{
    while (*rest != NULL) {
        const char *folder = *rest;
        int length = (int)strcspn(folder, ":");
        autofree char *candidate = text_format("%.*s/%s", length, folder, name);
        *rest = folder[length] == ':' ? folder + length + 1 : NULL;
        if (folder[0] == '/' && is_program(candidate))
            return steal(&candidate);
    }
    return NULL;
}

static const char *search_path(void)
{
    const char *path = getenv("PATH");
    return path != NULL ? path : DEFAULT_PATH;
}

char *search_path_find(const char *name)
{
    const char *rest = search_path();
    if (strchr(name, '/') != NULL)
        return name[0] == '/' && is_program(name) ? strdup(name) : NULL;
    return next_program(name, &rest);
}

char *search_path_find_behind(const char *name, const char *path, bool (*accept)(const char *path))
{
    const char *rest = search_path();
    autofree char *found = NULL;
    char *candidate;
    while ((candidate = next_program(name, &rest)) != NULL) {
        autofree char *unused = candidate;
        bool is_start = path != NULL && strcmp(candidate, path) == 0;
        if (is_start)
            free(steal(&found));
        else if (found == NULL && accept(candidate))
            found = steal(&unused);
    }
    return steal(&found);
}

/* As execve fails with this path; 0 if that is not known before. */
static int failure_of(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return errno == ENOTDIR ? ENOENT : errno == ENOENT || errno == EACCES ? errno : 0;
    return S_ISREG(status.st_mode) && faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0 ? 0 : EACCES;
}

/* Of several failures, that of a program which is there but cannot be run counts (execvp(3)). */
int search_path_look(const char *name, char **ret_path)
{
    bool is_path = strchr(name, '/') != NULL;
    const char *rest = is_path || name[0] == '\0' ? NULL : search_path();
    int failure = is_path ? failure_of(name) : ENOENT;
    if (is_path && failure == 0)
        *ret_path = strdup(name);
    while (rest != NULL) {
        const char *folder = rest;
        int length = (int)strcspn(folder, ":");
        autofree char *candidate = text_format("%.*s/%s", length, folder, name);
        rest = folder[length] == ':' ? folder + length + 1 : NULL;
        if (folder[0] != '/')
            continue;
        if (is_program(candidate)) {
            *ret_path = steal(&candidate);
            return 0;
        }
        failure = failure_of(candidate) == EACCES ? EACCES : failure;
    }
    return failure;
}

char *search_path_passed_over(const char *name)
{
    const char *rest = strchr(name, '/') != NULL ? NULL : search_path();
    while (rest != NULL) {
        const char *folder = rest;
        int length = (int)strcspn(folder, ":");
        autofree char *candidate =
            text_format("%.*s/%s", length > 0 ? length : 1, length > 0 ? folder : ".", name);
        rest = folder[length] == ':' ? folder + length + 1 : NULL;
        if (folder[0] != '/' && is_program(candidate))
            return steal(&candidate);
    }
    return NULL;
}

/* The length of a folder's path without the slashes at its end. */
static size_t length_of(const char *folder, size_t length)
{
    while (length > 1 && folder[length - 1] == '/')
        length--;
    return length;
}

size_t search_path_place(const char *folder)
{
    const char *rest = search_path();
    size_t wanted = length_of(folder, strlen(folder));
    for (size_t place = 0; rest != NULL; place++) {
        size_t length = strcspn(rest, ":");
        if (length_of(rest, length) == wanted && strncmp(rest, folder, wanted) == 0)
            return place;
        rest = rest[length] == ':' ? rest + length + 1 : NULL;
    }
    return SIZE_MAX;
}
