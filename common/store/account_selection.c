/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/store/account_selection.h"

#include <string.h>
#include <strings.h>

#include "common/store/account_store.h"

bool account_item_read(const struct keyring_item *item, struct account *ret_account)
{
    struct error unused;
    return item->record != NULL &&
           account_from_json(item->record->bytes, item->record->length, ret_account, &unused);
}

bool account_item_is_default(const struct keyring_item *item)
{
    return strcmp(keyring_item_attribute(item, STORE_USERNAME), ACCOUNT_DEFAULT) == 0;
}

static bool belongs_to(const struct keyring_item *item, const char *home_account_id)
{
    auto_account struct account account = { 0 };
    return account_item_read(item, &account) &&
           strcmp(account.home_account_id, home_account_id) == 0;
}

/* The first item of the account, among either the default items or the others; NULL if there is
 * none. */
static const struct keyring_item *find_account(const struct keyring_list *accounts,
                                               bool among_defaults, const char *home_account_id)
{
    for (size_t i = 0; i < accounts->count; i++) {
        const struct keyring_item *item = &accounts->items[i];
        if (account_item_is_default(item) == among_defaults && belongs_to(item, home_account_id))
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
    return !item->is_locked && !account_item_read(item, &unused);
}

static bool has_username(const struct keyring_item *item, const char *username)
{
    return strcasecmp(keyring_item_attribute(item, STORE_USERNAME), username) == 0;
}

struct account_selection account_selection(const struct keyring_list *accounts,
                                           const struct keyring_list *refresh_tokens,
                                           const char *username)
{
    struct account_selection selection = { accounts, refresh_tokens, username, false };
    for (size_t i = 0; username != NULL && i < accounts->count; i++)
        selection.is_unreadable =
            selection.is_unreadable ||
            (has_username(&accounts->items[i], username) && is_unreadable(&accounts->items[i]));
    return selection;
}

/* Whether one of the items says that the account has the selected user name. */
static bool says_so(const struct account_selection *selection, const struct keyring_list *items,
                    const char *home_account_id)
{
    for (size_t i = 0; i < items->count; i++) {
        auto_account struct account account = { 0 };
        const struct keyring_item *item = &items->items[i];
        if (account_item_read(item, &account) &&
            strcmp(account.home_account_id, home_account_id) == 0 &&
            (has_username(item, selection->username) ||
             strcasecmp(account.username, selection->username) == 0))
            return true;
    }
    return false;
}

bool account_selection_has(const struct account_selection *selection, const char *home_account_id)
{
    return selection->username == NULL ||
           says_so(selection, selection->accounts, home_account_id) ||
           says_so(selection, selection->refresh_tokens, home_account_id);
}

/* Whether a token may belong to an account of the user name whose item cannot be read: to one that
 * has no item that can be read. No lookup finds such a token. */
static bool may_be_selected(const struct account_selection *selection,
                            const struct keyring_item *token, const char *home_account_id)
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

/* Whether no item of an account leads to what belongs to this one: none names it, not even as that
 * of a tenant (default_account.h), and none that cannot be read may do so. */
static bool is_left_over(const struct account_selection *selection, const struct keyring_item *item,
                         const char *home_account_id)
{
    for (size_t i = 0; i < selection->accounts->count; i++) {
        const struct keyring_item *account = &selection->accounts->items[i];
        const struct secret *record = account->record;
        if (record != NULL &&
            memmem(record->bytes, record->length, home_account_id, strlen(home_account_id)) != NULL)
            return false;
        if (account->store == item->store && (account->is_locked || is_unreadable(account)))
            return false;
    }
    return true;
}

/* The account of a token; "": nobody's, as far as can be read; NULL: an app's. The caller clears
 * *account with account_clear, which may own the text. */
static const char *owner_of(const struct keyring_item *item, struct account *account)
{
    const char *id = keyring_item_attribute(item, STORE_ACCOUNT);
    if (id[0] == '\0' && account_item_read(item, account)) /* a refresh token's record names it */
        return account->home_account_id;
    return strcmp(id, "app") != 0 ? id : NULL;
}

static bool is_sign_in(const struct keyring_item *item)
{
    return strcmp(keyring_item_attribute(item, STORE_KIND), STORE_KIND_REFRESH_TOKEN) == 0;
}

static bool names_default(const struct account_selection *selection)
{
    return selection->username != NULL && strcmp(selection->username, ACCOUNT_DEFAULT) == 0;
}

/* No lookup finds a token without an account, or one whose account has no item any more. */
bool account_selection_has_token(const struct account_selection *selection,
                                 const struct keyring_item *item, bool *ret_of_account)
{
    auto_account struct account account = { 0 };
    const char *id = owner_of(item, &account);
    *ret_of_account = id != NULL && (account_selection_has(selection, id) ||
                                     may_be_selected(selection, item, id));
    if (*ret_of_account || id == NULL || id[0] == '\0')
        return *ret_of_account || (id != NULL && !item->is_locked);
    bool goes = names_default(selection) && is_left_over(selection, item, id);
    *ret_of_account = goes && is_sign_in(item);
    return goes;
}

/* Whether an account's item is to be deleted. One without a user name that cannot be read is of no
 * use to anybody. */
bool account_selection_has_item(const struct account_selection *selection,
                                const struct keyring_item *item)
{
    auto_account struct account account = { 0 };
    if (selection->username == NULL)
        return true;
    if (account_item_read(item, &account))
        return account_selection_has(selection, account.home_account_id);
    return is_unreadable(item) &&
           (has_username(item, selection->username) || has_username(item, ""));
}

/* Whether the item stands for an account when the accounts are counted. One that was renamed has
 * two user names, but counts once. */
static bool is_counted(const struct keyring_list *accounts, const struct keyring_item *item)
{
    auto_account struct account account = { 0 };
    const char *username = keyring_item_attribute(item, STORE_USERNAME);
    if (account_item_is_default(item))
        return false;
    if (account_item_read(item, &account))
        return find_account(accounts, false, account.home_account_id) == item;
    for (size_t i = 0; i < accounts->count; i++) {
        const struct keyring_item *other = &accounts->items[i];
        if (other != item && has_username(other, username) &&
            (other < item || account_item_read(other, &account)))
            return false;
    }
    return username[0] != '\0';
}

/* Whether the sign-in stands for an account that has no item any more: the first of the account. */
static bool is_counted_alone(const struct account_selection *selection, size_t number)
{
    const struct keyring_item *sign_ins = selection->refresh_tokens->items;
    auto_account struct account account = { 0 };
    const char *id = owner_of(&sign_ins[number], &account);
    if (id == NULL || id[0] == '\0' || !is_left_over(selection, &sign_ins[number], id))
        return false;
    for (size_t i = 0; i < number; i++) {
        auto_account struct account other = { 0 };
        const char *earlier = owner_of(&sign_ins[i], &other);
        if (earlier != NULL && strcmp(earlier, id) == 0)
            return false;
    }
    return true;
}

size_t account_selection_count(const struct account_selection *selection)
{
    const struct keyring_list *accounts = selection->accounts;
    const struct keyring_list *sign_ins = selection->refresh_tokens;
    bool of_account;
    size_t count = 0;
    for (size_t i = 0; i < accounts->count; i++)
        count += account_selection_has_item(selection, &accounts->items[i]) &&
                 is_counted(accounts, &accounts->items[i]);
    for (size_t i = 0; i < sign_ins->count; i++)
        count += account_selection_has_token(selection, &sign_ins->items[i], &of_account) &&
                 is_counted_alone(selection, i);
    return count;
}

void account_selection_each(const struct account_selection *selection,
                            void (*visit)(void *context, const char *home_account_id),
                            void *context)
{
    const struct keyring_list *accounts = selection->accounts;
    const struct keyring_list *sign_ins = selection->refresh_tokens;
    bool of_account;
    for (size_t i = 0; i < accounts->count; i++) {
        auto_account struct account account = { 0 };
        if (account_item_read(&accounts->items[i], &account) &&
            account_selection_has(selection, account.home_account_id))
            visit(context, account.home_account_id);
    }
    for (size_t i = 0; i < sign_ins->count; i++) {
        auto_account struct account account = { 0 };
        const char *id = owner_of(&sign_ins->items[i], &account);
        if (account_selection_has_token(selection, &sign_ins->items[i], &of_account) &&
            id[0] != '\0')
            visit(context, id);
    }
}
