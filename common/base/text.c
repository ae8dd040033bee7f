/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *text_format_list(const char *format, va_list arguments)
{
    char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0) /* longer than INT_MAX, which no text here is */
        abort();
    return text;
}

char *text_format(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = text_format_list(format, arguments);
    va_end(arguments);
    return text;
}

char *text_trimmed(const char *text)
{
    static const char blanks[] = " \t\r\n";
    text += strspn(text, blanks);
    size_t length = strlen(text);
    while (length > 0 && strchr(blanks, text[length - 1]) != NULL)
        length--;
    return strndup(text, length);
}

bool text_is_same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

bool text_is_guid(const char *text)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    size_t i = 0;
    while (form[i] != '\0' && (form[i] == '-' ? text[i] == '-' : text_hex_value(text[i]) >= 0))
        i++;
    return form[i] == '\0' && text[i] == '\0';
}

int text_hex_value(char digit)
{
    char c = text_lower_char(digit);
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char text_lower_char(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

void text_lower(char *text)
{
    for (; *text != '\0'; text++)
        *text = text_lower_char(*text);
}
