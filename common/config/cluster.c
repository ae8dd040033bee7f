/* SPDX-License-Identifier: MIT */
/* What a Kubernetes cluster may choose of a request. The token is sent to that cluster, which may
 * be hostile, so it chooses among what the user has allowed for clusters, and sends no app's
 * credential anywhere. */
#define _GNU_SOURCE
#include <string.h>
#include <strings.h>

#include "common/base/text.h"
#include "common/config/internal.h"
#include "common/entra/authority.h"
#include "common/entra/known_apps.h"
#include "common/entra/scope.h"

#define AKS "AKS"

/* ---- the API ---- */

/* Whether a scope is one of this server's. Neither GUIDs nor the identifiers of resources have case
 * in Entra, and kubelogin ignores slashes at the end of a server's. */
static bool is_scope_of(const char *scope, const char *server)
{
    size_t length = scope_resource_length(scope), wanted = strlen(server);
    while (length > 0 && scope[length - 1] == '/')
        length--;
    while (wanted > 0 && server[wanted - 1] == '/')
        wanted--;
    return length > 0 && length == wanted && strncasecmp(scope, server, length) == 0;
}

/* Whether all scopes of the API are this server's. */
static bool is_api_of(const struct config_api *api, const char *server)
{
    json_object *scopes = config_member(api->section.object, "Scopes");
    if (api->section.object == NULL)
        return is_scope_of(builtin_api_place(api->builtin, AUTHORITY_CLOUD_PUBLIC)->scope, server);
    if (json_object_is_type(scopes, json_type_string))
        return is_scope_of(json_object_get_string(scopes), server);
    size_t count =
        json_object_is_type(scopes, json_type_array) ? json_object_array_length(scopes) : 0;
    for (size_t i = 0; i < count; i++)
        if (!is_scope_of(json_object_get_string(json_object_array_get_idx(scopes, i)), server))
            return false;
    return count > 0;
}

/* Whether a user can copy the cluster's text into a command line. */
static bool is_plain(const char *text)
{
    size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                 "0123456789-._:/");
    return text[0] != '-' && text[length] == '\0';
}

/* Finds the API of the file that is for clusters and is this server's. Fails if it is not known
 * whether it is. */
static bool find_for_clusters(const struct config *config, const char *server,
                              struct config_api *ret_api, struct error *error)
{
    struct section sections[CONFIG_SECTIONS_MAX];
    size_t count = config_apis(config, sections);
    for (size_t i = 0; i < count; i++) {
        struct config_api api = config_api_of_section(&sections[i]);
        if (!is_api_of(&api, server))
            continue;
        if (!config_check_api(config, &sections[i], error))
            return false;
        if (section_bool(&sections[i], "ForClusters", false)) {
            *ret_api = api;
            return true;
        }
    }
    return false;
}

bool config_find_cluster_api(const struct config *config, struct config_api *api,
                             struct error *error)
{
    const struct config_cluster *cluster = &config->context->cluster;
    const char *scope = cluster->scope;
    if (!config_find_api(config, AKS, api, error))
        return false;
    bool is_accepted = is_api_of(api, cluster->server_id) ||
                       find_for_clusters(config, cluster->server_id, api, error);
    if (error->kind != ERROR_NONE)
        return false;
    /* The AKS server is accepted even if the file's API AKS is another one, whose scope is of no
     * use then. */
    if (!is_accepted && strcasecmp(cluster->server_id, KNOWN_APP_AKS) == 0) {
        is_accepted = true;
        scope = scope != NULL ? scope : KNOWN_APP_AKS "/.default";
    }
    if (is_accepted) {
        api->scope = scope;
        return true;
    }
    error_set(error, ERROR_USAGE, "the server-id '%.80s' is not accepted from a cluster",
              cluster->server_id);
    return error_hint(error,
                      "The token would be sent to the cluster. If you trust the cluster with it, "
                      "give --server-id %.80s in args, or add \"ForClusters\": true to the section "
                      "with its scope in the configuration.",
                      is_plain(cluster->server_id) ? cluster->server_id : "ID");
}

/* ---- the tenant and the cloud ---- */

/* Whether the options name a tenant. */
static bool options_name_tenant(const struct options *options)
{
    return options->tenant != NULL || authority_has_tenant(options->authority);
}

/* What the cluster says of the authority: each is NULL if it says nothing, or an option does. */
struct claim {
    const char *tenant;
    const char *instance;
};

static bool read_claim(const struct config *config, struct claim *claim, struct error *error)
{
    const struct config_cluster *cluster = &config->context->cluster;
    const struct options *options = config->options;
    claim->tenant = options_name_tenant(options) ? NULL : cluster->tenant;
    claim->instance = options->authority != NULL ? NULL : cluster->instance;
    if (claim->tenant == NULL || authority_is_tenant(claim->tenant))
        return true;
    error_set(error, ERROR_USAGE, "'%.100s' is not a tenant", claim->tenant);
    return error_known_as(error, "tenant_malformed");
}

bool config_check_cluster_authority(const struct config *config,
                                    const struct token_request *request, struct error *error)
{
    struct claim claim;
    /* The service that issues a managed identity's token leaves no choice of the authority. */
    if (token_request_is_for_managed_identity(request))
        return true;
    if (!read_claim(config, &claim, error))
        return false;
    if (claim.instance != NULL && strcmp(claim.instance, request->instance) != 0) {
        error_set(error, ERROR_USAGE,
                  "the environment of the cluster is at %s, but the app's authority is %s",
                  claim.instance, request->instance);
        return error_hint(error,
                          "A cluster cannot choose where an app's credential is sent. If the app's "
                          "authority is right, give --authority %s in args.",
                          request->instance);
    }
    if (claim.tenant == NULL)
        return true;
    if (request->tenant == NULL) {
        error_set(error, ERROR_USAGE, "only the cluster names a tenant, %s", claim.tenant);
        return error_hint(error, "A cluster cannot choose where an app's credential is sent. Give "
                                 "the app's tenant as --tenant-id in args.");
    }
    if (strcasecmp(claim.tenant, request->tenant) == 0)
        return true;
    error_set(error, ERROR_USAGE, "the tenant-id of the cluster is %s, but the app's tenant is %s",
              claim.tenant, request->tenant);
    return error_hint(error,
                      "A cluster cannot choose where an app's credential is sent. If the app's "
                      "tenant is right, give --tenant-id %s in args.",
                      request->tenant);
}

/* ---- a user's request ---- */

bool config_fill_from_cluster(const struct config *config, struct token_request *request,
                              struct error *error)
{
    struct claim claim;
    if (!read_claim(config, &claim, error))
        return false;
    if (claim.instance != NULL) {
        free(request->instance);
        request->instance = strdup(claim.instance);
        free(request->instance_from);
        request->instance_from = strdup("the cluster's environment in the kubeconfig");
        request->instance_learned = true;
    }
    if (claim.tenant != NULL) {
        free(request->tenant);
        request->tenant = strdup(claim.tenant);
        free(request->tenant_from);
        request->tenant_from = strdup("the cluster's tenant-id in the kubeconfig");
        text_lower(request->tenant);
        request->tenant_learned = true;
    }
    return true;
}

bool config_check_client_of_cluster(const struct config *config,
                                    const struct token_request *request, struct error *error)
{
    const char *client_id = config->context->cluster.client_id;
    if (request->client_id != NULL || client_id == NULL ||
        strcasecmp(client_id, KNOWN_APP_KUBELOGIN) == 0)
        return true;
    error_set(error, ERROR_USAGE, "the client-id '%.80s' is not accepted from a cluster",
              client_id);
    return error_hint(error,
                      "A cluster may name the AKS client only. Give the client as --client-id in "
                      "args, such as --client-id " KNOWN_APP_KUBELOGIN " for AKS.");
}
