/* SPDX-License-Identifier: MIT */
/*
 * Which accounts are meant by who signs out, and which items of the keyrings belong to them: the
 * judgement of account_store_forget. It is passed on item by item, since some may be locked,
 * damaged or left over.
 */
#ifndef COMMON_STORE_ACCOUNT_SELECTION_H
#define COMMON_STORE_ACCOUNT_SELECTION_H

#include "common/entra/account.h"
#include "keyring/keyring.h"

/* Owns nothing. */
struct account_selection {
    const struct keyring_list *accounts, *refresh_tokens; /* all that store_list found */
    const char *username; /* as in account_store_forget; NULL: all */
    bool is_unreadable;   /* an item with the user name does not say which account it belongs to */
};

struct account_selection account_selection(const struct keyring_list *accounts,
                                           const struct keyring_list *refresh_tokens,
                                           const char *username);

/* Whether the account is selected. */
bool account_selection_has(const struct account_selection *selection, const char *home_account_id);

/* Whether a token is to be deleted: it belongs to a selected account, or to nobody. *ret_of_account
 * is whether it is a sign-in, or a selected account's. */
bool account_selection_has_token(const struct account_selection *selection,
                                 const struct keyring_item *item, bool *ret_of_account);

/* Whether an account's item is to be deleted. */
bool account_selection_has_item(const struct account_selection *selection,
                                const struct keyring_item *item);

/* The number of selected accounts. One that was renamed has two user names, but counts once; one
 * that has no item any more counts if it has a refresh token. */
size_t account_selection_count(const struct account_selection *selection);

/* Calls visit() with the home account ID of each selected account that is known, once or more. */
void account_selection_each(const struct account_selection *selection,
                            void (*visit)(void *context, const char *home_account_id),
                            void *context);

/* Reads the account from the record of its item. Returns false if the item is locked or damaged.
 * The caller clears *ret_account with account_clear. */
bool account_item_read(const struct keyring_item *item, struct account *ret_account);

/* Whether the item says which account is the default one. */
bool account_item_is_default(const struct keyring_item *item);

#endif
