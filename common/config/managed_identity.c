/* SPDX-License-Identifier: MIT */
/* Managed identities: which one to use. */
#define _GNU_SOURCE
#include <string.h>

#include "common/base/array.h"
#include "common/base/environment.h"
#include "common/base/text.h"
#include "common/config/internal.h"
#include "common/entra/id_shown.h"
#include "common/entra/identity_source.h"

/* In place of the tenant and the client ID, which a managed identity need not have. */
#define NO_TENANT "managed-identity"
#define NO_ID     "system-assigned"

/* In place of the authority: the URL of the service, because the same ID means another identity
 * elsewhere. Users see it, so it has no query and no user name. */
static char *instance_of(const struct identity_source *source)
{
    autofree char *url = identity_source_url(source);
    if (strchr(url, '@') != NULL)
        return strdup(source->name);
    char *name = strndup(url, strcspn(url, "?#"));
    for (char *c = name; *c != '\0'; c++)
        if (*c <= ' ' || *c > '~')
            *c = '_';
    return name;
}

/* The id of a managed identity; NULL: of the system-assigned one. */
struct identity {
    const char *id;
    enum identity_id kind;
    const char *from; /* what names it */
};

static bool fill_machine(struct token_request *request, const char *where, struct identity identity,
                         struct error *error)
{
    const struct identity_source *source = identity_source_find();
    const char *default_id = environment(source->default_id_variable);
    if (identity.id == NULL && default_id != NULL)
        identity = (struct identity){ default_id, IDENTITY_CLIENT_ID, source->default_id_variable };
    const char *id = identity.id;
    if (id != NULL && !config_is_client_id(id))
        return error_set(error, ERROR_USAGE, "%s: '%.100s' is not the id of a managed identity",
                         identity.from, id_shown(id));
    for (size_t i = 0; i < request->credential_count; i++)
        credential_clear(&request->credentials[i]);
    free(request->instance);
    free(steal(&request->instance_from));
    free(request->tenant);
    free(steal(&request->tenant_from));
    free(request->client_id);
    request->credential_count = 1;
    request->credentials[0] = (struct credential){ .kind = CREDENTIAL_MANAGED_IDENTITY,
                                                   .where = strdup(where),
                                                   .id = config_copy(id),
                                                   .id_kind = identity.kind,
                                                   .id_from = config_copy(identity.from) };
    request->instance = instance_of(source);
    request->tenant = strdup(NO_TENANT);
    request->client_id = strdup(id != NULL ? id : NO_ID);
    return true;
}

/* The one that the section names: *ret_from, which the caller frees, says where. Its id is NULL if
 * the section names none. */
static bool find_in_section(const struct config *config, const struct section *section,
                            struct identity *ret_identity, char **ret_from, struct error *error)
{
    static const struct {
        const char *key;
        enum identity_id kind;
    } ids[] = {
        { "UserAssignedClientId", IDENTITY_CLIENT_ID },
        { "UserAssignedObjectId", IDENTITY_OBJECT_ID },
        { "UserAssignedResourceId", IDENTITY_RESOURCE_ID },
    };
    char where[CONFIG_WHERE_MAX];
    for (size_t i = 0; ret_identity->id == NULL && i < ARRAY_SIZE(ids); i++) {
        const char *id = section_string(config, section, ids[i].key, error);
        if (error->kind != ERROR_NONE)
            return false;
        if (id == NULL)
            continue;
        struct config_path path = config_path_to(&section->path, ids[i].key);
        *ret_from = text_format("%s: %s", config_where(config, &path, where), ids[i].key);
        *ret_identity = (struct identity){ id, ids[i].kind, *ret_from };
    }
    return true;
}

/* A client ID of this machine's identity is a GUID, and a service that is asked for anything else
 * says at most that there is no such identity. */
static bool check_id(const struct identity *identity, struct error *error)
{
    if (identity->id == NULL || identity->kind != IDENTITY_CLIENT_ID || text_is_guid(identity->id))
        return true;
    error_set(error, ERROR_USAGE, "%s: '%.100s' is not the client id of a managed identity",
              identity->from, id_shown(identity->id));
    error_known_as(error, "client_id_malformed");
    return error_hint(error, "It is a GUID. By its resource ID, which is a path, an identity is "
                             "named in UserAssignedResourceId; see entra-appsettings(5).");
}

/* The one of AZURE_CLIENT_ID; without it, the system-assigned one. */
static struct identity identity_of_variable(const struct config *config)
{
    const char *id = config_variable(config, "AZURE_CLIENT_ID");
    return (struct identity){ id, id != NULL ? IDENTITY_CLIENT_ID : IDENTITY_SYSTEM,
                              "AZURE_CLIENT_ID" };
}

bool config_fill_managed_identity(const struct config *config, const struct section *section,
                                  struct token_request *request, struct error *error)
{
    const struct options *options = config->options;
    const struct config_context *context = config->context;
    struct identity identity = { NULL, IDENTITY_SYSTEM, NULL };
    autofree char *from = NULL;
    char where[CONFIG_WHERE_MAX] = "--managed-identity";
    if (options->client_id != NULL)
        identity = (struct identity){ options->client_id, IDENTITY_CLIENT_ID,
                                      context->client_id_from != NULL ? context->client_id_from
                                                                      : "--client-id" };
    else if (context->identity_resource_id != NULL)
        identity = (struct identity){ context->identity_resource_id, IDENTITY_RESOURCE_ID,
                                      "--identity-resource-id" };
    if (!options->managed_identity)
        config_where(config, &section->path, where);
    if (!find_in_section(config, section, &identity, &from, error))
        return false;
    if (identity.id == NULL)
        identity = identity_of_variable(config);
    return check_id(&identity, error) && fill_machine(request, where, identity, error);
}

bool config_fill_app_of_endpoint(struct token_request *request, struct error *error)
{
    autofree char *client_id = steal(&request->client_id);
    trace("configuration: the credential is withheld by entra run, which offers its endpoint");
    return fill_machine(request, "the endpoint of entra run",
                        (struct identity){ client_id, IDENTITY_CLIENT_ID, request->client_id_from },
                        error);
}

bool config_is_unconfigured(const struct config *config, const struct token_request *request)
{
    struct section identities[CONFIG_SECTIONS_MAX];
    const struct options *options = config->options;
    const struct config_cluster *cluster = &config->context->cluster;
    return request->credential_count == 0 && options->client_id == NULL &&
           options->tenant == NULL && options->authority == NULL && request->tenant == NULL &&
           cluster->tenant == NULL && cluster->instance == NULL &&
           config_identities(config, identities) == 0;
}

bool config_default_managed_identity(const struct config *config, struct token_request *request,
                                     struct error *error)
{
    const struct identity identity = identity_of_variable(config);
    request->unconfigured = true;
    trace("configuration: trying a managed identity, since no identity is configured");
    return check_id(&identity, error) && fill_machine(request, "the default", identity, error);
}
