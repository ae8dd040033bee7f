/* SPDX-License-Identifier: MIT */
#include "helpers/git/git_bool.h"

#include <stddef.h>
#include <strings.h>

#include "common/base/array.h"

bool git_bool_is_no(const char *value)
{
    static const char *const words[] = { "", "0", "false", "no", "off" };
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (strcasecmp(value, words[i]) == 0)
            return true;
    return false;
}
