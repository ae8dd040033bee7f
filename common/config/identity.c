/* SPDX-License-Identifier: MIT */
/* An identity: its authority, tenant, client id and credentials, from the options, the file and the
 * environment. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/text.h"
#include "common/config/internal.h"
#include "common/entra/authority.h"
#include "common/entra/id_oddity.h"
#include "common/entra/id_shown.h"
#include "common/entra/placeholder.h"

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

/* The file that has this key of the identity; NULL: none, or a variable has it. */
static const char *file_of_key(const struct config *config, const struct section *identity,
                               const char *key)
{
    struct config_path path = config_path_to(&identity->path, key);
    const struct config_origin *origin = config_origin(config, &path);
    bool is_file = config_member(identity->object, key) != NULL && origin != NULL;
    return is_file && origin->line > 0 ? origin->source : NULL;
}

/* Instance and TenantId take the place of Authority, as in .NET. Where one file has that and
 * another one these, neither is what its owner means, and the credential of one would be sent to
 * the authority of the other. */
static bool check_same_file(const struct config *config, const struct section *identity,
                            struct error *error)
{
    static const char *const keys[] = { "Instance", "TenantId" };
    const char *authority = file_of_key(config, identity, "Authority");
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        const char *file = file_of_key(config, identity, keys[i]);
        if (authority == NULL || file == NULL || strcmp(authority, file) == 0)
            continue;
        error_set(error, ERROR_USAGE, "%s has the Authority of %s, and %s its %s, which counts",
                  authority, section_name(identity), file, keys[i]);
        return error_hint(error, "Use Instance and TenantId in both files.");
    }
    return true;
}

/* Reads Instance and TenantId, or Authority, which is both, unless the tenant comes from elsewhere.
 * *tenant is NULL if there is none. */
static bool read_section_authority(const struct config *config, const struct section *identity,
                                   bool has_other_tenant, char **instance, char **tenant,
                                   struct error *error)
{
    const char *host = section_string(config, identity, "Instance", error);
    const char *both = section_string(config, identity, "Authority", error);
    const char *name = section_string(config, identity, "TenantId", error);
    autofree char *host_instance = NULL;
    autofree char *host_tenant = NULL;
    if (error->kind != ERROR_NONE)
        return false;
    if (!check_same_file(config, identity, error))
        return false;
    if (host != NULL && !authority_read_instance(host, &host_instance, &host_tenant, error))
        return config_fail_at(config, identity, "Instance", error);
    bool is_both = !has_other_tenant && name == NULL && host_tenant == NULL;
    if (both != NULL && !(is_both ? authority_split(both, instance, tenant, error)
                                  : authority_read(both, instance, tenant, error)))
        return config_fail_at(config, identity, "Authority", error);
    if (name != NULL || host_tenant != NULL) {
        free(*tenant);
        *tenant = name != NULL ? strdup(name) : steal(&host_tenant);
    }
    if (host != NULL) {
        free(*instance);
        *instance = steal(&host_instance);
    }
    return true;
}

/* from names what the tenant was taken from. */
static bool set_tenant(struct token_request *request, const char *tenant, const char *from,
                       struct error *error)
{
    if (!authority_is_tenant(tenant) || placeholder_is(tenant)) {
        error_set(error, ERROR_USAGE, "%s: '%.100s' is not a tenant%s", from, id_shown(tenant),
                  id_oddity(tenant));
        return error_known_as(error, "tenant_malformed");
    }
    request->tenant = strdup(tenant);
    text_lower(request->tenant); /* domains and GUIDs have no case: one key in the keyring */
    return true;
}

bool config_learn_tenant(const struct config *config, struct token_request *request,
                         struct error *error)
{
    const struct config_context *context = config->context;
    if (request->tenant != NULL || context->learn_tenant == NULL)
        return true;
    const char *tenant = context->learn_tenant(context->learner);
    request->tenant_learned = tenant != NULL;
    return tenant == NULL || set_tenant(request, tenant, "the server's tenant", error);
}

/* Takes each from the strongest source that has it: options, the API, the identity, AZURE_*
 * variables. */
static bool fill_authority(const struct config *config, const struct section *identity,
                           const struct section *acquire, struct token_request *request,
                           struct error *error)
{
    const struct options *options = config->options;
    autofree char *flag_instance = NULL;
    autofree char *flag_tenant = NULL;
    autofree char *instance = NULL;
    autofree char *tenant = NULL;
    autofree char *host_tenant = NULL;
    const char *host = config_variable(config, "AZURE_AUTHORITY_HOST");
    const char *last = config_variable(config, "AZURE_TENANT_ID");
    const char *api_tenant = section_string(config, acquire, "Tenant", error);
    bool has_other_tenant = options->tenant != NULL || options->authority != NULL ||
                            api_tenant != NULL || last != NULL ||
                            config->context->learn_tenant != NULL;

    if (error->kind != ERROR_NONE)
        return false;
    if (options->authority != NULL &&
        !authority_read(options->authority, &flag_instance, &flag_tenant, error))
        return error_at(error, "--authority");
    if (!read_section_authority(config, identity, has_other_tenant, &instance, &tenant, error))
        return false;

    if (flag_instance != NULL)
        request->instance = steal(&flag_instance);
    else if (instance != NULL)
        request->instance = steal(&instance);
    else if (!authority_read_instance(host != NULL ? host : AUTHORITY_PUBLIC_CLOUD,
                                      &request->instance, &host_tenant, error))
        return error_at(error, "AZURE_AUTHORITY_HOST");

    autofree char *of_api = config_where_of_key(config, acquire, "Tenant");
    autofree char *of_identity = config_where_of_key(config, identity, "TenantId");
    const struct {
        const char *tenant, *from;
    } sources[] = {
        { options->tenant, "--tenant" }, { flag_tenant, "--authority" },
        { api_tenant, of_api },          { tenant, of_identity },
        { last, "AZURE_TENANT_ID" },     { host_tenant, "AZURE_AUTHORITY_HOST" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
        if (sources[i].tenant != NULL)
            return set_tenant(request, sources[i].tenant, sources[i].from, error);
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
           fill_authority(config, &identity, acquire, request, error) &&
           config_fill_broker(config, &identity, request, error) &&
           config_fill_job_credential(config, request, error);
}
