/* SPDX-License-Identifier: MIT */
/*
 * Has a user sign in, by the device's broker or else in the browser or by a code, and stores whose
 * token it is, with the refresh token if there is one.
 */
#ifndef COMMON_TOKENS_USER_SIGN_IN_H
#define COMMON_TOKENS_USER_SIGN_IN_H

#include "common/acquire/acquire.h"
#include "common/store/account_store.h"
#include "common/tokens/broker_tokens.h"
#include "common/tokens/user_tokens.h"

struct user_sign_in {
    const struct acquire_module *module;
    struct store *store;
    struct token_request *request;
    const struct user_tokens_wait *wait;
    const char *demand; /* claims that the authority requires in addition to the request's; or "" */
    enum account_choice choice;
    struct broker_outcome broker;
};

/* Signs the user in, by another client too if the authority refuses the first, and fills in
 * home_account_id and username of the request. A failure is shared with the processes that waited
 * for this one (user_locks_failure). The caller clears *ret_token with token_clear. Fails with any
 * kind. */
bool user_sign_in(const struct user_sign_in *how, struct token *ret_token, struct error *error);

/* Stores an account that has a token, and fills in those members of the request. Fails with
 * ERROR_KEYRING only if the keyring was chosen by name. */
bool user_sign_in_keep(struct store *store, struct token_request *request,
                       const struct account *account, enum account_choice choice,
                       struct error *error);

#endif
