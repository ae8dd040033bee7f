/* SPDX-License-Identifier: MIT */
/*
 * A user's tokens: silently, by the refresh token of an earlier sign-in; or, if there is none or it
 * is no longer accepted, by a new sign-in.
 *
 * One process at a time uses an account's refresh token, so that a new one is not overwritten by an
 * older one; and one asks the user to sign in, so that twenty processes show one prompt. These are
 * two locks: a refresh never waits for a user.
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

/* How long a sign-in may take if no --timeout is given: as long as Entra's device codes last. */
#define USER_TOKENS_SIGN_IN_SECONDS (15 * 60)

/* How long to wait, and whether for a user too. */
struct user_tokens_wait {
    const struct options *options; /* which the request was made from */
    bool (*may_ask)(void);         /* whether the user may be asked now; NULL: never */
    int64_t began;                 /* failures of other processes count since then (deadline.h) */
    int64_t deadline;              /* for keyring and authority */
    int64_t sign_in_deadline;      /* for the user */
};

/* Gets a user's token, stores the refresh token that came with it, and fills in home_account_id and
 * username of the request. *ret_asked: the user was asked to sign in, here or by another process
 * that was waited for, so the deadline may have passed. The caller clears *ret_token. Fails with
 * any kind; with ERROR_SIGN_IN if the user must sign in and may not be asked, or did not sign in.
 */
bool user_tokens_acquire(const struct acquire_module *module, struct token_store *store,
                         struct token_request *request, const struct user_tokens_wait *wait,
                         struct token *ret_token, bool *ret_asked, struct error *error);

/* The same for a user who wants to sign in: no refresh token is tried, no other process is waited
 * for, and the account becomes the default one. */
bool user_tokens_sign_in(const struct acquire_module *module, struct token_store *store,
                         struct token_request *request, const struct user_tokens_wait *wait,
                         struct token *ret_token, struct error *error);

/* Fails with ERROR_SIGN_IN: another process is waiting for the user to sign in. Always false. */
bool user_tokens_sign_in_pending(struct error *error);

#endif
