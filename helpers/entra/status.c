/* SPDX-License-Identifier: MIT */
/* entra status: who is signed in, which identity is configured, which tokens there are, and where
 * they are kept. Nobody is asked but the keyring, and the device's identity broker if one runs. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "common/base/deadline.h"
#include "common/base/environment.h"
#include "common/base/output.h"
#include "common/base/rfc3339.h"
#include "common/base/text.h"
#include "common/config/config.h"
#include "common/entra/id_shown.h"
#include "common/entra/identity_source.h"
#include "common/store/account_store.h"
#include "common/tokens/tokens.h"
#include "helpers/document.h"
#include "helpers/entra/device_broker.h"
#include "helpers/entra/entra.h"
#include "helpers/entra/list/rows.h"
#include "helpers/entra/status.h"
#include "keyring/silence.h"

#define TITLE_COLUMNS 10

/* How long the device's broker is waited for. */
#define BROKER_MILLISECONDS 2000

struct status {
    struct tokens tokens;
    struct list_rows rows;
    struct token_candidates candidates;
    const struct token_request *request; /* for the app or user that is configured; NULL: none is */
    struct error identity_error; /* why it cannot be used; the kind is ERROR_NONE if it can */
    const char *keyring_reason;
    struct device_broker broker;
};

/* ---- what there is ---- */

static bool is_of_kind_token(const struct list_row *row)
{
    return row->kind == LIST_TOKEN || row->kind == LIST_BOUND_TOKEN ||
           row->kind == LIST_REGISTRY_TOKEN;
}

static bool is_token(const struct list_row *row)
{
    return is_of_kind_token(row) && row->state == NULL;
}

/* What is locked is shown too: it may be of use once it is not. */
static bool is_locked_token(const struct list_row *row)
{
    return is_of_kind_token(row) && row->is_locked;
}

static bool is_sign_in(const struct list_row *row)
{
    return row->kind == LIST_SIGN_IN && row->state == NULL;
}

/* Whether it is the first row of its account; the rows are sorted by accounts. */
static bool begins_account(const struct list_rows *rows, size_t i)
{
    const struct list_row *row = &rows->rows[i];
    for (size_t j = 0; j < i; j++)
        if (is_sign_in(&rows->rows[j]) && strcmp(rows->rows[j].account, row->account) == 0)
            return false;
    return is_sign_in(row);
}

static bool is_app(const struct token_request *request)
{
    return request != NULL && !request->for_user && request->credential_count > 0;
}

static bool is_managed_identity(const struct token_request *request)
{
    return is_app(request) && request->credentials[0].kind == CREDENTIAL_MANAGED_IDENTITY;
}

/* Whether a sign-in of ours can get a token: not if the broker alone may. */
static bool is_of_use(const struct status *status, const struct list_row *row)
{
    const struct token_request *request = device_broker_request(&status->candidates);
    bool is_enough = request == NULL || request->broker != BROKER_USE_REQUIRED;
    return is_token(row) || (is_sign_in(row) && !row->is_account_only && is_enough);
}

/* An app that has a credential, a sign-in or a token will do. A machine may have an identity that
 * only its service would tell of. */
static bool needs_no_user(const struct status *status)
{
    if (is_app(status->request) || status->broker.may_answer)
        return true;
    for (size_t i = 0; i < status->rows.count; i++)
        if (is_of_use(status, &status->rows.rows[i]))
            return true;
    return status->request == NULL && identity_source_find()->hosts_apps;
}

static bool some_are_locked(const struct list_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->rows[i].is_default_unknown)
            return true;
    return false;
}

/* ---- text ---- */

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

static void print_accounts(const struct list_rows *rows, const struct device_broker *broker)
{
    const char *title = "Signed in";
    for (size_t i = 0; i < rows->count; i++) {
        const struct list_row *row = &rows->rows[i];
        autofree char *text = text_format("%s%s%s", row->account, how_signed_in(row, broker),
                                          row->is_default ? " (default)" : "");
        if (begins_account(rows, i))
            print_line(&title, text);
    }
    if (title[0] != '\0')
        print_line(&title, some_are_locked(rows) ? "unknown: the keyring is locked" : "nobody");
}

static void print_identity(const struct status *status)
{
    const struct token_request *request = status->request;
    const char *title = "Identity";
    autofree char *text = NULL;
    if (status->identity_error.kind != ERROR_NONE)
        text = strdup("the one that is configured cannot be used");
    else if (request == NULL)
        text = strdup("none is configured; users sign in with the Azure CLI's client");
    else if (is_managed_identity(request))
        text = text_format("the managed identity %s (%s)", id_shown(request->client_id),
                           request->credentials[0].where);
    else if (is_app(request))
        text = text_format("app %s", id_shown(request->client_id));
    else
        text = text_format("users of the app %s", id_shown(request->client_id));
    print_line(&title, text);
    if (request == NULL || is_managed_identity(request))
        return;
    autofree char *where = text_format("tenant %s, at %s", request->tenant, request->instance);
    print_line(&title, where);
    if (!is_app(request))
        return;
    autofree char *credential = text_format("credential from %s", request->credentials[0].where);
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

/* Whether another token of the same tenant, which another client requested, lasts longer; of two
 * that last as long, the first one counts. */
static bool is_outlasted(const struct list_rows *rows, size_t i)
{
    const struct list_row *row = &rows->rows[i];
    for (size_t j = 0; j < rows->count; j++) {
        const struct list_row *other = &rows->rows[j];
        if (j != i && is_token(other) && is_token(row) && is_same_purpose(row, other) &&
            text_is_same(row->tenant, other->tenant) &&
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
        if (is_token(&rows->rows[j]) && is_same_purpose(row, &rows->rows[j]) &&
            !text_is_same(row->tenant, rows->rows[j].tenant))
            return row->tenant != NULL;
    return false;
}

static void print_tokens(const struct status *status)
{
    const struct list_rows *rows = &status->rows;
    const char *title = "Tokens";
    for (size_t i = 0; i < rows->count; i++) {
        const struct list_row *row = &rows->rows[i];
        if ((!is_token(row) && !is_locked_token(row)) || is_outlasted(rows, i))
            continue;
        bool has_tenant = needs_tenant(rows, i);
        autofree char *owner = owner_of(row, status->request);
        const char *purpose = row->place != NULL   ? row->place
                              : row->api != NULL   ? row->api
                              : row->scope != NULL ? row->scope
                                                   : "-"; /* locked, and not whole */
        autofree char *text = text_format(
            "%s, of %s, %s%s%s%s", purpose, owner, row->is_locked ? "" : "expires ",
            list_row_left(row).text, has_tenant ? ", tenant " : "", has_tenant ? row->tenant : "");
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

static void print_text(const struct status *status)
{
    const char *title = "Keyring";
    print_accounts(&status->rows, &status->broker);
    print_identity(status);
    print_tokens(status);
    autofree char *keyring =
        text_format("%s (%s)", status->tokens.store.keyring->name, status->keyring_reason);
    print_line(&title, keyring);
    print_broker(&status->broker);
}

/* ---- JSON ---- */

static json_object *clients_of(const struct list_rows *rows, const char *account)
{
    json_object *clients = json_object_new_array();
    for (size_t i = 0; i < rows->count; i++)
        if (is_sign_in(&rows->rows[i]) && rows->rows[i].client_id != NULL &&
            strcmp(rows->rows[i].account, account) == 0)
            json_object_array_add(clients, json_object_new_string(rows->rows[i].client_id));
    return clients;
}

static json_object *accounts_to_json(const struct list_rows *rows)
{
    json_object *array = json_object_new_array();
    for (size_t i = 0; i < rows->count; i++) {
        const struct list_row *row = &rows->rows[i];
        if (!begins_account(rows, i))
            continue;
        json_object *object = json_object_new_object();
        document_add(object, "username", row->account);
        document_add(object, "homeAccountId", row->home_account_id);
        json_object_object_add(object, "isDefault", json_object_new_boolean(row->is_default));
        json_object_object_add(object, "clients", clients_of(rows, row->account));
        json_object_array_add(array, object);
    }
    return array;
}

static json_object *identity_to_json(const struct token_request *request)
{
    if (request == NULL)
        return NULL;
    json_object *object = json_object_new_object();
    document_add(object, "kind",
                 is_managed_identity(request) ? "managed_identity"
                 : is_app(request)            ? "app"
                                              : "user");
    document_add(object, "clientId", id_shown(request->client_id));
    document_add(object, "tenant", request->tenant);
    document_add(object, "authority", request->instance);
    document_add(object, "credential", is_app(request) ? request->credentials[0].where : NULL);
    return object;
}

static json_object *tokens_to_json(const struct list_rows *rows)
{
    json_object *array = json_object_new_array();
    for (size_t i = 0; i < rows->count; i++) {
        const struct list_row *row = &rows->rows[i];
        if (!is_token(row) && !is_locked_token(row))
            continue;
        json_object *object = json_object_new_object();
        document_add(object, "api", row->api);
        document_add(object, "account", row->account);
        document_add(object, "tenant", row->tenant);
        document_add(object, "scope", row->scope);
        document_add(object, "registry", row->place);
        document_add(object, "expiresOn",
                     row->is_locked ? NULL : rfc3339_format(row->expires_on).text);
        json_object_array_add(array, object);
    }
    return array;
}

/* Null, if there is none. */
static json_object *broker_to_json(const struct device_broker *broker)
{
    if (broker->end == BROKER_ABSENT)
        return NULL;
    json_object *object = json_object_new_object(), *accounts = json_object_new_array();
    const struct broker_facts *facts = &broker->facts;
    const char *kind = facts->kind == BROKER_OF_HIMMELBLAU ? "himmelblau" : "microsoft";
    document_add(object, "kind", broker->is_known ? kind : NULL);
    document_add(object, "version", facts->version[0] != '\0' ? facts->version : NULL);
    json_object_object_add(object, "running", json_object_new_boolean(broker->is_known));
    for (size_t i = 0; i < facts->account_count; i++)
        json_object_array_add(accounts, json_object_new_string(facts->accounts[i]));
    json_object_object_add(object, "accounts", accounts);
    document_add(object, "reason", broker->end != BROKER_DONE ? broker->error.message : NULL);
    return object;
}

static json_object *to_json(const struct status *status)
{
    json_object *object = json_object_new_object();
    json_object *keyring = json_object_new_object();
    document_add(keyring, "name", status->tokens.store.keyring->name);
    document_add(keyring, "reason", status->keyring_reason);
    json_object_object_add(object, "accounts", accounts_to_json(&status->rows));
    json_object_object_add(object, "identity", identity_to_json(status->request));
    json_object_object_add(object, "keyring", keyring);
    json_object_object_add(object, "tokens", tokens_to_json(&status->rows));
    json_object_object_add(object, "broker", broker_to_json(&status->broker));
    return object;
}

/* ---- looking ---- */

/* Has `auto` settle on a keyring, by a list, which never prompts, and says why it is this one. */
static void look_at_keyring(struct status *status, const struct options *options)
{
    struct token_store *store = &status->tokens.store;
    const struct keyring_key accounts = { { { STORE_KIND, STORE_KIND_ACCOUNT } } };
    auto_keyring_list struct keyring_list unused = { 0 };
    struct error ignored = { 0 };
    if (!store->named)
        token_store_match(store, &accounts, status->tokens.deadline, &unused, &ignored);
    status->keyring_reason = options->keyring != NULL               ? "named by --keyring"
                             : environment("ENTRA_KEYRING") != NULL ? "named by ENTRA_KEYRING"
                             : store->trouble.message[0] != '\0'    ? store->trouble.message
                             : store->absent.message[0] != '\0'     ? store->absent.message
                                                                    : "the desktop's";
}

static bool look(struct status *status, const struct options *options, struct config *config,
                 struct error *error)
{
    silence_forget();
    if (!tokens_open(&status->tokens, options, error))
        return false;
    const struct token_request *request = &status->candidates.items[0];
    if (config_request(config, config_some_api(config), &status->candidates,
                       &status->identity_error) &&
        !request->unconfigured)
        status->request = request;
    look_at_keyring(status, options);
    device_broker_look(&status->tokens.store,
                       status->identity_error.kind == ERROR_NONE
                           ? device_broker_request(&status->candidates)
                           : NULL,
                       false, deadline_in(BROKER_MILLISECONDS), &status->broker);
    return list_rows_read(&status->tokens, config, &status->rows, error);
}

static bool fail_locked(struct error *error)
{
    error_set(error, ERROR_OTHER, "the keyring with the sign-ins is locked");
    return error_known_as(error, "keyring_locked");
}

static bool fail_without_user(const struct status *status, struct error *error)
{
    if (some_are_locked(&status->rows))
        return fail_locked(error);
    error_set(error, ERROR_SIGN_IN, "nobody is signed in, and no app has a credential");
    return error_known_as(error, "sign_in_needed");
}

static void status_clear(struct status *status)
{
    list_rows_clear(&status->rows);
    token_candidates_clear(&status->candidates);
}

static char *default_account(const struct list_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        if (is_sign_in(&rows->rows[i]) && rows->rows[i].is_default)
            return strdup(rows->rows[i].account);
    return NULL;
}

bool status_needs_user(const struct options *options, bool *ret_needs, char **ret_account,
                       struct error *error)
{
    CLEANUP(status_clear) struct status status = { 0 };
    auto_config struct config *config = config_load(options, NULL, error);
    if (config == NULL || !look(&status, options, config, error))
        return false;
    if (status.identity_error.kind != ERROR_NONE) {
        *error = status.identity_error;
        return false;
    }
    *ret_needs = !needs_no_user(&status);
    if (*ret_needs && some_are_locked(&status.rows))
        return fail_locked(error);
    *ret_account = default_account(&status.rows);
    return true;
}

static bool run_status(const struct options *options, int count, char **operands,
                       struct error *error)
{
    CLEANUP(status_clear) struct status status = { 0 };
    if (count > 0)
        return program_fail_operand(operands[0], error);
    auto_config struct config *config = config_load(options, NULL, error);
    if (config == NULL || !look(&status, options, config, error))
        return error_wanted(error, "the status is not known");
    if (document_is_wanted(options))
        document_set(to_json(&status));
    else
        print_text(&status);
    if (status.identity_error.kind != ERROR_NONE) {
        *error = status.identity_error;
        return false;
    }
    return needs_no_user(&status) || fail_without_user(&status, error);
}

static const struct option_spec own_options[] = {
    DOCUMENT_OPTION("text|json", "text or json"),
    { .name = NULL },
};

const struct program entra_status = {
    .name = "entra status",
    .usage = "[OPTION]...",
    .summary = "Shows who is signed in, which identity is configured, which tokens there are and\n"
               "where they are kept. Asks nobody but the keyring, and the device's identity\n"
               "broker if one runs. Exits with 5 if a user must sign in before there can be a\n"
               "token.",
    .examples = "entra status\n"
                "entra status --output json",
    .options = own_options,
    .common = OPTION_API | OPTIONS_OF_APP | OPTION_MANAGED_IDENTITY | OPTIONS_OF_STORE,
    .is_typed = true,
    .run = run_status,
};
