/* SPDX-License-Identifier: MIT */
#include "helpers/programs.h"

#include <stddef.h>
#include <string.h>

const struct called programs[] = {
    { "entra", entra, &entra_program },
    { "git-credential-entra", git_credential_entra, &git_credential_program },
    { "exec-credential-entra", exec_credential_entra, &exec_credential_program },
    { "curl-credential-entra", curl_credential_entra, &curl_credential_program },
    { "cargo-credential-entra", cargo_credential_entra, &cargo_credential_program },
    { "docker-credential-entra", docker_credential_entra, &docker_credential_program },
    { "keyring-credential-entra", keyring_credential_entra, &keyring_credential_program },
    { "nuget-plugin-entra", nuget_plugin_entra, &nuget_plugin_program },
    { .name = NULL },
};

const struct called *programs_find(const char *name)
{
    for (const struct called *called = programs; called->name != NULL; called++)
        if (strcmp(called->name, name) == 0)
            return called;
    return NULL;
}
