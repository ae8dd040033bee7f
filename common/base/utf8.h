/* SPDX-License-Identifier: MIT */
/*
 * UTF-8 (RFC 3629): the characters of a text from outside, and the bytes in it that are none.
 */
#ifndef COMMON_BASE_UTF8_H
#define COMMON_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most bytes that a character has. */
#define UTF8_MAX 4

/* Decodes the character at the start of these bytes, of which there are length. Of a C string,
 * length may be UTF8_MAX, since its NUL ends every character. Returns the length of the character
 * in bytes, or 0 if there is none. */
size_t utf8_read(const char *start, size_t length, uint32_t *ret_character);

/* Whether these bytes are UTF-8. */
bool utf8_is_valid(const char *bytes, size_t length);

/* Replaces every byte that is not part of a character with '?'. */
void utf8_mend(char *text);

#endif
