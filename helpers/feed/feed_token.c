/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/feed/feed_token.h"

#include <string.h>

#include "common/base/text.h"
#include "common/entra/organization.h"
#include "common/store/tenant_cache.h"

void feed_token_clear(struct feed_token *token)
{
    tokens_result_clear(&token->result);
    token_candidates_clear(&token->candidates);
    config_free(token->config);
    free(token->page);
}

/* The organization is the first segment of the path, or the first label of the host. */
static void find_place(const struct url *url, struct server_tenant *tenant)
{
    enum organization_in organization = organization_in(url);
    autofree char *label = strndup(url->host, strcspn(url->host, "."));
    if (organization == ORGANIZATION_IN_PATH)
        server_tenant_set_organization(tenant, url->path + 1);
    else if (organization == ORGANIZATION_IN_HOST)
        server_tenant_set_organization(tenant, label);
    else
        server_tenant_set_host(tenant, url);
}

/* The server is asked for its tenant at the feed itself, without the query: what a host tool
 * reaches is open where its network is closed. */
static void begin_tenant(struct feed_token *token, const struct feed *feed, int64_t deadline)
{
    token->page = strndup(feed->url, strcspn(feed->url, "?#"));
    token->tenant = (struct server_tenant){ .challenges = &feed->challenge,
                                            .challenge_count = feed->challenge != NULL,
                                            .is_https = true,
                                            .page = token->page,
                                            .may_ask_server = true,
                                            .deadline = deadline };
    find_place(&token->url, &token->tenant);
    /* The tenant that was remembered may be why the token was refused. */
    if (feed->is_refused && token->tenant.url[0] != '\0')
        tenant_cache_forget(token->tenant.url);
}

/* Finds the API. Errors in the settings are reported only for a URL of ours. */
static enum config_match find_api(struct feed_token *token, const struct options *options,
                                  const struct feed *feed, const struct config_api **ret_api,
                                  struct error *error)
{
    struct error unused;
    if (!url_parse(feed->url, strlen(feed->url), &token->url, &unused) || !token->url.https)
        return CONFIG_NO_MATCH;
    token->config = config_read(options, &token->context, error);
    if (token->config == NULL)
        return config_fail_unread(feed->is_named || config_is_builtin_feed(&token->url), error);
    enum config_match match = config_find_url(token->config, &token->url, ret_api, error);
    if (match != CONFIG_MATCH)
        return match;
    if (!config_api_has_scope(*ret_api))
        return CONFIG_NO_MATCH;
    return config_check(token->config, error) ? CONFIG_MATCH : CONFIG_FAILED;
}

enum config_match feed_token_prepare(const struct options *options, const struct feed *feed,
                                     struct feed_token *ret_token, struct error *error)
{
    struct feed_token *token = ret_token;
    const struct config_api *api = NULL;
    *token = (struct feed_token){ .context = { .urls = feed->is_named   ? CONFIG_URLS_ALL
                                                       : feed->is_of_go ? CONFIG_URLS_FOR_GO
                                                                        : CONFIG_URLS_FOR_FEEDS,
                                               .sign_in = feed->sign_in,
                                               .learn_tenant = server_tenant_learn,
                                               .learner = &token->tenant } };
    enum config_match match = find_api(token, options, feed, &api, error);
    if (match != CONFIG_MATCH)
        return match;
    if (!tokens_open(&token->tokens, options, error))
        return CONFIG_FAILED;
    token->tokens.may_ask = feed->may_ask;
    begin_tenant(token, feed, token->tokens.deadline);
    if (!config_request_for_api(token->config, api, &token->candidates, error)) {
        server_tenant_explain(&token->tenant, error);
        return CONFIG_FAILED;
    }
    token_candidates_set_host(&token->candidates, token->url.host, NULL);
    token->api = token->candidates.items[0].api;
    return CONFIG_MATCH;
}

enum config_match feed_token_get(const struct options *options, const struct feed *feed,
                                 struct feed_token *ret_token, struct error *error)
{
    struct feed_token *token = ret_token;
    enum config_match match = feed_token_prepare(options, feed, token, error);
    if (match != CONFIG_MATCH || (feed->is_refused ? tokens_get_new : tokens_get)(
                                     &token->tokens, &token->candidates, &token->result, error))
        return match;
    if (error->kind != ERROR_NETWORK)
        server_tenant_forget(&token->tenant);
    error_wanted(error, "no token for %s", token->api);
    return CONFIG_FAILED;
}
