/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/keyring_user.h"

#include "common/base/environment.h"
#include "common/base/text.h"

const struct keyring_user keyring_users[KEYRING_USERS] = {
    [KEYRING_USER_PIP] = { "pip",
                           "pip/pip.conf",
                           "PIP_KEYRING_PROVIDER",
                           { "global", "keyring-provider", "subprocess" } },
    [KEYRING_USER_UV] = { "uv",
                          "uv/uv.toml",
                          "UV_KEYRING_PROVIDER",
                          { NULL, "keyring-provider", "\"subprocess\"" } },
};

char *keyring_user_path(enum keyring_user_name name)
{
    const char *file = keyring_users[name].file;
    const char *config = environment_path("XDG_CONFIG_HOME");
    const char *home = environment_path("HOME");
    return config != NULL ? text_format("%s/%s", config, file)
           : home != NULL ? text_format("%s/.config/%s", home, file)
                          : NULL;
}

bool keyring_user_read(enum keyring_user_name name, struct setting_file *ret_file,
                       struct error *error)
{
    *ret_file = (struct setting_file){ .path = keyring_user_path(name),
                                       .setting = &keyring_users[name].setting };
    if (ret_file->path == NULL)
        return error_set(error, ERROR_USAGE, "HOME is not set");
    return setting_file_read(ret_file, error);
}
