/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/list/row.h"

#include <stdio.h>
#include <time.h>

#include "common/base/rfc3339.h"
#include "helpers/document.h"

struct list_left list_row_left(const struct list_row *row)
{
    struct list_left left;
    int64_t minutes = (row->expires_on - time(NULL)) / 60;
    if (row->state != NULL)
        snprintf(left.text, sizeof left.text, "%s", row->state);
    else if (row->expires_on == 0)
        snprintf(left.text, sizeof left.text, "-");
    else if (minutes < 120)
        snprintf(left.text, sizeof left.text, "in %lld min", (long long)minutes);
    else if (minutes < (int64_t)48 * 60)
        snprintf(left.text, sizeof left.text, "in %lld h", (long long)minutes / 60);
    else
        snprintf(left.text, sizeof left.text, "in %lld days", (long long)minutes / (24 * 60));
    return left;
}

static bool is_of_kind_token(const struct list_row *row)
{
    return row->kind == LIST_TOKEN || row->kind == LIST_BOUND_TOKEN ||
           row->kind == LIST_REGISTRY_TOKEN;
}

bool list_row_is_token(const struct list_row *row)
{
    return is_of_kind_token(row) && row->state == NULL;
}

bool list_row_is_locked_token(const struct list_row *row)
{
    return is_of_kind_token(row) && row->is_locked;
}

bool list_row_is_sign_in(const struct list_row *row)
{
    return row->kind == LIST_SIGN_IN && row->state == NULL;
}

json_object *list_row_to_json(const struct list_row *row)
{
    static const char *const names[] = {
        [LIST_SIGN_IN] = "sign_in",
        [LIST_TOKEN] = "token",
        [LIST_BOUND_TOKEN] = "bound_token",
        [LIST_REGISTRY_TOKEN] = "registry_token",
        [LIST_TYPED] = "typed_credential",
        [LIST_CLIENT_SECRET] = "client_secret",
        [LIST_DEVICE_ACCOUNT] = "device_account",
    };
    struct rfc3339 expiry = rfc3339_format(row->expires_on);
    json_object *object = json_object_new_object();
    document_add(object, "kind", names[row->kind]);
    document_add(object, "account", row->account);
    document_add(object, "authority", row->authority);
    document_add(object, "clientId", row->client_id);
    document_add(object, "tenant", row->tenant);
    document_add(object, "scope", row->scope);
    document_add(object, "api", row->api);
    document_add(object, "place", row->place);
    document_add(object, "expiresOn",
                 row->state != NULL    ? row->state
                 : row->expires_on > 0 ? expiry.text
                                       : NULL);
    document_add(object, "store", row->store);
    json_object_object_add(object, "isDefault",
                           row->is_default_unknown ? NULL
                                                   : json_object_new_boolean(row->is_default));
    return object;
}
