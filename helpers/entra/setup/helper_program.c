/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/helper_program.h"

#include <stdbool.h>
#include <string.h>

#include "common/base/cleanup.h"
#include "common/base/own_program.h"
#include "common/base/search_path.h"

char *helper_program(const char *name)
{
    autofree char *found = search_path_find(name), *program = own_program_path(name);
    bool is_in_path = found != NULL && own_program_is(found);
    if (program == NULL || is_in_path)
        return strdup(name);
    return steal(&program);
}
