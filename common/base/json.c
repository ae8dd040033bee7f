/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/json.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/printable.h"
#include "common/base/secret.h"
#include "common/base/utf8.h"

/* A position in a text, for what json-c does not report: what follows a value, and where a value
 * is. */
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

static size_t line_at(const char *text, size_t at)
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

size_t json_line(const char *text, size_t length, const char *const *path, size_t depth)
{
    struct cursor cursor = { text, length, 0 };
    if (looking_at(&cursor, "\xef\xbb\xbf"))
        cursor.at += 3;
    skip_blank(&cursor);
    for (size_t i = 0; i < depth; i++) {
        if (!enter(&cursor, path[i]))
            return 0;
    }
    return line_at(text, cursor.at < length ? cursor.at : length);
}

static json_object *parse_text(const char *text, size_t length, bool trailing_commas,
                               size_t *ret_at, struct error *error)
{
    const char *fault = json_grammar_fault(text, length, trailing_commas, ret_at);
    if (fault == NULL && length > INT_MAX)
        fault = "it is too long";
    if (fault != NULL) {
        error_set(error, ERROR_OTHER, "not valid JSON: %s", fault);
        return NULL;
    }
    /* The depth is that of values: what is in the deepest brackets is one deeper. */
    struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
    json_object *value = json_tokener_parse_ex(tokener, text, (int)length);
    if (json_tokener_get_error(tokener) == json_tokener_continue) /* a number might go on */
        value = json_tokener_parse_ex(tokener, " ", 1);
    enum json_tokener_error outcome = json_tokener_get_error(tokener);
    json_tokener_free(tokener);

    if (value == NULL)
        error_set(error, ERROR_OTHER, "not valid JSON: %s",
                  outcome == json_tokener_success ? "null in place of an object"
                                                  : json_tokener_error_desc(outcome));
    return value;
}

json_object *json_parse(const char *text, size_t length, struct error *error)
{
    size_t at = 0;
    return parse_text(text, length, false, &at, error);
}

/* Whether the comment from start to the cursor is a block comment without an end. */
static bool is_open_comment(const struct cursor *cursor, size_t start)
{
    return cursor->text[start + 1] == '*' &&
           (cursor->at - start < 4 || memcmp(cursor->text + cursor->at - 2, "*/", 2) != 0);
}

/* Copies a text with its comments blanked out. A comment without an end is kept, so that it is
 * refused. */
static struct secret *blank_comments(const char *text, size_t length)
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

json_object *json_parse_lenient(const char *text, size_t length, size_t *ret_line,
                                struct error *error)
{
    struct cursor start = { text, length, 0 };
    if (looking_at(&start, "\xef\xbb\xbf"))
        start.at += 3;
    size_t at = 0;
    auto_secret struct secret *plain = blank_comments(text + start.at, length - start.at);
    json_object *value = parse_text(plain->bytes, plain->length, true, &at, error);
    *ret_line = line_at(text, start.at + at);
    return value;
}

const char *json_string(const json_object *object, const char *key)
{
    json_object *value = NULL;
    if (!json_object_object_get_ex(object, key, &value) ||
        !json_object_is_type(value, json_type_string))
        return NULL;
    const char *text = json_object_get_string(value);
    return strlen(text) == (size_t)json_object_get_string_len(value) ? text : NULL;
}

bool json_int64(const json_object *object, const char *key, int64_t *ret_value)
{
    json_object *found = NULL;
    if (!json_object_object_get_ex(object, key, &found))
        return false;
    if (json_object_is_type(found, json_type_int)) {
        *ret_value = json_object_get_int64(found);
        return true;
    }
    const char *text = json_string(object, key);
    if (text == NULL || text[0] < '0' || text[0] > '9')
        return false;
    char *end = NULL;
    errno = 0;
    *ret_value = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0';
}

void json_wipe(json_object *object)
{
    if (json_object_is_type(object, json_type_string)) {
        /* json-c has no function for this; the bytes are its own and writable. */
        explicit_bzero((char *)json_object_get_string(object),
                       (size_t)json_object_get_string_len(object));
    } else if (json_object_is_type(object, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(object); i++)
            json_wipe(json_object_get(json_object_array_get_idx(object, i)));
    } else if (json_object_is_type(object, json_type_object)) {
        json_object_object_foreach(object, key, value) {
            (void)key;
            json_wipe(json_object_get(value));
        }
    }
    json_object_put(object);
}

void json_print(json_object *value)
{
    const char *text = json_object_to_json_string_ext(value, JSON_C_TO_STRING_PRETTY |
                                                                 JSON_C_TO_STRING_NOSLASHESCAPE);
    for (size_t length; *text != '\0'; text += length) {
        uint32_t character = 0;
        length = utf8_read(text, UTF8_MAX, &character);
        if (*text != '\n' && length > 0 && printable_is_control(character))
            printf("\\u%04x", (unsigned)character); /* all are below U+10000 */
        else
            fwrite(text, 1, length > 0 ? length : 1, stdout);
        length = length > 0 ? length : 1;
    }
    putchar('\n');
}
