/* SPDX-License-Identifier: MIT */
/*
 * What programs print for people on stderr: one error at the end (error.h), warnings, and, on
 * request, a trace with one line per step and the time at which the step was taken. A terminal gets
 * all of it as paragraphs of its width (paragraph.h); with --output json, each is an object in a
 * line, on a terminal too.
 *
 *     trace("keyring: %s has the token", name);
 *
 *     entra:    1.2 ms  keyring: secret-service has the token
 *
 * The first word of a trace line names its area: configuration, keyring, network, store.
 * Never pass a secret to any of these functions.
 */
#ifndef COMMON_BASE_REPORT_H
#define COMMON_BASE_REPORT_H

#include <stdbool.h>
#include <stdint.h>

/* Every program and every module has its own copy; a program sets the copy of each module that it
 * loads (module.h). */
struct reporting {
    bool as_json;  /* print JSON objects on stderr, one per line */
    bool verbose;  /* trace on stderr */
    int file;      /* trace to this file, which other processes may share; -1: none */
    int64_t began; /* microseconds of CLOCK_MONOTONIC */

    /* Receives the warnings instead of stderr; may be NULL. */
    void (*on_warning)(const char *code, const char *text, const char *advice);

    /* Receives what a user who must sign in is told, where there is no terminal, instead of stderr;
     * may be NULL. */
    void (*on_prompt)(const char *text);
};
extern struct reporting reporting;

/* Starts the clock and sets up the trace that ENTRA_TRACE asks for, as GIT_TRACE does: 1, 2 and
 * true trace to stderr; an absolute path appends to that file; unset, empty, 0 and false do not
 * trace. A new file gets mode 0600. A file that is not a regular file, is a link, has several
 * names, or belongs to another user or can be written by one is not used, with a warning. */
void report_begin(void);

/* Prints a sentence on stderr: what was done, which is not an answer. */
void notice(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints a warning on stderr after the program's name. */
void warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* As warning, with a code of the error catalogue or "", and with what to do about it, in whole
 * sentences, or "". */
void warning_of(const char *code, const char *advice, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Prints a message on stderr after the program's name: what went wrong and, unless it is NULL or
 * "", what to do about it. Both must be printable (printable.h). */
void report_message(const char *text, const char *advice);

/* Traces a step, if tracing is on. */
void trace(const char *format, ...) __attribute__((format(printf, 1, 2)));

bool trace_is_on(void);

#endif
