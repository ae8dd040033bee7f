/* SPDX-License-Identifier: MIT */
/*
 * Messages, as people read them: one line each in a file or pipe, and on a terminal as many as its
 * width takes. What may be copied is never broken: a word, and with it a URL, a path or a code, nor
 * a command between quotation marks. What is longer than a line is left to the terminal, which
 * breaks it without inserting anything.
 *
 *     entra: no token for MyWebApi: nobody is signed in: the keyring kernel has no such
 *       sign-in.
 *       Run
 *         entra login --api MyWebApi --tenant contoso.onmicrosoft.com
 *       or configure an app: see entra-appsettings(5).
 */
#ifndef COMMON_BASE_PARAGRAPH_H
#define COMMON_BASE_PARAGRAPH_H

#include <stddef.h>

struct paragraph {
    const char *prefix; /* what the first line begins with, as it is; or NULL */
    const char *text;
    const char *advice; /* what to do about it, in whole sentences; or NULL or "" */
    size_t indent;      /* columns before all lines but the first; before a command, 2 more */
};

/* Lays out a paragraph within so many columns; 0: on one line. The result ends without a line
 * break; the caller frees it. In an advice, a command between quotation marks that the line has no
 * room for gets a line of its own without them. The texts must be printable (printable.h). */
char *paragraph_format(const struct paragraph *paragraph, size_t columns);

/* The columns for a paragraph on a terminal, which people can read well; 0 for what is no terminal,
 * or for one of unknown width. */
size_t paragraph_columns(int fd);

#endif
