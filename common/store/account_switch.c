/* SPDX-License-Identifier: MIT */
/* Making another account the default one: account_store_switch. */
#define _GNU_SOURCE
#include <string.h>
#include <strings.h>

#include "common/base/cleanup.h"

#include "common/store/account_lock.h"
#include "common/store/account_store.h"
#include "common/store/unseen.h"

/* The account of an item of this user name. Returns false if the item is another's or damaged. */
static bool read_named(const struct keyring_item *item, const char *username,
                       struct account *ret_account)
{
    struct error unused;
    return strcasecmp(keyring_item_attribute(item, STORE_USERNAME), username) == 0 &&
           item->record != NULL &&
           account_from_json(item->record->bytes, item->record->length, ret_account, &unused);
}

/* In the item's keyring and at its authority. */
static bool make_default(const struct store *from, const struct keyring_item *item,
                         const struct account *account, int64_t deadline, bool *changed,
                         struct error *error)
{
    struct store store;
    auto_default_account struct default_account def = { 0 };
    const char *authority = keyring_item_attribute(item, STORE_AUTHORITY);
    if (!store_open(&store, item->store, error) ||
        default_account_find(&store, authority, deadline, &def, error) == KEYRING_FAILED)
        return store_fail(from, error);
    if (!default_account_switch(&def, account))
        return true;
    *changed = true;
    return default_account_put(&store, authority, &def, deadline, error) || store_fail(from, error);
}

/* Fails if nobody is signed in with this name, as far as is known. */
static bool fail_unknown(const struct store *store, const struct keyring_list *accounts,
                         const char *username, struct error *error)
{
    for (size_t i = 0; i < accounts->count; i++)
        if (accounts->items[i].is_locked)
            return store_fail_locked(store, error);
    autofree char *unseen = unseen_clause(store, "no such sign-in");
    const char *hint = unseen_hint(store);
    error_set(error, ERROR_SIGN_IN, "'%.254s' is not signed in%s%s", username,
              unseen != NULL ? ": " : "", unseen != NULL ? unseen : "");
    return error_hint(error,
                      "'entra list' shows who is. 'entra login' signs in an account, and makes it "
                      "the default one.%s%s",
                      hint != NULL ? " " : "", hint != NULL ? hint : "");
}

bool account_store_switch(struct store *store, const char *username, int64_t deadline,
                          bool *ret_changed, struct error *error)
{
    auto_keyring_list struct keyring_list accounts = { 0 };
    auto_single_flight struct single_flight lock = { -1 };
    bool found = false, changed = false;
    account_lock_take(&lock, deadline);
    if (!store_list(store, STORE_KIND_ACCOUNT, deadline, &accounts, error))
        return false;
    for (size_t i = 0; i < accounts.count; i++) {
        auto_account struct account account = { 0 };
        if (!read_named(&accounts.items[i], username, &account))
            continue;
        if (!make_default(store, &accounts.items[i], &account, deadline, &changed, error))
            return false;
        found = true;
    }
    *ret_changed = changed;
    return found || fail_unknown(store, &accounts, username, error);
}
