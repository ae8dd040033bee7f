/* SPDX-License-Identifier: MIT */
/*
 * Tokens that are bound to a key: where the key of an attempt comes from, and the signed form,
 * which is all that callers get. The keyring has the token and the key, one for each account or
 * app; the form is signed for each call.
 *
 * If two processes make the first key of an account at the same time, the last one that is stored
 * is the account's. A token of the other is then bound to a key that is gone, and counts as none.
 */
#ifndef COMMON_TOKENS_POP_H
#define COMMON_TOKENS_POP_H

#include "common/tokens/token_source.h"

/* Whether the attempt is for such a token. */
static inline bool pop_is_wanted(const struct attempt *attempt)
{
    return attempt->request.pop_host != NULL;
}

/* Finds the key of the attempt's account or app, whose account is known (account_store_resolve), if
 * it does not have it yet. A key that cannot be used counts as none. Returns KEYRING_FAILED with
 * ERROR_KEYRING only if the keyring was chosen by name, or with pop_load's errors. */
enum keyring_answer pop_find_key(struct attempt *attempt, struct error *error);

/* Gives the attempt a key to request a token with: the stored one, or a new one, which *ret_is_new
 * says. Fails as pop_find_key does, and with ERROR_OTHER. */
bool pop_prepare_key(struct attempt *attempt, bool *ret_is_new, struct error *error);

/* Replaces a token that is bound to the attempt's key by its signed form. Fails with ERROR_OTHER.
 */
bool pop_sign_token(const struct attempt *attempt, struct token *token, struct error *error);

#endif
