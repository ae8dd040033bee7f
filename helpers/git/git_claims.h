/* SPDX-License-Identifier: MIT */
/*
 * Claims challenges of git servers: the claims that a token must have (challenge.h).
 *
 * A server sends a challenge when it refuses a token. git 2.46 and later call get again at once,
 * with the challenge. git 2.41 to 2.45 pass the challenge to erase only, so it is kept in the
 * runtime folder for the next get, for some minutes, until the authority has answered that. It is
 * not a secret.
 */
#ifndef HELPERS_GIT_GIT_CLAIMS_H
#define HELPERS_GIT_GIT_CLAIMS_H

#include "common/entra/url.h"
#include "helpers/git/git_request.h"

/* The claims of the request's challenges, or those kept for its host and user name, or for its host
 * if it has no user name: a JSON object.
 * The caller frees it with free. NULL if there are none. */
char *git_claims_find(const struct git_request *request, const struct url *url);

/* Keeps the claims of the request's challenges, if it has any, for git_claims_find. */
void git_claims_keep(const struct git_request *request, const struct url *url);

/* Removes the claims that are kept for the request's host and user name, if there are any. */
void git_claims_drop(const struct git_request *request, const struct url *url);

#endif
