/* SPDX-License-Identifier: MIT */
/*
 * The tokens of users: obtained silently, with the refresh token of an earlier sign-in, or by a new
 * sign-in if there is no refresh token or the authority no longer accepts it.
 *
 * Only one process at a time uses an account's refresh token, so that an older one never overwrites
 * a newer one; and only one asks the user to sign in, so that twenty processes show one prompt.
 * These are two locks, so a refresh never waits for the user.
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
#include "common/store/store.h"

/* How long a sign-in may take without --timeout: as long as Entra's device codes are valid. */
#define USER_TOKENS_SIGN_IN_SECONDS (15 * 60)

/* How long to wait, and whether to wait for the user too. */
struct user_tokens_wait {
    const struct options *options; /* those that the request was made from */
    const char *name_account;      /* as in struct tokens */
    const char *no_identity;       /* likewise */
    bool (*may_ask)(void);         /* whether the user may be asked now; NULL: never */
    bool wants_new;                /* even if the broker has a token in its cache */
    bool signs_in_again;           /* somebody is signed in: it may be time for another account */
    int64_t began;                 /* older failures of other processes do not count (deadline.h) */
    int64_t deadline;              /* for keyring and authority */
    int64_t sign_in_deadline;      /* for the user */
};

/* Gets a user's token, stores the refresh token that came with it, and fills in home_account_id and
 * username of the request. *ret_asked is whether the user was asked to sign in, by this process or
 * by another one that this one waited for; the deadline may then have passed. The caller clears
 * *ret_token with token_clear. Fails with any kind, with ERROR_SIGN_IN if the user must sign in but
 * may not be asked, or does not sign in. */
bool user_tokens_acquire(const struct acquire_module *module, struct store *store,
                         struct token_request *request, const struct user_tokens_wait *wait,
                         struct token *ret_token, bool *ret_asked, struct error *error);

/* As user_tokens_acquire, for a user who wants to sign in: does not try the refresh token, does not
 * wait for other processes, and makes the account the default one, or with --tenant that of the
 * tenant. */
bool user_tokens_sign_in(const struct acquire_module *module, struct store *store,
                         struct token_request *request, const struct user_tokens_wait *wait,
                         struct token *ret_token, struct error *error);

#endif
