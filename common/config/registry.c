/* SPDX-License-Identifier: MIT */
/* The container registries that Entra tokens may be sent to. */
#include <stdio.h>

#include "common/config/internal.h"

static const struct builtin_api *registries(void)
{
    return builtin_api_find("ContainerRegistry");
}

/* A registry of another name than Azure's is an API with the scope of ContainerRegistry. */
static bool is_for_registries(const struct config_api *api)
{
    bool is_for_them = api->builtin == registries();
    for (size_t i = 0; i < AUTHORITY_CLOUDS && api->section.object != NULL; i++) {
        const char *scope = registries()->places[i].scope;
        is_for_them = is_for_them || (scope != NULL && config_scopes_are(&api->section, scope));
    }
    return is_for_them && config_api_has_scope(api);
}

/* The exchange is for the whole host, whatever the path that is asked for: a BaseUrl with a path
 * does not cover it. */
enum config_match config_find_registry(struct config *config, const struct url *url,
                                       const struct config_api **ret_api, struct error *error)
{
    const struct config_api *api = NULL;
    struct url host = *url;
    host.has_path = host.path_is_plain = true;
    host.has_encoded_slash = false;
    snprintf(host.path, sizeof host.path, "/");
    enum config_match match = config_find_url(config, &host, &api, error);
    if (match == CONFIG_MATCH && (!url->https || !is_for_registries(api)))
        return CONFIG_NO_MATCH;
    *ret_api = api;
    return match;
}
