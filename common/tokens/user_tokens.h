/* SPDX-License-Identifier: MIT */
/*
 * A person's grant: a refresh token, from which tokens come in silence; and where there is none, or
 * it is no longer taken, a sign-in by which a new one comes.
 *
 * One process at a time uses an account's refresh token, so that a new one is not lost to an older
 * one; and one asks a person to sign in, so that twenty processes show one prompt. The two are
 * apart: a refresh never waits for a person.
 */
#ifndef COMMON_TOKENS_USER_TOKENS_H
#define COMMON_TOKENS_USER_TOKENS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/acquire/acquire.h"
#include "common/base/error.h"
#include "common/base/options.h"
#include "common/entra/request.h"
#include "common/entra/token.h"
#include "common/store/token_store.h"

/* How long a person is waited for, where no time limit was given: as long as Entra's device codes
 * are good. */
#define USER_TOKENS_SIGN_IN_SECONDS (15 * 60)

/* Who waits for a grant, and how long. */
struct user_tokens_wait {
    const struct options *options; /* what the request came of */
    int64_t began;                 /* deadline.h: failures since then are heeded */
    int64_t deadline;              /* for keyring and authority */
    int64_t sign_in_deadline;      /* for a person */
};

/* Gives a person's token, and keeps the refresh token that came with it; fills in whose it is, in
 * the request. *asked: a person was asked to sign in, here or by another process that was waited
 * for, so more time has gone than deadline gave. The caller clears the token. False with any kind
 * of error; ERROR_SIGN_IN where a person must sign in and may not be asked now, or did not. */
bool user_tokens_acquire(const struct acquire_module *module, struct token_store *store,
                         struct token_request *request, const struct user_tokens_wait *wait,
                         struct token *token, bool *asked, struct error *error);

/* The same, for a person who wants to sign in: no refresh token is tried, and the account becomes
 * the default one. */
bool user_tokens_sign_in(const struct acquire_module *module, struct token_store *store,
                         struct token_request *request, const struct user_tokens_wait *wait,
                         struct token *token, struct error *error);

/* Says that another process has asked a person already, who has not answered in time. Always false.
 */
bool user_tokens_sign_in_pending(struct error *error);

#endif
