/* SPDX-License-Identifier: MIT */
/*
 * The columns of a terminal, and how many of them a text takes there.
 */
#ifndef COMMON_BASE_COLUMNS_H
#define COMMON_BASE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

/* How wide the terminal is that a descriptor leads to: as COLUMNS says, or else the terminal
 * itself. 0 if it is no terminal, or neither says. */
size_t columns_of_terminal(int fd);

/* The columns that a text of so many bytes takes: two for most of the characters of East Asia, none
 * for those that combine with the one before. A byte that is part of no character takes one. */
size_t columns_of_text(const char *text, size_t length);

/* How many bytes of a text fit into so many columns, without breaking a character. */
size_t columns_fit(const char *text, size_t columns);

/* Whether the user's locale has UTF-8, so that characters beyond ASCII can be printed. */
bool columns_have_utf8(void);

#endif
