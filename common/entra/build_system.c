/* SPDX-License-Identifier: MIT */
#include "common/entra/build_system.h"

#include "common/base/environment.h"

const struct build_system build_systems[BUILD_SYSTEMS] = {
    [BUILD_SYSTEM_GITHUB_ACTIONS] = { "GitHub Actions", "ACTIONS_ID_TOKEN_REQUEST_URL",
                                      "ACTIONS_ID_TOKEN_REQUEST_TOKEN" },
    [BUILD_SYSTEM_AZURE_PIPELINES] = { "Azure Pipelines", "SYSTEM_OIDCREQUESTURI",
                                       "SYSTEM_ACCESSTOKEN" },
};

bool build_system_is_here(enum build_system_kind kind)
{
    return environment(build_systems[kind].url_variable) != NULL &&
           environment(build_systems[kind].secret_variable) != NULL;
}
