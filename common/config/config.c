/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "common/base/environment.h"
#include "common/config/internal.h"

static bool read_all(struct config *config, struct error *error)
{
    if (!config_read_files(config, error))
        return false;
    config_overlay_environment(config);
    config_close_gaps(config->root);
    config_resolve_paths_of_credentials(config);
    return true;
}

struct config *config_read(const struct options *options, const struct config_context *context,
                           struct error *error)
{
    static const struct config_context no_context;
    auto_config struct config *config = calloc(1, sizeof *config);
    config->options = options;
    config->context = context != NULL ? context : &no_context;
    return read_all(config, error) ? steal(&config) : NULL;
}

struct config *config_load(const struct options *options, const struct config_context *context,
                           struct error *error)
{
    auto_config struct config *config = config_read(options, context, error);
    return config != NULL && config_check(config, error) ? steal(&config) : NULL;
}

bool config_check(const struct config *config, struct error *error)
{
    return config_check_size(config, error) && config_check_options(config, error);
}

const char *config_variable(const struct config *config, const char *name)
{
    const struct config_context *context = config->context;
    bool is_ignored = context->without_azure_variables ||
                      (context->without_client_variable && strcmp(name, "AZURE_CLIENT_ID") == 0);
    return is_ignored ? NULL : environment(name);
}

void config_warn(struct config *config)
{
    if (config->warned)
        return;
    config->warned = true;
    config_warn_of_files(config);
    config_warn_of_misplaced(config);
    config_warn_of_settings(config);
    config_warn_of_authorities(config);
    config_warn_of_base_urls(config);
}

void config_free(struct config *config)
{
    if (config == NULL)
        return;
    for (size_t i = 0; i < config->layer_count; i++)
        layer_clear(&config->layers[i]);
    json_wipe(config->root);
    free(config->hidden);
    free(config);
}
