/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/token_claims.h"

#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/text.h"
#include "common/entra/known_apps.h"
#include "common/entra/scope.h"

#define GRAPH "https://graph.microsoft.com"

/* Well-known APIs, with the audiences that they accept. */
static const struct api {
    const char *host; /* ".domain" is every host below it; NULL if none is known */
    const char *audiences[4];
    bool checks_roles; /* the token's; other APIs keep access lists of their own */
} apis[] = {
    { "graph.microsoft.com", { GRAPH, KNOWN_APP_GRAPH }, true },
    { "management.azure.com",
      { "https://management.azure.com", "https://management.core.windows.net",
        KNOWN_APP_RESOURCES },
      false },
    { "dev.azure.com", { KNOWN_APP_AZURE_DEVOPS }, false },
    { ".visualstudio.com", { KNOWN_APP_AZURE_DEVOPS }, false },
    { ".vault.azure.net", { "https://vault.azure.net", KNOWN_APP_KEY_VAULT }, false },
    { ".database.windows.net", { "https://database.windows.net" }, false },
    { ".blob.core.windows.net", { "https://storage.azure.com" }, false },
    { ".azurecr.io",
      { "https://containerregistry.azure.net", "https://management.azure.com",
        "https://management.core.windows.net" },
      false },
    { "graph.microsoft.us", { "https://graph.microsoft.us", KNOWN_APP_GRAPH }, true },
    { "management.usgovcloudapi.net",
      { "https://management.usgovcloudapi.net", "https://management.core.usgovcloudapi.net" },
      false },
    { ".vault.usgovcloudapi.net",
      { "https://vault.usgovcloudapi.net", KNOWN_APP_KEY_VAULT },
      false },
    { ".azurecr.us",
      { "https://containerregistry.azure.us", "https://management.usgovcloudapi.net",
        "https://management.core.usgovcloudapi.net" },
      false },
    { "microsoftgraph.chinacloudapi.cn",
      { "https://microsoftgraph.chinacloudapi.cn", KNOWN_APP_GRAPH },
      true },
    { "management.chinacloudapi.cn",
      { "https://management.chinacloudapi.cn", "https://management.core.chinacloudapi.cn" },
      false },
    { ".vault.azure.cn", { "https://vault.azure.cn", KNOWN_APP_KEY_VAULT }, false },
    { ".azurecr.cn",
      { "https://containerregistry.azure.cn", "https://management.chinacloudapi.cn",
        "https://management.core.chinacloudapi.cn" },
      false },
    { NULL,
      { "https://ossrdbms-aad.database.windows.net",
        "https://ossrdbms-aad.database.usgovcloudapi.net",
        "https://ossrdbms-aad.database.chinacloudapi.cn", KNOWN_APP_POSTGRESQL },
      false },
    { NULL,
      { "https://database.usgovcloudapi.net", "https://database.chinacloudapi.cn",
        KNOWN_APP_AZURE_SQL },
      false },
    { NULL, { KNOWN_APP_AKS, "api://" KNOWN_APP_AKS }, false },
    { NULL, { "https://servicebus.azure.net", "https://eventhubs.azure.net" }, false },
};
#define APIS ARRAY_SIZE(apis)

/* Ignores case and a slash at the end. */
static bool is_same(const char *a, const char *b)
{
    size_t length = strlen(a), other = strlen(b);
    length -= length > 0 && a[length - 1] == '/';
    other -= other > 0 && b[other - 1] == '/';
    return length == other && strncasecmp(a, b, length) == 0;
}

static bool api_accepts(const struct api *api, const char *audience)
{
    for (size_t i = 0; i < 4 && api->audiences[i] != NULL; i++)
        if (is_same(api->audiences[i], audience))
            return true;
    return false;
}

static bool api_has_host(const struct api *api, const char *host)
{
    if (api->host == NULL || host == NULL)
        return false;
    size_t length = strlen(host), tail = strlen(api->host);
    return api->host[0] == '.' ? length > tail && strcmp(host + length - tail, api->host) == 0
                               : strcmp(host, api->host) == 0;
}

/* ---- 401 ---- */

/* The audience is the scope up to its last slash, or in version 2 tokens the API's client id. */
static bool is_requested(const char *audience, const char *scope)
{
    size_t length = scope_resource_length(scope);
    const char *bare = strncmp(audience, "api://", 6) == 0 ? audience + 6 : audience;
    return text_is_guid(bare) ||
           (strlen(audience) == length && strncasecmp(audience, scope, length) == 0);
}

static bool check_audience(const char *audience, const char *scope, const char *host,
                           struct error *error)
{
    if (!is_requested(audience, scope)) {
        error_set(error, ERROR_REFUSED,
                  "an API would refuse the token (401): its audience is %.200s, and the requested "
                  "scope is %.200s",
                  audience, scope);
        return error_known_as(error, "invalid_token");
    }
    if (strcasecmp(audience, "https://database.windows.net") == 0) {
        error_set(
            error, ERROR_REFUSED,
            "Azure SQL would refuse the token (401): its audience %s lacks the slash at the end",
            audience);
        return error_hint(
            error, "Use the scope https://database.windows.net//.default, with both slashes.");
    }
    for (size_t i = 0; i < APIS; i++) {
        if (!api_has_host(&apis[i], host) || api_accepts(&apis[i], audience))
            continue;
        error_set(
            error, ERROR_REFUSED,
            "%s would refuse the token (401): its audience is %.200s, and the host expects %s",
            host, audience, apis[i].audiences[0]);
        return error_known_as(error, "invalid_token");
    }
    return true;
}

/* ---- 403 ---- */

static bool has_roles(const json_object *claims)
{
    json_object *roles = NULL;
    return json_object_object_get_ex(claims, "roles", &roles) &&
           json_object_is_type(roles, json_type_array) && json_object_array_length(roles) > 0;
}

static bool check_roles(const json_object *claims, const char *audience, struct error *error)
{
    if (json_string(claims, "scp") != NULL || has_roles(claims))
        return true;
    for (size_t i = 0; i < APIS; i++)
        if (!apis[i].checks_roles && api_accepts(&apis[i], audience))
            return true;
    error_set(error, ERROR_REFUSED,
              "the API would refuse the token (403): it has no roles, so no application permission "
              "was granted");
    return error_known_as(error, api_accepts(&apis[0], audience) ? "Authorization_RequestDenied"
                                                                 : "no_app_roles");
}

bool token_claims_check(const json_object *claims, const char *scope, const char *host,
                        struct error *error)
{
    const char *audience = json_string(claims, "aud");
    return audience == NULL ||
           (check_audience(audience, scope, host, error) && check_roles(claims, audience, error));
}
