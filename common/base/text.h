/* SPDX-License-Identifier: MIT */
/* Small questions about texts of ASCII, the same whatever the locale. */
#ifndef COMMON_BASE_TEXT_H
#define COMMON_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* A part of a text that is being parsed; it owns nothing and is not ended by a NUL. */
struct slice {
    const char *bytes;
    size_t length;
};

/* Whether it is a GUID as Entra writes them (RFC 9562, 4, in either case), and nothing else. */
bool text_is_guid(const char *text);

/* The value of a hexadecimal digit; -1 where it is none. */
int text_hex_value(char digit);

char text_lower_char(char c);

/* Makes its letters small ones. */
void text_lower(char *text);

#endif
