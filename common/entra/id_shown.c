/* SPDX-License-Identifier: MIT */
#include "common/entra/id_shown.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define CLIENT_SECRET_MIN 32 /* of Entra and AD FS; usually 40 */

const char *id_shown(const char *text)
{
    if (text == NULL)
        return NULL;
    size_t length = strlen(text);
    bool is_like_guid =
        strspn(text, "0123456789ABCDEFabcdef-") == length && strchr(text, '-') != NULL;
    bool is_short = length < CLIENT_SECRET_MIN && strchr(text, '~') == NULL;
    bool is_resource = strncasecmp(text, "/subscriptions/", strlen("/subscriptions/")) == 0;
    return is_like_guid || is_short || is_resource ? text : "...";
}
