/* SPDX-License-Identifier: MIT */
/*
 * Writing to descriptors that we got from the caller, who may have put them into non-blocking mode:
 * pipes of a program with an event loop, a terminal that is shared with one. The mode cannot be
 * changed, since it belongs to everybody who has the descriptor.
 *
 * What people read is printed through stdio, and is made printable there (printable.h): the names
 * in it come from outside, and an escape sequence in one could take over the terminal. That holds
 * for everything that is printed to stdout or stderr in whatever way, so that no place can forget
 * it. A line with such names is printed by output_line or notice (report.h), where a line break in
 * one cannot forge another line. What is for programs, such as a token, is written by secret_write
 * or output_data, as it is.
 */
#ifndef COMMON_BASE_OUTPUT_H
#define COMMON_BASE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"

/* Sets how long a descriptor in non-blocking mode may make no progress, in this program. In
 * modules, which have copies of these functions, it stays 30 seconds. */
void output_set_limit(int seconds);

/* Writes all of it. Returns false with errno set on failure: ETIMEDOUT if the reader of a
 * descriptor in non-blocking mode does not read, EIO if a write takes nothing. */
bool output_write(int fd, const char *bytes, size_t length);

/* Fails with ERROR_OTHER, since stdout could not be written to: now, with errno, or before, through
 * stdio. If that is because nobody reads it any more, as after `| head`, the error has no message:
 * a program that SIGPIPE ends says nothing either. Always returns false. */
bool output_fail(struct error *error);

/* Has stdout and stderr write in this way. Called once when a program starts. */
void output_begin(void);

/* Prints a line on stdout, made printable as a whole. */
void output_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints a paragraph (paragraph.h) on stdout, as wide as the terminal, made printable as a whole.
 * prefix may be "". */
void output_paragraph(const char *prefix, size_t indent, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Writes to stdout, after what was printed there, as it is: for programs; or our own control
 * sequences for a terminal. Returns false with errno set on failure. */
bool output_data(const char *bytes, size_t length);

#endif
