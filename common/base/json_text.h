/* SPDX-License-Identifier: MIT */
/*
 * The text of a JSON file that people write, for what json-c does not do: passing over comments,
 * and saying on which line each value is.
 */
#ifndef COMMON_BASE_JSON_TEXT_H
#define COMMON_BASE_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/json.h"
#include "common/base/secret.h"

/* Where the text begins, after a UTF-8 byte order mark if it has one. */
size_t json_text_start(const char *text, size_t length);

/* Copies a text, with its comments blanked out, so that each line stays where it is. A comment
 * without an end is kept, so that it is refused. The caller frees the result with secret_free. */
struct secret *json_text_without_comments(const char *text, size_t length);

/* The line, from 1, of the byte at this position, which is at most the length of the text. */
size_t json_text_line(const char *text, size_t at);

enum json_text_kind {
    JSON_TEXT_OBJECT,  /* its members follow */
    JSON_TEXT_ARRAY,   /* its items follow */
    JSON_TEXT_BOOLEAN, /* true or false */
    JSON_TEXT_SCALAR,  /* a string or a number */
    JSON_TEXT_NULL,
};

/* A value of the text. It is valid only during the call. */
struct json_text_value {
    const char *const *steps; /* the keys, and indices of arrays in decimal, that lead to it */
    size_t depth;             /* how many; 0: it is the whole text */
    enum json_text_kind kind;
    json_object *text; /* the string, or the number, true or false as it is written; else NULL */
    size_t line;       /* from 1 */
};

/* Returns whether to go on. */
typedef bool json_text_visit(void *context, const struct json_text_value *value);

/* Passes on each value of a text that json_parse_lenient has accepted, in the text's order. Unlike
 * json-c, it passes on every member of an object in which a key is repeated. Returns false if a
 * visit did. */
bool json_text_each(const char *text, size_t length, json_text_visit *visit, void *context);

#endif
