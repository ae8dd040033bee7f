/* SPDX-License-Identifier: MIT */
/*
 * Where new tokens come from: for an app, its credential; for a user, their refresh token or a
 * sign-in (user_tokens.h); for a container registry, an Entra token (registry_tokens.h). The
 * acquire module is loaded here.
 */
#ifndef COMMON_TOKENS_TOKEN_SOURCE_H
#define COMMON_TOKENS_TOKEN_SOURCE_H

#include "common/acquire/acquire.h"
#include "common/tokens/tokens.h"

/* An attempt to get the token of one request. */
struct attempt {
    struct tokens *tokens;
    const struct token_request *original; /* the caller's request */
    struct token_request
        request;             /* a copy, with the account, the client secrets and the key from
                              * the keyring filled in, which alone it owns, and the client chosen */
    bool signs_in_again;     /* as in struct user_tokens_wait */
    bool wants_new;          /* get a new token even if the keyring has a fresh one */
    int64_t was_received_on; /* of the token that is renewed: any later one will do; 0: none is */
    int64_t was_due_on;      /* as in token_renewal_time */
    bool (*may_ask)(void);   /* as in struct tokens */
    int64_t deadline;        /* for keyring and authority (deadline.h) */
    int64_t looked_at;       /* when the last lookup began (deadline.h); 0: there was none */
};

/* Begins an attempt. A new token is also wanted if the request says so. tokens and request must
 * outlive *ret_attempt, which the caller clears with attempt_clear. */
void attempt_begin(struct attempt *ret_attempt, struct tokens *tokens,
                   const struct token_request *request, bool wants_new);
void attempt_clear(struct attempt *attempt);
#define auto_attempt CLEANUP(attempt_clear)

/* Gets a new token and chooses the time of its renewal. Does not ask an authority that throttles or
 * has just refused the same request of another process, and shares its own failure with other
 * processes (shared_failures.h). The caller clears *ret_token with token_clear. Fails with any
 * kind. */
enum acquire_end token_source_acquire(struct attempt *attempt, struct token *ret_token,
                                      struct error *error);

/* As token_source_acquire, but by having the user sign in, and without shared failures. */
bool token_source_sign_in(struct attempt *attempt, struct token *ret_token, struct error *error);

/* Notes in a new token which claims were requested, and when to renew it. */
void token_source_finish(const struct attempt *attempt, struct token *token);

/* tokens_extend_deadline for an attempt. */
void token_source_extend_deadline(struct attempt *attempt);

/* In tokens.c: tokens_get for one attempt, which becomes that of the token. The caller clears
 * *ret_result, {0} before, with tokens_result_clear. */
enum acquire_end tokens_get_for_attempt(struct attempt *attempt, struct tokens_result *ret_result,
                                        struct error *error);

#endif
