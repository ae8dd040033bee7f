/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/status/json.h"

#include <string.h>

#include "common/base/rfc3339.h"
#include "common/entra/id_shown.h"
#include "helpers/document.h"

static json_object *clients_of(const struct list_rows *rows, const char *account)
{
    json_object *clients = json_object_new_array();
    for (size_t i = 0; i < rows->count; i++)
        if (list_row_is_sign_in(&rows->rows[i]) && rows->rows[i].client_id != NULL &&
            strcmp(rows->rows[i].account, account) == 0)
            json_object_array_add(clients, json_object_new_string(rows->rows[i].client_id));
    return clients;
}

static json_object *accounts_to_json(const struct list_rows *rows)
{
    json_object *array = json_object_new_array();
    for (size_t i = 0; i < rows->count; i++) {
        const struct list_row *row = &rows->rows[i];
        if (!list_rows_begin_account(rows, i))
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

static json_object *identity_to_json(const struct status_facts *facts)
{
    const struct token_request *request = facts->request;
    if (request == NULL)
        return NULL;
    json_object *object = json_object_new_object();
    document_add(object, "kind",
                 token_request_is_for_managed_identity(request) ? "managed_identity"
                 : token_request_is_for_app(request)            ? "app"
                                                                : "user");
    document_add(object, "clientId", id_shown(request->client_id));
    document_add(object, "tenant", request->tenant);
    document_add(object, "authority", request->instance);
    document_add(object, "credential", facts->credential != NULL ? facts->credential->where : NULL);
    return object;
}

static json_object *tokens_to_json(const struct list_rows *rows)
{
    json_object *array = json_object_new_array();
    for (size_t i = 0; i < rows->count; i++) {
        const struct list_row *row = &rows->rows[i];
        if (!list_row_is_token(row) && !list_row_is_locked_token(row))
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

json_object *status_json_make(const struct status_facts *facts)
{
    json_object *object = json_object_new_object();
    json_object *keyring = json_object_new_object();
    document_add(keyring, "name", facts->tokens.store.keyring->name);
    document_add(keyring, "reason", facts->keyring_reason);
    json_object_object_add(object, "accounts", accounts_to_json(&facts->rows));
    json_object_object_add(object, "identity", identity_to_json(facts));
    json_object_object_add(object, "keyring", keyring);
    json_object_object_add(object, "tokens", tokens_to_json(&facts->rows));
    json_object_object_add(object, "broker", broker_to_json(&facts->broker));
    return object;
}
