/* SPDX-License-Identifier: MIT */
#include "common/entra/known_apps.h"

#include <strings.h>

#include "common/base/array.h"

static const struct known_app known_apps[] = {
    { KNOWN_APP_AKS, false, false },           { KNOWN_APP_AZURE_DEVOPS, false, false },
    { KNOWN_APP_AZURE_SQL, false, false },     { KNOWN_APP_DATA_EXPLORER, false, false },
    { KNOWN_APP_DATABRICKS, false, false },    { KNOWN_APP_DEFENDER, false, false },
    { KNOWN_APP_GRAPH, false, false },         { KNOWN_APP_KEY_VAULT, false, false },
    { KNOWN_APP_LOG_ANALYTICS, false, false }, { KNOWN_APP_OFFICE_365, false, false },
    { KNOWN_APP_POSTGRESQL, false, false },    { KNOWN_APP_RESOURCES, false, false },
    { KNOWN_APP_STORAGE, false, false },       { KNOWN_APP_AZURE_CLI, true, true },
    { KNOWN_APP_KUBELOGIN, true, false },      { KNOWN_APP_VISUAL_STUDIO, true, true },
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
