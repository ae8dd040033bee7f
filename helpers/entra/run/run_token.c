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
    size_t length = strlen(resource), own = strlen(limit->resource);
    length -= length > 0 && resource[length - 1] == '/';
    own -= own > 0 && limit->resource[own - 1] == '/';
    return length == own && strncasecmp(resource, limit->resource, length) == 0;
}

void run_limit_clear(struct run_limit *limit)
{
    free(limit->resource);
    *limit = (struct run_limit){ 0 };
}

/* ---- what the command asks for ---- */

/* The API of the configuration that the resource is of; NULL: none, so the default identity gets
 * the token. */
static const char *find_api(const struct config *config, const char *resource)
{
    size_t length = strlen(resource);
    length -= length > 0 && resource[length - 1] == '/';
    autofree char *scope = text_format("%s/.default", resource);
    autofree char *without_slash = text_format("%.*s/.default", (int)length, resource);
    const char *api = config_api_of_scope(config, scope);
    return api != NULL ? api : config_api_of_scope(config, without_slash);
}

/* Whether the request names nobody else than this candidate. A managed identity that was chosen by
 * one kind of id is not known by another. */
static bool is_asked_for(const struct token_request *candidate,
                         const struct identity_request *request)
{
    const struct credential *credential = &candidate->credentials[0];
    bool is_machine =
        candidate->credential_count == 1 && credential->kind == CREDENTIAL_MANAGED_IDENTITY;
    if (request->id_kind == IDENTITY_SYSTEM)
        return true;
    if (is_machine)
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
                             "configuration, or with --client-id.");
}

/* Makes the request for a resource, as the configuration has it. */
static bool make_resource_request(struct config *config, struct options *options,
                                  const char *resource, struct token_candidates *candidates,
                                  struct error *error)
{
    options->resource = resource;
    options->api = find_api(config, resource);
    return config_request(config, NULL, candidates, error);
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
                 : make_resource_request(config, &own, request->resource, &candidates, error)) &&
            keep_asked_for(&candidates, request, error) &&
            get(&own, &candidates, NULL, ret_token, error)) ||
           error_wanted(error, "no token for %.200s", request->resource);
}
