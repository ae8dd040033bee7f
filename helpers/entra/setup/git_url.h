/* SPDX-License-Identifier: MIT */
/*
 * One URL in git's configuration: what is there, whether git is set up for it, and the lines that
 * set it up:
 *
 *     credential.https://dev.azure.com.helper ''         (no other helper, for this host only)
 *     credential.https://dev.azure.com.helper entra
 *     credential.https://dev.azure.com.useHttpPath true  (the path names an organization)
 *
 * The lines are added after the existing ones, which stay as they are. So their removal needs no
 * record of what was added: the helper, the empty value before it and the useHttpPath = true after
 * it.
 *
 * git reads settings in the order of the file: a helper after ours also gets the token, and an
 * empty helper after ours removes ours from the list. `git config --add` adds to a section where it
 * stands. If the URL's section is followed by another that overrides it, our lines go into a new
 * section at the end, named https://dev.azure.com/, which to git is the same URL.
 */
#ifndef HELPERS_ENTRA_SETUP_GIT_URL_H
#define HELPERS_ENTRA_SETUP_GIT_URL_H

#include <stdbool.h>

#include "common/base/cleanup.h"
#include "common/base/error.h"
#include "common/base/options.h"
#include "common/base/secret.h"
#include "common/entra/url.h"
#include "helpers/entra/setup/git_section.h"
#include "helpers/entra/setup/git_settings.h"

#define GIT_SPELLINGS 2

/* A URL and the settings for it. Its section may be named without or with a slash at the end. */
struct git_url {
    struct url url;
    char *names[GIT_SPELLINGS];
    struct git_section sections[GIT_SPELLINGS];
    struct git_settings settings; /* the result of all sections, and of the machine's */
    bool machine_asks_entra;      /* for this URL, for all users; not set if that is the scope */
    struct secret *text;          /* holds the sections' values */
    struct secret *included;      /* the same with those of included files */
    struct secret *all;           /* holds the settings' values */
};

/* Reads what git's configuration has for the URL. The caller clears *ret_url with
 * git_url_clear in any case. Fails with ERROR_USAGE for a URL that cannot be a base URL, and as
 * git_section_read and git_section_find do. */
bool git_url_load(const struct options *options, const char *text, struct git_url *ret_url,
                  struct error *error);

void git_url_clear(struct git_url *git_url);
#define auto_git_url CLEANUP(git_url_clear)

/* Whether git is set up for the URL: our command is the only helper left, an empty value came
 * before it, and git sends the path if that is needed. */
bool git_url_is_set_up(const struct git_url *git_url, const char *command);

/* Whether the sections have our helper. */
bool git_url_has_ours(const struct git_url *git_url);

/* Add our lines, and remove them. With --dry-run, they are only shown. Fail as setup_run does. */
bool git_url_set_up(const struct options *options, const struct git_url *git_url,
                    const char *command, struct error *error);
bool git_url_undo(const struct options *options, const struct git_url *git_url,
                  struct error *error);

#endif
