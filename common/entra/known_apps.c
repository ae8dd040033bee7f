/* SPDX-License-Identifier: MIT */
#include "common/entra/known_apps.h"

#include <stddef.h>
#include <strings.h>

#include "common/base/array.h"

bool known_app_is_in_family(const char *client_id)
{
    static const char *const family[] = { KNOWN_APP_AZURE_CLI, KNOWN_APP_VISUAL_STUDIO };
    for (size_t i = 0; i < ARRAY_SIZE(family); i++)
        if (strcasecmp(family[i], client_id) == 0)
            return true;
    return false;
}

const char *known_app_name(const char *client_id)
{
    static const struct {
        const char *id, *name;
    } clients[] = {
        { KNOWN_APP_AZURE_ARTIFACTS, "Azure Artifacts' provider" },
        { KNOWN_APP_AZURE_CLI, "the Azure CLI" },
        { KNOWN_APP_KUBELOGIN, "kubelogin" },
        { KNOWN_APP_VISUAL_STUDIO, "Visual Studio" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(clients); i++)
        if (strcasecmp(clients[i].id, client_id) == 0)
            return clients[i].name;
    return NULL;
}

bool known_app_is_public_client(const char *client_id)
{
    return known_app_name(client_id) != NULL;
}
