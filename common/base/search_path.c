/* SPDX-License-Identifier: MIT */
#include "common/base/search_path.h"

#include <stdbool.h>
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

char *search_path_find(const char *name)
{
    const char *path = getenv("PATH");
    if (strchr(name, '/') != NULL)
        return name[0] == '/' && is_program(name) ? strdup(name) : NULL;
    for (path = path != NULL ? path : DEFAULT_PATH; path != NULL;) {
        int length = (int)strcspn(path, ":");
        autofree char *candidate = text_format("%.*s/%s", length, path, name);
        if (path[0] == '/' && is_program(candidate))
            return steal(&candidate);
        path = path[length] == ':' ? path + length + 1 : NULL;
    }
    return NULL;
}
