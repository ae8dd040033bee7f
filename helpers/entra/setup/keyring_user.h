/* SPDX-License-Identifier: MIT */
/*
 * The programs that run keyring: pip and uv, and where each user configures that.
 */
#ifndef HELPERS_ENTRA_SETUP_KEYRING_USER_H
#define HELPERS_ENTRA_SETUP_KEYRING_USER_H

#include "common/base/error.h"
#include "helpers/entra/setup/setting_file.h"

enum keyring_user_name {
    KEYRING_USER_PIP,
    KEYRING_USER_UV,
    KEYRING_USERS,
};

struct keyring_user {
    const char *name;     /* of the program */
    const char *file;     /* below $XDG_CONFIG_HOME */
    const char *variable; /* which takes precedence over the file */
    struct setting setting;
};

extern const struct keyring_user keyring_users[KEYRING_USERS];

/* The path of the user's file of a program. The caller frees it. NULL: there is no home. */
char *keyring_user_path(enum keyring_user_name name);

/* Reads the user's file of a program. The caller clears it with setting_file_clear, also on
 * failure. Fails as setting_file_read, and with ERROR_USAGE if there is no home. */
bool keyring_user_read(enum keyring_user_name name, struct setting_file *ret_file,
                       struct error *error);

#endif
