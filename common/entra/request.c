/* SPDX-License-Identifier: MIT */
#include "common/entra/request.h"

#include <string.h>

#include "common/base/text.h"

void credential_clear(struct credential *credential)
{
    if (credential->borrowed) {
        *credential = (struct credential){ 0 };
        return;
    }
    free(credential->where);
    free(credential->path);
    free(credential->key_path);
    secret_free(credential->secret);
    secret_free(credential->password);
    for (char **word = credential->command; word != NULL && *word != NULL; word++)
        free(*word);
    free(credential->command);
    free(credential->id);
    free(credential->id_from);
    free(credential->audience);
    free(credential->trouble);
    *credential = (struct credential){ 0 };
}

const char *token_request_first_client(const struct token_request *request)
{
    return request->first_client != NULL ? request->first_client : request->client_id;
}

bool token_request_is_for_app(const struct token_request *request)
{
    return !request->for_user && request->credential_count > 0;
}

bool token_request_is_for_managed_identity(const struct token_request *request)
{
    return token_request_is_for_app(request) &&
           request->credentials[0].kind == CREDENTIAL_MANAGED_IDENTITY;
}

void token_candidates_set_host(struct token_candidates *candidates, const char *host,
                               const char *path)
{
    for (size_t i = 0; i < candidates->count; i++) {
        free(candidates->items[i].host);
        candidates->items[i].host =
            text_format("%s%s%s", host, path != NULL ? "/" : "", path != NULL ? path : "");
    }
}

bool token_candidates_bind(struct token_candidates *candidates, const char *pop_host,
                           struct error *error)
{
    size_t count = 0;
    for (size_t i = 0; i < candidates->count; i++) {
        struct token_request *request = &candidates->items[i];
        if (token_request_is_for_managed_identity(request)) {
            token_request_clear(request);
            continue;
        }
        request->pop_host = strdup(pop_host);
        request->needs_context = true;
        candidates->items[count++] = *request;
    }
    candidates->count = count;
    if (count > 0)
        return true;
    error_set(error, ERROR_USAGE, "the token of a managed identity cannot be bound to a key");
    return error_hint(error, "Use another identity: a user, or an app with a credential.");
}

void token_candidates_exchange(struct token_candidates *candidates, const char *registry)
{
    for (size_t i = 0; i < candidates->count; i++) {
        free(candidates->items[i].registry);
        candidates->items[i].registry = strdup(registry);
    }
}

void token_request_clear(struct token_request *request)
{
    free(request->api);
    free(request->host);
    free(request->instance);
    free(request->instance_from);
    free(request->tenant);
    free(request->tenant_from);
    free(request->client_id);
    free(request->client_id_from);
    free(request->scope);
    free(request->claims);
    free(request->pop_host);
    free(request->registry);
    free(request->user_because);
    free(request->account);
    free(request->home_account_id);
    free(request->username);
    pop_key_clear(&request->pop_key);
    for (size_t i = 0; i < request->credential_count; i++)
        credential_clear(&request->credentials[i]);
    *request = (struct token_request){ 0 };
}

void token_candidates_clear(struct token_candidates *candidates)
{
    for (size_t i = 0; i < candidates->count; i++)
        token_request_clear(&candidates->items[i]);
    candidates->count = 0;
}
