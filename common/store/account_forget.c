/* SPDX-License-Identifier: MIT */
/* Deleting accounts: account_store_forget. */
#define _GNU_SOURCE
#include <string.h>
#include <strings.h>

#include "common/store/account_store.h"
#include "common/store/pop_key_store.h"

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

static bool belongs_to(const struct keyring_item *item, const char *home_account_id)
{
    auto_account struct account account = { 0 };
    return read_account(item, &account) && strcmp(account.home_account_id, home_account_id) == 0;
}

/* The first item of the account, among either the default items or the others; NULL if there is
 * none. */
static const struct keyring_item *find_account(const struct keyring_list *accounts,
                                               bool among_defaults, const char *home_account_id)
{
    for (size_t i = 0; i < accounts->count; i++) {
        const struct keyring_item *item = &accounts->items[i];
        if (is_default(item) == among_defaults && belongs_to(item, home_account_id))
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

/* An item that is not locked, and yet its record is not that of an account. */
static bool is_unreadable(const struct keyring_item *item)
{
    auto_account struct account unused = { 0 };
    return !item->is_locked && !read_account(item, &unused);
}

/* The accounts to delete: those with a user name. */
struct selection {
    const struct keyring_list *accounts, *refresh_tokens;
    const char *username; /* NULL: all */
    bool is_unreadable;   /* an item with the user name does not say which account it belongs to */
};

static bool has_username(const struct keyring_item *item, const char *username)
{
    return strcasecmp(keyring_item_attribute(item, STORE_USERNAME), username) == 0;
}

static struct selection select_accounts(const struct keyring_list *accounts,
                                        const struct keyring_list *refresh_tokens,
                                        const char *username)
{
    struct selection selection = { accounts, refresh_tokens, username, false };
    for (size_t i = 0; username != NULL && i < accounts->count; i++)
        selection.is_unreadable =
            selection.is_unreadable ||
            (has_username(&accounts->items[i], username) && is_unreadable(&accounts->items[i]));
    return selection;
}

/* Whether one of the items says that the account has the selected user name. */
static bool says_so(const struct selection *selection, const struct keyring_list *items,
                    const char *home_account_id)
{
    for (size_t i = 0; i < items->count; i++) {
        auto_account struct account account = { 0 };
        const struct keyring_item *item = &items->items[i];
        if (read_account(item, &account) && strcmp(account.home_account_id, home_account_id) == 0 &&
            (has_username(item, selection->username) ||
             strcasecmp(account.username, selection->username) == 0))
            return true;
    }
    return false;
}

static bool is_selected(const struct selection *selection, const char *home_account_id)
{
    return selection->username == NULL ||
           says_so(selection, selection->accounts, home_account_id) ||
           says_so(selection, selection->refresh_tokens, home_account_id);
}

/* Whether a token may belong to an account of the user name whose item cannot be read: to one that
 * has no item that can be read. No lookup finds such a token. */
static bool may_be_selected(const struct selection *selection, const struct keyring_item *token,
                            const char *home_account_id)
{
    bool may_be = false;
    for (size_t i = 0; i < selection->accounts->count; i++) {
        const struct keyring_item *item = &selection->accounts->items[i];
        const char *authority = keyring_item_attribute(item, STORE_AUTHORITY);
        if (belongs_to(item, home_account_id))
            return false;
        may_be =
            may_be || (has_username(item, selection->username) && is_unreadable(item) &&
                       item->store == token->store &&
                       (authority[0] == '\0' ||
                        strcmp(authority, keyring_item_attribute(token, STORE_AUTHORITY)) == 0));
    }
    return may_be;
}

/* Whether a token is to be deleted: it belongs to a selected account, or to nobody, since no lookup
 * finds a token without an account. *ret_of_account is whether it is a selected account's. */
static bool is_token_selected(const struct selection *selection, const struct keyring_item *item,
                              bool *ret_of_account)
{
    auto_account struct account account = { 0 };
    const char *id = keyring_item_attribute(item, STORE_ACCOUNT);
    if (id[0] == '\0' && read_account(item, &account)) /* a refresh token's record names it */
        id = account.home_account_id;
    *ret_of_account = strcmp(id, "app") != 0 &&
                      (is_selected(selection, id) || may_be_selected(selection, item, id));
    return *ret_of_account || (id[0] == '\0' && !item->is_locked);
}

/* Deletes the tokens of the selected accounts. Sets *found if there are any. */
static bool drop_tokens(const struct selection *selection, const struct keyring_list *items,
                        int64_t deadline, bool *found, struct error *error)
{
    for (size_t i = 0; i < items->count; i++) {
        bool is_of_account;
        if (is_token_selected(selection, &items->items[i], &is_of_account) &&
            !store_drop_item(&items->items[i], deadline, error))
            return false;
        *found = *found || is_of_account;
    }
    return true;
}

/* Whether an account's item is to be deleted. One without a user name that cannot be read is of no
 * use to anybody. */
static bool is_account_selected(const struct selection *selection, const struct keyring_item *item)
{
    auto_account struct account account = { 0 };
    if (selection->username == NULL)
        return true;
    if (read_account(item, &account))
        return is_selected(selection, account.home_account_id);
    return is_unreadable(item) &&
           (has_username(item, selection->username) || has_username(item, ""));
}

bool account_store_forgets(const struct keyring_list *accounts,
                           const struct keyring_list *refresh_tokens, const char *username,
                           const struct keyring_item *item, bool *ret_of_account)
{
    const struct selection selection = select_accounts(accounts, refresh_tokens, username);
    bool is_account = strcmp(keyring_item_attribute(item, STORE_KIND), STORE_KIND_ACCOUNT) == 0;
    if (!is_account)
        return is_token_selected(&selection, item, ret_of_account);
    *ret_of_account = is_account_selected(&selection, item);
    return *ret_of_account;
}

/* Whether the item stands for an account when the accounts are counted. One that was renamed has
 * two user names, but counts once. */
static bool is_counted(const struct keyring_list *accounts, const struct keyring_item *item)
{
    auto_account struct account account = { 0 };
    const char *username = keyring_item_attribute(item, STORE_USERNAME);
    if (is_default(item))
        return false;
    if (read_account(item, &account))
        return find_account(accounts, false, account.home_account_id) == item;
    for (size_t i = 0; i < accounts->count; i++) {
        const struct keyring_item *other = &accounts->items[i];
        if (other != item && has_username(other, username) &&
            (other < item || read_account(other, &account)))
            return false;
    }
    return username[0] != '\0';
}

/* Finds an account of the same authority that can be the default one instead. It must be in the
 * same keyring, since each keyring may have a default account. */
static bool find_heir(const struct selection *selection, const struct keyring_item *default_item,
                      struct account *ret_account)
{
    const char *authority = keyring_item_attribute(default_item, STORE_AUTHORITY);
    for (size_t i = 0; i < selection->accounts->count; i++) {
        auto_account struct account account = { 0 };
        const struct keyring_item *item = &selection->accounts->items[i];
        if (!is_default(item) && item->store == default_item->store &&
            read_account(item, &account) && !is_selected(selection, account.home_account_id) &&
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
    return is_selected(context, home_account_id);
}

/* Replaces a default account that goes by another, in one step: there is always a default account
 * while anybody is signed in. Tenants forget the accounts that go. */
static bool drop_default(const struct selection *selection, const struct keyring_item *item,
                         int64_t deadline, struct error *error)
{
    auto_account struct account heir = { 0 };
    auto_default_account struct default_account def = { 0 };
    struct store store;
    const char *authority = keyring_item_attribute(item, STORE_AUTHORITY);
    bool goes = is_account_selected(selection, item);
    if (goes && !find_heir(selection, item, &heir))
        return store_drop_item(item, deadline, error);
    bool is_damaged = item->record == NULL || !default_account_read(item->record, &def);
    if (is_damaged && !goes)
        return true;
    if (goes)
        default_account_set(&def, &heir);
    return (!default_account_prune(&def, is_gone, selection) && !goes) ||
           (store_open(&store, item->store, error) &&
            default_account_put(&store, authority, &def, deadline, error));
}

/* Deletes the items of the selected accounts. This comes last, so that a deletion that failed can
 * be repeated; and the default account comes last of these, so that it is still the same one. */
static bool drop_accounts(const struct selection *selection, int64_t deadline, size_t *count,
                          bool *found, struct error *error)
{
    const struct keyring_list *accounts = selection->accounts;
    for (int is_last = 0; is_last <= 1; is_last++)
        for (size_t i = 0; i < accounts->count; i++) {
            const struct keyring_item *item = &accounts->items[i];
            bool goes = is_account_selected(selection, item);
            if (is_default(item) != is_last)
                continue;
            if (is_last ? !drop_default(selection, item, deadline, error)
                        : goes && !store_drop_item(item, deadline, error))
                return false;
            *count += goes && is_counted(accounts, item);
            *found = *found || (goes && keyring_item_attribute(item, STORE_USERNAME)[0] != '\0');
        }
    return true;
}

/* Fails if the default account is meant and there are others that may be it. */
static bool check_default(const struct selection *selection, struct error *error)
{
    bool names_default =
        selection->username != NULL && strcmp(selection->username, ACCOUNT_DEFAULT) == 0;
    for (size_t i = 0; names_default && i < selection->accounts->count; i++)
        if (!is_account_selected(selection, &selection->accounts->items[i])) {
            error_set(error, ERROR_OTHER,
                      "the keyring does not say which account is the default one");
            return error_hint(error, "Name the account with --account, or sign out of all with "
                                     "--all; 'entra list' shows them.");
        }
    return true;
}

/* Fails if nothing was deleted and it is not certain that there was nothing. found is whether
 * there was anything of the account. */
static bool check_complete(const struct selection *selection, bool found, size_t *count,
                           struct error *error)
{
    for (size_t i = 0; i < selection->accounts->count; i++)
        if (*count == 0 && selection->username != NULL && selection->accounts->items[i].is_locked) {
            error_set(error, ERROR_KEYRING, "the keyring with the sign-ins is locked");
            return error_known_as(error, "keyring_locked");
        }
    if (*count == 0 && found)
        *count = 1;
    return found || check_default(selection, error);
}

bool account_store_forget(struct store *store, const char *username, int64_t deadline,
                          size_t *ret_count, struct error *error)
{
    auto_keyring_list struct keyring_list accounts = { 0 };
    auto_keyring_list struct keyring_list refresh_tokens = { 0 };
    auto_keyring_list struct keyring_list tokens = { 0 };
    auto_keyring_list struct keyring_list bound_tokens = { 0 };
    auto_keyring_list struct keyring_list registry_tokens = { 0 };
    auto_keyring_list struct keyring_list keys = { 0 };
    bool found = false;
    *ret_count = 0;
    if (!store_list(store, STORE_KIND_ACCOUNT, deadline, &accounts, error) ||
        !store_list(store, STORE_KIND_REFRESH_TOKEN, deadline, &refresh_tokens, error) ||
        !store_list(store, STORE_KIND_TOKEN, deadline, &tokens, error) ||
        !store_list(store, STORE_KIND_BOUND_TOKEN, deadline, &bound_tokens, error) ||
        !store_list(store, STORE_KIND_REGISTRY_TOKEN, deadline, &registry_tokens, error) ||
        !store_list(store, STORE_KIND_POP_KEY, deadline, &keys, error))
        return false;
    const struct selection selection = select_accounts(&accounts, &refresh_tokens, username);
    return (!selection.is_unreadable || check_default(&selection, error)) &&
           drop_tokens(&selection, &refresh_tokens, deadline, &found, error) &&
           drop_tokens(&selection, &tokens, deadline, &found, error) &&
           drop_tokens(&selection, &bound_tokens, deadline, &found, error) &&
           drop_tokens(&selection, &registry_tokens, deadline, &found, error) &&
           drop_tokens(&selection, &keys, deadline, &found, error) &&
           drop_accounts(&selection, deadline, ret_count, &found, error) &&
           check_complete(&selection, found, ret_count, error);
}
