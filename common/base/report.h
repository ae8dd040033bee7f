/* SPDX-License-Identifier: MIT */
/*
 * How programs speak to people: lines on stderr. One error at the end (error.h), warnings, and,
 * where they are asked for, a line about each step with the time that it was taken at.
 *
 *     trace("keyring: %s has the token", name);
 *
 *     entra:    1.2 ms  keyring: secret-service has the token
 *
 * A step's first word says of what kind it is: configuration, keyring, network, store.
 * Never give any of them a secret.
 */
#ifndef COMMON_BASE_REPORT_H
#define COMMON_BASE_REPORT_H

#include <stdbool.h>
#include <stdint.h>

/* Each program and each module has one of its own; a program gives its own to the modules it loads
 * (module.h). */
struct reporting {
    bool as_json;  /* what is said on stderr is JSON objects, one a line */
    bool verbose;  /* steps are told on stderr */
    int file;      /* steps are told in this file, beside other processes; -1: in none */
    int64_t began; /* microseconds of CLOCK_MONOTONIC */

    /* Who takes the warnings in the place of stderr; NULL: nobody. */
    void (*on_warning)(const char *code, const char *text);
};
extern struct reporting reporting;

/* Starts the clock, and tells steps where ENTRA_TRACE wants them told, as GIT_TRACE does: on stderr
 * (1, 2, true), or in a file (an absolute path), to which they are added. Unset, empty, 0 and
 * false: nowhere. The file is made with mode 0600; one that is no plain file, is a link, or is not
 * this user's alone to write is not used, with a warning. */
void report_begin(void);

/* Prints a warning on stderr, with the program's name before it. */
void warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, for what the catalogue has a name for. */
void warning_of(const char *code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Tells of a step, if somebody wants to know. */
void trace(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether somebody does. */
bool trace_is_on(void);

#endif
