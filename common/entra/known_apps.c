/* SPDX-License-Identifier: MIT */
#include "common/entra/known_apps.h"

#include <strings.h>

#include "common/base/array.h"

static const struct known_app known_apps[] = {
    { KNOWN_APP_AKS, "AKS", false, false },
    { KNOWN_APP_AZURE_DEVOPS, "Azure DevOps", false, false },
    { KNOWN_APP_AZURE_SQL, "Azure SQL", false, false },
    { KNOWN_APP_DATA_EXPLORER, "Data Explorer", false, false },
    { KNOWN_APP_DATABRICKS, "Databricks", false, false },
    { KNOWN_APP_DEFENDER, "Defender for Endpoint", false, false },
    { KNOWN_APP_GRAPH, "Microsoft Graph", false, false },
    { KNOWN_APP_KEY_VAULT, "Key Vault", false, false },
    { KNOWN_APP_LOG_ANALYTICS, "Log Analytics", false, false },
    { KNOWN_APP_OFFICE_365, "Office 365 Management", false, false },
    { KNOWN_APP_POSTGRESQL, "Azure Database for PostgreSQL and MySQL", false, false },
    { KNOWN_APP_RESOURCES, "Azure Resource Manager", false, false },
    { KNOWN_APP_STORAGE, "Storage", false, false },
    { KNOWN_APP_AZURE_CLI, "Azure CLI", true, true },
    { KNOWN_APP_KUBELOGIN, "kubelogin", true, false },
    { KNOWN_APP_VISUAL_STUDIO, "Visual Studio", true, true },
};

const struct known_app *known_app_find(const char *id)
{
    for (size_t i = 0; i < ARRAY_SIZE(known_apps); i++)
        if (strcasecmp(known_apps[i].id, id) == 0)
            return &known_apps[i];
    return NULL;
}

const struct known_app *known_apps_all(size_t *ret_count)
{
    *ret_count = ARRAY_SIZE(known_apps);
    return known_apps;
}
