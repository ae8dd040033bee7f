/* SPDX-License-Identifier: MIT */
/*
 * Claims challenges of a git server: the claims that a token must have (challenge.h).
 *
 * A server sends one when it refuses a token. git 2.46 and later ask again at once and pass it on;
 * git 2.41 to 2.45 pass it on to erase only, and the next get needs it. So it is kept for a while
 * in the runtime folder; it is not a secret.
 */
#ifndef HELPERS_GIT_GIT_CLAIMS_H
#define HELPERS_GIT_GIT_CLAIMS_H

#include "common/entra/url.h"
#include "helpers/git/git_request.h"

/* The claims of the request's challenges, else those kept for its host and user name, which are
 * dropped; a JSON object. The caller frees it. NULL: none. */
char *git_claims_take(const struct git_request *request, const struct url *url);

/* Keeps the claims of the request's challenges, if any. */
void git_claims_keep(const struct git_request *request, const struct url *url);

#endif
