/* SPDX-License-Identifier: MIT */
/* entra list: lists the tokens and sign-ins in the keyring, without showing any token. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/array.h"
#include "common/base/json.h"
#include "common/base/output.h"
#include "common/base/printable.h"
#include "common/base/rfc3339.h"
#include "common/entra/error_report.h"
#include "common/store/account_store.h"
#include "common/tokens/tokens.h"
#include "helpers/entra/entra.h"
#include "keyring/silence.h"

enum column { ACCOUNT, CLIENT_ID, TENANT, SCOPE, EXPIRES, STORE, COLUMNS };

/* The cells point into the keyring's items and into an array of formatted times, since sorting
 * moves the rows. The tenant and scope of a sign-in are NULL, and so is its expiry, unless it is
 * locked or unreadable; so is what an unreadable item lacks. */
struct row {
    const char *cells[COLUMNS];
    bool is_sign_in;
    bool is_default;         /* belongs to the default account */
    bool is_default_unknown; /* because the item is locked */
};

static const struct {
    const char *title; /* NULL if the table does not show the column */
    const char *name;  /* of the member in JSON */
} columns[COLUMNS] = {
    [ACCOUNT] = { "ACCOUNT", "account" },   [CLIENT_ID] = { NULL, "clientId" },
    [TENANT] = { "TENANT", "tenant" },      [SCOPE] = { "API", "scope" },
    [EXPIRES] = { "EXPIRES", "expiresOn" }, [STORE] = { "STORE", "store" },
};

#define UNREADABLE "unreadable"
#define LABEL_MAX  80

/* Whether a lookup can find the item by an attribute. */
static bool has(const struct keyring_item *item, const char *attribute)
{
    return keyring_item_attribute(item, attribute)[0] != '\0';
}

/* The token's expiry, formatted into *text, or why there is none to show. */
static const char *format_expiry(const struct keyring_item *item, struct rfc3339 *text)
{
    struct error unused;
    auto_token struct token token = { 0 };
    if (item->is_locked)
        return "locked";
    if (item->record == NULL || !has(item, STORE_ACCOUNT) || !has(item, STORE_CLIENT_ID) ||
        !has(item, STORE_TENANT) || !has(item, STORE_SCOPE) ||
        !token_from_json(item->record->bytes, item->record->length, &token, &unused))
        return UNREADABLE;
    if (token.expires_on <= time(NULL))
        return "expired";
    *text = rfc3339_format(token.expires_on);
    return text->text;
}

/* The same for a sign-in, which does not expire. */
static const char *sign_in_state(const struct keyring_item *item)
{
    struct error unused;
    auto_account struct account account = { 0 };
    if (item->is_locked)
        return "locked";
    bool is_account = strcmp(keyring_item_attribute(item, STORE_KIND), STORE_KIND_ACCOUNT) == 0;
    bool is_readable =
        item->record != NULL && has(item, is_account ? STORE_USERNAME : STORE_ACCOUNT) &&
        account_from_json(item->record->bytes, item->record->length, &account, &unused) &&
        (is_account || (has(item, STORE_CLIENT_ID) && account.refresh_token != NULL));
    return is_readable ? NULL : UNREADABLE;
}

/* The account's user name, or its id if the name is not known; the client id for an app's token. If
 * the item has none of them, the start of its label. */
static const char *account_of(const struct keyring_item *item, const struct keyring_list *accounts)
{
    const char *id = keyring_item_attribute(item, STORE_ACCOUNT);
    const char *username = id[0] != '\0' ? account_store_username(accounts, id) : NULL;
    const char *own_name = keyring_item_attribute(item, STORE_USERNAME);
    const char *const names[] = {
        username != NULL ? username : "",
        strcmp(id, "app") == 0 ? keyring_item_attribute(item, STORE_CLIENT_ID) : id,
        strcmp(own_name, ACCOUNT_DEFAULT) != 0 ? own_name : "",
        item->label,
    };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (names[i][0] != '\0')
            return names[i];
    return NULL;
}

/* NULL if the item does not have it. */
static const char *attribute_of(const struct keyring_item *item, const char *name)
{
    return has(item, name) ? keyring_item_attribute(item, name) : NULL;
}

/* Other programs can write items too. */
static void cut_labels(const struct keyring_list *items)
{
    for (size_t i = 0; i < items->count; i++) {
        char *label = items->items[i].label;
        label[printable_cut(label, LABEL_MAX)] = '\0';
    }
}

static struct row make_row(const struct keyring_item *item, const struct keyring_list *accounts,
                           struct rfc3339 *expiry)
{
    const char *kind = keyring_item_attribute(item, STORE_KIND);
    bool is_sign_in =
        strcmp(kind, STORE_KIND_TOKEN) != 0 && strcmp(kind, STORE_KIND_BOUND_TOKEN) != 0;
    bool is_app = strcmp(keyring_item_attribute(item, STORE_ACCOUNT), "app") == 0;
    return (struct row){
        {
            [ACCOUNT] = account_of(item, accounts),
            [CLIENT_ID] = attribute_of(item, STORE_CLIENT_ID),
            [TENANT] = is_sign_in ? NULL : attribute_of(item, STORE_TENANT),
            [SCOPE] = is_sign_in ? NULL : attribute_of(item, STORE_SCOPE),
            [EXPIRES] = is_sign_in ? sign_in_state(item) : format_expiry(item, expiry),
            [STORE] = item->store,
        },
        is_sign_in,
        account_store_is_default(accounts, keyring_item_attribute(item, STORE_ACCOUNT)),
        item->is_locked && !is_app,
    };
}

/* The cell's text in the table. */
static const char *cell_text(const struct row *row, size_t column)
{
    const char *cell = row->cells[column];
    return cell != NULL                          ? cell
           : column != SCOPE || !row->is_sign_in ? "-"
           : row->is_default                     ? "(sign-in, default)"
                                                 : "(sign-in)";
}

static int compare_rows(const void *a, const void *b)
{
    const struct row *left = a, *right = b;
    int order = 0;
    for (size_t c = 0; c < COLUMNS && order == 0; c++)
        order = strcmp(cell_text(left, c), cell_text(right, c));
    return order;
}

/* Any program can store items with these attributes, and what it likes in them. */
static void print_row(const struct row *row, const int widths[COLUMNS])
{
    char *line = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&line, &length);
    for (size_t c = 0; c + 1 < COLUMNS; c++)
        if (columns[c].title != NULL)
            fprintf(stream, "%-*s  ", widths[c], cell_text(row, c));
    fputs(cell_text(row, COLUMNS - 1), stream);
    fclose(stream);
    output_line("%s", line);
    free(line);
}

static void print_table(const struct row *rows, size_t count)
{
    struct row titles = { .cells = { NULL } };
    int widths[COLUMNS];
    for (size_t c = 0; c < COLUMNS; c++) {
        titles.cells[c] = columns[c].title;
        size_t width = strlen(cell_text(&titles, c));
        for (size_t i = 0; i < count; i++)
            width = strlen(cell_text(&rows[i], c)) > width ? strlen(cell_text(&rows[i], c)) : width;
        widths[c] = (int)width;
    }
    print_row(&titles, widths);
    for (size_t i = 0; i < count; i++)
        print_row(&rows[i], widths);
}

static void print_json(const struct row *rows, size_t count)
{
    auto_json json_object *array = json_object_new_array();
    for (size_t i = 0; i < count; i++) {
        json_object *object = json_object_new_object();
        for (size_t c = 0; c < COLUMNS; c++)
            json_object_object_add(
                object, columns[c].name,
                rows[i].cells[c] != NULL ? json_object_new_string(rows[i].cells[c]) : NULL);
        json_object_object_add(
            object, "isDefault",
            rows[i].is_default_unknown ? NULL : json_object_new_boolean(rows[i].is_default));
        json_object_array_add(array, object);
    }
    json_print(array);
}

static void add_rows(struct row *rows, size_t *count, const struct keyring_list *items,
                     const struct keyring_list *accounts, struct rfc3339 *expiries)
{
    for (size_t i = 0; i < items->count; i++, (*count)++)
        rows[*count] = make_row(&items->items[i], accounts, &expiries[*count]);
}

/* The items of accounts only have the names that the other rows show, unless they are unreadable.
 */
static void add_unreadable(struct row *rows, size_t *count, const struct keyring_list *accounts)
{
    for (size_t i = 0; i < accounts->count; i++)
        if (!accounts->items[i].is_locked && sign_in_state(&accounts->items[i]) != NULL)
            rows[(*count)++] = make_row(&accounts->items[i], accounts, NULL);
}

static void print_list(const struct keyring_list *tokens, const struct keyring_list *sign_ins,
                       const struct keyring_list *accounts, bool json)
{
    size_t count = 0, locked = 0, size = tokens->count + sign_ins->count + accounts->count + 1;
    autofree struct row *rows = calloc(size, sizeof *rows);
    autofree struct rfc3339 *expiries = calloc(size, sizeof *expiries);
    cut_labels(tokens);
    cut_labels(sign_ins);
    cut_labels(accounts);
    add_rows(rows, &count, tokens, accounts, expiries);
    add_rows(rows, &count, sign_ins, accounts, expiries);
    add_unreadable(rows, &count, accounts);
    qsort(rows, count, sizeof *rows, compare_rows);
    (json ? print_json : print_table)(rows, count);
    for (size_t i = 0; i < count; i++)
        locked += rows[i].is_default_unknown;
    if (locked > 0) {
        struct error why = { 0 };
        error_known_as(&why, "keyring_locked");
        warning_of(why.code, "the keyring is locked, so user names cannot be shown. %s",
                   error_advice(&why));
    }
}

/* Lists the items of one kind. If a keyring does not answer, *items holds those of the others. An
 * error that is already set is kept, so that the first one is reported. */
static bool list_kind(struct tokens *tokens, const char *kind, struct keyring_list *items,
                      struct error *error)
{
    struct error why = { 0 };
    if (token_store_list(&tokens->store, kind, tokens->deadline, items, &why))
        return true;
    if (error->kind == ERROR_NONE)
        *error = why;
    return false;
}

static bool run_list(const struct options *options, int count, char **operands, struct error *error)
{
    auto_keyring_list struct keyring_list found = { 0 };
    auto_keyring_list struct keyring_list sign_ins = { 0 };
    auto_keyring_list struct keyring_list accounts = { 0 };
    struct tokens tokens;
    bool json = options->output != NULL && strcmp(options->output, "json") == 0;
    if (count > 0)
        return error_set(error, ERROR_USAGE, "unexpected argument '%.40s'", operands[0]);
    if (options->output != NULL && !json && strcmp(options->output, "table") != 0)
        return error_set(error, ERROR_USAGE, "--output takes table or json, not '%.40s'",
                         options->output);
    silence_forget();
    if (!tokens_open(&tokens, options, error))
        return error_wanted(error, "cannot list the tokens");
    bool complete = list_kind(&tokens, STORE_KIND_TOKEN, &found, error);
    complete = list_kind(&tokens, STORE_KIND_BOUND_TOKEN, &found, error) && complete;
    complete = list_kind(&tokens, STORE_KIND_REFRESH_TOKEN, &sign_ins, error) && complete;
    complete = list_kind(&tokens, STORE_KIND_ACCOUNT, &accounts, error) && complete;
    if (!complete && found.count + sign_ins.count + accounts.count == 0)
        return error_wanted(error, "cannot list the tokens");
    print_list(&found, &sign_ins, &accounts, json);
    return complete || error_wanted(error, "the list is incomplete");
}

static const struct option_spec own_options[] = {
    { "output", "FORM", "table or json", OPTION_TEXT, offsetof(struct options, output), 0 },
    { .name = NULL },
};

const struct program entra_list = {
    .name = "entra list",
    .usage = "[OPTION]...",
    .summary = "Lists the tokens and sign-ins in the keyring, with account, API and expiry.\n"
               "The tokens themselves are not shown.",
    .examples = "entra list\n"
                "entra list --output json",
    .options = own_options,
    .common = OPTIONS_OF_STORE,
    .is_typed = true,
    .run = run_list,
};
