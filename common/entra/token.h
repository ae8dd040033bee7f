/* SPDX-License-Identifier: MIT */
/*
 * What a token is: an access token, when it came, when it ends, when to renew it.
 */
#ifndef COMMON_ENTRA_TOKEN_H
#define COMMON_ENTRA_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/secret.h"

/* Entra's are 1 to 10 KiB; git takes lines of 65535 bytes at most. */
#define TOKEN_LENGTH_MAX (48 * 1024)

/* A life that no authority gives: 28 days. Entra's longest are 24 to 28 hours. */
#define TOKEN_LIFE_MAX (28 * 24 * 3600)

/* A token counts as used up this many seconds before it ends, so that the work it is used for can
 * finish and clocks may differ a little. MSAL's own figure (AccessTokenExpirationBuffer). */
#define TOKEN_MARGIN (5 * 60)

enum token_origin {
    TOKEN_FROM_AUTHORITY,
    TOKEN_FROM_KEYRING,
};

/* All times are Unix seconds by this machine's clock. */
struct token {
    struct secret *access_token; /* owned; checked by token_is_valid_text */
    int64_t received_on;
    int64_t expires_on;
    int64_t refresh_on; /* renew it without waiting from here on; 0: not before its margin */
    int64_t claims;     /* claims_hash of those that it was asked for with; 0: none */
    enum token_origin source;
};

/* Whether these bytes can be a bearer token: b64token of RFC 6750, 2.1. Nothing in it can end a
 * line, a quoted string or a header, so that it can be handed to any host tool as it is. */
bool token_is_valid_text(const char *bytes, size_t length);

/* The last second at which the token is to be given out; callers that keep it ask again then. */
int64_t token_fresh_until(const struct token *token);

/* Whether the token can be given out at this time: it has begun, and has not come to its margin. */
bool token_is_fresh(const struct token *token, int64_t now);

/* When to renew a token without waiting: at refresh_in (seconds from its receipt; 0: the authority
 * did not say), or at half of a life of more than two hours, later by a random share of a tenth of
 * that time, so that machines started together do not renew together. random is any number, drawn
 * once for a token. 0: not before its margin. A pure function. */
int64_t token_renewal_time(int64_t received_on, int64_t expires_on, int64_t refresh_in,
                           uint32_t random);

/* Whether the token is fresh, and the time to renew it has come. */
bool token_is_due(const struct token *token, int64_t now);

/* Whether the token has not ended yet, margin or no. */
bool token_is_alive(const struct token *token, int64_t now);

/* The token's JSON form, as it rests in a keyring. NULL if there is no memory. */
struct secret *token_to_json(const struct token *token);

/* Reads that form again; token is filled and owns its secret. False with ERROR_OTHER where the
 * text is not such a form: the keyring's contents are input like any other. */
bool token_from_json(const char *text, size_t length, struct token *token, struct error *error);

/* Wipes and releases what the token owns. */
void token_clear(struct token *token);

#define auto_token CLEANUP(token_clear)

#endif
