/* SPDX-License-Identifier: MIT */
/* The values of the configuration and what sets them, for entra doctor. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/environment.h"
#include "common/config/internal.h"
#include "common/entra/authority.h"
#include "common/entra/id_shown.h"

struct receiver {
    const struct config *config;
    void (*show)(void *context, const struct config_value *value);
    void *context;
};

static void show_value(const struct receiver *receiver, const char *name, const char *value,
                       const char *where)
{
    receiver->show(receiver->context, &(struct config_value){ name, value, where });
}

/* ---- options ---- */

static void show_option(void *context, const char *name, const char *value)
{
    show_value(context, name, value != NULL ? value : "set", "the command line");
}

/* ---- the file, as the environment overrides it ---- */

/* A value that is not that of a secret may be one all the same: a PIN inside it, or a client secret
 * in the place of an id. */
static const char *shown(const char *name, const char *value)
{
    static const char *const ids[] = { "ClientId", "TenantId", "AZURE_CLIENT_ID",
                                       "AZURE_TENANT_ID" };
    bool is_id = false;
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
        is_id = is_id || strcasecmp(name, ids[i]) == 0;
    bool is_domain = strchr(value, '.') != NULL && authority_is_tenant(value);
    bool is_open = !is_id || is_domain || id_shown(value) == value;
    return is_open && !config_has_pin(value) ? value : "set";
}

/* Shows a value only if it is known not to be a secret. The arguments of a command may be one, and
 * headers and parameters of an API, whatever their names. */
static const char *shown_text(const struct setting *setting, json_object *value)
{
    bool is_open = setting != NULL && setting->name != NULL && !setting->secret &&
                   strcasecmp(setting->name, "SignedAssertionCommand") != 0;
    return is_open ? shown(setting->name, json_object_get_string(value)) : "set";
}

static void show_leaf(const struct receiver *receiver, const struct config_path *path,
                      const char *value)
{
    char where[CONFIG_WHERE_MAX], name[CONFIG_NAME_MAX];
    show_value(receiver, config_path_name(path, name), value,
               config_where(receiver->config, path, where));
}

/* A setting's value, or that of none (NULL). */
static void show_below(const struct receiver *receiver, const struct config_path *path,
                       const struct setting *setting, json_object *value)
{
    if (value == NULL || path->depth == CONFIG_DEPTH_MAX) {
        return;
    } else if (json_object_is_type(value, json_type_object)) {
        json_object_object_foreach(value, key, inside) {
            struct config_path here = config_path_to(path, key);
            show_below(receiver, &here, config_setting_inside(setting, key), inside);
        }
    } else if (json_object_is_type(value, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(value); i++) {
            char index[24];
            snprintf(index, sizeof index, "%zu", i);
            struct config_path here = config_path_to(path, index);
            show_below(receiver, &here, setting, json_object_array_get_idx(value, i));
        }
    } else {
        show_leaf(receiver, path, shown_text(setting, value));
    }
}

static void show_sections(const struct receiver *receiver, const struct setting *kind,
                          const struct section *sections, size_t count)
{
    for (size_t i = 0; i < count; i++)
        show_below(receiver, &sections[i].path, kind, sections[i].object);
}

/* ---- other variables ---- */

static void show_environment(const struct receiver *receiver)
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
        { "SSL_CERT_DIR", false },
        { "CURL_CA_BUNDLE", false },
        { "ENTRA_BROKER", false },
        { "ENTRA_KEYRING", false },
        { "ENTRA_RENEWAL", false },
        { CONFIG_WITHHELD_VARIABLE, false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
        const char *value = environment(variables[i].name);
        if (value != NULL)
            show_value(receiver, variables[i].name,
                       variables[i].secret ? "set" : shown(variables[i].name, value),
                       "the environment");
    }
}

void config_each_value(const struct config *config,
                       void (*show)(void *context, const struct config_value *value), void *context)
{
    struct section sections[CONFIG_SECTIONS_MAX];
    struct receiver receiver = { config, show, context };
    options_each(config->options, OPTION_OF_REQUEST | OPTION_OF_HELPER, show_option, &receiver);
    show_sections(&receiver, &config_identity_section, sections,
                  config_identities(config, sections));
    show_sections(&receiver, &config_api_section, sections, config_apis(config, sections));
    show_environment(&receiver);
}

const char *config_file(const struct config *config, size_t index, bool *ret_has_secret)
{
    if (index >= config->layer_count)
        return NULL;
    *ret_has_secret = config->layers[index].has_secrets;
    return config->layers[index].path;
}

const char *config_some_api(const struct config *config)
{
    struct section sections[CONFIG_SECTIONS_MAX];
    return config_apis(config, sections) > 0 ? section_name(&sections[0]) : "AzureDevOps";
}
