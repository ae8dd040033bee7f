/* entra list: the tokens that the keyring keeps, without the tokens themselves. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/json.h"
#include "common/printable.h"
#include "common/rfc3339.h"
#include "common/tokens.h"
#include "helpers/entra/entra.h"

#define COLUMNS 5

/* What is shown of a token, in the order of the columns. Rows are moved when they are sorted. */
struct row {
    const char *cells[COLUMNS];
};

static const char *const titles[COLUMNS] = { "APP", "TENANT", "API", "EXPIRES", "STORE" };
static const char *const names[COLUMNS] = { "clientId", "tenant", "scope", "expiresOn", "store" };

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

static void fill_row(struct row *row, struct keyring_item *item, struct rfc3339 *expiry)
{
    row->cells[0] = keyring_item_attribute(item, STORE_CLIENT_ID);
    row->cells[1] = keyring_item_attribute(item, STORE_TENANT);
    row->cells[2] = keyring_item_attribute(item, STORE_SCOPE);
    row->cells[3] = expiry_of(item, expiry);
    row->cells[4] = item->store;
    for (size_t i = 0; i < KEYRING_ATTRIBUTES_MAX && item->attributes[i].name != NULL; i++)
        printable_make((char *)item->attributes[i].value);
}

static int compare_rows(const void *a, const void *b)
{
    const struct row *left = a, *right = b;
    int order = 0;
    for (size_t c = 0; c < COLUMNS && order == 0; c++)
        order = strcmp(left->cells[c], right->cells[c]);
    return order;
}

static void print_line(const char *const cells[COLUMNS], const int widths[COLUMNS])
{
    for (size_t c = 0; c + 1 < COLUMNS; c++)
        printf("%-*s  ", widths[c], cells[c]);
    printf("%s\n", cells[COLUMNS - 1]);
}

static void print_table(const struct row *rows, size_t count)
{
    int widths[COLUMNS];
    for (size_t c = 0; c < COLUMNS; c++) {
        size_t width = strlen(titles[c]);
        for (size_t i = 0; i < count; i++)
            width = strlen(rows[i].cells[c]) > width ? strlen(rows[i].cells[c]) : width;
        widths[c] = (int)width;
    }
    print_line(titles, widths);
    for (size_t i = 0; i < count; i++)
        print_line(rows[i].cells, widths);
}

static void print_json(const struct row *rows, size_t count)
{
    auto_json json_object *array = json_object_new_array();
    for (size_t i = 0; i < count; i++) {
        json_object *object = json_object_new_object();
        for (size_t c = 0; c < COLUMNS; c++)
            json_object_object_add(object, names[c], json_object_new_string(rows[i].cells[c]));
        json_object_array_add(array, object);
    }
    puts(json_object_to_json_string_ext(array,
                                        JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
}

static bool run(const struct options *options, int count, char **operands, struct error *error)
{
    auto_keyring_list struct keyring_list list = { 0 };
    struct tokens tokens;
    bool json = options->output != NULL && strcmp(options->output, "json") == 0;
    if (count > 0)
        return error_set(error, ERROR_USAGE, "'%.40s' does not belong here", operands[0]);
    if (options->output != NULL && !json && strcmp(options->output, "table") != 0)
        return error_set(error, ERROR_USAGE, "--output takes table or json, not '%.40s'",
                         options->output);
    if (!tokens_open(&tokens, options, error) ||
        !token_store_list(&tokens.store, STORE_KIND_TOKEN, tokens.deadline, &list, error))
        return error_wanted(error, "no list of tokens");

    autofree struct row *rows = calloc(list.count + 1, sizeof *rows);
    autofree struct rfc3339 *expiries = calloc(list.count + 1, sizeof *expiries);
    if (rows == NULL || expiries == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < list.count; i++)
        fill_row(&rows[i], &list.items[i], &expiries[i]);
    qsort(rows, list.count, sizeof *rows, compare_rows);
    if (json)
        print_json(rows, list.count);
    else
        print_table(rows, list.count);
    return true;
}

static const struct option_spec own_options[] = {
    { "output", "FORM", "table or json", OPTION_TEXT, offsetof(struct options, output) },
    { NULL, NULL, NULL, OPTION_FLAG, 0 },
};

const struct program entra_list = {
    .usage = "entra list [OPTION]...",
    .summary = "Lists the tokens that the keyring keeps: whose, for which API, until when.",
    .options = own_options,
    .run = run,
};
