/* SPDX-License-Identifier: MIT */
/* An identity: which one, and its client id. */
#define _GNU_SOURCE
#include <string.h>
#include <strings.h>

#include "common/config/internal.h"
#include "common/entra/id_oddity.h"
#include "common/entra/id_shown.h"

#define CLIENT_ID_MAX 512

bool config_find_identity(const struct config *config, const char *name, struct section *identity,
                          struct error *error)
{
    struct section sections[CONFIG_SECTIONS_MAX];
    size_t count = config_identities(config, sections);
    const char *wanted = name != NULL ? name : CONFIG_DEFAULT_IDENTITY;
    for (size_t i = 0; i < count; i++) {
        if (strcasecmp(section_name(&sections[i]), wanted) == 0) {
            *identity = sections[i];
            return true;
        }
    }
    if (name != NULL) {
        error_set(error, ERROR_USAGE, "there is no identity '%.80s' in the configuration", name);
        return error_known_as(error, "unknown_identity");
    }
    if (count > 1) {
        error_set(error, ERROR_USAGE,
                  "the configuration has %zu identities and none of them is "
                  "called " CONFIG_DEFAULT_IDENTITY,
                  count);
        return error_known_as(error, "several_identities");
    }
    *identity = count == 1 ? sections[0] : (struct section){ 0 };
    return true;
}

/* Usually a GUID; AD FS takes other names, and a managed identity's resource id is a path. None of
 * the allowed characters needs escaping in git's protocol or in JSON. */
bool config_is_client_id(const char *text)
{
    size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                 "0123456789-._~:/");
    return length > 0 && length <= CLIENT_ID_MAX && text[length] == '\0';
}

/* from names what the client ID was taken from. */
static bool set_client_id(struct token_request *request, const char *client_id, const char *from,
                          struct error *error)
{
    if (!config_is_client_id(client_id)) {
        error_set(error, ERROR_USAGE, "%s: '%.100s' is not a client id%s", from,
                  id_shown(client_id), id_oddity(client_id));
        return error_known_as(error, "client_id_malformed");
    }
    free(request->client_id);
    free(request->client_id_from);
    request->client_id = strdup(client_id);
    request->client_id_from = strdup(from);
    return true;
}

static bool fill_client_id(const struct config *config, const struct section *identity,
                           struct token_request *request, struct error *error)
{
    const char *option = config->options->client_id;
    const char *key = option == NULL ? section_string(config, identity, "ClientId", error) : NULL;
    const char *variable = config_variable(config, "AZURE_CLIENT_ID");
    if (error->kind != ERROR_NONE)
        return false;
    if (option != NULL)
        return config_check_placeholder("", "--client-id", option, error) &&
               set_client_id(request, option, "--client-id", error);
    if (key != NULL) {
        autofree char *from = config_where_of_key(config, identity, "ClientId");
        return set_client_id(request, key, from, error);
    }
    return variable == NULL || (config_check_placeholder("", "AZURE_CLIENT_ID", variable, error) &&
                                set_client_id(request, variable, "AZURE_CLIENT_ID", error));
}

json_object *config_capabilities(const struct config *config, const struct section *acquire)
{
    struct section identity = { 0 };
    struct error unused = { 0 };
    const char *name = section_string(config, acquire, "AuthenticationOptionsName", &unused);
    if (!config_find_identity(config, name, &identity, &unused))
        return NULL;
    json_object *capabilities = config_member(identity.object, "ClientCapabilities");
    size_t count = json_object_is_type(capabilities, json_type_array)
                       ? json_object_array_length(capabilities)
                       : 0;
    for (size_t i = 0; i < count; i++)
        if (!json_object_is_type(json_object_array_get_idx(capabilities, i), json_type_string))
            return NULL;
    return count > 0 ? capabilities : NULL;
}

bool config_check_identity_of(const struct config *config, const struct section *acquire,
                              struct error *error)
{
    struct section identity = { 0 };
    struct error unused = { 0 };
    const char *name = section_string(config, acquire, "AuthenticationOptionsName", &unused);
    return !config_find_identity(config, name, &identity, &unused) ||
           config_check_identity(config, &identity, error);
}

bool config_identity_has_api(const struct config *config, const struct section *identity)
{
    struct section apis[CONFIG_SECTIONS_MAX];
    struct error unused = { 0 };
    size_t count = config_apis(config, apis);
    for (size_t i = 0; i < count; i++) {
        struct section acquire = { config_member(apis[i].object, "AcquireTokenOptions"),
                                   { { NULL }, 0 } };
        const char *name = section_string(config, &acquire, "AuthenticationOptionsName", &unused);
        if (name != NULL && strcasecmp(name, section_name(identity)) == 0)
            return true;
    }
    return false;
}

bool config_identity_is_named(const struct config *config, const struct section *identity)
{
    struct section named = { 0 };
    struct error unused = { 0 };
    return (config_find_identity(config, NULL, &named, &unused) &&
            named.object == identity->object) ||
           config_identity_has_api(config, identity);
}

bool config_fill_identity(const struct config *config, const struct section *acquire,
                          struct token_request *request, struct error *error)
{
    struct section identity = { 0 };
    const char *name = section_string(config, acquire, "AuthenticationOptionsName", error);
    return error->kind == ERROR_NONE && config_find_identity(config, name, &identity, error) &&
           config_fill_credentials(config, &identity, request, error) &&
           fill_client_id(config, &identity, request, error) &&
           config_fill_authority(config, &identity, acquire, request, error) &&
           config_fill_broker(config, &identity, request, error) &&
           config_fill_job_credential(config, request, error);
}
