/* SPDX-License-Identifier: MIT */
/*
 * From the URL of a package feed to a token for it: what the helpers of pip, uv, Cargo, NuGet and
 * others share.
 *
 *     const struct feed feed = { .url = url, .may_ask = user_is_present };
 *     auto_feed_token struct feed_token token = { 0 };
 *     switch (feed_token_get(options, &feed, &token, error)) {
 *     case CONFIG_MATCH:      token.result.token.access_token
 *     case CONFIG_NO_MATCH:   the URL is not ours
 *     case CONFIG_FAILED:     error
 *     }
 *
 * A feed of Azure Artifacts takes the token of AzureDevOps, as Bearer and as the password of any
 * user name. If no tenant is configured, it is the one that the server names (server_tenant.h),
 * which is then remembered for the organization, for git too.
 */
#ifndef HELPERS_FEED_FEED_TOKEN_H
#define HELPERS_FEED_FEED_TOKEN_H

#include <stdbool.h>

#include "common/config/config.h"
#include "common/tokens/server_tenant.h"
#include "common/tokens/tokens.h"

/* What a host tool asks for. It owns nothing. */
struct feed {
    const char *url;       /* of the feed, or of something in it, as the host tool has it */
    const char *challenge; /* the server's WWW-Authenticate field, joined by commas if there were
                            * several, if the host tool passes it on; else NULL */
    bool is_refused;       /* the server has refused the last token: get a new one */
    bool (*may_ask)(void); /* whether a user may be asked to sign in now; NULL: never */
    bool is_named; /* the user has named its server, and the host tool asks about no other: all APIs
                    * count, and all errors in the configuration */
    bool is_of_go; /* a git repository's URL counts too */
    enum sign_in_method sign_in; /* how; SIGN_IN_AUTO unless the host tool says */
};

/* The token, and what its request was made of. It must not be moved. */
struct feed_token {
    struct tokens_result result; /* valid if feed_token_get returned CONFIG_MATCH */
    const char *api;             /* the name of the API that the URL belongs to */

    struct url url;
    struct config_context context;
    struct config *config;
    struct server_tenant tenant;
    char *page;
    struct token_candidates candidates;
    struct tokens tokens;
};

/* Gets the token of the API whose BaseUrl covers the feed's URL, which must be https: of one in the
 * configuration, or of AzureDevOps, whose feeds are at https://pkgs.dev.azure.com/ORGANIZATION/ and
 * https://ORGANIZATION.pkgs.visualstudio.com/. Returns CONFIG_NO_MATCH, without an error, if there
 * is none, if it takes no tokens, or if the text is no such URL: the host tool asks about every
 * server, so that is not ours to report. A configuration that cannot be read is an error for the
 * URLs of AzureDevOps, and a warning for others. Fails with any kind, ERROR_SIGN_IN if a user must
 * sign in first. The caller clears *ret_token with feed_token_clear in any case. */
enum config_match feed_token_get(const struct options *options, const struct feed *feed,
                                 struct feed_token *ret_token, struct error *error);

/* The first part of feed_token_get, for what is not getting a token: finds the API, makes the
 * requests, which are in candidates, and opens the keyring. Returns and fails likewise. */
enum config_match feed_token_prepare(const struct options *options, const struct feed *feed,
                                     struct feed_token *ret_token, struct error *error);

void feed_token_clear(struct feed_token *token);
#define auto_feed_token CLEANUP(feed_token_clear)

#endif
