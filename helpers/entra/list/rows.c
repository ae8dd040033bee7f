/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/list/rows.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/array.h"
#include "common/base/printable.h"
#include "common/base/text.h"
#include "common/entra/error_report.h"
#include "common/entra/known_apps.h"
#include "common/entra/url.h"
#include "common/store/account_store.h"
#include "common/store/stored_credentials.h"

#define UNREADABLE "unreadable"
#define LOCKED     "locked"
#define LABEL_MAX  80

/* ---- items ---- */

/* Whether a lookup can find the item by an attribute. */
static bool has(const struct keyring_item *item, const char *attribute)
{
    return keyring_item_attribute(item, attribute)[0] != '\0';
}

/* NULL if the item does not have it. */
static const char *attribute_of(const struct keyring_item *item, const char *name)
{
    return has(item, name) ? keyring_item_attribute(item, name) : NULL;
}

static void set_expiry(struct list_row *row, int64_t expires_on)
{
    row->expires_on = expires_on;
    if (expires_on > 0 && expires_on <= time(NULL))
        row->state = "expired";
}

/* Whether the attributes of the item are those of an account's. */
static bool is_account(const struct keyring_item *item)
{
    return strcmp(keyring_item_attribute(item, STORE_KIND), STORE_KIND_ACCOUNT) == 0;
}

static bool is_readable_sign_in(const struct keyring_item *item)
{
    struct error unused;
    auto_account struct account account = { 0 };
    return item->record != NULL && has(item, is_account(item) ? STORE_USERNAME : STORE_ACCOUNT) &&
           account_from_json(item->record->bytes, item->record->length, &account, &unused) &&
           (is_account(item) || (has(item, STORE_CLIENT_ID) && account.refresh_token != NULL));
}

/* The account's user name, or its id if the name is not known; the client id for an app. If the
 * item has none of them, the start of its label. */
static const char *account_of(const struct keyring_item *item, const struct keyring_list *accounts,
                              bool is_app)
{
    const char *id = keyring_item_attribute(item, STORE_ACCOUNT);
    const char *username = id[0] != '\0' ? account_store_username(accounts, id) : NULL;
    const char *own_name = keyring_item_attribute(item, STORE_USERNAME);
    const char *const names[] = {
        username != NULL ? username : "",
        is_app ? keyring_item_attribute(item, STORE_CLIENT_ID) : id,
        strcmp(own_name, ACCOUNT_DEFAULT) != 0 ? own_name : "",
        item->label,
    };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (names[i][0] != '\0')
            return names[i];
    return NULL;
}

/* ---- a row of each kind ---- */

static void read_token(struct list_row *row, const struct keyring_item *item)
{
    struct error unused;
    auto_token struct token token = { 0 };
    row->tenant = attribute_of(item, STORE_TENANT);
    row->scope = attribute_of(item, STORE_SCOPE);
    if (item->record == NULL || !has(item, STORE_ACCOUNT) || row->client_id == NULL ||
        row->tenant == NULL || row->scope == NULL ||
        !token_from_json(item->record->bytes, item->record->length, &token, &unused))
        row->state = UNREADABLE;
    else
        set_expiry(row, token.expires_on);
}

static void read_registry_token(struct list_row *row, const struct keyring_item *item)
{
    const char *registry = attribute_of(item, STORE_REGISTRY);
    read_token(row, item);
    if (registry != NULL)
        row->place = strdup(registry);
    else
        row->state = UNREADABLE;
}

static void read_sign_in(struct list_row *row, const struct keyring_item *item)
{
    if (!is_readable_sign_in(item))
        row->state = UNREADABLE;
}

static void read_typed(struct list_row *row, const struct keyring_item *item)
{
    auto_stored_credential struct stored_credential credential = { 0 };
    const char *path = keyring_item_attribute(item, TYPED_PATH);
    row->place = text_format("%s%s%s", keyring_item_attribute(item, TYPED_HOST),
                             path[0] != '\0' ? "/" : "", path);
    if (!stored_credential_read(item->record, &credential))
        row->state = UNREADABLE;
    else
        set_expiry(row, credential.expires_on);
}

static void read_client_secret(struct list_row *row, const struct keyring_item *item)
{
    row->tenant = attribute_of(item, STORE_TENANT);
    if (item->record == NULL || row->client_id == NULL)
        row->state = UNREADABLE;
}

static const struct {
    const char *kind; /* of the items */
    void (*read)(struct list_row *row, const struct keyring_item *item);
} kinds[LIST_KINDS] = {
    [LIST_SIGN_IN] = { STORE_KIND_REFRESH_TOKEN, read_sign_in },
    [LIST_TOKEN] = { STORE_KIND_TOKEN, read_token },
    [LIST_BOUND_TOKEN] = { STORE_KIND_BOUND_TOKEN, read_token },
    [LIST_REGISTRY_TOKEN] = { STORE_KIND_REGISTRY_TOKEN, read_registry_token },
    [LIST_TYPED] = { STORE_KIND_TYPED, read_typed },
    [LIST_CLIENT_SECRET] = { STORE_KIND_CLIENT_SECRET, read_client_secret },
};

static struct list_row make_row(enum list_kind kind, const struct keyring_item *item,
                                const struct keyring_list *accounts, const struct config *config)
{
    bool is_app = kind == LIST_CLIENT_SECRET ||
                  strcmp(keyring_item_attribute(item, STORE_ACCOUNT), "app") == 0;
    bool is_users = !is_app && kind != LIST_TYPED;
    struct list_row row = {
        .kind = kind,
        .account = account_of(item, accounts, is_app),
        .is_app = is_app,
        .home_account_id = is_app ? NULL : attribute_of(item, STORE_ACCOUNT),
        .authority = attribute_of(item, STORE_AUTHORITY),
        .client_id = attribute_of(item, STORE_CLIENT_ID),
        .is_default = is_users && account_store_is_default(
                                      accounts, keyring_item_attribute(item, STORE_ACCOUNT)),
        .is_default_unknown = item->is_locked && is_users,
        .is_locked = item->is_locked,
        .store = item->store,
        .item = item,
    };
    kinds[kind].read(&row, item);
    if (item->is_locked)
        row.state = LOCKED;
    row.api = row.scope != NULL ? config_api_of_scope(config, row.scope) : NULL;
    return row;
}

/* ---- all of them ---- */

/* Other programs can write items too. */
static void cut_labels(const struct keyring_list *items)
{
    for (size_t i = 0; i < items->count; i++) {
        char *label = items->items[i].label;
        label[printable_cut(label, LABEL_MAX)] = '\0';
    }
}

/* Lists the items of one kind. If a keyring does not answer, *items holds those of the others. An
 * error that is already set is kept, so that the first one is reported. */
static bool list_kind(struct tokens *tokens, const char *kind, struct keyring_list *items,
                      struct error *error)
{
    struct error why = { 0 };
    bool complete = store_list(&tokens->store, kind, tokens->deadline, items, &why);
    cut_labels(items);
    if (!complete && error->kind == ERROR_NONE)
        *error = why;
    return complete;
}

static int compare_texts(const char *a, const char *b)
{
    return strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

static int compare_rows(const void *a, const void *b)
{
    const struct list_row *left = a, *right = b;
    int order = left->is_app - right->is_app;
    order = order != 0 ? order : compare_texts(left->account, right->account);
    order = order != 0 ? order : (int)left->kind - (int)right->kind;
    order = order != 0 ? order : compare_texts(left->api, right->api);
    order = order != 0 ? order : compare_texts(left->scope, right->scope);
    order = order != 0 ? order : compare_texts(left->place, right->place);
    order = order != 0 ? order : compare_texts(left->tenant, right->tenant);
    order = order != 0 ? order : compare_texts(left->authority, right->authority);
    order = order != 0 ? order : compare_texts(left->client_id, right->client_id);
    return order != 0 ? order : strcmp(left->store, right->store);
}

static void add_row(struct list_rows *rows, enum list_kind kind, const struct keyring_item *item,
                    const struct config *config)
{
    rows->rows = reallocarray(rows->rows, rows->count + 1, sizeof *rows->rows);
    rows->rows[rows->count++] = make_row(kind, item, &rows->accounts, config);
}

/* Whether a row that is there already shows that the account is signed in. */
static bool has_sign_in(const struct list_rows *rows, const char *home_account_id)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->rows[i].kind == LIST_SIGN_IN &&
            text_is_same(rows->rows[i].home_account_id, home_account_id))
            return true;
    return false;
}

/* Adds a row for an account of which there is no refresh token. */
static void add_account_only(struct list_rows *rows, const struct keyring_item *item,
                             const struct config *config)
{
    struct error unused;
    auto_account struct account account = { 0 };
    bool is_named = strcmp(keyring_item_attribute(item, STORE_USERNAME), ACCOUNT_DEFAULT) != 0;
    if (!is_named ||
        !account_from_json(item->record->bytes, item->record->length, &account, &unused) ||
        has_sign_in(rows, account.home_account_id))
        return;
    add_row(rows, LIST_SIGN_IN, item, config);
    struct list_row *row = &rows->rows[rows->count - 1];
    row->account_id = steal(&account.home_account_id);
    row->home_account_id = row->account_id;
    row->is_account_only = true;
    row->is_default = account_store_is_default(&rows->accounts, row->account_id);
}

/* The items of accounts only have the names that the other rows show, unless they are unreadable,
 * or there is no refresh token. */
static void add_account(struct list_rows *rows, const struct keyring_item *item,
                        const struct config *config)
{
    if (item->is_locked)
        return;
    if (is_readable_sign_in(item))
        add_account_only(rows, item, config);
    else
        add_row(rows, LIST_SIGN_IN, item, config);
}

struct config *list_rows_config(const struct options *options)
{
    struct error why = { 0 };
    struct config *config = config_read(options, NULL, &why);
    if (config == NULL) {
        error_wanted(&why, "APIs are shown by their scopes");
        error_warn(&why);
    }
    return config;
}

bool list_rows_read(struct tokens *tokens, const struct config *config, struct list_rows *ret_rows,
                    struct error *error)
{
    *ret_rows = (struct list_rows){ 0 };
    bool complete = list_kind(tokens, STORE_KIND_ACCOUNT, &ret_rows->accounts, error);
    for (size_t kind = 0; kind < LIST_KINDS; kind++) {
        struct keyring_list *items = &ret_rows->items[kind];
        complete = list_kind(tokens, kinds[kind].kind, items, error) && complete;
        for (size_t i = 0; i < items->count; i++)
            add_row(ret_rows, kind, &items->items[i], config);
    }
    for (size_t i = 0; i < ret_rows->accounts.count; i++)
        add_account(ret_rows, &ret_rows->accounts.items[i], config);
    if (ret_rows->count > 0)
        qsort(ret_rows->rows, ret_rows->count, sizeof *ret_rows->rows, compare_rows);
    return complete;
}

/* The rows are sorted by accounts. */
bool list_rows_begin_account(const struct list_rows *rows, size_t i)
{
    const struct list_row *row = &rows->rows[i];
    for (size_t j = 0; j < i; j++)
        if (list_row_is_sign_in(&rows->rows[j]) && strcmp(rows->rows[j].account, row->account) == 0)
            return false;
    return list_row_is_sign_in(row);
}

/* Whether two rows have the same cells, but for the time that is left. */
static bool are_alike(const struct list_row *a, const struct list_row *b)
{
    const char *api = a->api != NULL ? a->api : a->scope;
    return a->kind == b->kind && a->is_app == b->is_app && text_is_same(a->account, b->account) &&
           text_is_same(api, b->api != NULL ? b->api : b->scope) &&
           text_is_same(a->place, b->place) && text_is_same(a->tenant, b->tenant) &&
           strcmp(a->store, b->store) == 0;
}

/* An app is its own client, and an account's sign-ins of several clients are one. */
static bool has_client_shown(const struct list_row *row)
{
    return !row->is_app && row->kind != LIST_SIGN_IN && row->client_id != NULL;
}

char *list_rows_distinction(const struct list_rows *rows, size_t i)
{
    const struct list_row *row = &rows->rows[i];
    bool by_client = false, by_authority = false;
    for (size_t j = 0; j < rows->count; j++) {
        const struct list_row *other = &rows->rows[j];
        if (!are_alike(row, other))
            continue;
        by_authority = by_authority || !text_is_same(row->authority, other->authority);
        by_client = by_client || !text_is_same(row->client_id, other->client_id);
    }
    by_client = by_client && has_client_shown(row);
    by_authority = by_authority && row->authority != NULL;
    const char *client = by_client ? known_app_name(row->client_id) : NULL;
    const char *host = by_authority ? row->authority + url_scheme_length(row->authority) : "";
    return text_format("%s%s%s%s", by_authority ? ", at " : "", host, by_client ? ", by " : "",
                       !by_client       ? ""
                       : client != NULL ? client
                                        : row->client_id);
}

void list_rows_clear(struct list_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        free(rows->rows[i].place);
        free(rows->rows[i].account_id);
    }
    free(rows->rows);
    for (size_t kind = 0; kind < LIST_KINDS; kind++)
        keyring_list_clear(&rows->items[kind]);
    keyring_list_clear(&rows->accounts);
    *rows = (struct list_rows){ 0 };
}
