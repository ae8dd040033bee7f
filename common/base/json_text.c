/* SPDX-License-Identifier: MIT */
#include "common/base/json_text.h"

#include <stdio.h>
#include <string.h>

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

/* ---- values ---- */

struct walk {
    struct cursor cursor;
    size_t line, counted; /* the line of the byte at `counted` */
    const char *steps[JSON_DEPTH_MAX];
    json_text_visit *visit;
    void *context;
};

static size_t line_here(struct walk *walk)
{
    for (; walk->counted < walk->cursor.at; walk->counted++)
        walk->line += walk->cursor.text[walk->counted] == '\n';
    return walk->line;
}

static json_object *new_text(const char *bytes, size_t length)
{
    return json_object_new_string_len(bytes, (int)length);
}

/* Reads the string at the cursor. json-c knows the escapes. */
static json_object *take_string(struct cursor *cursor)
{
    const char *bytes = cursor->text + cursor->at;
    size_t start = cursor->at;
    skip_string(cursor);
    size_t length = cursor->at - start;
    if (memchr(bytes, '\\', length) == NULL)
        return new_text(bytes + 1, length - 2);
    struct json_tokener *tokener = json_tokener_new();
    json_object *text = json_tokener_parse_ex(tokener, bytes, (int)length);
    json_tokener_free(tokener);
    return text;
}

/* Reads the number or literal at the cursor, also null, as it is written. */
static json_object *take_word(struct cursor *cursor)
{
    size_t start = cursor->at;
    while (cursor->at < cursor->length && strchr(",]}/ \t\r\n", peek(cursor)) == NULL)
        cursor->at++;
    return new_text(cursor->text + start, cursor->at - start);
}

static bool walk_value(struct walk *walk, size_t depth);

/* The members of the object at the cursor, or the items of the array. */
static bool walk_inside(struct walk *walk, size_t depth, bool is_object)
{
    struct cursor *cursor = &walk->cursor;
    cursor->at++;
    for (size_t index = 0;; index++) {
        char number[24];
        auto_json json_object *key = NULL;
        skip_blank(cursor);
        if (peek(cursor) == '}' || peek(cursor) == ']') {
            cursor->at++;
            return true;
        }
        if (cursor->at >= cursor->length || (is_object && !at_string(cursor)))
            return true; /* it has not been accepted */
        snprintf(number, sizeof number, "%zu", index);
        if (is_object) {
            key = take_string(cursor);
            skip_blank(cursor);
            cursor->at++; /* the colon */
        }
        walk->steps[depth] = is_object ? json_object_get_string(key) : number;
        if (!walk_value(walk, depth + 1))
            return false;
        skip_blank(cursor);
        if (peek(cursor) == ',')
            cursor->at++;
    }
}

static bool walk_value(struct walk *walk, size_t depth)
{
    struct cursor *cursor = &walk->cursor;
    skip_blank(cursor);
    struct json_text_value value = { .steps = walk->steps,
                                     .depth = depth,
                                     .line = line_here(walk) };
    char c = peek(cursor);
    value.kind = c == '{'               ? JSON_TEXT_OBJECT
                 : c == '['             ? JSON_TEXT_ARRAY
                 : c == 'n'             ? JSON_TEXT_NULL
                 : c == 't' || c == 'f' ? JSON_TEXT_BOOLEAN
                                        : JSON_TEXT_SCALAR;
    if (c == '{' || c == '[')
        return walk->visit(walk->context, &value) && walk_inside(walk, depth, c == '{');
    json_object *text = at_string(cursor) ? take_string(cursor) : take_word(cursor);
    value.text = value.kind != JSON_TEXT_NULL ? text : NULL;
    bool goes_on = walk->visit(walk->context, &value);
    json_wipe(text);
    return goes_on;
}

bool json_text_each(const char *text, size_t length, json_text_visit *visit, void *context)
{
    struct walk walk = { .cursor = { text, length, json_text_start(text, length) },
                         .line = 1,
                         .visit = visit,
                         .context = context };
    return walk_value(&walk, 0);
}
