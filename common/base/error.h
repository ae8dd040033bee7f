/* SPDX-License-Identifier: MIT */
/*
 * The one error type. It is filled where the failure is understood, once; passed up untouched;
 * printed in main, once. Its kind is the program's exit code.
 *
 *     if (length > LIMIT)
 *         return error_set(error, ERROR_USAGE, "%s is longer than %d bytes", name, LIMIT);
 *
 * What it prints is one paragraph: what was wanted, what went wrong, what to do.
 *
 *     entra: no token for AzureDevOps: the authority refused: AADSTS7000215: Invalid client
 *     secret provided. ... Use the secret's value, not its id.
 */
#ifndef COMMON_BASE_ERROR_H
#define COMMON_BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/report.h"

/* The values are the programs' exit codes (see the EXIT STATUS section of their man pages). */
enum error_kind {
    ERROR_NONE = 0,
    ERROR_OTHER = 1,
    ERROR_USAGE = 2,   /* usage or configuration */
    ERROR_REFUSED = 3, /* the authority refused */
    ERROR_NETWORK = 4, /* the authority was not reached, or did not answer as one */
    ERROR_SIGN_IN = 5, /* a person must sign in first */
    ERROR_KEYRING = 6, /* the keyring, where it was asked for by name */
};

struct error {
    enum error_kind kind;
    char wanted[320];    /* what was being done when it failed; may be empty */
    char message[2048];  /* what went wrong */
    char hint[512];      /* what to do, where the catalogue does not know better; may be empty */
    int64_t retry_after; /* seconds for which the authority wants not to be asked; 0: not said */

    /* For programs; any of them may be empty. */
    char code[48];           /* what the catalogue calls it: AADSTS7000215, keyring_locked */
    char oauth_error[48];    /* the authority's own word (RFC 6749, 5.2): invalid_grant */
    char suberror[48];       /* Entra's further one: bad_token */
    char correlation_id[64]; /* by which its logs find it */
    char timestamp[40];      /* by its clock */
    char claims[1024];       /* what the next sign-in has to bring (JSON, claims.h) */
};

/* Fills in kind and message and empties the rest. Always false, to be returned at once.
 * Text too long for its field is cut. */
bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As error_set, for allocation failure. */
bool error_no_memory(struct error *error);

/* Says what to do about it: a sentence, with its full stop. Always false. */
bool error_hint(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Says what the catalogue (catalogue.h) calls it, which has the remedy where no hint is given.
 * Always false. */
bool error_known_as(struct error *error, const char *code);

/* What to do about it: the hint, or else the catalogue's remedy; "" where there is neither. It may
 * be the error's own. Modules do without it, so that the catalogue is in programs alone. */
const char *error_advice(const struct error *error);

/* As error_set, for what an authority answers and should not. */
bool error_unusable_answer(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Says what was wanted, where nobody below said it yet. Always false. */
bool error_wanted(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Takes over what programs look for (code, the authority's words and ids) from the error that led
 * to this one. Always false. */
bool error_inherit(struct error *error, const struct error *reason);

/* The exit code of a program that fails by it. */
int error_exit_code(const struct error *error);

/* The error as a JSON object: kind, exitCode, message and, where they are known, wanted, hint,
 * code, error and suberror (the authority's), correlationId, timestamp and retryAfter (seconds).
 * The caller puts it. */
struct json_object *error_to_json(const struct error *error);

/* The error as one paragraph, fit for a terminal; into text, cut to its size. */
void error_format(const struct error *error, char *text, size_t size);

/* Prints the error on stderr, with the program's name before it; where reporting.as_json, as a JSON
 * object. Bytes that could steer a terminal are shown as '?': parts of the text come from outside.
 * Gives back the exit code. */
int error_print(const struct error *error);

#endif
