/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/entra/build_system.h"

#include <strings.h>

#include "common/base/environment.h"

const struct build_system build_systems[BUILD_SYSTEMS] = {
    [BUILD_SYSTEM_GITHUB_ACTIONS] = { "GitHub Actions", "ACTIONS_ID_TOKEN_REQUEST_URL",
                                      "ACTIONS_ID_TOKEN_REQUEST_TOKEN", NULL, "GITHUB_ACTIONS",
                                      "github_no_token", "github_refused" },
    [BUILD_SYSTEM_AZURE_PIPELINES] = { "Azure Pipelines", "SYSTEM_OIDCREQUESTURI",
                                       "SYSTEM_ACCESSTOKEN",
                                       "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "TF_BUILD",
                                       "pipelines_no_token", "pipelines_refused" },
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

enum build_system_kind build_system_of_job(void)
{
    for (enum build_system_kind kind = 0; kind < BUILD_SYSTEMS; kind++)
        if (build_system_is_here(kind))
            return kind;
    for (enum build_system_kind kind = 0; kind < BUILD_SYSTEMS; kind++)
        if (build_system_runs_this(kind))
            return kind;
    return BUILD_SYSTEMS;
}
