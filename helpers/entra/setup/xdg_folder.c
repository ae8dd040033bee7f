/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/xdg_folder.h"

#include <string.h>

#include "common/base/environment.h"

char *xdg_folder_of_all_users(size_t index)
{
    const char *folders = environment("XDG_CONFIG_DIRS");
    size_t count = 0;
    while (folders != NULL && *folders != '\0') {
        size_t length = strcspn(folders, ":");
        if (*folders == '/' && count++ == index)
            return strndup(folders, length);
        folders += length + (folders[length] == ':');
    }
    return count == 0 && index == 0 ? strdup("/etc/xdg") : NULL;
}
