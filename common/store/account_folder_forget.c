/* SPDX-License-Identifier: MIT */
/* Forgetting which account belongs to a folder: account_store_forget_folder. */
#include <string.h>

#include "common/store/account_lock.h"
#include "common/store/account_selection.h"
#include "common/store/account_store.h"

/* In the keyring and at the authority of an item of a default account. */
static bool forget_in(const struct store *from, const struct keyring_item *item, const char *folder,
                      int64_t deadline, bool *found, struct error *error)
{
    auto_default_account struct default_account def = { 0 };
    struct store store;
    if (item->record == NULL || !default_account_read(item->record, &def) ||
        !default_account_forget_folder(&def, folder))
        return true;
    *found = true;
    return (store_open(&store, item->store, error) &&
            default_account_put(&store, keyring_item_attribute(item, STORE_AUTHORITY), &def,
                                deadline, error)) ||
           store_fail(from, error);
}

bool account_store_forget_folder(struct store *store, const char *folder, int64_t deadline,
                                 bool *ret_found, struct error *error)
{
    auto_single_flight struct single_flight lock = { -1 };
    auto_keyring_list struct keyring_list accounts = { 0 };
    bool found = false;
    account_lock_take(&lock, deadline);
    if (!store_list(store, STORE_KIND_ACCOUNT, deadline, &accounts, error))
        return false;
    for (size_t i = 0; i < accounts.count; i++)
        if (account_item_is_default(&accounts.items[i]) &&
            !forget_in(store, &accounts.items[i], folder, deadline, &found, error))
            return false;
    *ret_found = found;
    return true;
}
