/* SPDX-License-Identifier: MIT */
/*
 * Text from outside, made safe to print on a terminal.
 */
#ifndef COMMON_BASE_PRINTABLE_H
#define COMMON_BASE_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>

/* Replaces every byte that is not part of a printable UTF-8 character with '?'. Control characters
 * can move a terminal's cursor, set its title or hide text; a line break could forge a second
 * message; others change the direction of the text. */
void printable_make(char *text);

/* Whether the text is printable UTF-8, which printable_make would leave as it is. */
bool printable_is(const char *text);

/* The length of the longest prefix of text that has at most max bytes and does not end inside a
 * UTF-8 character. */
size_t printable_cut(const char *text, size_t max);

#endif
