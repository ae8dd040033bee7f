/* SPDX-License-Identifier: MIT */
/*
 * Parses the response of a token endpoint (RFC 6749, sections 5.1 and 5.2, with Entra's extensions)
 * as untrusted input. Pure functions on a buffer.
 *
 * A token is taken from the response as it came; what is said of a failure only from its redacted
 * form (http.h), because an error quotes parts of it.
 */
#ifndef COMMON_ACQUIRE_HTTP_TOKEN_ANSWER_H
#define COMMON_ACQUIRE_HTTP_TOKEN_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/acquire/http/http.h"
#include "common/base/error.h"
#include "common/entra/token.h"

/* The token_type of an access token that is bound to a key, and of any other (RFC 6750, 4). */
#define TOKEN_TYPE_POP    "pop"
#define TOKEN_TYPE_BEARER "Bearer"

/* Parses a response with this HTTP status and body. A token is only accepted if it has the type
 * that was asked for (TOKEN_TYPE_...), in either case. now is the Unix time at which it arrived,
 * date the same by the server's clock, or 0 if that is not known. The caller clears *ret_token with
 * token_clear. Fails with ERROR_REFUSED if the authority refused, and ERROR_NETWORK if it had an
 * internal error or the response did not come from a token endpoint. */
bool token_answer_parse(long status, const char *body, size_t length, const char *token_type,
                        int64_t now, int64_t date, struct token *ret_token, struct error *error);

/* As token_answer_parse, for a response that arrived just now. */
bool token_answer_read(const struct http_response *response, const char *token_type,
                       struct token *ret_token, struct error *error);

/* A refusal in the authority's words. All members but error may be NULL. */
struct token_refusal {
    const char *error; /* access_denied, ... */
    const char *description;
    const char *correlation_id, *timestamp;
    long aadsts_number; /* 0 if not known */
};

/* Sets *error to a refusal. Always returns false. */
bool token_answer_refusal(enum error_kind kind, const struct token_refusal *refusal,
                          struct error *error);

/* Returns the number in a description that starts with AADSTS<number>, or 0. */
long token_answer_aadsts_number(const char *description);

#endif
