/* SPDX-License-Identifier: MIT */
/*
 * Where new tokens come from: for an app by its credential, for a user by their refresh token or a
 * sign-in (user_tokens.h). The module that asks the authority is loaded here.
 */
#ifndef COMMON_TOKENS_TOKEN_SOURCE_H
#define COMMON_TOKENS_TOKEN_SOURCE_H

#include "common/acquire/acquire.h"
#include "common/tokens/tokens.h"

/* An attempt at one request's token. */
struct attempt {
    struct tokens *tokens;
    const struct token_request *asked; /* the caller's */
    struct token_request request; /* a copy, with the account and the kept client secrets filled
                                   * in; it owns only those */
    bool anew;                    /* a new token, whatever the keyring has */
    bool (*may_ask)(void);        /* as in struct tokens */
    int64_t deadline;             /* for keyring and authority (deadline.h) */
};

/* The caller clears *ret_attempt; tokens and request must outlive it. */
void attempt_begin(struct attempt *ret_attempt, struct tokens *tokens,
                   const struct token_request *request);
void attempt_clear(struct attempt *attempt);
#define auto_attempt CLEANUP(attempt_clear)

/* Gets a new token, unless the authority throttles or has just refused it to another process; a
 * failure is shared with other processes (shared_failures.h). The time of its renewal is drawn
 * here, once. The caller clears *ret_token. */
enum acquire_end token_source_acquire(struct attempt *attempt, struct token *ret_token,
                                      struct error *error);

/* Has a user sign in; likewise. Fails with any kind. */
bool token_source_sign_in(struct attempt *attempt, struct token *ret_token, struct error *error);

/* Gives keyring and authority their time again after the user was waited for. */
void token_source_extend_deadline(struct attempt *attempt);

#endif
