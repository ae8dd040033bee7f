/* SPDX-License-Identifier: MIT */
/*
 * The tokens of `entra run`: those that its options name, before the command starts, and those that
 * the command asks the endpoint for.
 */
#ifndef HELPERS_ENTRA_RUN_RUN_TOKEN_H
#define HELPERS_ENTRA_RUN_RUN_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/cleanup.h"
#include "common/base/error.h"
#include "common/base/options.h"
#include "common/base/secret.h"
#include "helpers/entra/run/identity_request.h"

struct run_token {
    struct secret *text;
    char *client_id;    /* whose client or identity asked */
    int64_t expires_on; /* Unix seconds */
};

/* Gets a token for an API of the configuration, or a scope, and has the user sign in for it if that
 * is needed and can be. The options are the common ones. The caller clears *ret_token with
 * run_token_clear. Fails with any kind. */
bool run_token_get(const struct options *options, const char *api_or_scope,
                   struct run_token *ret_token, struct error *error);

/* What --only says. */
struct run_limit {
    const char *wanted; /* the API or scope; not owned */
    char *resource;     /* its resource, by which the command asks for it */
};

/* Finds the resource of an API or scope, without asking for a token. The caller clears *ret_limit
 * with run_limit_clear. Fails with ERROR_USAGE. */
bool run_limit_find(const struct options *options, const char *api_or_scope,
                    struct run_limit *ret_limit, struct error *error);

/* Whether the command may ask for the resource. As config_is_same_resource. */
bool run_limit_allows(const struct run_limit *limit, const char *resource);

void run_limit_clear(struct run_limit *limit);

/* Gets a token for a request to the endpoint, without asking the user. With a limit, which allows
 * the request's resource, it is the token for what the limit names, and no wider one. Without
 * (NULL), a resource that is an API's of the configuration gets what that API says: whose token,
 * from which tenant. A request that names an identity is answered only if that is the one that we
 * answer as: a token of another would be taken for it. The rest is as above. */
bool run_token_get_requested(const struct options *options, const struct run_limit *limit,
                             const struct identity_request *request, struct run_token *ret_token,
                             struct error *error);

void run_token_clear(struct run_token *token);
#define auto_run_token CLEANUP(run_token_clear)

#endif
