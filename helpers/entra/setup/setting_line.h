/* SPDX-License-Identifier: MIT */
/*
 * A setting in another program's configuration file, which people write: pip.conf, whose form is
 * that of Python's configparser, and uv.toml. The file gets two lines; all else stays as it is:
 *
 *     # by 'entra setup pip', in place of: keyring-provider = import
 *     keyring-provider = subprocess
 *
 * These are pure functions on the text of a file. The caller frees each text that they return with
 * secret_free.
 */
#ifndef HELPERS_ENTRA_SETUP_SETTING_LINE_H
#define HELPERS_ENTRA_SETUP_SETTING_LINE_H

#include "common/base/secret.h"

struct setting {
    const char *section; /* of pip.conf; NULL: the file is TOML, and the setting at its top */
    const char *key;     /* in small letters, with dashes */
    const char *value;   /* as it is written in the file */
};

enum setting_state {
    SETTING_MISSING,
    SETTING_OURS,    /* set by setting_set */
    SETTING_SAME,    /* another has set it to the same value */
    SETTING_OTHER,   /* it has another value */
    SETTING_UNCLEAR, /* the file cannot be changed safely */
};

enum setting_state setting_find(const struct setting *setting, const struct secret *text);

/* As setting_find, for a section, with what configparser takes for its own: if the setting is not
 * in a section that is there, that of [DEFAULT]. */
enum setting_state setting_find_inherited(const struct setting *setting, const struct secret *text);

/* The text with the setting, which is missing there or has another value. */
struct secret *setting_set(const struct setting *setting, const struct secret *text);

/* The text without the lines of setting_set, and with what was there before them. The setting is
 * SETTING_OURS. */
struct secret *setting_unset(const struct setting *setting, const struct secret *text);

#endif
