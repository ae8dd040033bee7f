/* SPDX-License-Identifier: MIT */
/*
 * What a request of git's is for: the URL, the API that it belongs to, and whose token.
 *
 *     auto_git_target struct git_target target;
 *     if (git_target_find(&target, options, request, error) == CONFIG_MATCH &&
 *         target.wants_token && git_target_candidates(&target, true, &candidates, error))
 *         ...
 */
#ifndef HELPERS_GIT_GIT_TARGET_H
#define HELPERS_GIT_GIT_TARGET_H

#include "common/config/config.h"
#include "common/store/stored_credentials.h"
#include "common/tokens/tokens.h"
#include "helpers/git/git_request.h"
#include "helpers/git/git_tenant.h"

struct git_target {
    const struct git_request *git; /* not owned */
    struct url url;
    struct config_context context; /* with the account and claims of git's request */
    struct config *config;         /* NULL if it cannot be used, or was not needed */
    const struct config_api *api; /* the one that the URL belongs to; valid if config is not NULL */
    bool wants_token; /* false: the API has no scope, so its host takes stored credentials only */
    struct tokens tokens;
    struct credential_place place; /* where a stored credential is looked for */

    /* How the tenant is learned, if none is configured (git_tenant.h). */
    char tenant_url[GIT_TENANT_URL_MAX]; /* the URL that has a tenant; "" if it is not known */
    char tenant[AUTHORITY_TENANT_MAX];   /* as it was learned; "" if it was not */
    bool may_ask_server;
    bool tenant_missing; /* it was needed and could not be learned */

    /* Texts that those point to. */
    char host[HOST_MAX + 8]; /* with its port */
    char *place_path;
    char *claims;
};

/* Finds out whether the request is for a host of ours; opens the keyring and starts the clock. If
 * the result is not CONFIG_MATCH, there is nothing to do, or an error: of the configuration if
 * config is NULL, else of the keyring or its option. The caller clears *ret_target in any case. */
enum config_match git_target_find(struct git_target *ret_target, const struct options *options,
                                  const struct git_request *git, struct error *error);

/* Makes the requests for the token. If the configuration names no tenant, it is the one that the
 * server named in git's request, or named before, or, if may_ask_server, names now. The caller
 * clears *ret_candidates. Fails with ERROR_USAGE. */
bool git_target_candidates(struct git_target *target, bool may_ask_server,
                           struct token_candidates *ret_candidates, struct error *error);

/* After a failure: forgets a learned tenant, which may not be the server's any more. */
void git_target_forget_tenant(const struct git_target *target);

void git_target_clear(struct git_target *target);
#define auto_git_target CLEANUP(git_target_clear)

#endif
