/* SPDX-License-Identifier: MIT */
/* The APIs that need no configuration: their scopes and URLs in each of Entra's clouds. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/config/internal.h"
#include "common/entra/known_apps.h"
#include "common/entra/scope.h"

#define PUBLIC        AUTHORITY_CLOUD_PUBLIC
#define US_GOVERNMENT AUTHORITY_CLOUD_US_GOVERNMENT
#define CHINA         AUTHORITY_CLOUD_CHINA

/* Each of a storage account's services has a host. Azure Data Lake's is dfs. */
#define STORAGE_URLS(domain)                                                                       \
    {                                                                                              \
        "https://*.blob." domain "/", "https://*.queue." domain "/",                               \
            "https://*.table." domain "/", "https://*.file." domain "/",                           \
            "https://*.dfs." domain "/"                                                            \
    }

/* Sources: Microsoft's pages "National cloud deployments" (of Graph), "Azure services that can use
 * managed identities" (the resources' ids); the table of clouds in azure-cli-core's cloud.py; for
 * container registries, cloud-provider-azure and containerd's and Flux's providers. */
static const struct builtin_api builtins[] = {
    /* Microsoft's "Use Microsoft Entra ID authentication with Azure Repos": the resource's id. Git
     * Credential Manager's client is Visual Studio's. */
    { .name = "AzureDevOps",
      .second_client = KNOWN_APP_VISUAL_STUDIO,
      .is_same_in_all_clouds = true,
      .is_for_git = true,
      .feed_urls = { "https://pkgs.dev.azure.com/", "https://*.pkgs.visualstudio.com/" },
      .places = { [PUBLIC] = { KNOWN_APP_AZURE_DEVOPS "/.default",
                               { "https://dev.azure.com/", "https://*.visualstudio.com/" } } } },
    /* The AKS server application; kubectl talks to it through the cluster, so it has no URL. */
    { .name = "AKS",
      .second_client = KNOWN_APP_KUBELOGIN,
      .is_same_in_all_clouds = true,
      .places = { [PUBLIC] = { KNOWN_APP_AKS "/.default", { NULL } } } },
    { .name = "Graph",
      .places = { [PUBLIC] = { "https://graph.microsoft.com/.default",
                               { "https://graph.microsoft.com/" } },
                  [US_GOVERNMENT] = { "https://graph.microsoft.us/.default",
                                      { "https://graph.microsoft.us/" } },
                  [CHINA] = { "https://microsoftgraph.chinacloudapi.cn/.default",
                              { "https://microsoftgraph.chinacloudapi.cn/" } } } },
    /* az requests the resource of the classic API, which takes the same tokens (cloud.py,
     * active_directory_resource_id). */
    { .name = "Azure",
      .places = { [PUBLIC] = { "https://management.azure.com/.default",
                               { "https://management.azure.com/" } },
                  [US_GOVERNMENT] = { "https://management.usgovcloudapi.net/.default",
                                      { "https://management.usgovcloudapi.net/" } },
                  [CHINA] = { "https://management.chinacloudapi.cn/.default",
                              { "https://management.chinacloudapi.cn/" } } },
      .other_scopes = { [PUBLIC] = "https://management.core.windows.net/.default",
                        [US_GOVERNMENT] = "https://management.core.usgovcloudapi.net/.default",
                        [CHINA] = "https://management.core.chinacloudapi.cn/.default" } },
    { .name = "KeyVault",
      .places = { [PUBLIC] = { "https://vault.azure.net/.default",
                               { "https://*.vault.azure.net/" } },
                  [US_GOVERNMENT] = { "https://vault.usgovcloudapi.net/.default",
                                      { "https://*.vault.usgovcloudapi.net/" } },
                  [CHINA] = { "https://vault.azure.cn/.default",
                              { "https://*.vault.azure.cn/" } } } },
    { .name = "Storage", /* one resource for all clouds */
      .places = { [PUBLIC] = { "https://storage.azure.com/.default",
                               STORAGE_URLS("core.windows.net") },
                  [US_GOVERNMENT] = { "https://storage.azure.com/.default",
                                      STORAGE_URLS("core.usgovcloudapi.net") },
                  [CHINA] = { "https://storage.azure.com/.default",
                              STORAGE_URLS("core.chinacloudapi.cn") } } },
    /* The resource ends in a slash (scope.h). */
    { .name = "SQL",
      .places = { [PUBLIC] = { "https://database.windows.net//.default", { NULL } },
                  [US_GOVERNMENT] = { "https://database.usgovcloudapi.net//.default", { NULL } },
                  [CHINA] = { "https://database.chinacloudapi.cn//.default", { NULL } } } },
    { .name = "PostgreSQL",
      .places = { [PUBLIC] = { "https://ossrdbms-aad.database.windows.net/.default", { NULL } },
                  [US_GOVERNMENT] = { "https://ossrdbms-aad.database.usgovcloudapi.net/.default",
                                      { NULL } },
                  [CHINA] = { "https://ossrdbms-aad.database.chinacloudapi.cn/.default",
                              { NULL } } } },
    { .name = "ContainerRegistry",
      .places = { [PUBLIC] = { "https://containerregistry.azure.net/.default",
                               { "https://*.azurecr.io/" } },
                  [US_GOVERNMENT] = { "https://containerregistry.azure.us/.default",
                                      { "https://*.azurecr.us/" } },
                  [CHINA] = { "https://containerregistry.azure.cn/.default",
                              { "https://*.azurecr.cn/" } } } },
};
_Static_assert(ARRAY_SIZE(builtins) <= BUILTIN_APIS_MAX, "BUILTIN_APIS_MAX is too small");

const struct builtin_api *builtin_api_at(size_t index)
{
    return index < ARRAY_SIZE(builtins) ? &builtins[index] : NULL;
}

const struct builtin_api *builtin_api_find(const char *name)
{
    for (size_t i = 0; name != NULL && i < ARRAY_SIZE(builtins); i++)
        if (strcasecmp(builtins[i].name, name) == 0)
            return &builtins[i];
    return NULL;
}

const char *config_second_client(const char *name)
{
    const struct builtin_api *builtin = builtin_api_find(name);
    return builtin != NULL ? builtin->second_client : NULL;
}

const char *config_second_client_of_scope(const char *scope)
{
    for (size_t i = 0; scope != NULL && i < ARRAY_SIZE(builtins); i++)
        if (strcmp(builtins[i].places[PUBLIC].scope, scope) == 0)
            return builtins[i].second_client;
    return NULL;
}

const char *builtin_api_of_scope(const char *scope)
{
    for (size_t i = 0; i < ARRAY_SIZE(builtins); i++)
        for (size_t cloud = 0; cloud < AUTHORITY_CLOUDS; cloud++) {
            const char *own = builtins[i].places[cloud].scope;
            const char *other = builtins[i].other_scopes[cloud];
            if ((own != NULL && strcasecmp(own, scope) == 0) ||
                (other != NULL && strcasecmp(other, scope) == 0))
                return builtins[i].name;
        }
    return NULL;
}

static bool has_resource(const char *scope, const char *resource)
{
    autofree char *own = strndup(scope, scope_resource_length(scope));
    return scope_is_same_resource(own, resource);
}

bool config_is_same_resource(const char *resource, const char *other)
{
    for (size_t i = 0; i < ARRAY_SIZE(builtins); i++)
        for (size_t cloud = 0; cloud < AUTHORITY_CLOUDS; cloud++) {
            const char *scope = builtins[i].places[cloud].scope;
            const char *alias = builtins[i].other_scopes[cloud];
            if (alias != NULL && ((has_resource(scope, resource) && has_resource(alias, other)) ||
                                  (has_resource(alias, resource) && has_resource(scope, other))))
                return true;
        }
    return scope_is_same_resource(resource, other);
}

const struct builtin_place *builtin_api_place(const struct builtin_api *builtin,
                                              enum authority_cloud cloud)
{
    return &builtin->places[builtin->is_same_in_all_clouds ? PUBLIC : cloud];
}

static void cover(const char *const *bases, const struct builtin_place *place,
                  const struct url *url, size_t *covered, const struct builtin_place **ret_place)
{
    struct error unused = { 0 };
    for (; *bases != NULL; bases++) {
        size_t before = *covered;
        config_base_covers(*bases, url, covered, &unused);
        if (*covered > before)
            *ret_place = place;
    }
}

bool builtin_api_has_urls(const struct builtin_api *builtin, enum config_urls urls)
{
    return urls == CONFIG_URLS_ALL ||
           (urls == CONFIG_URLS_FOR_GIT ? builtin->is_for_git : builtin->feed_urls[0] != NULL);
}

void builtin_api_cover(const struct builtin_api *builtin, enum config_urls urls,
                       const struct url *url, size_t *covered,
                       const struct builtin_place **ret_place)
{
    if (!builtin_api_has_urls(builtin, urls))
        return;
    for (size_t i = 0; i < AUTHORITY_CLOUDS && urls != CONFIG_URLS_FOR_FEEDS; i++)
        cover(builtin->places[i].base_urls, &builtin->places[i], url, covered, ret_place);
    if (urls != CONFIG_URLS_FOR_GIT)
        cover(builtin->feed_urls, &builtin->places[PUBLIC], url, covered, ret_place);
}

/* ---- the request's cloud ---- */

enum authority_cloud config_cloud(const struct config *config, const struct token_request *request)
{
    if (!token_request_is_for_managed_identity(request))
        return authority_cloud(request->instance);
    struct error unused = { 0 };
    const char *host = config->options->authority;
    if (host == NULL)
        host = config_variable(config, "AZURE_AUTHORITY_HOST");
    autofree char *instance = host != NULL ? authority_instance(host, &unused) : NULL;
    return instance != NULL ? authority_cloud(instance) : PUBLIC;
}

static bool fail(const struct config_api *api, const char *what,
                 const struct token_request *request, struct error *error)
{
    error_set(error, ERROR_USAGE, "%s%s the cloud of %s", api->name, what, request->instance);
    return error_known_as(error, "other_cloud");
}

/* Whether the URL shows which cloud a machine is in, since it gets tokens of its own cloud only:
 * not if the same resource is in the other cloud too, whose services would take the token. */
static bool shows_cloud(const struct config *config, const struct config_api *api,
                        const struct builtin_place *other)
{
    const struct options *options = config->options;
    bool is_resource_of_place =
        api->section.object == NULL && options->resource == NULL && options->scope_count == 0;
    return is_resource_of_place &&
           (other->scope == NULL || strcmp(api->place->scope, other->scope) != 0);
}

static bool fail_machine(const struct config_api *api, struct error *error)
{
    error_set(error, ERROR_USAGE,
              "it is not known whether this machine is in the cloud of %s at "
              "this URL, and in another one its token would be good for %s "
              "there",
              api->name, api->name);
    error_hint(error, "Set AZURE_AUTHORITY_HOST to the login host of the machine's cloud.");
    return error_known_as(error, "other_cloud");
}

bool config_check_cloud(const struct config *config, const struct config_api *api,
                        const struct token_request *request, struct error *error)
{
    if (api->builtin == NULL)
        return true;
    const struct builtin_place *place =
        builtin_api_place(api->builtin, config_cloud(config, request));
    bool is_other = api->place != NULL && api->place != place;
    if (is_other && token_request_is_for_managed_identity(request))
        return shows_cloud(config, api, place) || fail_machine(api, error);
    if (is_other)
        return fail(api, " at this URL is not in", request, error);
    return api->place != NULL || place->scope != NULL || api->section.object != NULL ||
           fail(api, " is not built in for", request, error);
}
