/* SPDX-License-Identifier: MIT */
/*
 * JSON: every text from outside comes through here. json_grammar.h says what may be in it, json-c
 * makes objects of it, and json_string and json_int64 read their members: strings without NUL,
 * whole numbers.
 */
#ifndef COMMON_BASE_JSON_H
#define COMMON_BASE_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/cleanup.h"
#include "common/base/error.h"
#include "common/base/json_grammar.h"

/* json-c's flags for readable output on one line. */
#define JSON_LINE (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

/* Parses text as exactly one JSON value, strictly by RFC 8259. Of an integer beyond 64 bits, the
 * result has the nearest that fits. The caller releases the result with json_wipe or
 * json_object_put. Returns NULL with ERROR_OTHER if the text is not valid (json_grammar.h), or is
 * null; the message contains none of the text. */
json_object *json_parse(const char *text, size_t length, struct error *error);

/* As json_parse, for files that people write: like .NET's configuration, it allows comments, a
 * comma before a closing bracket and a UTF-8 byte order mark. On failure, *ret_line is the number
 * of the faulty line, from 1. */
json_object *json_parse_lenient(const char *text, size_t length, size_t *ret_line,
                                struct error *error);

/* The string under key; NULL if there is none, if it is not a string, or if it contains a NUL. The
 * object owns the text. */
const char *json_string(const json_object *object, const char *key);

/* Reads the whole number under key, or the nearest that fits. It may also be written as a string
 * (Entra sends both), but must fit then. Returns false if there is no such number. */
bool json_int64(const json_object *object, const char *key, int64_t *ret_value);

/* Prints a value on stdout, over several lines. What a terminal could take for a command is
 * escaped: json-c escapes the control characters of ASCII only. */
void json_print(json_object *value);

/* Overwrites every string in the object and drops the reference to it. object may be NULL. */
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
