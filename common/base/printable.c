/* SPDX-License-Identifier: MIT */
#include "common/base/printable.h"

#include <stdint.h>
#include <string.h>

/* Decodes one UTF-8 character (RFC 3629). Returns its length in bytes, or 0 if it is not valid. */
static size_t read_character(const unsigned char *text, uint32_t *ret_character)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 }; /* by length */
    size_t length = text[0] < 0x80   ? 1
                    : text[0] < 0xc0 ? 0
                    : text[0] < 0xe0 ? 2
                    : text[0] < 0xf0 ? 3
                    : text[0] < 0xf8 ? 4
                                     : 0;
    uint32_t character = length == 1 ? text[0] : text[0] & (0xffU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        character = character << 6 | (text[i] & 0x3f);
    }
    *ret_character = character;
    return character < least[length] || character > 0x10ffff ? 0 : length;
}

/* Control characters (C0, DEL, C1), line and paragraph separators, and those that change the
 * direction of the text. */
static bool is_control(uint32_t character)
{
    return character < 0x20 || (character >= 0x7f && character < 0xa0) ||
           (character >= 0x2028 && character <= 0x202e) ||
           (character >= 0x2066 && character <= 0x2069);
}

/* Reads the next character, or byte that is none. Returns its length in bytes. */
static size_t read_any(const unsigned char *text, bool *ret_printable)
{
    uint32_t character;
    size_t length = read_character(text, &character);
    *ret_printable = length > 0 && !is_control(character);
    return length > 0 ? length : 1;
}

void printable_make(char *text)
{
    bool printable;
    for (unsigned char *p = (unsigned char *)text; *p != '\0';) {
        size_t length = read_any(p, &printable);
        if (!printable)
            memset(p, '?', length);
        p += length;
    }
}

bool printable_is(const char *text)
{
    bool printable = true;
    for (const unsigned char *p = (const unsigned char *)text; printable && *p != '\0';)
        p += read_any(p, &printable);
    return printable;
}

size_t printable_cut(const char *text, size_t max)
{
    size_t length = strnlen(text, max); /* text[length] is readable: a byte or the NUL */
    while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--;
    return length;
}
