/* SPDX-License-Identifier: MIT */
#include "common/entra/id_shown.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "common/base/text.h"

#define CLIENT_SECRET_MIN 32 /* of Entra and AD FS; usually 40 */
#define GUID_LENGTH       36
#define LETTERS           "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

static bool begins_with_guid(const char *text)
{
    char guid[GUID_LENGTH + 1] = "";
    memcpy(guid, text, strnlen(text, GUID_LENGTH));
    return text_is_guid(guid);
}

/* How many characters are in no GUID. */
static size_t length_without_guids(const char *text)
{
    size_t length = 0;
    while (*text != '\0') {
        bool is_guid = begins_with_guid(text);
        text += is_guid ? GUID_LENGTH : 1;
        length += !is_guid;
    }
    return length;
}

/* Whether it is a URL without the parts that may have a secret. */
static bool is_plain_url(const char *text)
{
    size_t scheme = strspn(text, LETTERS);
    return scheme > 0 && strncmp(text + scheme, "://", 3) == 0 && strpbrk(text, "?#@") == NULL;
}

const char *id_shown(const char *text)
{
    if (text == NULL)
        return NULL;
    bool is_like_guid =
        text[strspn(text, "0123456789ABCDEFabcdef-{} \t\r\n")] == '\0' && strchr(text, '-') != NULL;
    bool is_short = length_without_guids(text) < CLIENT_SECRET_MIN;
    bool is_resource = strncasecmp(text, "/subscriptions/", strlen("/subscriptions/")) == 0;
    bool is_open = is_like_guid || is_resource ||
                   ((is_short || is_plain_url(text)) && strchr(text, '~') == NULL);
    return is_open ? text : "...";
}
