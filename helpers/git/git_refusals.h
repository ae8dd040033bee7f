/* SPDX-License-Identifier: MIT */
/*
 * Servers that refuse every token, such as one where the app is not a user. git asks for another
 * token once, but some of its callers (git-lfs) for as long as they are refused, and each would be
 * requested from the authority. So when several new tokens were refused in a row, git is told to
 * quit for some minutes, or until a token is accepted.
 *
 *     if (git_refusals_are_many(url, &must_say))
 *         ...   quit
 *     git_refusals_add(url, token.received_on);    when the server has refused a token
 *     git_refusals_clear(url);                     when it has accepted one
 *
 * They are counted for each host, in Azure DevOps for each organization, in the runtime folder. If
 * two processes write at once, one refusal may not be counted. There is no secret in the files.
 */
#ifndef HELPERS_GIT_GIT_REFUSALS_H
#define HELPERS_GIT_GIT_REFUSALS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/entra/url.h"

#define GIT_REFUSALS_MANY    3
#define GIT_REFUSALS_MINUTES 5

/* Whether so many new tokens were refused in a row that git should quit. *ret_must_say is whether
 * the user should be told: not again within a minute. */
bool git_refusals_are_many(const struct url *url, bool *ret_must_say);

/* Counts the refusal of a token that was received at this time (Unix seconds), if it was new: one
 * that has worked may have been revoked. One token is counted once, however many programs are
 * refused with it. */
void git_refusals_add(const struct url *url, int64_t received_on);

/* Forgets the refusals. */
void git_refusals_clear(const struct url *url);

#endif
