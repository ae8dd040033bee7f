/* SPDX-License-Identifier: MIT */
/*
 * What the user's git configuration has for the credentials of one URL, under that very name:
 *
 *     [credential "https://dev.azure.com"]
 *         helper =
 *         helper = entra
 *         useHttpPath = true
 *
 * setup's alone: it adds to a section of this name and takes away from it. Who is asked for the URL
 * in the end, git_settings.h tells.
 */
#ifndef HELPERS_ENTRA_SETUP_GIT_SECTION_H
#define HELPERS_ENTRA_SETUP_GIT_SECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/base/secret.h"
#include "common/entra/url.h"

#define GIT_SETTINGS_MAX 256

enum git_variable { GIT_HELPER, GIT_USE_HTTP_PATH, GIT_OTHER };

struct git_setting {
    enum git_variable variable;
    const char *value; /* "" where it has none */
};

/* In the order of the file. The values lie in the text of the configuration. */
struct git_section {
    struct git_setting items[GIT_SETTINGS_MAX];
    size_t count;
    size_t ours;       /* where our helper stands; count: it does not */
    bool is_overtaken; /* another section that is for the URL too sets something after it */
};

/* All of git's credential settings of this user, those of included files among them or not. NULL
 * with ERROR_USAGE where git cannot be run. The caller frees it. */
struct secret *git_section_read(bool with_includes, struct error *error);

/* Finds the section of this name, which is the URL's, in what was read. False with ERROR_OTHER
 * where it is too long. */
bool git_section_find(const struct secret *text, const char *name, const struct url *url,
                      struct git_section *section, struct error *error);

/* Whether this is the empty helper, which takes those before it off the list. */
bool git_setting_is_reset(const struct git_setting *setting);

/* Whether the setting has git tell the path, as our own one does. */
bool git_setting_is_path(const struct git_setting *setting);

/* Whether the section is unfit for our lines: another one is read after it, or an empty helper that
 * is not ours could not be told from ours. */
bool git_section_is_taken(const struct git_section *section);

#endif
