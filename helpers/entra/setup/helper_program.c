/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/helper_program.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/cleanup.h"
#include "common/base/own_program.h"
#include "common/base/search_path.h"

/* Whether a shell would find this executable by the helper's name alone. */
static bool is_in_path(const char *name, const char *executable)
{
    char found[PATH_MAX];
    autofree char *candidate = search_path_find(name);
    return candidate != NULL && realpath(candidate, found) != NULL &&
           strcmp(found, executable) == 0;
}

char *helper_program(const char *name)
{
    autofree char *executable = own_program_path(NULL), *program = own_program_path(name);
    if (executable == NULL || program == NULL || is_in_path(name, executable))
        return strdup(name);
    return steal(&program);
}
