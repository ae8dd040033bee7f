/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/entra/account_folder.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/environment.h"
#include "common/base/text.h"

/* Moves the text to the left, over what says nothing: "//", "/./", "/" and "/." at the end. */
static void simplify(char *path)
{
    char *to = path;
    for (const char *from = path; *from != '\0'; from++) {
        bool is_dot =
            from[0] == '.' && to > path && to[-1] == '/' && (from[1] == '/' || from[1] == '\0');
        bool is_second = from[0] == '/' && to > path && to[-1] == '/';
        if (!is_dot && !is_second)
            *to++ = *from;
    }
    while (to > path + 1 && to[-1] == '/')
        to--;
    *to = '\0';
}

/* The length of what stands for the home folder at the start of the path; 0 if nothing does. */
static size_t home_length(const char *path)
{
    static const char *const names[] = { "~", "$HOME", "${HOME}" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        size_t length = strlen(names[i]);
        if (strncmp(path, names[i], length) == 0 && (path[length] == '/' || path[length] == '\0'))
            return length;
    }
    return 0;
}

/* Whether the path is that of a folder that stands for no choice. */
static bool is_usual(const char *path, const char *home)
{
    static const char *const usual[] = { ".kube/cache/kubelogin", ".kube/cache", ".azure" };
    for (size_t i = 0; home != NULL && i < ARRAY_SIZE(usual); i++) {
        autofree char *folder = text_format("%s/%s", home, usual[i]);
        simplify(folder);
        if (strcmp(path, folder) == 0)
            return true;
    }
    return false;
}

char *account_folder(const char *path)
{
    const char *home = environment("HOME");
    size_t skipped = home != NULL ? home_length(path) : 0;
    autofree char *folder = text_format("%s%s", skipped > 0 ? home : "", path + skipped);
    simplify(folder);
    return is_usual(folder, home) ? NULL : steal(&folder);
}
