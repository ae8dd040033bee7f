/* SPDX-License-Identifier: MIT */
#include "common/base/printable.h"

#include <string.h>

#include "common/base/utf8.h"

/* Control characters (C0, DEL, C1), line and paragraph separators, and those that change the
 * direction of the text. */
bool printable_is_control(uint32_t character)
{
    return character < 0x20 || (character >= 0x7f && character < 0xa0) || character == 0x061c ||
           character == 0x200e || character == 0x200f ||
           (character >= 0x2028 && character <= 0x202e) ||
           (character >= 0x2066 && character <= 0x2069);
}

/* Reads the next character, or byte that is none. Returns its length in bytes. */
static size_t read_any(const unsigned char *text, bool *ret_printable)
{
    uint32_t character;
    size_t length = utf8_read((const char *)text, UTF8_MAX, &character);
    *ret_printable = length > 0 && !printable_is_control(character);
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
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0' && printable;)
        p += read_any(p, &printable);
    return printable;
}

/* Whether these bytes may be the beginning of a character, or of CR LF. */
static bool is_unfinished(const unsigned char *bytes, size_t length)
{
    size_t whole = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : bytes[0] >= 0xc0 ? 2 : 1;
    if (bytes[0] == '\r')
        return length == 1;
    for (size_t i = 1; i < length && i < whole; i++)
        if ((bytes[i] & 0xc0) != 0x80)
            return false;
    return length < whole;
}

size_t printable_make_output(char *bytes, size_t length)
{
    unsigned char *at = (unsigned char *)bytes, *end = at + length;
    while (at < end) {
        uint32_t number = 0;
        size_t left = (size_t)(end - at);
        if (is_unfinished(at, left))
            break;
        size_t size = utf8_read((const char *)at, left, &number);
        bool is_break = number == '\n' || number == '\t' || (number == '\r' && at[1] == '\n');
        if (size == 0 || (printable_is_control(number) && !is_break))
            memset(at, '?', size > 0 ? size : 1);
        at += size > 0 ? size : 1;
    }
    return (size_t)(at - (unsigned char *)bytes);
}

size_t printable_cut(const char *text, size_t max)
{
    size_t length = strnlen(text, max); /* text[length] is readable: a byte or the NUL */
    while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--;
    return length;
}
