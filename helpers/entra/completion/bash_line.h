/* SPDX-License-Identifier: MIT */
/*
 * A command line as bash gives it to a completion: text as it was typed, up to the cursor. Nothing
 * in it is expanded or run.
 *
 *     entra login --account="Ada Love|          words: entra login   current: --account=Ada Love
 *                            ^ bash replaces this by what it is given, and as it is: so a candidate
 *                              is cut and quoted to fit in there.
 *
 * Where bash's word begins depends on its user's COMP_WORDBREAKS, which has = and : by default.
 */
#ifndef HELPERS_ENTRA_COMPLETION_BASH_LINE_H
#define HELPERS_ENTRA_COMPLETION_BASH_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/cleanup.h"

struct bash_line {
    char **words; /* without their quotation marks; before the word at the cursor; owned */
    size_t count;
    char *current; /* the word at the cursor, up to there; owned */
    size_t kept;   /* how many bytes of current come before what bash replaces */
    char quote;    /* the quotation mark that is open there; 0: none is */
};

/* Reads a line whose last bytes, as many as `replaced` has, are what bash replaces. Returns false
 * if the line does not end so, or not within its last word, or if a backslash would change the
 * first byte of what bash is given. The caller clears *ret_line. */
bool bash_line_read(const char *line, const char *replaced, struct bash_line *ret_line);

/* Quotes the rest of a word for the place of what bash replaces. A printable word means itself
 * there, whatever is in it. The caller frees the result. */
char *bash_line_quote(const struct bash_line *line, const char *word);

void bash_line_clear(struct bash_line *line);
#define auto_bash_line CLEANUP(bash_line_clear)

#endif
