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

/* Finds the resource of an API or scope, without asking for a token. The caller frees
 * *ret_resource. Fails with ERROR_USAGE. */
bool run_token_find_resource(const struct options *options, const char *api_or_scope,
                             char **ret_resource, struct error *error);

/* Gets a token for a request to the endpoint, without asking the user. A resource that is an API's
 * of the configuration gets what that API says: whose token, from which tenant. A request that
 * names an identity is answered only if that is the one that we answer as: a token of another would
 * be taken for it. The rest is as above. */
bool run_token_get_requested(const struct options *options, const struct identity_request *request,
                             struct run_token *ret_token, struct error *error);

/* Whether both are the same resource: a slash at the end makes no difference. */
bool run_token_is_for(const char *resource, const char *other);

void run_token_clear(struct run_token *token);
#define auto_run_token CLEANUP(run_token_clear)

#endif
