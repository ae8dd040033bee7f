/* SPDX-License-Identifier: MIT */
/*
 * Claims challenges of git servers: the claims that a token must have (challenge.h).
 *
 * A server sends a challenge when it refuses a token. git 2.46 and later call get again at once,
 * with the challenge. git 2.41 to 2.45 pass the challenge to erase only, so it is kept in the
 * runtime folder for the next get, for some minutes. It is not a secret.
 */
#ifndef HELPERS_GIT_GIT_CLAIMS_H
#define HELPERS_GIT_GIT_CLAIMS_H

#include "common/entra/url.h"
#include "helpers/git/git_request.h"

/* The claims of the request's challenges, or those kept for its host and user name, which are then
 * removed: a JSON object. The caller frees it with free. NULL if there are none. */
char *git_claims_take(const struct git_request *request, const struct url *url);

/* Keeps the claims of the request's challenges, if it has any, for git_claims_take. */
void git_claims_keep(const struct git_request *request, const struct url *url);

#endif
