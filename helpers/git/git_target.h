/* SPDX-License-Identifier: MIT */
/*
 * What a request from git is for: its URL, the API that the URL belongs to, and whose token.
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
    struct config *config;         /* NULL if it cannot be used or is not needed */
    const struct config_api *api; /* the one that the URL belongs to; valid if config is not NULL */
    char *wants_path; /* of the APIs on the URL's host, one with a path in its BaseUrl, which git
                       * does not send; NULL if there is none, or one that matches */
    bool wants_token; /* false if the API has no scope: its hosts get stored credentials only */
    struct tokens tokens;
    struct credential_place place; /* where stored credentials are looked for */

    struct server_tenant tenant; /* if none is configured */

    /* Texts that the members above point to. */
    char host[HOST_MAX + 8]; /* with its port */
    char *place_path;
    char *name_account;
    char *claims;
};

/* Finds the API of the request's URL, opens the keyring and starts the time limits. Returns
 * CONFIG_NO_MATCH if the URL is not ours, or CONFIG_FAILED with an error: of the configuration if
 * config is NULL, otherwise of the keyring or its option. The caller clears *ret_target with
 * git_target_clear in any case. */
enum config_match git_target_find(struct git_target *ret_target, const struct options *options,
                                  const struct git_request *git, struct error *error);

/* Makes the requests for the token. If no tenant is configured, it is the one that the server's
 * challenge in git's request names, or that the server named earlier, or that it names when asked,
 * which is done only if may_ask_server is set. The caller clears *ret_candidates with
 * token_candidates_clear, also on failure. Fails with ERROR_USAGE, or with ERROR_NETWORK if the
 * server could not be asked. */
bool git_target_candidates(struct git_target *target, bool may_ask_server,
                           struct token_candidates *ret_candidates, struct error *error);

/* The URL of the place, in Azure DevOps that of the organization, for the command line of a
 * message: it has nothing that a shell would not take literally in double quotation marks, and git
 * decodes the rest. The caller frees it. */
char *git_target_url(const struct git_target *target);

void git_target_clear(struct git_target *target);
#define auto_git_target CLEANUP(git_target_clear)

#endif
