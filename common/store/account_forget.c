/* SPDX-License-Identifier: MIT */
/* Deleting accounts: account_store_forget. */
#define _GNU_SOURCE
#include <string.h>

#include "common/base/array.h"
#include "common/store/account_lock.h"
#include "common/store/account_selection.h"
#include "common/store/account_store.h"
#include "common/store/pop_key_store.h"
#include "common/store/sign_out.h"

bool account_store_forgets(const struct keyring_list *accounts,
                           const struct keyring_list *refresh_tokens, const char *username,
                           const struct keyring_item *item, bool *ret_of_account)
{
    const struct account_selection selection =
        account_selection(accounts, refresh_tokens, username);
    bool is_account = strcmp(keyring_item_attribute(item, STORE_KIND), STORE_KIND_ACCOUNT) == 0;
    if (!is_account)
        return account_selection_has_token(&selection, item, ret_of_account);
    *ret_of_account = account_selection_has_item(&selection, item);
    return *ret_of_account;
}

/* Deletes the tokens of the selected accounts. Sets *found if there are any. */
static bool drop_tokens(const struct store *store, const struct account_selection *selection,
                        const struct keyring_list *items, int64_t deadline, bool *found,
                        struct error *error)
{
    for (size_t i = 0; i < items->count; i++) {
        bool is_of_account;
        if (account_selection_has_token(selection, &items->items[i], &is_of_account) &&
            !store_drop_item(store, &items->items[i], deadline, error))
            return false;
        *found = *found || is_of_account;
    }
    return true;
}

/* Finds an account of the same authority that can be the default one instead. It must be in the
 * same keyring, since each keyring may have a default account. */
static bool find_heir(const struct account_selection *selection,
                      const struct keyring_item *default_item, struct account *ret_account)
{
    const char *authority = keyring_item_attribute(default_item, STORE_AUTHORITY);
    for (size_t i = 0; i < selection->accounts->count; i++) {
        auto_account struct account account = { 0 };
        const struct keyring_item *item = &selection->accounts->items[i];
        if (!account_item_is_default(item) && item->store == default_item->store &&
            account_item_read(item, &account) &&
            !account_selection_has(selection, account.home_account_id) &&
            strcmp(keyring_item_attribute(item, STORE_AUTHORITY), authority) == 0) {
            *ret_account = account;
            account = (struct account){ 0 };
            return true;
        }
    }
    return false;
}

static bool is_gone(const void *context, const char *home_account_id)
{
    return account_selection_has(context, home_account_id);
}

/* Replaces a default account that goes by another, in one step: there is always a default account
 * while anybody is signed in. Tenants forget the accounts that go. */
static bool drop_default(const struct store *from, const struct account_selection *selection,
                         const struct keyring_item *item, int64_t deadline, struct error *error)
{
    auto_account struct account heir = { 0 };
    auto_default_account struct default_account def = { 0 };
    struct store store;
    const char *authority = keyring_item_attribute(item, STORE_AUTHORITY);
    bool goes = account_selection_has_item(selection, item);
    if (goes && !find_heir(selection, item, &heir))
        return store_drop_item(from, item, deadline, error);
    bool is_damaged = item->record == NULL || !default_account_read(item->record, &def);
    if (is_damaged && !goes)
        return true;
    if (goes)
        default_account_set(&def, &heir);
    return (!default_account_prune(&def, is_gone, selection) && !goes) ||
           (store_open(&store, item->store, error) &&
            default_account_put(&store, authority, &def, deadline, error)) ||
           store_fail(from, error);
}

/* Deletes the items of the selected accounts. This comes last, so that a deletion that failed can
 * be repeated; and the default account comes last of these, so that it is still the same one. */
static bool drop_accounts(const struct store *store, const struct account_selection *selection,
                          int64_t deadline, bool *found, struct error *error)
{
    const struct keyring_list *accounts = selection->accounts;
    for (int is_last = 0; is_last <= 1; is_last++)
        for (size_t i = 0; i < accounts->count; i++) {
            const struct keyring_item *item = &accounts->items[i];
            bool goes = account_selection_has_item(selection, item);
            if (account_item_is_default(item) != is_last)
                continue;
            if (is_last ? !drop_default(store, selection, item, deadline, error)
                        : goes && !store_drop_item(store, item, deadline, error))
                return false;
            *found = *found || (goes && keyring_item_attribute(item, STORE_USERNAME)[0] != '\0');
        }
    return true;
}

/* Fails if the default account is meant and there are others that may be it. */
static bool check_default(const struct account_selection *selection, struct error *error)
{
    bool names_default =
        selection->username != NULL && strcmp(selection->username, ACCOUNT_DEFAULT) == 0;
    for (size_t i = 0; names_default && i < selection->accounts->count; i++)
        if (!account_selection_has_item(selection, &selection->accounts->items[i])) {
            error_set(error, ERROR_OTHER,
                      "the keyring does not say which account is the default one");
            return error_hint(error, "Name the account with --account, or sign out of all with "
                                     "--all; 'entra list' shows them.");
        }
    return true;
}

/* Fails if nothing was deleted and it is not certain that there was nothing. found is whether
 * there was anything of the account. */
static bool check_complete(const struct store *store, const struct account_selection *selection,
                           bool found, size_t *count, struct error *error)
{
    for (size_t i = 0; i < selection->accounts->count; i++)
        if (*count == 0 && selection->username != NULL && selection->accounts->items[i].is_locked)
            return store_fail_locked(store, error);
    if (*count == 0 && found)
        *count = 1;
    return found || check_default(selection, error);
}

/* What belongs to accounts, beside their items. */
static const char *const kinds[] = { STORE_KIND_REFRESH_TOKEN, STORE_KIND_TOKEN,
                                     STORE_KIND_BOUND_TOKEN, STORE_KIND_REGISTRY_TOKEN,
                                     STORE_KIND_POP_KEY };

struct belongings {
    struct keyring_list lists[ARRAY_SIZE(kinds)];
};

static void belongings_clear(struct belongings *belongings)
{
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        keyring_list_clear(&belongings->lists[i]);
}

static bool list_belongings(struct store *store, int64_t deadline,
                            struct belongings *ret_belongings, struct error *error)
{
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (!store_list(store, kinds[i], deadline, &ret_belongings->lists[i], error))
            return false;
    return true;
}

static void note_one(void *context, const char *home_account_id)
{
    const struct store *store = context;
    sign_out_note(store, home_account_id, NULL);
}

/* Notes the sign-outs before listing what is deleted: what is stored later is known to be. */
static bool note(struct store *store, const struct keyring_list *accounts, const char *username,
                 int64_t deadline, struct error *error)
{
    auto_keyring_list struct keyring_list refresh_tokens = { 0 };
    if (!store_list(store, STORE_KIND_REFRESH_TOKEN, deadline, &refresh_tokens, error))
        return false;
    const struct account_selection selection =
        account_selection(accounts, &refresh_tokens, username);
    if (selection.is_unreadable && !check_default(&selection, error))
        return false;
    account_selection_each(&selection, note_one, store);
    return true;
}

bool account_store_forget(struct store *store, const char *username, int64_t deadline,
                          size_t *ret_count, struct error *error)
{
    auto_single_flight struct single_flight lock = { -1 };
    auto_keyring_list struct keyring_list accounts = { 0 };
    CLEANUP(belongings_clear) struct belongings belongings = { 0 };
    bool found = false;
    *ret_count = 0;
    account_lock_take(&lock, deadline);
    if (!store_list(store, STORE_KIND_ACCOUNT, deadline, &accounts, error) ||
        !note(store, &accounts, username, deadline, error) ||
        !list_belongings(store, deadline, &belongings, error))
        return false;
    const struct account_selection selection =
        account_selection(&accounts, &belongings.lists[0], username);
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (!drop_tokens(store, &selection, &belongings.lists[i], deadline, &found, error))
            return false;
    *ret_count = account_selection_count(&selection);
    return drop_accounts(store, &selection, deadline, &found, error) &&
           check_complete(store, &selection, found, ret_count, error);
}
