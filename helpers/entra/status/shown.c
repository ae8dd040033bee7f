/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/status/shown.h"

#include <string.h>

#include "common/base/output.h"
#include "common/base/text.h"
#include "common/entra/id_shown.h"
#include "common/entra/url.h"

#define TITLE_COLUMNS 10

/* Prints a line; the title stands before the first of its kind only. */
static void print_line(const char **title, const char *text)
{
    autofree char *prefix = text_format("%-*s ", TITLE_COLUMNS, *title);
    output_paragraph(prefix, TITLE_COLUMNS + 1, "%s", text);
    *title = "";
}

/* How an account is signed in of which the keyring has no refresh token. */
static const char *how_signed_in(const struct list_row *row, const struct device_broker *broker)
{
    return !row->is_account_only                       ? ""
           : device_broker_lacks(broker, row->account) ? ", who must sign in again"
                                                       : ", by the device";
}

static void print_accounts(const struct status_facts *facts)
{
    const struct list_rows *rows = &facts->rows;
    const char *title = "Signed in";
    for (size_t i = 0; i < rows->count; i++) {
        const struct list_row *row = &rows->rows[i];
        autofree char *text =
            text_format("%s%s%s", row->account, how_signed_in(row, &facts->broker),
                        row->is_default ? " (default)" : "");
        if (list_rows_begin_account(rows, i))
            print_line(&title, text);
    }
    if (title[0] != '\0')
        print_line(&title, status_facts_some_are_locked(facts) ? "unknown: the keyring is locked"
                           : status_facts_some_are_unseen(facts)
                               ? "unknown: the desktop's keyring is not looked into"
                               : "nobody");
}

static void print_identity(const struct status_facts *facts)
{
    const struct token_request *request = facts->request;
    const char *title = "Identity";
    autofree char *text = NULL;
    if (facts->identity_error.kind != ERROR_NONE)
        text = strdup("the one that is configured cannot be used");
    else if (request == NULL)
        text = strdup("none is configured; users sign in with the Azure CLI's client");
    else if (token_request_is_for_managed_identity(request))
        text = text_format("the managed identity %s (%s)", id_shown(request->client_id),
                           request->credentials[0].where);
    else if (token_request_is_for_app(request))
        text = text_format("app %s", id_shown(request->client_id));
    else
        text = text_format("users of the app %s", id_shown(request->client_id));
    print_line(&title, text);
    if (request == NULL || token_request_is_for_managed_identity(request))
        return;
    autofree char *where = text_format("tenant %s, at %s", request->tenant, request->instance);
    print_line(&title, where);
    if (!token_request_is_for_app(request))
        return;
    autofree char *credential = facts->credential != NULL
                                    ? text_format("credential from %s", facts->credential->where)
                                    : strdup("without a credential that can be used");
    print_line(&title, credential);
}

/* Whose token it is, as the end of a sentence. The caller frees it. */
static char *owner_of(const struct list_row *row, const struct token_request *request)
{
    bool is_configured = row->is_app && request != NULL && request->client_id != NULL &&
                         row->account != NULL && strcmp(row->account, request->client_id) == 0;
    return is_configured ? strdup("the app")
                         : text_format("%s%s", row->is_app ? "app " : "",
                                       row->account != NULL ? row->account : "-");
}

/* Whether both rows are tokens of one account, or app, for the same API. */
static bool is_same_purpose(const struct list_row *a, const struct list_row *b)
{
    return a->kind == b->kind && a->is_app == b->is_app && text_is_same(a->account, b->account) &&
           text_is_same(a->scope, b->scope) && text_is_same(a->place, b->place);
}

/* Whether both are of one tenant in one cloud. */
static bool is_same_tenant(const struct list_row *a, const struct list_row *b)
{
    return text_is_same(a->authority, b->authority) && text_is_same(a->tenant, b->tenant);
}

/* Whether another token of the same tenant, which another client requested, lasts longer; of two
 * that last as long, the first one counts. */
static bool is_outlasted(const struct list_rows *rows, size_t i)
{
    const struct list_row *row = &rows->rows[i];
    for (size_t j = 0; j < rows->count; j++) {
        const struct list_row *other = &rows->rows[j];
        if (j != i && list_row_is_token(other) && list_row_is_token(row) &&
            is_same_purpose(row, other) && is_same_tenant(row, other) &&
            (other->expires_on > row->expires_on ||
             (other->expires_on == row->expires_on && j < i)))
            return true;
    }
    return false;
}

/* Whether the token's tenant tells it from another one. */
static bool needs_tenant(const struct list_rows *rows, size_t i)
{
    const struct list_row *row = &rows->rows[i];
    for (size_t j = 0; j < rows->count; j++)
        if (list_row_is_token(&rows->rows[j]) && is_same_purpose(row, &rows->rows[j]) &&
            !text_is_same(row->tenant, rows->rows[j].tenant))
            return row->tenant != NULL;
    return false;
}

/* Where the token is from, if only that tells it from another one; else "". */
static const char *authority_shown(const struct list_rows *rows, size_t i)
{
    const struct list_row *row = &rows->rows[i];
    for (size_t j = 0; j < rows->count && row->authority != NULL; j++)
        if (list_row_is_token(&rows->rows[j]) && is_same_purpose(row, &rows->rows[j]) &&
            !text_is_same(row->authority, rows->rows[j].authority))
            return row->authority + url_scheme_length(row->authority);
    return "";
}

static void print_tokens(const struct status_facts *facts)
{
    const struct list_rows *rows = &facts->rows;
    const char *title = "Tokens";
    for (size_t i = 0; i < rows->count; i++) {
        const struct list_row *row = &rows->rows[i];
        if ((!list_row_is_token(row) && !list_row_is_locked_token(row)) || is_outlasted(rows, i))
            continue;
        bool has_tenant = needs_tenant(rows, i);
        autofree char *owner = owner_of(row, facts->request);
        const char *purpose = row->place != NULL   ? row->place
                              : row->api != NULL   ? row->api
                              : row->scope != NULL ? row->scope
                                                   : "-"; /* locked, and not whole */
        const char *authority = authority_shown(rows, i);
        autofree char *text = text_format(
            "%s, of %s, %s%s%s%s%s%s", purpose, owner, row->is_locked ? "" : "expires ",
            list_row_left(row).text, has_tenant ? ", tenant " : "", has_tenant ? row->tenant : "",
            authority[0] != '\0' ? ", at " : "", authority);
        print_line(&title, text);
    }
    if (title[0] != '\0')
        print_line(&title, "none");
}

/* Nothing, if there is none. */
static void print_broker(const struct device_broker *broker)
{
    const char *title = "Broker";
    autofree char *name = device_broker_name(broker);
    autofree char *accounts = device_broker_accounts(broker);
    autofree char *text =
        broker->end != BROKER_DONE ? text_format("not usable: %s", broker->error.message)
        : broker->is_known         ? text_format("%s, signed in to the device: %s", name, accounts)
                                   : strdup("one can be started in this session");
    if (broker->end != BROKER_ABSENT)
        print_line(&title, text);
}

void status_shown_print(const struct status_facts *facts)
{
    const char *title = "Keyring";
    print_accounts(facts);
    print_identity(facts);
    print_tokens(facts);
    autofree char *keyring =
        text_format("%s (%s)", facts->tokens.store.keyring->name, facts->keyring_reason);
    print_line(&title, keyring);
    print_broker(&facts->broker);
}
