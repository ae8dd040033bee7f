/* SPDX-License-Identifier: MIT */
/*
 * The text of a JSON file that people write, for what json-c does not do: passing over comments,
 * and saying on which line a value is.
 */
#ifndef COMMON_BASE_JSON_TEXT_H
#define COMMON_BASE_JSON_TEXT_H

#include <stddef.h>

#include "common/base/secret.h"

/* Where the text begins, after a UTF-8 byte order mark if it has one. */
size_t json_text_start(const char *text, size_t length);

/* Copies a text, with its comments blanked out, so that each line stays where it is. A comment
 * without an end is kept, so that it is refused. The caller frees the result with secret_free. */
struct secret *json_text_without_comments(const char *text, size_t length);

/* The line, from 1, of the byte at this position, which is at most the length of the text. */
size_t json_text_line(const char *text, size_t at);

/* The line, from 1, of the value at a path of keys and array indices, in a text that
 * json_parse_lenient has accepted. Keys are compared without regard to case. Returns 0 if there is
 * no such value. */
size_t json_text_line_of(const char *text, size_t length, const char *const *path, size_t depth);

#endif
