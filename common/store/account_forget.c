/* SPDX-License-Identifier: MIT */
/* Forgetting accounts: account_store_forget. */
#define _GNU_SOURCE
#include <string.h>
#include <strings.h>

#include "common/store/account_store.h"

/* All that the keyrings have of persons. */
struct kept {
    struct keyring_list accounts, refresh_tokens, tokens;
};

static void clear_kept(struct kept *kept)
{
    keyring_list_clear(&kept->accounts);
    keyring_list_clear(&kept->refresh_tokens);
    keyring_list_clear(&kept->tokens);
}

static bool list(struct token_store *store, int64_t deadline, struct kept *kept,
                 struct error *error)
{
    return token_store_list(store, STORE_KIND_ACCOUNT, deadline, &kept->accounts, error) &&
           token_store_list(store, STORE_KIND_REFRESH_TOKEN, deadline, &kept->refresh_tokens,
                            error) &&
           token_store_list(store, STORE_KIND_TOKEN, deadline, &kept->tokens, error);
}

/* Whose an account's item is: what its record says. Locked or garbled, it is nobody's. */
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

/* The first item, among the default ones or among the others, that names the account; NULL: none.
 */
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

/* Which accounts are meant: those to whom a user name belongs. */
struct meant {
    const struct keyring_list *accounts;
    const char *username; /* NULL: all */
};

static bool is_meant(const struct meant *meant, const char *home_account_id)
{
    for (size_t i = 0; meant->username != NULL && i < meant->accounts->count; i++) {
        auto_account struct account account = { 0 };
        const struct keyring_item *item = &meant->accounts->items[i];
        if (strcasecmp(keyring_item_attribute(item, STORE_USERNAME), meant->username) == 0 &&
            read_account(item, &account) && strcmp(account.home_account_id, home_account_id) == 0)
            return true;
    }
    return meant->username == NULL;
}

/* Drops the items of those who are meant. */
static bool drop(const struct meant *meant, const struct keyring_list *items, int64_t deadline,
                 struct error *error)
{
    for (size_t i = 0; i < items->count; i++) {
        const char *account = keyring_item_attribute(&items->items[i], STORE_ACCOUNT);
        if (strcmp(account, "app") != 0 && is_meant(meant, account) &&
            !token_store_drop_item(&items->items[i], deadline, error))
            return false;
    }
    return true;
}

/* Lets another account of the same authority be the default one, in the keyring in which the one
 * that goes was: another may have a default account too. */
static bool promote(const struct meant *meant, const struct keyring_item *gone, int64_t deadline,
                    struct error *error)
{
    struct token_store store;
    const char *authority = keyring_item_attribute(gone, STORE_AUTHORITY);
    for (size_t i = 0; i < meant->accounts->count; i++) {
        auto_account struct account account = { 0 };
        const struct keyring_item *item = &meant->accounts->items[i];
        const struct token_request request = { .instance = (char *)authority };
        if (!is_default(item) && item->store == gone->store && read_account(item, &account) &&
            !is_meant(meant, account.home_account_id) &&
            strcmp(keyring_item_attribute(item, STORE_AUTHORITY), authority) == 0)
            return token_store_open(&store, gone->store, error) &&
                   account_store_keep(&store, &request, &account, true, deadline, error);
    }
    return true;
}

/* Whether it is the one item by which its account counts: who was renamed has two user names. */
static bool is_counted(const struct keyring_list *accounts, const struct keyring_item *item,
                       const struct account *account)
{
    return !is_default(item) &&
           (account == NULL || find_account(accounts, false, account->home_account_id) == item);
}

/* Drops the accounts themselves, last, so that what is left after a failure can be dropped again.
 */
static bool drop_accounts(const struct meant *meant, int64_t deadline, size_t *count,
                          struct error *error)
{
    for (size_t i = 0; i < meant->accounts->count; i++) {
        auto_account struct account account = { 0 };
        const struct keyring_item *item = &meant->accounts->items[i];
        bool known = read_account(item, &account);
        if (meant->username != NULL && !(known && is_meant(meant, account.home_account_id)))
            continue;
        if (!token_store_drop_item(item, deadline, error) ||
            (is_default(item) && !promote(meant, item, deadline, error)))
            return false;
        *count += is_counted(meant->accounts, item, known ? &account : NULL) ? 1 : 0;
    }
    return true;
}

/* Where nobody was found who is meant: that is so only if every account could be read. */
static bool check_readable(const struct keyring_list *accounts, struct error *error)
{
    for (size_t i = 0; i < accounts->count; i++)
        if (accounts->items[i].record == NULL) {
            error_set(error, ERROR_KEYRING, "the keyring that has the sign-ins is locked");
            return error_known_as(error, "keyring_locked");
        }
    return true;
}

bool account_store_forget(struct token_store *store, const char *username, int64_t deadline,
                          size_t *count, struct error *error)
{
    struct kept kept CLEANUP(clear_kept) = { 0 };
    *count = 0;
    if (!list(store, deadline, &kept, error))
        return false;
    const struct meant meant = { &kept.accounts, username };
    return drop(&meant, &kept.refresh_tokens, deadline, error) &&
           drop(&meant, &kept.tokens, deadline, error) &&
           drop_accounts(&meant, deadline, count, error) &&
           (*count > 0 || username == NULL || check_readable(&kept.accounts, error));
}
