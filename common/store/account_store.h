/* SPDX-License-Identifier: MIT */
/*
 * The sign-ins that the keyring stores: one refresh token for each account, client and authority,
 * and one item for each user name that says which account it belongs to. One more says which
 * account is used where none is named (default_account.h).
 */
#ifndef COMMON_STORE_ACCOUNT_STORE_H
#define COMMON_STORE_ACCOUNT_STORE_H

#include "common/entra/request.h"
#include "common/store/default_account.h"
#include "common/store/store.h"

#define STORE_KIND_ACCOUNT       "account"
#define STORE_KIND_REFRESH_TOKEN "refresh_token"

/* Finds the account of the request's user name, or else the one for its folder and tenant
 * (default_account.h), and sets the request's home_account_id and username. Returns
 * KEYRING_NOTHING if nobody is signed in with that name, and KEYRING_FAILED with ERROR_KEYRING only
 * if the keyring was chosen by name. */
enum keyring_answer account_store_resolve(struct store *store, struct token_request *request,
                                          int64_t deadline, struct error *error);

/* Whose token is requested, as far as the request says: a user name, a folder, or ACCOUNT_DEFAULT.
 * The same in all processes that want the same account. The request owns the text. */
const char *account_store_wanted(const struct token_request *request);

/* Finds the refresh token of the request's account; account_store_resolve comes first. The caller
 * clears *ret_account with account_clear. Returns KEYRING_FAILED with ERROR_KEYRING only if the
 * keyring was chosen by name. */
enum keyring_answer account_store_find(struct store *store, const struct token_request *request,
                                       int64_t deadline, struct account *ret_account,
                                       struct error *error);

/* As account_store_resolve, in a list of the accounts (store_list) and without asking the keyring,
 * which might prompt. The caller clears *ret_account with account_clear. Returns false if this
 * keyring has no such account, or does not show it. */
bool account_store_resolve_listed(const struct keyring_list *accounts, const char *store,
                                  const struct token_request *request, struct account *ret_account);

/* Likewise, whether account_store_find would find a refresh token of the account for this client.
 */
bool account_store_is_listed(const struct keyring_list *refresh_tokens, const char *store,
                             const struct token_request *request, const char *client_id,
                             const char *home_account_id);

/* What a user has signed in for. */
enum account_choice {
    ACCOUNT_FOR_REQUEST, /* for one request, which names the account */
    ACCOUNT_FOR_TENANT,  /* for the request's tenant */
    ACCOUNT_FOR_ALL,     /* to have it as the default account */
};

/* Stores a new sign-in: its refresh token, if it has one, and its user name. It becomes the default
 * account if that is the choice or there is none yet; and the account of the request's tenant, and
 * of the one it belongs to, as default_account_remember has it. For a request with a folder, it
 * becomes the folder's account instead. Takes the lock of account_lock.h. Fails with ERROR_KEYRING
 * only if the keyring was chosen by name. */
bool account_store_keep(struct store *store, const struct token_request *request,
                        const struct account *account, enum account_choice choice, int64_t deadline,
                        struct error *error);

/* Stores the refresh token that replaces an earlier one; if the account has none, the earlier one
 * stays. If the account was signed out meanwhile (sign_out.h), none is stored. Fails as
 * account_store_keep does. */
bool account_store_rotate(struct store *store, const struct token_request *request,
                          const struct account *account, int64_t deadline, struct error *error);

/* Deletes the refresh token of the request's account and client, if it is still this one. Fails
 * with ERROR_KEYRING only if the keyring was chosen by name. */
bool account_store_drop(struct store *store, const struct token_request *request,
                        const struct secret *refresh_token, int64_t deadline, struct error *error);

/* Deletes the account of a user name, ACCOUNT_DEFAULT for the default one, or NULL for all: its
 * refresh tokens, access tokens and key, in every keyring that store_list searches. If the
 * default account is deleted and others remain, one of them becomes the default. *ret_count is the
 * number of accounts. An item that cannot be read is deleted if it has the user name; what no
 * lookup can find any more for want of such an item, or of an account's ID, is deleted too: with
 * the default account, every sign-in whose account is gone. What processes that are at work get
 * for these accounts is not stored (sign_out.h). Takes the lock of account_lock.h. Fails as
 * store_list does if one of the keyrings does not answer, and then deletes nothing; fails
 * as store_fail_locked does if no account is found and a keyring is locked, and with ERROR_OTHER if
 * accounts remain and none of them is known to be the default one that was to be deleted. */
bool account_store_forget(struct store *store, const char *username, int64_t deadline,
                          size_t *ret_count, struct error *error);

/* Whether account_store_forget deletes the item: an account's, a refresh token or an access token,
 * while the keyrings have these accounts and refresh tokens. *ret_of_account is whether it belongs
 * to the account; what belongs to nobody is deleted too. */
bool account_store_forgets(const struct keyring_list *accounts,
                           const struct keyring_list *refresh_tokens, const char *username,
                           const struct keyring_item *item, bool *ret_of_account);

/* Makes the account of a user name the default one (default_account_switch), wherever it is signed
 * in: at each authority, in every keyring that store_list searches. *ret_changed is whether
 * it was not so before. Fails with ERROR_SIGN_IN if it is not signed in, and as
 * store_list and default_account_put do; as store_fail_locked does if a keyring is locked that may
 * have it. Takes the lock of account_lock.h. */
bool account_store_switch(struct store *store, const char *username, int64_t deadline,
                          bool *ret_changed, struct error *error);

/* Forgets which accounts belong to a folder (account_folder.h), wherever that is stored; they stay
 * signed in. *ret_found is whether it had any. Takes the lock of account_lock.h. Fails as
 * store_list and default_account_put do. */
bool account_store_forget_folder(struct store *store, const char *folder, int64_t deadline,
                                 bool *ret_found, struct error *error);

/* Calls visit() for each user name that is signed in, as far as the keyrings that store_list
 * searches show it without the user's help (peek in keyring.h). One may come twice. */
void account_store_each_username(const struct store *store, int64_t deadline,
                                 void (*visit)(void *context, const char *username), void *context);

/* Whether a home account ID is that of the default account of some authority. accounts is what
 * store_list returns for STORE_KIND_ACCOUNT. */
bool account_store_is_default(const struct keyring_list *accounts, const char *home_account_id);

/* The user name of a home account ID in the same list; NULL if the list does not have it. The list
 * owns the text. */
const char *account_store_username(const struct keyring_list *accounts,
                                   const char *home_account_id);

#endif
