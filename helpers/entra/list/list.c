/* SPDX-License-Identifier: MIT */
/* entra list: lists what the keyring has of ours, without showing any secret. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "common/base/deadline.h"
#include "common/base/output.h"
#include "common/base/rfc3339.h"
#include "common/base/text.h"
#include "common/entra/error_report.h"
#include "common/store/unseen.h"
#include "helpers/document.h"
#include "helpers/entra/device_broker.h"
#include "helpers/entra/entra.h"
#include "helpers/entra/list/rows.h"
#include "helpers/entra/list/table.h"
#include "keyring/silence.h"

/* How long the device's broker is waited for. */
#define BROKER_MILLISECONDS 2000

/* ---- the table ---- */

static const char *how_signed_in(const struct list_row *row, const struct device_broker *broker)
{
    return !row->is_account_only                       ? "signed in"
           : device_broker_lacks(broker, row->account) ? "must sign in again"
                                                       : "signed in by the device";
}

/* What the row is for, in a few words. The caller frees it. */
static char *purpose_of(const struct list_row *row, const struct device_broker *broker)
{
    const char *api = row->api != NULL ? row->api : row->scope != NULL ? row->scope : "-";
    switch (row->kind) {
    case LIST_SIGN_IN:
        return text_format("(%s%s)", how_signed_in(row, broker),
                           row->is_default ? ", default" : "");
    case LIST_BOUND_TOKEN:
        return text_format("%s, bound", api);
    case LIST_REGISTRY_TOKEN:
        return strdup(row->place != NULL ? row->place : api);
    case LIST_TYPED:
        return text_format("(typed) %s", row->place);
    case LIST_CLIENT_SECRET:
        return strdup("(client secret)");
    default:
        return strdup(api);
    }
}

/* An account may have signed in for several clients, which the table does not show. */
static bool is_same_sign_in(const struct list_row *a, const struct list_row *b)
{
    return a->kind == LIST_SIGN_IN && b->kind == LIST_SIGN_IN && a->state == NULL &&
           b->state == NULL && text_is_same(a->account, b->account) && a->store == b->store &&
           text_is_same(a->authority, b->authority);
}

/* The keyring of all rows; NULL if they are in several. */
static const char *only_store(const struct list_rows *rows)
{
    for (size_t i = 1; i < rows->count; i++)
        if (rows->rows[i].store != rows->rows[0].store)
            return NULL;
    return rows->count > 0 ? rows->rows[0].store : NULL;
}

/* On a terminal, the name of the only keyring is in a line of its own, which leaves room. */
static void print_table(const struct list_rows *rows, const struct device_broker *broker)
{
    size_t width = table_width();
    const char *store = width > 0 ? only_store(rows) : NULL;
    auto_table struct table table = {
        .columns = store != NULL ? 4 : 5,
        .titles = { "ACCOUNT", "FOR", "TENANT", "EXPIRES", "KEYRING" },
    };
    for (size_t i = 0; i < rows->count; i++) {
        const struct list_row *row = &rows->rows[i];
        autofree char *what = purpose_of(row, broker);
        autofree char *distinction = list_rows_distinction(rows, i);
        autofree char *purpose = text_format("%s%s", what, distinction);
        autofree char *account = text_format("%s%s", row->is_app ? "app " : "",
                                             row->account != NULL ? row->account : "-");
        if (i == 0 || !is_same_sign_in(row, &rows->rows[i - 1]))
            table_add(&table, (const char *const[]){ account, purpose,
                                                     row->tenant != NULL ? row->tenant : "-",
                                                     list_row_left(row).text, row->store });
    }
    table_print(&table, width);
    if (store != NULL)
        output_paragraph("", 0, "All of it is in the keyring %s.", store);
}

static void print_broker(const struct device_broker *broker)
{
    autofree char *name = device_broker_name(broker);
    autofree char *accounts = device_broker_accounts(broker);
    if (broker->facts.account_count > 0)
        output_paragraph("", 0, "Signed in to this device, by the identity broker (%s): %s.", name,
                         accounts);
}

/* ---- JSON ---- */

static json_object *to_json(const struct list_rows *rows, const struct device_broker *broker)
{
    json_object *array = json_object_new_array();
    for (size_t i = 0; i < rows->count; i++)
        json_object_array_add(array, list_row_to_json(&rows->rows[i]));
    for (size_t i = 0; i < broker->facts.account_count; i++) {
        const struct list_row row = { .kind = LIST_DEVICE_ACCOUNT,
                                      .account = broker->facts.accounts[i] };
        json_object_array_add(array, list_row_to_json(&row));
    }
    return array;
}

/* ---- the command ---- */

static void warn_of_lock(const struct list_rows *rows)
{
    size_t locked = 0;
    for (size_t i = 0; i < rows->count; i++)
        locked += rows->rows[i].is_default_unknown;
    if (locked == 0)
        return;
    struct error why = { 0 };
    error_known_as(&why, "keyring_locked");
    warning_of(why.code, error_advice(&why),
               "the keyring is locked, so user names cannot be shown");
}

/* A keyring that was not looked into is not called empty. */
static void say_that_nothing_is_listed(const struct store *store)
{
    autofree char *unseen = unseen_clause(store, "no tokens or sign-ins of these programs");
    if (unseen != NULL)
        notice("Nothing is listed: %s.", unseen);
    else
        notice("The keyring has no tokens or sign-ins of these programs.");
}

static void warn_of_unseen(const struct store *store)
{
    struct error why = { 0 };
    if (!unseen_check(store, &why))
        warning_of(why.code, why.hint, "%s", why.message);
}

static bool run_list(const struct options *options, int count, char **operands, struct error *error)
{
    struct tokens tokens;
    struct device_broker broker;
    auto_list_rows struct list_rows rows = { 0 };
    if (count > 0)
        return program_fail_operand(operands[0], error);
    silence_forget();
    if (!tokens_open(&tokens, options, error))
        return error_wanted(error, "cannot list the tokens");
    auto_config struct config *config = list_rows_config(options);
    bool complete = list_rows_read(&tokens, config, &rows, error);
    if (!complete && rows.count == 0)
        return error_wanted(error, "cannot list the tokens");
    device_broker_look_for(&tokens.store, config, deadline_in(BROKER_MILLISECONDS), &broker);
    if (document_is_wanted(options))
        document_set(to_json(&rows, &broker));
    else if (rows.count > 0)
        print_table(&rows, &broker);
    else
        say_that_nothing_is_listed(&tokens.store);
    if (rows.count > 0 || document_is_wanted(options))
        warn_of_unseen(&tokens.store);
    if (!document_is_wanted(options))
        print_broker(&broker);
    warn_of_lock(&rows);
    return complete || error_wanted(error, "the list is incomplete");
}

static const struct option_spec own_options[] = {
    DOCUMENT_OPTION("table|json", "table or json"),
    { .name = NULL },
};

const struct program entra_list = {
    .name = "entra list",
    .usage = "[OPTION]...",
    .summary = "Lists the tokens, sign-ins, client secrets and typed credentials in the keyring,\n"
               "with account, API and expiry. No secret is shown.",
    .examples = "entra list\n"
                "entra list --output json",
    .options = own_options,
    .common = OPTION_CONFIG | OPTIONS_OF_STORE,
    .is_typed = true,
    .run = run_list,
};
