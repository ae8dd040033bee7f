/* SPDX-License-Identifier: MIT */
/*
 * The error type. An error is filled in once, where the failure is understood; passed up unchanged;
 * and printed once, in main. Its kind is the program's exit code.
 *
 *     if (length > LIMIT)
 *         return error_set(error, ERROR_USAGE, "%s is longer than %d bytes", name, LIMIT);
 *
 * An error prints as one paragraph: what was wanted, what went wrong, what to do.
 *
 *     entra: no token for AzureDevOps: the authority refused: AADSTS7000215: Invalid client
 *     secret provided. ... Check ClientId, and that the secret is one of this app's ...
 */
#ifndef COMMON_BASE_ERROR_H
#define COMMON_BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/report.h"

/* The values are the programs' exit codes (see EXIT STATUS in their man pages). */
enum error_kind {
    ERROR_NONE = 0,
    ERROR_OTHER = 1,
    ERROR_USAGE = 2,   /* usage or configuration */
    ERROR_REFUSED = 3, /* the authority refused the request */
    ERROR_NETWORK = 4, /* the authority could not be reached, or its answer was not usable */
    ERROR_SIGN_IN = 5, /* the user must sign in first */
    ERROR_KEYRING = 6, /* a keyring that was chosen by name failed */
};

struct error {
    enum error_kind kind;
    char wanted[320];    /* what was being done when it failed; may be empty */
    char message[2048];  /* what went wrong */
    char hint[512];      /* what to do about it; empty: the error catalogue has the remedy */
    int64_t retry_after; /* seconds to wait before asking the authority again; 0: not given */
    int exit_code;       /* of the program, if it is not that of the kind; 0: it is */

    /* For programs. Any of these may be empty. */
    char code[48];           /* in the error catalogue: AADSTS7000215, keyring_locked */
    char oauth_error[48];    /* the authority's error code (RFC 6749, 5.2): invalid_grant */
    char suberror[48];       /* Entra's suberror: bad_token */
    char correlation_id[64]; /* identifies the request in the authority's logs */
    char timestamp[40];      /* by the authority's clock */
    char claims[1024];       /* what the next sign-in must satisfy (JSON, claims.h) */
};

/* Sets kind and message and clears every other field. Text that is too long for its field is cut.
 * Always returns false, so that the caller can return the result. */
bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Sets the hint: a sentence, with its full stop. Always returns false. */
bool error_hint(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sets the code of the error in the error catalogue (entra/remedies.h), which supplies the remedy
 * if the error has no hint. Always returns false. */
bool error_known_as(struct error *error, const char *code);

/* As error_set, with ERROR_NETWORK, for an answer of an authority that cannot be used. The format
 * says what is wrong with the answer. */
bool error_unusable_answer(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Says what was wanted, unless the error already says so. Always returns false. */
bool error_wanted(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts what the mistake is in (a setting, an option) in front of the message: "WHERE: MESSAGE".
 * Always returns false. */
bool error_at(struct error *error, const char *where);

/* Copies code, oauth_error, suberror, correlation_id and timestamp from the error that led to this
 * one. Always returns false. */
bool error_inherit(struct error *error, const struct error *reason);

/* The exit code of a program that fails with this error. */
int error_exit_code(const struct error *error);

#endif
