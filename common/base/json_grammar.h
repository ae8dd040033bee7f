/* SPDX-License-Identifier: MIT */
/*
 * The grammar of JSON (RFC 8259): what may be in a text before json-c makes objects of it.
 *
 * json-c alone cannot tell. It accepts more than JSON, strictly too (NaN, a name in single quotes,
 * and before 0.18 a line break in a string), and how much more differs from release to release;
 * and when strict it also refuses JSON: 0.18 every letter beyond ASCII (json-c's issues 875 and
 * 892), and since 0.17 an integer of more than 64 bits.
 */
#ifndef COMMON_BASE_JSON_GRAMMAR_H
#define COMMON_BASE_JSON_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>

/* How deep arrays and objects may be nested. */
#define JSON_DEPTH_MAX 16

/* Checks that a text is exactly one JSON value in UTF-8, in which no name contains a NUL: json-c
 * would end it there, and so take it for another one. trailing_commas: whether there may be a comma
 * before a closing bracket. Returns NULL if it is so; else what is wrong, which contains none of
 * the text, with *ret_at set to the faulty byte. */
const char *json_grammar_fault(const char *text, size_t length, bool trailing_commas,
                               size_t *ret_at);

#endif
