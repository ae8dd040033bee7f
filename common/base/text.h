/* SPDX-License-Identifier: MIT */
/* Formatting, and ASCII text independent of the locale. */
#ifndef COMMON_BASE_TEXT_H
#define COMMON_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* A part of a text that is being parsed. It owns nothing and is not NUL-terminated. */
struct slice {
    const char *bytes;
    size_t length;
};

/* Formats a text as printf does. The caller frees it. */
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *text_format_list(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

/* A copy without the spaces, tabs and line breaks at both ends. The caller frees it. */
char *text_trimmed(const char *text);

/* Whether both texts are equal, or both are NULL. */
bool text_is_same(const char *a, const char *b);

/* Whether the whole text is a GUID as Entra writes it (RFC 9562, 4), in either case. */
bool text_is_guid(const char *text);

/* The value of a hexadecimal digit; -1 if it is not one. */
int text_hex_value(char digit);

char text_lower_char(char c);

/* Converts text to lower case in place. */
void text_lower(char *text);

#endif
