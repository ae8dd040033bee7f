/* SPDX-License-Identifier: MIT */
/*
 * Claims challenges from a git server: what a token must satisfy that it takes (challenge.h).
 *
 * A server makes one when it refuses a token. git 2.46 and later come again at once and hand it on;
 * between 2.41 and that git tells only in erase, and the next get must know it. So it is kept for a
 * while in the runtime folder; it is no secret.
 */
#ifndef HELPERS_GIT_GIT_CLAIMS_H
#define HELPERS_GIT_GIT_CLAIMS_H

#include "common/entra/url.h"
#include "helpers/git/git_request.h"

/* The claims that the request's challenges want, or that were kept for its host and user name; a
 * JSON object, to be freed by the caller. NULL: none. What was kept is dropped. */
char *git_claims_take(const struct git_request *request, const struct url *url);

/* Keeps the claims that the request's challenges want, if any. */
void git_claims_keep(const struct git_request *request, const struct url *url);

#endif
