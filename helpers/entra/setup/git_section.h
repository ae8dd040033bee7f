/* SPDX-License-Identifier: MIT */
/*
 * The section of git's configuration, of the user or the system, for the credentials of one URL,
 * found by its exact name:
 *
 *     [credential "https://dev.azure.com"]
 *         helper =
 *         helper = entra
 *         useHttpPath = true
 *
 * setup adds to such a section and removes from it. The result of all sections that apply to a URL
 * is in git_settings.h.
 */
#ifndef HELPERS_ENTRA_SETUP_GIT_SECTION_H
#define HELPERS_ENTRA_SETUP_GIT_SECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/base/options.h"
#include "common/base/secret.h"
#include "common/entra/url.h"

#define GIT_SETTINGS_MAX 256

/* An option of git for what has nothing to do with a repository: without it, git looks for one in
 * the working folder, and fails where .git leads nowhere. */
#define GIT_NOWHERE "--git-dir=/dev/null"

enum git_variable { GIT_HELPER, GIT_USE_HTTP_PATH, GIT_OTHER };

struct git_setting {
    enum git_variable variable;
    const char *value; /* "" if it has none */
};

/* In the order of the file. The values point into the text that was read. */
struct git_section {
    struct git_setting items[GIT_SETTINGS_MAX];
    size_t count;
    size_t ours;        /* the index of our helper; count if there is none */
    bool is_overridden; /* another section that applies to the URL has settings after it */
};

/* The name of the section that setup writes for a URL, which was parsed from the text: with a
 * normalized host, without query and fragment, without or with a slash at the end. The caller frees
 * it. */
char *git_section_name(const char *text, const struct url *url, bool has_slash);

/* The argument of git config for the configuration that is set up: the user's, --global, or with
 * setup's --system that of all users of the machine. */
const char *git_scope(const struct options *options);

/* Reads the credential settings of the scope, with or without those of included files. The caller
 * frees the text. NULL with ERROR_USAGE if git cannot be run. */
struct secret *git_section_read(const struct options *options, bool with_includes,
                                struct error *error);

/* Reads the credential settings of the machine that count for the user as well. Empty if the scope
 * is the machine's, or if GIT_CONFIG_NOSYSTEM has git leave them out. The caller frees the text.
 * Fails as git_section_read does. */
struct secret *git_section_read_machine(const struct options *options, struct error *error);

/* Shows and makes a change of the configuration of that scope: runs git config with up to
 * GIT_WORDS_MAX words, which NULL ends. Fails as setup_run. */
#define GIT_WORDS_MAX 4
bool git_section_change(const struct options *options, const char *const *words,
                        struct error *error);

/* Finds the section of the URL that has this name in what git_section_read returned. The text must
 * outlive *ret_section. Fails with ERROR_OTHER if the section has too many settings. */
bool git_section_find(const struct secret *text, const char *name, const struct url *url,
                      struct git_section *ret_section, struct error *error);

/* Whether this is an empty helper, which clears the list of helpers. */
bool git_setting_is_reset(const struct git_setting *setting);

/* Whether this is useHttpPath = true, as setup adds it. */
bool git_setting_is_path(const struct git_setting *setting);

/* Whether our lines cannot go into the section, because another one overrides it, or because an
 * empty helper in it could not be told from ours. */
bool git_section_is_unusable(const struct git_section *section);

#endif
