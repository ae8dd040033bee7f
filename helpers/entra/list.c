/* SPDX-License-Identifier: MIT */
/* entra list: the tokens that the keyring keeps, without the tokens themselves. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/json.h"
#include "common/base/printable.h"
#include "common/base/rfc3339.h"
#include "common/store/account_store.h"
#include "common/tokens/tokens.h"
#include "helpers/entra/entra.h"

/* What the list says of an item. */
enum column { ACCOUNT, CLIENT_ID, TENANT, SCOPE, EXPIRES, STORE, COLUMNS };

/* A sign-in has no tenant, scope or end: NULL. Rows are moved when they are sorted, so the text of
 * a time stands elsewhere. */
struct row {
    const char *cells[COLUMNS];
    bool is_default; /* of the default account */
    bool is_hidden;  /* it is locked, so it is not known whether */
};

static const struct {
    const char *title; /* of the table; NULL: it has no such column */
    const char *name;  /* of the JSON object's member */
} columns[COLUMNS] = {
    [ACCOUNT] = { "ACCOUNT", "account" },   [CLIENT_ID] = { NULL, "clientId" },
    [TENANT] = { "TENANT", "tenant" },      [SCOPE] = { "API", "scope" },
    [EXPIRES] = { "EXPIRES", "expiresOn" }, [STORE] = { "STORE", "store" },
};

/* When a record's token ends (in text), or what is the matter with it. */
static const char *expiry_of(const struct keyring_item *item, struct rfc3339 *text)
{
    struct error unused;
    auto_token struct token token = { 0 };
    if (item->record == NULL)
        return "locked";
    if (!token_from_json(item->record->bytes, item->record->length, &token, &unused))
        return "unreadable";
    if (token.expires_on <= time(NULL))
        return "expired";
    *text = rfc3339_format(token.expires_on);
    return text->text;
}

/* The user name of an account; the app's id for its own tokens. */
static const char *account_of(const struct keyring_item *item, const struct keyring_list *accounts)
{
    const char *id = keyring_item_attribute(item, STORE_ACCOUNT);
    if (strcmp(id, "app") == 0)
        return keyring_item_attribute(item, STORE_CLIENT_ID);
    const char *username = account_store_username(accounts, id);
    return username != NULL ? username : id;
}

static void make_fit_for_terminal(struct keyring_item *item)
{
    for (size_t i = 0; i < KEYRING_ATTRIBUTES_MAX && item->attributes[i].name != NULL; i++)
        printable_make((char *)item->attributes[i].value);
}

static struct row make_row(struct keyring_item *item, const struct keyring_list *accounts,
                           struct rfc3339 *expiry)
{
    bool is_sign_in =
        strcmp(keyring_item_attribute(item, STORE_KIND), STORE_KIND_REFRESH_TOKEN) == 0;
    bool is_app = strcmp(keyring_item_attribute(item, STORE_ACCOUNT), "app") == 0;
    bool is_locked = item->record == NULL;
    make_fit_for_terminal(item);
    return (struct row){
        {
            [ACCOUNT] = account_of(item, accounts),
            [CLIENT_ID] = keyring_item_attribute(item, STORE_CLIENT_ID),
            [TENANT] = is_sign_in ? NULL : keyring_item_attribute(item, STORE_TENANT),
            [SCOPE] = is_sign_in ? NULL : keyring_item_attribute(item, STORE_SCOPE),
            [EXPIRES] = is_sign_in && !is_locked ? NULL : expiry_of(item, expiry),
            [STORE] = item->store,
        },
        account_store_is_default(accounts, keyring_item_attribute(item, STORE_ACCOUNT)),
        is_locked && !is_app,
    };
}

/* What the table shows. */
static const char *shown(const struct row *row, size_t column)
{
    const char *cell = row->cells[column];
    return cell != NULL      ? cell
           : column != SCOPE ? "-"
           : row->is_default ? "(sign-in, default)"
                             : "(sign-in)";
}

static int compare_rows(const void *a, const void *b)
{
    const struct row *left = a, *right = b;
    int order = 0;
    for (size_t c = 0; c < COLUMNS && order == 0; c++)
        order = strcmp(shown(left, c), shown(right, c));
    return order;
}

static void print_row(const struct row *row, const int widths[COLUMNS])
{
    for (size_t c = 0; c + 1 < COLUMNS; c++)
        if (columns[c].title != NULL)
            printf("%-*s  ", widths[c], shown(row, c));
    printf("%s\n", shown(row, COLUMNS - 1));
}

static void print_table(const struct row *rows, size_t count)
{
    struct row titles = { .cells = { NULL } };
    int widths[COLUMNS];
    for (size_t c = 0; c < COLUMNS; c++) {
        titles.cells[c] = columns[c].title;
        size_t width = strlen(shown(&titles, c));
        for (size_t i = 0; i < count; i++)
            width = strlen(shown(&rows[i], c)) > width ? strlen(shown(&rows[i], c)) : width;
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
        json_object_object_add(object, "isDefault",
                               rows[i].is_hidden ? NULL
                                                 : json_object_new_boolean(rows[i].is_default));
        json_object_array_add(array, object);
    }
    puts(json_object_to_json_string_ext(array,
                                        JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
}

/* Adds the rows of a kind's items. */
static void add_rows(struct row *rows, size_t *count, const struct keyring_list *items,
                     const struct keyring_list *accounts, struct rfc3339 *expiries)
{
    for (size_t i = 0; i < items->count; i++, (*count)++)
        rows[*count] = make_row(&items->items[i], accounts, &expiries[*count]);
}

static void warn_of_locked(const struct row *rows, size_t count)
{
    struct error why = { 0 };
    size_t hidden = 0;
    for (size_t i = 0; i < count; i++)
        hidden += rows[i].is_hidden;
    error_known_as(&why, "keyring_locked");
    if (hidden > 0)
        warning_of(why.code, "the keyring is locked, so it is not shown who has signed in. %s",
                   error_advice(&why));
}

static bool print_list(const struct keyring_list *tokens, const struct keyring_list *sign_ins,
                       const struct keyring_list *accounts, bool json, struct error *error)
{
    size_t count = 0, room = tokens->count + sign_ins->count + 1;
    autofree struct row *rows = calloc(room, sizeof *rows);
    autofree struct rfc3339 *expiries = calloc(room, sizeof *expiries);
    if (rows == NULL || expiries == NULL)
        return error_no_memory(error);
    add_rows(rows, &count, tokens, accounts, expiries);
    add_rows(rows, &count, sign_ins, accounts, expiries);
    qsort(rows, count, sizeof *rows, compare_rows);
    (json ? print_json : print_table)(rows, count);
    warn_of_locked(rows, count);
    return true;
}

/* Where a keyring does not answer, what the others have is listed; of the reasons the first is
 * told.
 */
static bool list(struct tokens *tokens, const char *kind, struct keyring_list *items,
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
        return error_set(error, ERROR_USAGE, "'%.40s' does not belong here", operands[0]);
    if (options->output != NULL && !json && strcmp(options->output, "table") != 0)
        return error_set(error, ERROR_USAGE, "--output takes table or json, not '%.40s'",
                         options->output);
    if (!tokens_open(&tokens, options, error))
        return error_wanted(error, "no list of tokens");
    bool whole = list(&tokens, STORE_KIND_TOKEN, &found, error);
    whole = list(&tokens, STORE_KIND_REFRESH_TOKEN, &sign_ins, error) && whole;
    whole = list(&tokens, STORE_KIND_ACCOUNT, &accounts, error) && whole;
    if (!whole && found.count + sign_ins.count == 0)
        return error_wanted(error, "no list of tokens");
    return (print_list(&found, &sign_ins, &accounts, json, error) && whole) ||
           error_wanted(error, "the list is not whole");
}

static const struct option_spec own_options[] = {
    { "output", "FORM", "table or json", OPTION_TEXT, offsetof(struct options, output) },
    { NULL, NULL, NULL, OPTION_FLAG, 0 },
};

const struct program entra_list = {
    .usage = "entra list [OPTION]...",
    .summary = "Lists the tokens and sign-ins that the keyring keeps: whose, for which API, until\n"
               "when.",
    .options = own_options,
    .run = run_list,
};
