/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/entra/build_system.h"

#include <strings.h>

#include "common/base/environment.h"

const struct build_system build_systems[BUILD_SYSTEMS] = {
    [BUILD_SYSTEM_GITHUB_ACTIONS] = { "GitHub Actions", "ACTIONS_ID_TOKEN_REQUEST_URL",
                                      "ACTIONS_ID_TOKEN_REQUEST_TOKEN", NULL, "GITHUB_ACTIONS" },
    [BUILD_SYSTEM_AZURE_PIPELINES] = { "Azure Pipelines", "SYSTEM_OIDCREQUESTURI",
                                       "SYSTEM_ACCESSTOKEN",
                                       "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "TF_BUILD" },
};

bool build_system_runs_this(enum build_system_kind kind)
{
    const char *value = environment(build_systems[kind].job_variable);
    return value != NULL && strcasecmp(value, "true") == 0;
}

bool build_system_is_here(enum build_system_kind kind)
{
    return environment(build_systems[kind].url_variable) != NULL &&
           environment(build_systems[kind].secret_variable) != NULL;
}
