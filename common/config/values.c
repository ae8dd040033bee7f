/* SPDX-License-Identifier: MIT */
/* What was configured, and where: for people who ask why things are as they are. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/environment.h"
#include "common/config/internal.h"

/* Who is handed the values. */
struct receiver {
    const struct config *config;
    void (*take)(void *context, const struct config_value *value);
    void *context;
};

static void hand_over(const struct receiver *receiver, const char *name, const char *value,
                      const char *where)
{
    receiver->take(receiver->context, &(struct config_value){ name, value, where });
}

/* ---- flags ---- */

static void hand_over_flags(const struct receiver *receiver, const struct options *options)
{
    char seconds[16];
    snprintf(seconds, sizeof seconds, "%d", options->timeout);
    const struct {
        const char *name, *value;
    } flags[] = {
        { "--config", options->config },
        { "--api", options->api },
        { "--resource", options->resource },
        { "--tenant", options->tenant },
        { "--client-id", options->client_id },
        { "--authority", options->authority },
        { "--claims", options->claims },
        { "--keyring", options->keyring },
        { "--account", options->account },
        { "--managed-identity", options->managed_identity ? "set" : NULL },
        { "--force-refresh", options->force_refresh ? "set" : NULL },
        { "--timeout", options->timeout > 0 ? seconds : NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
        if (flags[i].value != NULL)
            hand_over(receiver, flags[i].name, flags[i].value, "the command line");
    for (size_t i = 0; i < options->scope_count; i++)
        hand_over(receiver, "--scope", options->scopes[i], "the command line");
}

/* ---- the file, and the environment over it ---- */

/* Only what is known to be no secret is shown. A command's arguments may be one. */
static const char *shown(const struct setting *setting, json_object *value)
{
    bool is_open = setting != NULL && !setting->secret &&
                   strcasecmp(setting->name, "SignedAssertionCommand") != 0;
    const char *text = json_object_get_string(value);
    return is_open && !config_has_pin(text) ? text : "set";
}

static void hand_over_leaf(const struct receiver *receiver, const struct config_path *path,
                           const char *value)
{
    char where[CONFIG_WHERE_MAX], name[256] = "";
    for (size_t i = 0; i < path->depth; i++) {
        size_t used = strlen(name);
        snprintf(name + used, sizeof name - used, "%s%s", i > 0 ? ":" : "", path->steps[i]);
    }
    hand_over(receiver, name, value, config_where(receiver->config, path, where));
}

/* A value below a known setting, or below none (NULL). */
static void hand_over_below(const struct receiver *receiver, const struct config_path *path,
                            const struct setting *setting, json_object *value)
{
    if (value == NULL || path->depth == CONFIG_DEPTH_MAX) {
        return;
    } else if (json_object_is_type(value, json_type_object)) {
        json_object_object_foreach(value, key, inside) {
            struct config_path here = config_path_to(path, key);
            hand_over_below(receiver, &here, config_known_setting(key), inside);
        }
    } else if (json_object_is_type(value, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(value); i++) {
            char index[24];
            snprintf(index, sizeof index, "%zu", i);
            struct config_path here = config_path_to(path, index);
            hand_over_below(receiver, &here, setting, json_object_array_get_idx(value, i));
        }
    } else {
        hand_over_leaf(receiver, path, shown(setting, value));
    }
}

static void hand_over_sections(const struct receiver *receiver, const struct section *sections,
                               size_t count)
{
    for (size_t i = 0; i < count; i++)
        hand_over_below(receiver, &sections[i].path, NULL, sections[i].object);
}

/* ---- the environment alone ---- */

static void hand_over_environment(const struct receiver *receiver)
{
    static const struct {
        const char *name;
        bool secret;
    } variables[] = {
        { "ENTRA_CONFIG", false },
        { "AZURE_AUTHORITY_HOST", false },
        { "AZURE_TENANT_ID", false },
        { "AZURE_CLIENT_ID", false },
        { "AZURE_CLIENT_SECRET", true },
        { "AZURE_CLIENT_CERTIFICATE_PATH", false },
        { "ENTRA_CLIENT_CERTIFICATE_KEY_PATH", false },
        { "AZURE_CLIENT_CERTIFICATE_PASSWORD", true },
        { "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN", false },
        { "AZURE_FEDERATED_TOKEN_FILE", false },
        { "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", false },
        { "AZURE_POD_IDENTITY_AUTHORITY_HOST", false },
        { "SSL_CERT_FILE", false },
        { "CURL_CA_BUNDLE", false },
        { "ENTRA_RENEWAL", false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
        const char *value = environment(variables[i].name);
        if (value != NULL)
            hand_over(receiver, variables[i].name,
                      variables[i].secret || config_has_pin(value) ? "set" : value,
                      "the environment");
    }
}

void config_each_value(const struct config *config, const struct options *options,
                       void (*take)(void *context, const struct config_value *value), void *context)
{
    struct section sections[CONFIG_SECTIONS_MAX];
    const struct receiver receiver = { config, take, context };
    hand_over_flags(&receiver, options);
    hand_over_sections(&receiver, sections, config_identities(config, sections));
    hand_over_sections(&receiver, sections, config_apis(config, sections));
    hand_over_environment(&receiver);
}

const char *config_file(const struct config *config, unsigned *mode)
{
    *mode = config->mode;
    return config->path;
}

bool config_has_secret(const struct config *config)
{
    return config->has_secrets;
}

const char *config_some_api(const struct config *config)
{
    struct section sections[CONFIG_SECTIONS_MAX];
    return config_apis(config, sections) > 0 ? section_name(&sections[0]) : "AzureDevOps";
}
