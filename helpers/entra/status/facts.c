/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/status/facts.h"

#include <string.h>

#include "common/acquire/acquire.h"
#include "common/base/deadline.h"
#include "common/base/environment.h"
#include "common/base/shell_line.h"
#include "common/base/text.h"
#include "common/entra/error_report.h"
#include "common/entra/id_shown.h"
#include "common/entra/identity_source.h"
#include "common/store/account_store.h"
#include "common/store/client_secret_store.h"
#include "common/store/unseen.h"
#include "common/tokens/job_advice.h"
#include "common/tokens/sign_in_needed.h"
#include "keyring/silence.h"

/* How long the device's broker is waited for. */
#define BROKER_MILLISECONDS 2000

/* ---- looking ---- */

/* Has `auto` settle on a keyring, by a list, which never prompts, and says why it is this one. */
static void look_at_keyring(struct status_facts *facts, const struct options *options)
{
    struct store *store = &facts->tokens.store;
    const struct keyring_key accounts = { { { STORE_KIND, STORE_KIND_ACCOUNT } } };
    auto_keyring_list struct keyring_list unused = { 0 };
    struct error ignored = { 0 };
    if (!store->named)
        store_match(store, &accounts, facts->tokens.deadline, &unused, &ignored);
    facts->keyring_reason = options->keyring != NULL               ? "named by --keyring"
                            : environment("ENTRA_KEYRING") != NULL ? "named by ENTRA_KEYRING"
                            : store->trouble.message[0] != '\0'    ? store->trouble.message
                            : store->absent.message[0] != '\0'     ? store->absent.message
                                                                   : "the desktop's";
}

/* As far as that can be seen: a keyring that is asked for the secret itself may prompt. */
static bool has_credential(const struct status_facts *facts, const struct acquire_module *module,
                           const struct credential *credential, struct error *error)
{
    struct credential_facts unused;
    const struct token_request *request = facts->request;
    const struct keyring_item *secret =
        credential->kind == CREDENTIAL_KEYRING
            ? client_secret_store_listed(&facts->rows.items[LIST_CLIENT_SECRET],
                                         facts->tokens.store.keyring->name, request)
            : NULL;
    if (secret != NULL && secret->is_locked)
        return keyring_fail_locked(error);
    if (secret == NULL && credential->kind == CREDENTIAL_KEYRING)
        return client_secret_store_fail_absent(&facts->tokens.store, request, error);
    return (secret != NULL && secret->record != NULL) ||
           module->check_credential(request, credential, true, facts->tokens.deadline, &unused,
                                    error);
}

static void look_at_credentials(struct status_facts *facts)
{
    const struct token_request *request = facts->request;
    struct error first = { 0 };
    const struct acquire_module *module = acquire_load(&first);
    for (size_t i = 0; i < request->credential_count && module != NULL; i++) {
        struct error why = { 0 };
        if (has_credential(facts, module, &request->credentials[i], &why)) {
            facts->credential = &request->credentials[i];
            return;
        }
        if (first.kind == ERROR_NONE)
            first = why;
    }
    facts->credential_error = first;
}

bool status_facts_find(const struct options *options, struct config *config,
                       struct status_facts *ret_facts, struct error *error)
{
    struct status_facts *facts = ret_facts;
    *facts = (struct status_facts){ .options = options, .config = config };
    silence_forget();
    if (!tokens_open(&facts->tokens, options, error))
        return false;
    const struct token_request *request = &facts->candidates.items[0];
    if (config_request(config, config_some_api(config), &facts->candidates,
                       &facts->identity_error) &&
        !request->unconfigured)
        facts->request = request;
    if (options->api == NULL)
        facts->identity_error.wanted[0] = '\0'; /* names an API, which nobody asked for */
    look_at_keyring(facts, options);
    device_broker_look(
        &facts->tokens.store,
        facts->identity_error.kind == ERROR_NONE ? device_broker_request(&facts->candidates) : NULL,
        false, deadline_in(BROKER_MILLISECONDS), &facts->broker);
    if (!list_rows_read(&facts->tokens, config, &facts->rows, error))
        return false;
    if (facts->request != NULL && token_request_is_for_app(facts->request))
        look_at_credentials(facts);
    return true;
}

void status_facts_clear(struct status_facts *facts)
{
    list_rows_clear(&facts->rows);
    token_candidates_clear(&facts->candidates);
}

/* ---- what there is ---- */

/* Whether the keyring has a token that tokens_get would find for the request: of this client, and
 * of the account, or of the app if that is NULL. If no API is named, any API's. */
static bool has_token(const struct status_facts *facts, const struct token_request *request,
                      const char *client_id, const char *home_account_id)
{
    const struct options *options = facts->options;
    bool is_named = options->api != NULL || options->resource != NULL || options->scope_count > 0;
    const struct keyring_key key = { {
        { STORE_AUTHORITY, request->instance },
        { STORE_TENANT, request->tenant },
        { STORE_CLIENT_ID, client_id },
        { STORE_ACCOUNT, home_account_id != NULL ? home_account_id : "app" },
        { is_named ? STORE_SCOPE : NULL, request->scope },
    } };
    for (size_t i = 0; i < facts->rows.count; i++) {
        const struct list_row *row = &facts->rows.rows[i];
        if (list_row_is_token(row) && strcmp(row->store, facts->tokens.store.keyring->name) == 0 &&
            keyring_item_is(row->item, &key))
            return true;
    }
    return false;
}

/* Whether a client has a sign-in of the account, or a token. The broker alone may be allowed to get
 * another token. */
static bool has_of_client(const struct status_facts *facts, const struct token_request *request,
                          const char *client_id, const char *home_account_id)
{
    return client_id != NULL && (has_token(facts, request, client_id, home_account_id) ||
                                 (request->broker != BROKER_USE_REQUIRED &&
                                  account_store_is_listed(&facts->rows.items[LIST_SIGN_IN],
                                                          facts->tokens.store.keyring->name,
                                                          request, client_id, home_account_id)));
}

static bool serves(const struct status_facts *facts, const struct token_request *request)
{
    auto_account struct account account = { 0 };
    if (!request->for_user)
        return request->client_id != NULL && has_token(facts, request, request->client_id, NULL);
    return account_store_resolve_listed(&facts->rows.accounts, facts->tokens.store.keyring->name,
                                        request, &account) &&
           (has_of_client(facts, request, request->client_id, account.home_account_id) ||
            has_of_client(facts, request, request->second_client, account.home_account_id));
}

/* Of each API another client may be the one that asks if the first is refused. */
struct second_clients {
    const struct status_facts *facts;
    bool serve;
};

static void try_second_client(void *context, const char *api)
{
    struct second_clients *clients = context;
    struct error unused = { 0 };
    auto_token_candidates struct token_candidates candidates = { 0 };
    if (clients->serve || !config_request(clients->facts->config, api, &candidates, &unused))
        return;
    const struct token_request *request = device_broker_request(&candidates);
    clients->serve = request != NULL && serves(clients->facts, request);
}

bool status_facts_need_no_user(const struct status_facts *facts)
{
    if (facts->credential != NULL || facts->broker.may_answer ||
        (facts->request == NULL && identity_source_find()->hosts_apps))
        return true;
    const struct token_request *user = device_broker_request(&facts->candidates);
    for (size_t i = 0; i < facts->candidates.count; i++)
        if (serves(facts, &facts->candidates.items[i]))
            return true;
    struct second_clients clients = { .facts = facts };
    if (user != NULL && user->second_client != NULL && facts->options->api == NULL)
        config_each_api(facts->config, try_second_client, &clients);
    return clients.serve;
}

bool status_facts_some_are_unseen(const struct status_facts *facts)
{
    struct error unused = { 0 };
    return !unseen_check(&facts->tokens.store, &unused);
}

bool status_facts_some_are_locked(const struct status_facts *facts)
{
    for (size_t i = 0; i < facts->rows.count; i++)
        if (facts->rows.rows[i].is_default_unknown)
            return true;
    return false;
}

/* ---- why there is none ---- */

static bool is_anybody_signed_in(const struct list_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        if (list_row_is_sign_in(&rows->rows[i]))
            return true;
    return false;
}

/* Sets the message to one that ends with what is not looked into. Always returns false. */
static bool fail_not_signed_in(const struct store *store, const char *message, struct error *error)
{
    autofree char *unseen = unseen_clause(store, "no such sign-in");
    error_set(error, ERROR_SIGN_IN, "%s%s%s", message, unseen != NULL ? ": " : "",
              unseen != NULL ? unseen : "");
    return error_known_as(error, "sign_in_needed");
}

/* Somebody is signed in for another client, or at another authority. */
static bool fail_other_sign_in(const struct status_facts *facts,
                               const struct token_request *request, struct error *error)
{
    struct shell_line line = { "" };
    struct options same = sign_in_options(request, facts->options);
    if (facts->options->api == NULL)
        same.api = NULL;
    options_each(&same, OPTION_OF_REQUEST, shell_line_add, &line);
    autofree char *message = text_format("nobody is signed in for the client %s at %s",
                                         id_shown(request->client_id), request->instance);
    fail_not_signed_in(&facts->tokens.store, message, error);
    return !job_advice(facts->options, request, error) &&
           error_hint(error, "Run 'entra login%s'.", line.text);
}

bool status_facts_fail_without_user(const struct status_facts *facts, struct error *error)
{
    const struct token_request *request = device_broker_request(&facts->candidates);
    if (facts->credential_error.kind != ERROR_NONE) {
        *error = facts->credential_error;
        return error_wanted(error, "the app cannot get a token");
    }
    if (status_facts_some_are_locked(facts)) {
        error_set(error, ERROR_OTHER, "the keyring with the sign-ins is locked");
        return error_known_as(error, "keyring_locked");
    }
    if (request != NULL && is_anybody_signed_in(&facts->rows))
        return fail_other_sign_in(facts, request, error);
    fail_not_signed_in(&facts->tokens.store, "nobody is signed in, and no app has a credential",
                       error);
    const char *hint = unseen_hint(&facts->tokens.store);
    return !job_advice(facts->options, request, error) && hint != NULL &&
           error_hint(error, "%s %s", error_advice(error), hint);
}
