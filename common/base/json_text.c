/* SPDX-License-Identifier: MIT */
#include "common/base/json_text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- a position in a text ---- */

struct cursor {
    const char *text;
    size_t length;
    size_t at;
};

static char peek(const struct cursor *cursor)
{
    return cursor->at < cursor->length ? cursor->text[cursor->at] : '\0';
}

static bool looking_at(const struct cursor *cursor, const char *word)
{
    size_t length = strlen(word);
    return cursor->length - cursor->at >= length &&
           memcmp(cursor->text + cursor->at, word, length) == 0;
}

static void skip_past(struct cursor *cursor, const char *word)
{
    while (cursor->at < cursor->length && !looking_at(cursor, word))
        cursor->at++;
    if (cursor->at < cursor->length)
        cursor->at += strlen(word);
}

/* Skips a comment at the cursor. Returns whether there was one. */
static bool skip_comment(struct cursor *cursor)
{
    bool line = looking_at(cursor, "//"), block = looking_at(cursor, "/*");
    if (!line && !block)
        return false;
    cursor->at += 2;
    skip_past(cursor, line ? "\n" : "*/");
    return true;
}

static void skip_blank(struct cursor *cursor)
{
    while (cursor->at < cursor->length) {
        if (peek(cursor) != '\0' && strchr(" \t\r\n", peek(cursor)) != NULL)
            cursor->at++;
        else if (!skip_comment(cursor))
            return;
    }
}

static bool at_string(const struct cursor *cursor)
{
    return peek(cursor) == '"';
}

static void skip_string(struct cursor *cursor)
{
    cursor->at++;
    while (cursor->at < cursor->length && !at_string(cursor))
        cursor->at += peek(cursor) == '\\' ? 2 : 1;
    cursor->at++;
}

/* Skips a string, number or literal, or a whole array or object by counting its brackets. */
static void skip_value(struct cursor *cursor)
{
    int depth = 0;
    do {
        skip_blank(cursor);
        char c = peek(cursor);
        if (at_string(cursor)) {
            skip_string(cursor);
        } else if (c == '{' || c == '[') {
            depth++;
            cursor->at++;
        } else if (c == '}' || c == ']') {
            depth--;
            cursor->at++;
        } else {
            cursor->at++;
            if (depth == 0)
                while (cursor->at < cursor->length && strchr(",]} \t\r\n", peek(cursor)) == NULL)
                    cursor->at++;
        }
    } while (depth > 0 && cursor->at < cursor->length);
}

/* ---- comments ---- */

/* Whether the comment from start to the cursor is a block comment without an end. */
static bool is_open_comment(const struct cursor *cursor, size_t start)
{
    return cursor->text[start + 1] == '*' &&
           (cursor->at - start < 4 || memcmp(cursor->text + cursor->at - 2, "*/", 2) != 0);
}

struct secret *json_text_without_comments(const char *text, size_t length)
{
    struct secret *copy = secret_new(text, length);
    struct cursor cursor = { text, length, 0 };
    while (cursor.at < length) {
        size_t start = cursor.at;
        if (at_string(&cursor)) {
            skip_string(&cursor);
        } else if (skip_comment(&cursor)) {
            for (size_t i = start; !is_open_comment(&cursor, start) && i < cursor.at; i++)
                if (copy->bytes[i] != '\n')
                    copy->bytes[i] = ' ';
        } else {
            cursor.at++;
        }
    }
    return copy;
}

/* ---- lines ---- */

size_t json_text_start(const char *text, size_t length)
{
    return looking_at(&(struct cursor){ text, length, 0 }, "\xef\xbb\xbf") ? 3 : 0;
}

size_t json_text_line(const char *text, size_t at)
{
    size_t line = 1;
    for (size_t i = 0; i < at; i++)
        line += text[i] == '\n';
    return line;
}

/* Skips a key at the cursor, and the colon. Returns whether it is the wanted one. */
static bool take_key(struct cursor *cursor, const char *wanted)
{
    size_t start = cursor->at + 1;
    skip_string(cursor);
    size_t end = cursor->at - 1;
    skip_blank(cursor);
    if (peek(cursor) == ':')
        cursor->at++;
    return end <= cursor->length && end - start == strlen(wanted) &&
           strncasecmp(cursor->text + start, wanted, end - start) == 0;
}

/* Moves from an object or array at the cursor to the value under a key or index. Returns false if
 * there is none. */
static bool enter(struct cursor *cursor, const char *step)
{
    bool object = peek(cursor) == '{';
    if (!object && peek(cursor) != '[')
        return false;
    cursor->at++;
    for (unsigned long index = 0; cursor->at < cursor->length; index++) {
        skip_blank(cursor);
        if (peek(cursor) == '}' || peek(cursor) == ']' || (object && !at_string(cursor)))
            return false;
        bool found = object ? take_key(cursor, step) : index == strtoul(step, NULL, 10);
        skip_blank(cursor);
        if (found)
            return cursor->at < cursor->length;
        skip_value(cursor);
        skip_blank(cursor);
        if (peek(cursor) == ',')
            cursor->at++;
    }
    return false;
}

size_t json_text_line_of(const char *text, size_t length, const char *const *path, size_t depth)
{
    struct cursor cursor = { text, length, json_text_start(text, length) };
    skip_blank(&cursor);
    for (size_t i = 0; i < depth; i++) {
        if (!enter(&cursor, path[i]))
            return 0;
    }
    return json_text_line(text, cursor.at < length ? cursor.at : length);
}
