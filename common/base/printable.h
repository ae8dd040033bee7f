/* SPDX-License-Identifier: MIT */
/*
 * Text from outside, made fit for a terminal.
 */
#ifndef COMMON_BASE_PRINTABLE_H
#define COMMON_BASE_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>

/* Puts '?' in the place of every byte that belongs to no character of UTF-8 or to one that steers:
 * control characters can move a terminal's cursor, set its title or hide text, a line break could
 * forge a second message, others turn the direction of the text. */
void printable_make(char *text);

/* How much of a text to show, max bytes at most, so that no character of UTF-8 is cut in two. */
size_t printable_cut(const char *text, size_t max);

#endif
