/* SPDX-License-Identifier: MIT */
/*
 * Access tokens: when a token was received, when it expires and when to renew it.
 */
#ifndef COMMON_ENTRA_TOKEN_H
#define COMMON_ENTRA_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/secret.h"
#include "common/entra/pop_key.h"

/* Entra's tokens have 1 to 10 KiB; git accepts lines of at most 65535 bytes. */
#define TOKEN_LENGTH_MAX (48 * 1024)

/* 28 days, longer than any authority's tokens live. Entra's live for at most 24 to 28 hours. */
#define TOKEN_LIFE_MAX (28 * 24 * 3600)

/* A token is no longer used in this many seconds before it expires, so that the work it is used for
 * can finish and clocks may differ a little. MSAL has the same value
 * (AccessTokenExpirationBuffer). */
#define TOKEN_MARGIN (5 * 60)

enum token_origin {
    TOKEN_FROM_AUTHORITY,
    TOKEN_FROM_KEYRING,
};

/* All times are Unix seconds by this machine's clock. */
struct token {
    struct secret *access_token; /* owned; passes token_is_valid_text */
    int64_t received_on;
    int64_t expires_on;
    int64_t refresh_on; /* from here on, renew in the background; 0: not before the margin */
    int64_t claims;     /* claims_hash of the claims in the request; 0: none */
    char key_id[POP_KEY_ID_LENGTH + 1]; /* of the key that it is bound to; "": a bearer token */
    enum token_origin source;
};

/* Whether the bytes can be a bearer token: the b64token of RFC 6750, 2.1. It has no character that
 * ends a line, a quoted string or a header, so every host tool can be given the token unescaped. */
bool token_is_valid_text(const char *bytes, size_t length);

/* The time until which the token may be used. Callers that cache the token ask again then. */
int64_t token_fresh_until(const struct token *token);

/* Whether the token may be used at this time: it is already valid, and not within its margin. */
bool token_is_fresh(const struct token *token, int64_t now);

/* When to renew a token in the background: at a random time between an earliest and a latest one.
 *
 * The latest is at 88 % of the token's life, or at 96 % of the time until its margin if that is
 * less, as for lives of less than an hour. The time that remains is for callers, who need one more
 * call before the margin (of an hour's token, two minutes remain), and for an authority that cannot
 * be reached (of a day's, almost three hours).
 *
 * The earliest is refresh_in seconds after its receipt, if the authority sent that (0: it did not).
 * Otherwise:
 *
 * - For a token that a caller waited for, a quarter of the latest. So machines that were started
 *   together, or lost their tokens in the same outage, soon renew at different times and go on
 *   doing so; and a job that ends within a fifth of a life makes one request.
 * - For a token that replaces another in time, 92 % of the latest, so that it is used for most of
 *   its life. If refresh_in is sooner, the range is as long and begins there.
 *
 * A token replaces another in time if the other was still fresh, no renewal of it has failed, and
 * this one came within a thirtieth of its life after the time chosen for it. That time is
 * was_due_on; 0 if there is no such token, or a renewal has failed. What delays a renewal may have
 * delayed those of other machines too, until the same moment.
 *
 * random is any number, drawn once for each token. Returns 0 for a token that is not renewed before
 * its margin. A pure function. tests/fleet shows its effect on many machines. */
int64_t token_renewal_time(int64_t received_on, int64_t expires_on, int64_t refresh_in,
                           int64_t was_due_on, uint32_t random);

/* For how many seconds not to try again after a renewal failed at `now`: for what the authority
 * demands (retry_after; 0: nothing), then half a minute, and then a random part of the time until
 * five minutes before the margin. So machines whose renewals failed together do not try again
 * together; and in the last five minutes there are several attempts before a caller has to wait.
 * random is as above. A pure function. */
int64_t token_renewal_pause(const struct token *token, int64_t now, int64_t retry_after,
                            uint32_t random);

/* Whether the token is fresh, and its renewal time has come. */
bool token_is_due(const struct token *token, int64_t now);

/* Whether the token has not expired yet, regardless of the margin. */
bool token_is_alive(const struct token *token, int64_t now);

/* The token in the JSON form in which a keyring stores it. The caller frees the result with
 * secret_free. */
struct secret *token_to_json(const struct token *token);

/* Parses that JSON form. The caller clears *ret_token with token_clear. Fails with ERROR_OTHER if
 * the text is not valid: the contents of a keyring are input like any other. */
bool token_from_json(const char *text, size_t length, struct token *ret_token, struct error *error);

/* Wipes and frees what the token owns. */
void token_clear(struct token *token);
#define auto_token CLEANUP(token_clear)

/* Puts one token in the place of another, which is cleared, and leaves nothing where it was. */
void token_move(struct token *to, struct token *from);

#endif
