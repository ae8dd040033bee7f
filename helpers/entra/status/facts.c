/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/status/facts.h"

#include <string.h>

#include "common/base/deadline.h"
#include "common/base/environment.h"
#include "common/entra/identity_source.h"
#include "common/store/account_store.h"
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

bool status_facts_find(const struct options *options, struct config *config,
                       struct status_facts *ret_facts, struct error *error)
{
    struct status_facts *facts = ret_facts;
    *facts = (struct status_facts){ 0 };
    silence_forget();
    if (!tokens_open(&facts->tokens, options, error))
        return false;
    const struct token_request *request = &facts->candidates.items[0];
    if (config_request(config, config_some_api(config), &facts->candidates,
                       &facts->identity_error) &&
        !request->unconfigured)
        facts->request = request;
    look_at_keyring(facts, options);
    device_broker_look(
        &facts->tokens.store,
        facts->identity_error.kind == ERROR_NONE ? device_broker_request(&facts->candidates) : NULL,
        false, deadline_in(BROKER_MILLISECONDS), &facts->broker);
    return list_rows_read(&facts->tokens, config, &facts->rows, error);
}

void status_facts_clear(struct status_facts *facts)
{
    list_rows_clear(&facts->rows);
    token_candidates_clear(&facts->candidates);
}

/* ---- what there is ---- */

/* Whether a sign-in of ours can get a token: not if the broker alone may. */
static bool is_of_use(const struct status_facts *facts, const struct list_row *row)
{
    const struct token_request *request = device_broker_request(&facts->candidates);
    bool is_enough = request == NULL || request->broker != BROKER_USE_REQUIRED;
    return list_row_is_token(row) ||
           (list_row_is_sign_in(row) && !row->is_account_only && is_enough);
}

bool status_facts_need_no_user(const struct status_facts *facts)
{
    if ((facts->request != NULL && token_request_is_for_app(facts->request)) ||
        facts->broker.may_answer)
        return true;
    for (size_t i = 0; i < facts->rows.count; i++)
        if (is_of_use(facts, &facts->rows.rows[i]))
            return true;
    return facts->request == NULL && identity_source_find()->hosts_apps;
}

bool status_facts_some_are_locked(const struct status_facts *facts)
{
    for (size_t i = 0; i < facts->rows.count; i++)
        if (facts->rows.rows[i].is_default_unknown)
            return true;
    return false;
}
