/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/store/account_store.h"

#include <string.h>

#include "common/base/text.h"
#include "common/entra/known_apps.h"
#include "common/store/account_lock.h"
#include "common/store/sign_out.h"

static struct keyring_key key_of_account(const struct token_request *request, const char *username)
{
    return (struct keyring_key){ {
        { STORE_KIND, STORE_KIND_ACCOUNT },
        { STORE_AUTHORITY, request->instance },
        { STORE_USERNAME, username },
    } };
}

/* The key has no tenant: a refresh token is valid in every tenant of the account. */
static struct keyring_key key_of_refresh_token(const struct token_request *request,
                                               const char *client_id, const char *home_account_id)
{
    return (struct keyring_key){ {
        { STORE_KIND, STORE_KIND_REFRESH_TOKEN },
        { STORE_AUTHORITY, request->instance },
        { STORE_CLIENT_ID, client_id },
        { STORE_ACCOUNT, home_account_id },
    } };
}

/* Stands for all clients of Microsoft's family. */
#define FAMILY "family-1"

/* The clients whose refresh tokens can serve the request, best first; NULL ends the list. The
 * family comes first, as in MSAL, since every client of the family renews its token. */
struct clients {
    const char *ids[3];
};

static struct clients clients_of(const char *client_id)
{
    return known_app_is_in_family(client_id) ? (struct clients){ { FAMILY, client_id, NULL } }
                                             : (struct clients){ { client_id, NULL } };
}

static enum keyring_answer look_up(struct store *store, const struct keyring_key *key,
                                   int64_t deadline, struct account *account, struct error *error)
{
    struct error why = { 0 };
    auto_secret struct secret *record = NULL;
    enum keyring_answer answer = store_look_up(store, key, deadline, &record, error);
    if (answer != KEYRING_FOUND)
        return answer;
    if (account_from_json(record->bytes, record->length, account, &why))
        return KEYRING_FOUND;
    trace("keyring: an item is ignored: %s", why.message);
    return KEYRING_NOTHING;
}

/* Returns whether the account is remembered for the tenant. */
static bool choose(const struct default_account *def, const struct token_request *request,
                   struct account *account)
{
    return request->account_folder != NULL
               ? default_account_for_folder(def, request->account_folder, request->tenant, account)
               : default_account_for(def, request->tenant, account);
}

static enum keyring_answer find_account(struct store *store, struct token_request *request,
                                        int64_t deadline, struct account *account,
                                        struct error *error)
{
    auto_default_account struct default_account def = { 0 };
    struct keyring_key key = key_of_account(request, request->account);
    if (request->account != NULL)
        return look_up(store, &key, deadline, account, error);
    enum keyring_answer answer =
        default_account_find(store, request->instance, deadline, &def, error);
    if (answer != KEYRING_FOUND)
        return answer;
    request->account_of_tenant = choose(&def, request, account);
    return account->home_account_id != NULL ? KEYRING_FOUND : KEYRING_NOTHING;
}

const char *account_store_wanted(const struct token_request *request)
{
    return request->account != NULL          ? request->account
           : request->account_folder != NULL ? request->account_folder
                                             : ACCOUNT_DEFAULT;
}

enum keyring_answer account_store_resolve(struct store *store, struct token_request *request,
                                          int64_t deadline, struct error *error)
{
    auto_account struct account account = { 0 };
    enum keyring_answer answer = find_account(store, request, deadline, &account, error);
    bool is_default = request->account == NULL && request->account_folder == NULL;
    if (answer == KEYRING_NOTHING)
        trace("keyring: %s is signed in at %s", is_default ? "nobody" : "no such account",
              request->instance);
    if (answer != KEYRING_FOUND)
        return answer;
    free(request->home_account_id);
    free(request->username);
    request->home_account_id = steal(&account.home_account_id);
    request->username = steal(&account.username);
    return KEYRING_FOUND;
}

/* As account_store_find, for one client. */
static enum keyring_answer find_for_client(struct store *store, const struct token_request *request,
                                           const char *client_id, int64_t deadline,
                                           struct account *ret_account, struct error *error)
{
    struct keyring_key key = key_of_refresh_token(request, client_id, request->home_account_id);
    enum keyring_answer answer = look_up(store, &key, deadline, ret_account, error);
    if (answer == KEYRING_FOUND && ret_account->refresh_token == NULL) {
        account_clear(ret_account);
        answer = KEYRING_NOTHING;
    }
    return answer;
}

enum keyring_answer account_store_find(struct store *store, const struct token_request *request,
                                       int64_t deadline, struct account *ret_account,
                                       struct error *error)
{
    const struct clients clients = clients_of(request->client_id);
    enum keyring_answer answer = KEYRING_NOTHING;
    for (size_t i = 0; clients.ids[i] != NULL && answer == KEYRING_NOTHING; i++)
        answer = find_for_client(store, request, clients.ids[i], deadline, ret_account, error);
    return answer;
}

/* ---- in lists ---- */

/* The record of the item with this key; NULL if the list does not have or show it. */
static const struct secret *find_listed(const struct keyring_list *list, const char *store,
                                        const struct keyring_key *key)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].store, store) == 0 && keyring_item_is(&list->items[i], key))
            return list->items[i].record;
    return NULL;
}

bool account_store_resolve_listed(const struct keyring_list *accounts, const char *store,
                                  const struct token_request *request, struct account *ret_account)
{
    struct error unused;
    auto_default_account struct default_account def = { 0 };
    const char *username = request->account != NULL ? request->account : ACCOUNT_DEFAULT;
    struct keyring_key key = key_of_account(request, username);
    const struct secret *record = find_listed(accounts, store, &key);
    *ret_account = (struct account){ 0 };
    if (record == NULL)
        return false;
    if (request->account != NULL)
        return account_from_json(record->bytes, record->length, ret_account, &unused);
    if (!default_account_read(record, &def))
        return false;
    choose(&def, request, ret_account);
    return ret_account->home_account_id != NULL;
}

bool account_store_is_listed(const struct keyring_list *refresh_tokens, const char *store,
                             const struct token_request *request, const char *client_id,
                             const char *home_account_id)
{
    const struct clients clients = clients_of(client_id);
    for (size_t i = 0; clients.ids[i] != NULL; i++) {
        struct error unused;
        auto_account struct account account = { 0 };
        struct keyring_key key = key_of_refresh_token(request, clients.ids[i], home_account_id);
        const struct secret *record = find_listed(refresh_tokens, store, &key);
        if (record != NULL && account_from_json(record->bytes, record->length, &account, &unused) &&
            account.refresh_token != NULL)
            return true;
    }
    return false;
}

/* ---- storing ---- */

/* is_new: of a sign-in, which comes after whatever was signed out. */
static bool keep_refresh_token(struct store *store, const struct token_request *request,
                               const struct account *account, bool is_new, int64_t deadline,
                               struct error *error)
{
    if (account->refresh_token == NULL)
        return true;
    const char *client_id = account->family ? FAMILY : request->client_id;
    struct keyring_key key = key_of_refresh_token(request, client_id, account->home_account_id);
    auto_secret struct secret *record = account_to_json(account);
    autofree char *label =
        text_format("Microsoft Entra sign-in of %s (client %s)", account->username, client_id);
    return is_new ? store_put(store, &key, label, record, 0, deadline, error)
                  : sign_out_put(store, request, &key, label, record, 0, deadline, error);
}

bool account_store_rotate(struct store *store, const struct token_request *request,
                          const struct account *account, int64_t deadline, struct error *error)
{
    return keep_refresh_token(store, request, account, false, deadline, error);
}

static bool keep_username(struct store *store, const struct token_request *request,
                          const struct account *account, int64_t deadline, struct error *error)
{
    const struct account identity = { .home_account_id = account->home_account_id,
                                      .username = account->username };
    struct keyring_key key = key_of_account(request, account->username);
    auto_secret struct secret *record = account_to_json(&identity);
    autofree char *label = text_format("Microsoft Entra account %s", account->username);
    return store_put(store, &key, label, record, 0, deadline, error);
}

/* Returns whether anything changed. For the tenant that the account belongs to, it is not chosen by
 * a sign-in for another one. */
static bool remember(struct default_account *def, const struct token_request *request,
                     const struct account *account, enum account_choice choice)
{
    const char *home = account_home_tenant(account->home_account_id);
    bool is_chosen = choice != ACCOUNT_FOR_REQUEST;
    if (request->account_folder != NULL)
        return default_account_remember_folder(def, request->account_folder, request->tenant,
                                               account, is_chosen);
    bool changed = default_account_remember(def, request->tenant, account, is_chosen);
    return default_account_remember(def, home, account, choice == ACCOUNT_FOR_ALL) || changed;
}

static bool keep_default(struct store *store, const struct token_request *request,
                         const struct account *account, enum account_choice choice,
                         int64_t deadline, struct error *error)
{
    auto_default_account struct default_account def = { 0 };
    enum keyring_answer answer =
        default_account_find(store, request->instance, deadline, &def, error);
    bool is_for_all = choice == ACCOUNT_FOR_ALL && request->account_folder == NULL;
    bool changed = is_for_all || answer == KEYRING_NOTHING;
    if (answer == KEYRING_FAILED)
        return false;
    if (changed)
        default_account_set(&def, account);
    changed |= remember(&def, request, account, choice);
    return !changed || default_account_put(store, request->instance, &def, deadline, error);
}

bool account_store_keep(struct store *store, const struct token_request *request,
                        const struct account *account, enum account_choice choice, int64_t deadline,
                        struct error *error)
{
    auto_single_flight struct single_flight lock = { -1 };
    account_lock_take(&lock, deadline);
    if (!store_settle(store, deadline, error))
        return false;
    sign_out_lift(store, account->home_account_id, request->client_id);
    return keep_refresh_token(store, request, account, true, deadline, error) &&
           keep_username(store, request, account, deadline, error) &&
           keep_default(store, request, account, choice, deadline, error);
}

bool account_store_drop(struct store *store, const struct token_request *request,
                        const struct secret *refresh_token, int64_t deadline, struct error *error)
{
    const struct clients clients = clients_of(request->client_id);
    for (size_t i = 0; clients.ids[i] != NULL; i++) {
        auto_account struct account found = { 0 };
        struct keyring_key key =
            key_of_refresh_token(request, clients.ids[i], request->home_account_id);
        enum keyring_answer answer =
            find_for_client(store, request, clients.ids[i], deadline, &found, error);
        if (answer == KEYRING_FAILED)
            return false;
        if (answer == KEYRING_FOUND &&
            secret_equals(found.refresh_token, refresh_token->bytes, refresh_token->length))
            return store_drop(store, &key, deadline, error);
    }
    return true;
}

void account_store_each_username(const struct store *store, int64_t deadline,
                                 void (*visit)(void *context, const char *username), void *context)
{
    static const struct keyring_key every = { { { STORE_KIND, STORE_KIND_ACCOUNT } } };
    const struct keyring *keyring = store->keyring;
    for (; keyring != NULL; keyring = store->named ? NULL : keyring_next_best(keyring)) {
        struct error unused = { 0 };
        auto_keyring_list struct keyring_list accounts = { 0 };
        keyring->peek(&every, deadline, &accounts, &unused);
        for (size_t i = 0; i < accounts.count; i++) {
            const char *username = keyring_item_attribute(&accounts.items[i], STORE_USERNAME);
            if (account_is_username(username)) /* not ACCOUNT_DEFAULT */
                visit(context, username);
        }
    }
}
