/* SPDX-License-Identifier: MIT */
/*
 * JSON by json-c, with the checks that every reader here wants: a bounded text, nothing after it,
 * no depth beyond what is meant, strings without NUL, numbers that are whole.
 */
#ifndef COMMON_BASE_JSON_H
#define COMMON_BASE_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/cleanup.h"
#include "common/base/error.h"

#define JSON_DEPTH_MAX 16

/* json-c's flags for one line, as it is read most easily. */
#define JSON_LINE (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

/* Parses a text that is one JSON value, to the letter of RFC 8259. NULL with ERROR_OTHER (the
 * message says what is wrong, without any of the text) where it is not. Free with json_wipe or
 * json_object_put. */
json_object *json_parse(const char *text, size_t length, struct error *error);

/* As json_parse, for files that people write: comments, commas before a closing bracket and a
 * UTF-8 byte order mark are allowed, as .NET's configuration allows them. Where it fails, *line is
 * the line number, from 1. */
json_object *json_parse_lenient(const char *text, size_t length, size_t *line, struct error *error);

/* The string that stands under key; NULL where there is none, or it is not a string, or a NUL byte
 * is in it. It belongs to the object. */
const char *json_string(const json_object *object, const char *key);

/* Reads a whole number, or a string that is one (Entra sends both). False where it is neither. */
bool json_int64(const json_object *object, const char *key, int64_t *value);

/* The line, from 1, on which the value at a path of keys and array indices stands in a text that
 * json_parse_lenient took; keys without regard to case. 0 where there is no such value. */
size_t json_line(const char *text, size_t length, const char *const *path, size_t depth);

/* Overwrites every string below the object and drops the reference to it. NULL is fine. */
void json_wipe(json_object *object);

static inline void cleanup_json(json_object **object)
{
    json_object_put(*object);
}
static inline void cleanup_json_secret(json_object **object)
{
    json_wipe(*object);
}
#define auto_json        CLEANUP(cleanup_json)
#define auto_json_secret CLEANUP(cleanup_json_secret)

#endif
