/* SPDX-License-Identifier: MIT */
/*
 * What a token endpoint answers (RFC 6749, 5.1 and 5.2, as Entra speaks it), read as the input from
 * outside that it is. A pure function on a buffer.
 */
#ifndef COMMON_ACQUIRE_HTTP_TOKEN_ANSWER_H
#define COMMON_ACQUIRE_HTTP_TOKEN_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/entra/token.h"

/* Makes a token of an answer with this HTTP status and body, received at this Unix time, which was
 * `date` by the clock of who answered (0: not known). The caller clears it. False with
 * ERROR_REFUSED where the authority says no, ERROR_NETWORK where it has a fault or where what
 * answered is no token endpoint. */
bool token_answer_parse(long status, const char *body, size_t length, int64_t now, int64_t date,
                        struct token *token, struct error *error);

/* A refusal in the authority's words; all but the first may be NULL. */
struct token_refusal {
    const char *error; /* access_denied, ... */
    const char *description;
    const char *correlation_id, *timestamp;
    long number; /* AADSTS; 0: none is known */
};

/* Makes an error of it. Always false. */
bool token_answer_refusal(enum error_kind kind, const struct token_refusal *refusal,
                          struct error *error);

/* The number that a description of Entra's begins with, AADSTS<number>; 0: it does not. */
long token_answer_number(const char *description);

#endif
