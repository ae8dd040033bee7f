/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/toml_string.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/base/text.h"

#define MARKS 3 /* around a string of several lines */

bool toml_string_has_lines(const char *text, size_t length)
{
    return length >= 2 * MARKS && text[1] == text[0] && text[2] == text[0];
}

/* How many marks follow each other at the beginning, up to a number. */
static size_t count_marks(const char *text, size_t length, char mark, size_t max)
{
    size_t count = 0;
    while (count < length && count < max && text[count] == mark)
        count++;
    return count;
}

/* Up to two quotation marks may come before the three that end it. */
static size_t length_of_lines(const char *text, size_t length)
{
    for (size_t i = MARKS; i < length; i++) {
        if (text[0] == '"' && text[i] == '\\')
            i++;
        else if (count_marks(text + i, length - i, text[0], MARKS) == MARKS)
            return i + count_marks(text + i, length - i, text[0], MARKS + 2);
    }
    return 0;
}

size_t toml_string_length(const char *text, size_t length)
{
    if (count_marks(text, length, text[0], MARKS) == MARKS)
        return length_of_lines(text, length);
    for (size_t i = 1; i < length && text[i] != '\n'; i++) {
        if (text[0] == '"' && text[i] == '\\')
            i++;
        else if (text[i] == text[0])
            return i + 1;
    }
    return 0;
}

/* ---- what a string means ---- */

/* A character as UTF-8; 0 if Unicode has no such scalar value. */
static size_t write_utf8(uint32_t c, char *out)
{
    if (c >= 0x110000 || (c >= 0xd800 && c < 0xe000))
        return 0;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = { 0, 0xc0, 0xe0, 0xf0 };
    out[0] = (char)(lead[more] | c >> 6 * more);
    for (size_t i = 1; i <= more; i++)
        out[i] = (char)(0x80 | (c >> 6 * (more - i) & 0x3f));
    return more + 1;
}

/* Reads so many hexadecimal digits. */
static bool read_digits(const char *text, size_t digits, uint32_t *ret_value)
{
    uint32_t value = 0;
    for (size_t i = 0; i < digits; i++) {
        int digit = text_hex_value(text[i]);
        if (digit < 0)
            return false;
        value = value << 4 | (uint32_t)digit;
    }
    *ret_value = value;
    return true;
}

/* Reads what follows a backslash. Returns how many bytes that is, and *ret_written how many it
 * means; 0 if TOML does not know it. The string's quotation mark follows them. */
static size_t read_escape(const char *text, size_t length, char *out, size_t *ret_written)
{
    static const char names[] = "btnfr\"\\", meanings[] = "\b\t\n\f\r\"\\";
    const char *name = text[0] != '\0' ? strchr(names, text[0]) : NULL;
    size_t digits = text[0] == 'u' ? 4 : text[0] == 'U' ? 8 : 0;
    uint32_t c = 0;
    if (name != NULL) {
        out[0] = meanings[name - names];
        *ret_written = 1;
        return 1;
    }
    if (digits == 0 || digits >= length || !read_digits(text + 1, digits, &c))
        return 0;
    *ret_written = write_utf8(c, out);
    return *ret_written > 0 ? digits + 1 : 0;
}

struct secret *toml_string_read(const char *text, size_t length)
{
    if (toml_string_has_lines(text, length))
        return NULL;
    if (text[0] == '\'')
        return secret_new(text + 1, length - 2);
    auto_secret struct secret *meaning = secret_allocate(length); /* no escape is shorter */
    size_t written = 0;
    for (size_t i = 1; i < length - 1; i++) {
        size_t more = 1;
        if (text[i] != '\\') {
            meaning->bytes[written++] = text[i];
            continue;
        }
        size_t used = read_escape(text + i + 1, length - i - 2, meaning->bytes + written, &more);
        if (used == 0)
            return NULL;
        i += used;
        written += more;
    }
    return secret_new(meaning->bytes, written);
}

char *toml_string_format(const char *text)
{
    char *string = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&string, &size);
    fputc('"', stream);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(stream, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            fprintf(stream, "\\u%04x", c);
        else
            fputc(c, stream);
    }
    fputc('"', stream);
    fclose(stream);
    return string;
}
