/* SPDX-License-Identifier: MIT */
/*
 * What in git's configuration competes with our helper for a URL, or takes its tokens:
 *
 *     [credential]
 *         helper = store         (writes tokens to a file)
 *         helper = cache         (before ours: gives tokens that have expired)
 *         helper = entra
 *     [http "https://dev.azure.com/"]
 *         extraHeader = Authorization: Basic ...    (is sent in place of a token)
 */
#ifndef HELPERS_ENTRA_SETUP_GIT_RIVALS_H
#define HELPERS_ENTRA_SETUP_GIT_RIVALS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/base/secret.h"
#include "helpers/entra/setup/git_settings.h"

/* The keys that these functions look at, for `git config --null --get-regexp`. */
#define GIT_RIVALS_KEYS "^(credential\\.|http\\..*extraheader$)"

/* Whether the helper of this index, of those for the URL, harms the others: it stores what git
 * passes to it in a file, or comes before ours and stores it elsewhere. Then fills in *ret_error,
 * with a code of the error catalogue. */
bool git_rivals_check_helper(const struct git_settings *settings, size_t index,
                             const struct url *url, struct error *ret_error);

/* Whether git sends an Authorization header of its own to the URL, according to the output of git
 * config, whose values may be secrets. Then fills in *ret_error in the same way. */
bool git_rivals_check_header(const struct secret *text, const struct url *url,
                             struct error *ret_error);

#endif
