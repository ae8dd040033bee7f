/* SPDX-License-Identifier: MIT */
/*
 * The URLs that `entra setup git` works on.
 */
#ifndef HELPERS_ENTRA_SETUP_GIT_URLS_H
#define HELPERS_ENTRA_SETUP_GIT_URLS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/cleanup.h"
#include "common/base/error.h"
#include "common/base/options.h"

#define GIT_URLS_MAX 1024

struct git_urls {
    char *items[GIT_URLS_MAX]; /* owned */
    size_t count;
    /* When all are removed: */
    size_t others;     /* further lines that have our helper run */
    size_t of_machine; /* such lines for all users, which removing the user's leaves */
};

/* Finds the URLs for which our helper would answer: the operands, which are checked for it; if
 * there are none, the base URLs of the API of --api, or of AzureDevOps. The caller clears *ret_urls
 * with git_urls_clear in any case. Fails with ERROR_USAGE. */
bool git_urls_to_set_up(const struct options *options, int count, char **operands,
                        struct git_urls *ret_urls, struct error *error);

/* Finds the URLs to remove: the operands; if there are none, the base URLs of the API of --api; and
 * without --api all URLs that setup has set up, which it recognizes by the empty helper before
 * ours and by the spelling. The caller clears *ret_urls with git_urls_clear in any case. Fails with
 * ERROR_USAGE, and as git_section_read does. */
bool git_urls_to_remove(const struct options *options, int count, char **operands,
                        struct git_urls *ret_urls, struct error *error);

void git_urls_clear(struct git_urls *urls);
#define auto_git_urls CLEANUP(git_urls_clear)

#endif
