/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/run/run_token.h"

#include <string.h>
#include <strings.h>

#include "common/base/deadline.h"
#include "common/base/text.h"
#include "common/base/user.h"
#include "common/config/config.h"
#include "common/entra/id_shown.h"
#include "common/tokens/tokens.h"
#include "helpers/entra/run/run_resource.h"

void run_token_clear(struct run_token *token)
{
    secret_free(token->text);
    free(token->client_id);
    *token = (struct run_token){ 0 };
}

static bool get(const struct options *options, const struct token_candidates *candidates,
                bool (*may_ask)(void), struct run_token *ret_token, struct error *error)
{
    auto_tokens_result struct tokens_result result = { 0 };
    struct tokens tokens;
    deadline_begin();
    if (!tokens_open(&tokens, options, error))
        return false;
    tokens.may_ask = may_ask;
    if (!tokens_get(&tokens, candidates, &result, error))
        return false;
    const struct secret *text = result.token.access_token;
    *ret_token = (struct run_token){ .text = secret_new(text->bytes, text->length),
                                     .client_id = strdup(result.client_id),
                                     .expires_on = result.token.expires_on };
    return true;
}

/* ---- what the options name ---- */

/* A scope has a resource, or at least a colon or a slash; an API's name has neither. */
static bool is_scope(const char *wanted)
{
    return strpbrk(wanted, ":/") != NULL;
}

/* Makes the request for an API or a scope. The configuration, which the candidates borrow from, is
 * of these options. */
static bool make_request(struct config *config, struct options *options, const char *api_or_scope,
                         struct token_candidates *candidates, struct error *error)
{
    struct error unused = { 0 };
    if (is_scope(api_or_scope) && !config_knows_api(config, api_or_scope, &unused)) {
        options->scopes[0] = api_or_scope;
        options->scope_count = 1;
    } else {
        options->api = api_or_scope;
    }
    return config_request(config, NULL, candidates, error);
}

bool run_token_get(const struct options *options, const char *api_or_scope,
                   struct run_token *ret_token, struct error *error)
{
    auto_token_candidates struct token_candidates candidates = { 0 };
    struct options own = *options;
    auto_config struct config *config = config_load(&own, NULL, error);
    return (config != NULL && make_request(config, &own, api_or_scope, &candidates, error) &&
            get(&own, &candidates, user_is_present, ret_token, error)) ||
           error_wanted(error, "no token for %.200s", api_or_scope);
}

/* ---- --only ---- */

/* Of several scopes, the first has it. */
bool run_limit_find(const struct options *options, const char *api_or_scope,
                    struct run_limit *ret_limit, struct error *error)
{
    auto_token_candidates struct token_candidates candidates = { 0 };
    struct options own = *options;
    auto_config struct config *config = config_load(&own, NULL, error);
    if (config == NULL || !make_request(config, &own, api_or_scope, &candidates, error))
        return error_wanted(error, "no token for %.200s", api_or_scope);
    const char *scope = candidates.items[0].scope;
    autofree char *first = strndup(scope, strcspn(scope, " "));
    *ret_limit = (struct run_limit){ .wanted = api_or_scope,
                                     .resource = strndup(first, scope_resource_length(first)) };
    return true;
}

bool run_limit_allows(const struct run_limit *limit, const char *resource)
{
    return config_is_same_resource(limit->resource, resource);
}

void run_limit_clear(struct run_limit *limit)
{
    free(limit->resource);
    *limit = (struct run_limit){ 0 };
}

/* ---- what the command asks for ---- */

/* Whether the request names nobody else than this candidate. A managed identity that was chosen by
 * one kind of id is not known by another. */
static bool is_asked_for(const struct token_request *candidate,
                         const struct identity_request *request)
{
    const struct credential *credential = &candidate->credentials[0];
    if (request->id_kind == IDENTITY_SYSTEM)
        return true;
    if (token_request_is_for_managed_identity(candidate))
        return credential->id != NULL && credential->id_kind == request->id_kind &&
               strcasecmp(credential->id, request->id) == 0;
    return request->id_kind == IDENTITY_CLIENT_ID &&
           strcasecmp(candidate->client_id, request->id) == 0;
}

/* Leaves the candidates that the request may mean. */
static bool keep_asked_for(struct token_candidates *candidates,
                           const struct identity_request *request, struct error *error)
{
    size_t kept = 0;
    autofree char *client_id = strdup(candidates->items[candidates->count - 1].client_id);
    for (size_t i = 0; i < candidates->count; i++) {
        if (!is_asked_for(&candidates->items[i], request)) {
            token_request_clear(&candidates->items[i]);
            continue;
        }
        struct token_request one = candidates->items[i];
        candidates->items[i] = (struct token_request){ 0 };
        candidates->items[kept++] = one;
    }
    candidates->count = kept;
    if (kept > 0)
        return true;
    error_set(error, ERROR_USAGE,
              "the command asks as the identity %.100s, and 'entra run' answers as %.100s",
              request->id, id_shown(client_id));
    return error_hint(error, "Have the command name no identity (it may take one from "
                             "AZURE_CLIENT_ID), or give the identity to 'entra run' in its "
                             "configuration, or with --client-id. For a program that is written "
                             "for an identity of its own, there is --any-identity.");
}

bool run_token_get_requested(const struct options *options, const struct run_limit *limit,
                             const struct identity_request *request, struct run_token *ret_token,
                             struct error *error)
{
    auto_token_candidates struct token_candidates candidates = { 0 };
    struct options own = *options;
    auto_config struct config *config = config_load(&own, NULL, error);
    return (config != NULL &&
            (limit != NULL
                 ? make_request(config, &own, limit->wanted, &candidates, error)
                 : run_resource_request(config, &own, request->resource, &candidates, error)) &&
            keep_asked_for(&candidates, request, error) &&
            get(&own, &candidates, NULL, ret_token, error)) ||
           error_wanted(error, "no token for %.200s", request->resource);
}
