/* SPDX-License-Identifier: MIT */
/* Deleting accounts: account_store_forget. */
#define _GNU_SOURCE
#include <string.h>
#include <strings.h>

#include "common/store/account_store.h"

/* Reads the account from the record of its item. Returns false if the item is locked or damaged. */
static bool read_account(const struct keyring_item *item, struct account *account)
{
    struct error unused;
    return item->record != NULL &&
           account_from_json(item->record->bytes, item->record->length, account, &unused);
}

static bool is_default(const struct keyring_item *item)
{
    return strcmp(keyring_item_attribute(item, STORE_USERNAME), ACCOUNT_DEFAULT) == 0;
}

/* The first item of the account, among either the default items or the others; NULL if there is
 * none. */
static const struct keyring_item *find_account(const struct keyring_list *accounts,
                                               bool among_defaults, const char *home_account_id)
{
    for (size_t i = 0; i < accounts->count; i++) {
        auto_account struct account account = { 0 };
        const struct keyring_item *item = &accounts->items[i];
        if (is_default(item) == among_defaults && read_account(item, &account) &&
            strcmp(account.home_account_id, home_account_id) == 0)
            return item;
    }
    return NULL;
}

bool account_store_is_default(const struct keyring_list *accounts, const char *home_account_id)
{
    return find_account(accounts, true, home_account_id) != NULL;
}

const char *account_store_username(const struct keyring_list *accounts, const char *home_account_id)
{
    const struct keyring_item *item = find_account(accounts, false, home_account_id);
    return item != NULL ? keyring_item_attribute(item, STORE_USERNAME) : NULL;
}

/* The accounts to delete: those with a user name. */
struct selection {
    const struct keyring_list *accounts;
    const char *username; /* NULL: all */
};

static bool is_selected(const struct selection *selection, const char *home_account_id)
{
    for (size_t i = 0; selection->username != NULL && i < selection->accounts->count; i++) {
        auto_account struct account account = { 0 };
        const struct keyring_item *item = &selection->accounts->items[i];
        if (strcasecmp(keyring_item_attribute(item, STORE_USERNAME), selection->username) == 0 &&
            read_account(item, &account) && strcmp(account.home_account_id, home_account_id) == 0)
            return true;
    }
    return selection->username == NULL;
}

/* Deletes the tokens of the selected accounts. */
static bool drop_tokens(const struct selection *selection, const struct keyring_list *items,
                        int64_t deadline, struct error *error)
{
    for (size_t i = 0; i < items->count; i++) {
        const char *account = keyring_item_attribute(&items->items[i], STORE_ACCOUNT);
        if (strcmp(account, "app") != 0 && is_selected(selection, account) &&
            !token_store_drop_item(&items->items[i], deadline, error))
            return false;
    }
    return true;
}

/* Makes another account of the same authority the default. It must be in the keyring of the deleted
 * default account, since each keyring may have a default account. */
static bool replace_default(const struct selection *selection, const struct keyring_item *deleted,
                            int64_t deadline, struct error *error)
{
    struct token_store store;
    const char *authority = keyring_item_attribute(deleted, STORE_AUTHORITY);
    for (size_t i = 0; i < selection->accounts->count; i++) {
        auto_account struct account account = { 0 };
        const struct keyring_item *item = &selection->accounts->items[i];
        const struct token_request request = { .instance = (char *)authority };
        if (!is_default(item) && item->store == deleted->store && read_account(item, &account) &&
            !is_selected(selection, account.home_account_id) &&
            strcmp(keyring_item_attribute(item, STORE_AUTHORITY), authority) == 0)
            return token_store_open(&store, deleted->store, error) &&
                   account_store_keep(&store, &request, &account, true, deadline, error);
    }
    return true;
}

/* Deletes the items of the selected accounts. This comes last, so that a deletion that failed can
 * be repeated. */
static bool drop_accounts(const struct selection *selection, int64_t deadline, size_t *count,
                          struct error *error)
{
    for (size_t i = 0; i < selection->accounts->count; i++) {
        auto_account struct account account = { 0 };
        const struct keyring_item *item = &selection->accounts->items[i];
        bool known = read_account(item, &account);
        if (selection->username != NULL &&
            !(known && is_selected(selection, account.home_account_id)))
            continue;
        if (!token_store_drop_item(item, deadline, error) ||
            (is_default(item) && !replace_default(selection, item, deadline, error)))
            return false;
        /* An account that was renamed has two user names, but counts once. */
        if (!is_default(item) &&
            (!known || find_account(selection->accounts, false, account.home_account_id) == item))
            ++*count;
    }
    return true;
}

/* That no account was found is certain only if every item could be read. */
static bool check_readable(const struct keyring_list *accounts, struct error *error)
{
    for (size_t i = 0; i < accounts->count; i++)
        if (accounts->items[i].record == NULL) {
            error_set(error, ERROR_KEYRING, "the keyring with the sign-ins is locked");
            return error_known_as(error, "keyring_locked");
        }
    return true;
}

bool account_store_forget(struct token_store *store, const char *username, int64_t deadline,
                          size_t *ret_count, struct error *error)
{
    auto_keyring_list struct keyring_list accounts = { 0 };
    auto_keyring_list struct keyring_list refresh_tokens = { 0 };
    auto_keyring_list struct keyring_list tokens = { 0 };
    const struct selection selection = { &accounts, username };
    *ret_count = 0;
    return token_store_list(store, STORE_KIND_ACCOUNT, deadline, &accounts, error) &&
           token_store_list(store, STORE_KIND_REFRESH_TOKEN, deadline, &refresh_tokens, error) &&
           token_store_list(store, STORE_KIND_TOKEN, deadline, &tokens, error) &&
           drop_tokens(&selection, &refresh_tokens, deadline, error) &&
           drop_tokens(&selection, &tokens, deadline, error) &&
           drop_accounts(&selection, deadline, ret_count, error) &&
           (*ret_count > 0 || username == NULL || check_readable(&accounts, error));
}
