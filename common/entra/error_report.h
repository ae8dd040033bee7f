/* SPDX-License-Identifier: MIT */
/*
 * Errors as users and programs read them, with the remedy from the error catalogue (remedies.h).
 * Modules do not use this, so that only programs contain the catalogue.
 */
#ifndef COMMON_ENTRA_ERROR_REPORT_H
#define COMMON_ENTRA_ERROR_REPORT_H

#include <stddef.h>

#include "common/base/error.h"

/* What to do about the error: its hint, or else the remedy from the error catalogue; "" if there is
 * neither. The text is valid as long as the error is. */
const char *error_advice(const struct error *error);

/* Has error_advice not name another keyring to use instead, from now on. For programs that change
 * what is in a keyring: in another one, there would be something else, or nothing. */
void error_advise_in_place(void);

/* What was wanted and what went wrong, safe to print on a terminal. The caller frees it. */
char *error_cause(const struct error *error);

/* The error as a JSON object: kind, exitCode, message and, if known, wanted, hint, code, error and
 * suberror (the authority's), correlationId, timestamp and retryAfter (seconds). The caller
 * releases the result with json_object_put. */
struct json_object *error_to_json(const struct error *error);

/* Prints the error on stderr after the program's name, or as a JSON object if reporting.as_json is
 * set. Parts of the text come from outside, so bytes that could control a terminal are printed as
 * '?'. An error without a message is not printed (output_fail). Returns the exit code. */
int error_print(const struct error *error);

/* Prints a warning of what the error is about, with its advice. */
void error_warn(const struct error *error);

#endif
