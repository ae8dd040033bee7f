/* SPDX-License-Identifier: MIT */
#include "common/entra/id_oddity.h"

#include <stdbool.h>
#include <string.h>

#include "common/base/array.h"

static bool has_end_of(const char *text, const char *first, const char *last)
{
    size_t length = strlen(text);
    return length > 0 && (strchr(first, text[0]) != NULL || strchr(last, text[length - 1]) != NULL);
}

static bool has_blank(const char *text)
{
    const char *blanks = " \t\r\n";
    return has_end_of(text, blanks, blanks);
}

/* Such as a space that is not broken, or of no width, as word processors and chats have them. */
static bool has_other_than_ascii(const char *text)
{
    size_t length = strlen(text);
    return length > 0 && ((text[0] & 0x80) != 0 || (text[length - 1] & 0x80) != 0);
}

static bool is_in_braces(const char *text)
{
    return has_end_of(text, "{", "}");
}

static bool is_quoted(const char *text)
{
    return has_end_of(text, "\"'`", "\"'`");
}

static bool is_url(const char *text)
{
    return strstr(text, "://") != NULL;
}

const char *id_oddity(const char *text)
{
    static const struct {
        bool (*is)(const char *text);
        const char *oddity;
    } shapes[] = {
        { has_blank, ": it has a blank or line break at an end" },
        { has_other_than_ascii, ": it has a character at an end that is not ASCII" },
        { is_in_braces, ": it is in braces" },
        { is_quoted, ": it is in quotation marks" },
        { is_url, ": it is a URL" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(shapes); i++)
        if (shapes[i].is(text))
            return shapes[i].oddity;
    return "";
}
