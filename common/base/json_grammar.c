/* SPDX-License-Identifier: MIT */
#include "common/base/json_grammar.h"

#include <ctype.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/utf8.h"

/* A text that is being read, and what is wrong at this byte of it. */
struct reader {
    const char *text;
    size_t length, at;
    bool trailing_commas;
    const char *fault;
};

/* Always returns false. */
static bool fail(struct reader *reader, const char *fault)
{
    reader->fault = reader->at < reader->length ? fault : "the text is incomplete";
    return false;
}

/* The next byte; -1 at the end. */
static int peek(const struct reader *reader)
{
    return reader->at < reader->length ? (unsigned char)reader->text[reader->at] : -1;
}

static bool take(struct reader *reader, char c)
{
    bool is_next = peek(reader) == c;
    reader->at += is_next;
    return is_next;
}

static void skip_blank(struct reader *reader)
{
    while (take(reader, ' ') || take(reader, '\t') || take(reader, '\r') || take(reader, '\n'))
        ;
}

/* ---- strings ---- */

/* What follows a backslash. */
static bool read_escape(struct reader *reader, bool is_name)
{
    size_t left = reader->length - reader->at;
    for (const char *c = "\"\\/bfnrt"; *c != '\0'; c++)
        if (take(reader, *c))
            return true;
    if (is_name && left >= 5 && memcmp(reader->text + reader->at, "u0000", 5) == 0)
        return fail(reader, "a name contains a NUL");
    if (!take(reader, 'u'))
        return fail(reader, "a string has an invalid escape");
    for (int i = 0; i < 4; i++, reader->at++)
        if (!isxdigit(peek(reader)))
            return fail(reader, "a string has an invalid escape");
    return true;
}

static bool read_string(struct reader *reader, bool is_name)
{
    uint32_t character = 0;
    reader->at++;
    while (peek(reader) != '"') {
        size_t left = reader->length - reader->at;
        size_t size = utf8_read(reader->text + reader->at, left, &character);
        if (size == 0)
            return fail(reader, "a string is not UTF-8");
        if (character < 0x20)
            return fail(reader, "a string contains a control character");
        reader->at += size;
        if (character == '\\' && !read_escape(reader, is_name))
            return false;
    }
    reader->at++;
    return true;
}

/* ---- numbers and words ---- */

static bool read_digits(struct reader *reader)
{
    size_t start = reader->at;
    while (peek(reader) >= '0' && peek(reader) <= '9')
        reader->at++;
    return reader->at > start || fail(reader, "digit expected");
}

static bool read_number(struct reader *reader)
{
    take(reader, '-');
    if (!take(reader, '0') && !read_digits(reader))
        return false;
    if (take(reader, '.') && !read_digits(reader))
        return false;
    if (!take(reader, 'e') && !take(reader, 'E'))
        return true;
    if (!take(reader, '+'))
        take(reader, '-');
    return read_digits(reader);
}

static bool read_word(struct reader *reader)
{
    static const char *const words[] = { "true", "false", "null" };
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        size_t size = strlen(words[i]);
        if (reader->length - reader->at < size ||
            memcmp(reader->text + reader->at, words[i], size) != 0)
            continue;
        reader->at += size;
        return true;
    }
    return fail(reader, "value expected");
}

/* ---- values ---- */

static bool read_items(struct reader *reader, int depth);

static bool read_value(struct reader *reader, int depth)
{
    skip_blank(reader);
    int c = peek(reader);
    return c == '{' || c == '['                 ? read_items(reader, depth)
           : c == '"'                           ? read_string(reader, false)
           : c == '-' || (c >= '0' && c <= '9') ? read_number(reader)
                                                : read_word(reader);
}

/* A name and its colon. */
static bool read_name(struct reader *reader)
{
    skip_blank(reader);
    if (peek(reader) != '"')
        return fail(reader, "name in double quotes expected");
    if (!read_string(reader, true))
        return false;
    skip_blank(reader);
    return take(reader, ':') || fail(reader, "':' expected");
}

/* An object or array. */
static bool read_items(struct reader *reader, int depth)
{
    bool is_object = peek(reader) == '{';
    char close = is_object ? '}' : ']';
    if (depth >= JSON_DEPTH_MAX)
        return fail(reader, "nesting too deep");
    reader->at++;
    skip_blank(reader);
    if (take(reader, close))
        return true;
    do {
        if ((is_object && !read_name(reader)) || !read_value(reader, depth + 1))
            return false;
        skip_blank(reader);
        if (take(reader, close))
            return true;
        if (!take(reader, ','))
            return fail(reader, is_object ? "',' or '}' expected" : "',' or ']' expected");
        skip_blank(reader);
    } while (!reader->trailing_commas || !take(reader, close));
    return true;
}

const char *json_grammar_fault(const char *text, size_t length, bool trailing_commas,
                               size_t *ret_at)
{
    struct reader reader = { text, length, 0, trailing_commas, NULL };
    const char *nul = memchr(text, '\0', length);
    if (nul != NULL) {
        *ret_at = (size_t)(nul - text);
        return "it contains a NUL byte";
    }
    if (read_value(&reader, 0)) {
        skip_blank(&reader);
        if (reader.at < length)
            fail(&reader, "there is more text after the value");
    }
    *ret_at = reader.at;
    return reader.fault;
}
