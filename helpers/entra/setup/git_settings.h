/* SPDX-License-Identifier: MIT */
/*
 * The credential settings that apply to one URL, collected from all sections of git's configuration
 * as git does it: in the order of the lines, the last value counting.
 *
 *     [credential]
 *         helper = store
 *     [credential "https://dev.azure.com"]
 *         helper = entra
 */
#ifndef HELPERS_ENTRA_SETUP_GIT_SETTINGS_H
#define HELPERS_ENTRA_SETUP_GIT_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/secret.h"
#include "common/entra/url.h"

#define GIT_CONFIG_MAX  (1024 * 1024)
#define GIT_HELPERS_MAX 64
#define GIT_CREDENTIAL  "credential." /* the section, as git_line_variable takes it */

/* The helpers point into the text that git printed. */
struct git_settings {
    const char *helpers[GIT_HELPERS_MAX]; /* in the order in which git runs them */
    size_t count;
    bool is_reset;        /* an empty helper has cleared the list before these */
    bool uses_path;       /* git sends the path */
    const char *username; /* is sent for a URL that has none; NULL: none is */
};

/* Collects the settings for the URL, whose host may be a pattern, from the output of
 * `git config --null --get-regexp '^credential\.'`, which must outlive *ret_settings. */
void git_settings_find(const struct secret *text, const struct url *url,
                       struct git_settings *ret_settings);

/* One line of that output. */
struct git_line {
    const char *key;   /* git prints section and variable in lower case, the rest as written */
    size_t key_length; /* up to a line feed or NUL */
    const char *value; /* NULL if the key has no value, which means true */
};

/* Moves to the next line of the text, or to the first one if *line is all zeros. False at the end.
 */
bool git_line_next(const struct secret *text, struct git_line *line);

/* The line's variable, which ends with the key, if it is in this section, such as "http.", and that
 * applies to the URL; else NULL. A section with a user name in its URL does not apply. */
const char *git_line_variable(const struct git_line *line, const char *section,
                              const struct url *url);

/* Whether the line's variable, which may be NULL, has this name. */
bool git_line_is(const struct git_line *line, const char *variable, const char *name);

#endif
