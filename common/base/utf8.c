/* SPDX-License-Identifier: MIT */
#include "common/base/utf8.h"

size_t utf8_read(const char *start, size_t length, uint32_t *ret_character)
{
    const unsigned char *text = (const unsigned char *)start;
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 }; /* by size */
    size_t size = length == 0      ? 0
                  : text[0] < 0x80 ? 1
                  : text[0] < 0xc0 ? 0
                  : text[0] < 0xe0 ? 2
                  : text[0] < 0xf0 ? 3
                  : text[0] < 0xf8 ? 4
                                   : 0;
    if (size == 0 || size > length)
        return 0;
    uint32_t character = size == 1 ? text[0] : text[0] & (0xffU >> (size + 1));
    for (size_t i = 1; i < size; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        character = character << 6 | (text[i] & 0x3f);
    }
    bool is_surrogate = character >= 0xd800 && character < 0xe000;
    *ret_character = character;
    return character < least[size] || character > 0x10ffff || is_surrogate ? 0 : size;
}

bool utf8_is_valid(const char *bytes, size_t length)
{
    uint32_t unused;
    for (size_t at = 0, size; at < length; at += size) {
        size = utf8_read(bytes + at, length - at, &unused);
        if (size == 0)
            return false;
    }
    return true;
}

void utf8_mend(char *text)
{
    uint32_t unused;
    while (*text != '\0') {
        size_t size = utf8_read(text, UTF8_MAX, &unused);
        if (size == 0)
            *text = '?';
        text += size > 0 ? size : 1;
    }
}
