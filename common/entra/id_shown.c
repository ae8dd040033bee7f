/* SPDX-License-Identifier: MIT */
#include "common/entra/id_shown.h"

#include <stdbool.h>
#include <string.h>

#define CLIENT_SECRET_MIN 32 /* of Entra and AD FS; usually 40 */

const char *id_shown(const char *text)
{
    size_t length = strlen(text);
    bool is_like_guid =
        strspn(text, "0123456789ABCDEFabcdef-") == length && strchr(text, '-') != NULL;
    bool is_short = length < CLIENT_SECRET_MIN && strchr(text, '~') == NULL;
    return is_like_guid || is_short ? text : "...";
}
