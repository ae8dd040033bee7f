/* SPDX-License-Identifier: MIT */
/*
 * Text from outside, made safe to print on a terminal.
 */
#ifndef COMMON_BASE_PRINTABLE_H
#define COMMON_BASE_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Replaces every byte that is not part of a printable UTF-8 character with '?'. Control characters
 * can move a terminal's cursor, set its title or hide text; a line break could forge a second
 * message; others change the direction of the text. */
void printable_make(char *text);

/* Whether printable_make would leave the text as it is. */
bool printable_is(const char *text);

/* As printable_make, for a part of a longer output: keeps line breaks (CR LF too) and tabs. Returns
 * how many bytes are done: all of them, or all but a character at the end whose rest is still to
 * come. */
size_t printable_make_output(char *bytes, size_t length);

/* Whether a character can move a terminal's cursor, hide or reorder text (see above). */
bool printable_is_control(uint32_t character);

/* The length of the longest prefix of text that has at most max bytes and does not end inside a
 * UTF-8 character. */
size_t printable_cut(const char *text, size_t max);

#endif
