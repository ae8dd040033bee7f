/* SPDX-License-Identifier: MIT */
/*
 * What the keyring keeps of persons' sign-ins: for each account, client and authority one refresh
 * token, and for each user name whose account it is. One user name, "*", stands for the default
 * account.
 */
#ifndef COMMON_STORE_ACCOUNT_STORE_H
#define COMMON_STORE_ACCOUNT_STORE_H

#include "common/entra/account.h"
#include "common/store/token_store.h"

#define STORE_KIND_ACCOUNT       "account"
#define STORE_KIND_REFRESH_TOKEN "refresh_token"

#define ACCOUNT_DEFAULT "*" /* no user name is so */

/* Finds out whose account the request's user name is, or the default one, and fills in
 * home_account_id and username. KEYRING_NOTHING: nobody has signed in by that name. KEYRING_FAILED
 * with an error only where the keyring must work. */
enum keyring_answer account_store_resolve(struct token_store *store, struct token_request *request,
                                          int64_t deadline, struct error *error);

/* Finds the refresh token of the request's account, which is resolved. The caller clears it. */
enum keyring_answer account_store_find(struct token_store *store,
                                       const struct token_request *request, int64_t deadline,
                                       struct account *account, struct error *error);

/* Keeps a new sign-in: its refresh token, where it has one, and its user name. It becomes the
 * default account where that is asked for or there was none. */
bool account_store_keep(struct token_store *store, const struct token_request *request,
                        const struct account *account, bool make_default, int64_t deadline,
                        struct error *error);

/* Keeps the refresh token that came in the place of another; where none came, the old one stays. */
bool account_store_rotate(struct token_store *store, const struct token_request *request,
                          const struct account *account, int64_t deadline, struct error *error);

/* Drops the refresh token of the request's account for its client, if it still is this one. */
bool account_store_drop(struct token_store *store, const struct token_request *request,
                        const struct secret *refresh_token, int64_t deadline, struct error *error);

/* Forgets the account of a user name, ACCOUNT_DEFAULT for the default one, NULL for all: their
 * refresh tokens, and the tokens that came of them, in every keyring that token_store_list looks
 * into. Where the default account goes and another stays, that one becomes the default. *count is
 * how many accounts there were. False, and nothing is forgotten, where one of them does not answer
 * (token_store_list); with ERROR_KEYRING where nobody is found and the keyring is locked. */
bool account_store_forget(struct token_store *store, const char *username, int64_t deadline,
                          size_t *count, struct error *error);

/* Whether it is the default account's, at any authority; likewise. */
bool account_store_is_default(const struct keyring_list *accounts, const char *home_account_id);

/* The user name of a home account id, among what token_store_list gives of STORE_KIND_ACCOUNT;
 * NULL: it is not among them. It belongs to the list. */
const char *account_store_username(const struct keyring_list *accounts,
                                   const char *home_account_id);

#endif
