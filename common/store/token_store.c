/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/store/token_store.h"

#include "common/base/report.h"
#include "common/base/text.h"
#include "common/entra/registry_token.h"
#include "common/store/sign_out.h"

static const char *kind_of(const struct token_request *request)
{
    return request->registry != NULL   ? STORE_KIND_REGISTRY_TOKEN
           : request->pop_host != NULL ? STORE_KIND_BOUND_TOKEN
                                       : STORE_KIND_TOKEN;
}

static struct keyring_key key_of(const struct token_request *request)
{
    return (struct keyring_key){ {
        { STORE_KIND, kind_of(request) },
        { STORE_AUTHORITY, request->instance },
        { STORE_TENANT, request->tenant },
        { STORE_CLIENT_ID, request->client_id },
        { STORE_ACCOUNT, request->for_user ? request->home_account_id : "app" },
        { STORE_SCOPE, request->scope },
        { request->registry != NULL ? STORE_REGISTRY : NULL, request->registry },
    } };
}

/* Whether the token is of the request's kind, and of its registry. */
static bool is_wanted(const struct token_request *request, const struct token *token)
{
    struct error unused;
    int64_t ignored;
    const struct secret *text = token->access_token;
    return (token->key_id[0] != '\0') == (request->pop_host != NULL) &&
           (request->registry == NULL ||
            registry_token_read(text->bytes, text->length, request->registry, &ignored, &unused));
}

enum keyring_answer token_store_find(struct store *store, const struct token_request *request,
                                     int64_t deadline, struct token *ret_token, struct error *error)
{
    struct keyring_key key = key_of(request);
    auto_secret struct secret *record = NULL;
    struct error why = { 0 };
    token_clear(ret_token);
    enum keyring_answer answer = store_look_up(store, &key, deadline, &record, error);
    if (answer == KEYRING_NOTHING)
        trace("keyring: %s has no such token", store->keyring->name);
    if (answer != KEYRING_FOUND)
        return answer;
    if (!token_from_json(record->bytes, record->length, ret_token, &why)) {
        trace("keyring: the item is ignored: %s", why.message);
        return KEYRING_NOTHING;
    }
    if (is_wanted(request, ret_token))
        return KEYRING_FOUND;
    trace("keyring: the item is ignored: its token is not of the kind that was asked for");
    token_clear(ret_token);
    return KEYRING_NOTHING;
}

static char *label_of(const struct token_request *request)
{
    return text_format("Microsoft Entra %stoken for %s (%s%s, tenant %s)",
                       request->pop_host != NULL   ? "bound "
                       : request->registry != NULL ? "registry "
                                                   : "",
                       request->registry != NULL ? request->registry
                       : request->api != NULL    ? request->api
                                                 : request->scope,
                       request->for_user ? "" : "app ",
                       request->for_user ? request->username : request->client_id, request->tenant);
}

bool token_store_keep(struct store *store, const struct token_request *request,
                      const struct token *token, int64_t deadline, struct error *error)
{
    struct keyring_key key = key_of(request);
    autofree char *label = label_of(request);
    auto_secret struct secret *record = token_to_json(token);
    return sign_out_put(store, request, &key, label, record, token->expires_on, deadline, error);
}

bool token_store_erase(struct store *store, const struct token_request *request,
                       const char *refused, size_t length, int64_t deadline, struct error *error)
{
    struct keyring_key key = key_of(request);
    auto_token struct token token = { 0 };
    auto_secret struct secret *record = NULL;
    struct error why;
    enum keyring_answer answer = store_look_up(store, &key, deadline, &record, error);
    if (answer != KEYRING_FOUND)
        return answer == KEYRING_NOTHING;
    bool is_readable = token_from_json(record->bytes, record->length, &token, &why);
    if (is_readable && !secret_equals(token.access_token, refused, length)) {
        trace("keyring: the token there is not the refused one and stays");
        return true;
    }
    trace("keyring: the %s token is deleted", is_readable ? "refused" : "unreadable");
    return store_drop(store, &key, deadline, error);
}
