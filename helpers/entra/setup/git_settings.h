/* SPDX-License-Identifier: MIT */
/*
 * What git's configuration has for the credentials of one URL, in whatever section it stands, as
 * git itself goes by it: line after line, and what comes later counts.
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

/* The texts lie in what git printed. */
struct git_settings {
    const char *helpers[GIT_HELPERS_MAX]; /* that git asks, in this order */
    size_t count;
    bool is_reset;  /* an empty helper has taken those before these off the list */
    bool uses_path; /* git tells the path */
};

/* Finds the settings for the URL (which may have a pattern's host) in the text that
 * `git config --null --get-regexp '^credential\.'` prints. */
void git_settings_find(const struct secret *text, const struct url *url,
                       struct git_settings *settings);

/* One line of it. */
struct git_line {
    const char *key;   /* section and variable in lower case; what is between them as it stands */
    size_t key_length; /* it ends with a line feed or a NUL */
    const char *value; /* NULL: the key has none, which is true */
};

/* Goes to the next line of the text, to the first one from a line that is all zeros. */
bool git_line_next(const struct secret *text, struct git_line *line);

/* The line's variable, where its section is for the URL; else NULL. It ends with the key. A section
 * for one user name is none. */
const char *git_line_variable(const struct git_line *line, const struct url *url);

/* Whether a variable is this one. */
bool git_line_is(const struct git_line *line, const char *variable, const char *name);

#endif
