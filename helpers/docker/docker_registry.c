/* SPDX-License-Identifier: MIT */
#include "helpers/docker/docker_registry.h"

static enum config_match find(struct config *own, const struct docker_server *server,
                              struct config **ret_config, const struct config_api **ret_api,
                              struct error *error)
{
    auto_config struct config *config = own;
    enum config_match match = config_find_registry(config, &server->url, ret_api, error);
    if (match == CONFIG_NO_MATCH)
        trace("configuration: %s is not a registry of ours", server->registry);
    if (match == CONFIG_MATCH && !config_check(config, error))
        return CONFIG_FAILED;
    if (match == CONFIG_MATCH)
        *ret_config = steal(&config);
    return match;
}

enum config_match docker_registry_find(const struct options *options,
                                       const struct docker_server *server,
                                       struct config **ret_config,
                                       const struct config_api **ret_api, struct error *error)
{
    struct config *config = config_read(options, NULL, error);
    return config != NULL ? find(config, server, ret_config, ret_api, error) : CONFIG_FAILED;
}

enum config_match docker_registry_find_if_any(const struct options *options,
                                              const struct docker_server *server,
                                              struct config **ret_config,
                                              const struct config_api **ret_api,
                                              struct error *error)
{
    struct config *config = config_read(options, NULL, error);
    return config != NULL ? find(config, server, ret_config, ret_api, error)
                          : config_fail_unread(config_is_builtin_registry(&server->url), error);
}

bool docker_registry_request(struct config *config, const struct config_api *api,
                             const struct docker_server *server,
                             struct token_candidates *ret_candidates, struct error *error)
{
    if (!config_request_for_api(config, api, ret_candidates, error))
        return false;
    token_candidates_set_host(ret_candidates, server->registry, NULL);
    token_candidates_exchange(ret_candidates, server->registry);
    return true;
}
