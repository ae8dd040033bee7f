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

/* The error as a JSON object: kind, exitCode, message and, if known, wanted, hint, code, error and
 * suberror (the authority's), correlationId, timestamp and retryAfter (seconds). The caller
 * releases the result with json_object_put. */
struct json_object *error_to_json(const struct error *error);

/* Writes the error as one paragraph, safe to print on a terminal, into text, cut to size bytes. */
void error_format(const struct error *error, char *text, size_t size);

/* Prints the error on stderr after the program's name, or as a JSON object if reporting.as_json is
 * set. Parts of the text come from outside, so bytes that could control a terminal are printed as
 * '?'. Returns the exit code. */
int error_print(const struct error *error);

#endif
