/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/token_claims.h"

#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/text.h"
#include "common/config/config.h"
#include "common/entra/scope.h"

#define GRAPH "https://graph.microsoft.com"

/* APIs that are known: where they are, which audiences they take, and whether they go by the roles
 * in the token (others have lists of their own of who may do what). */
static const struct api {
    const char *host; /* begins with '.': every host below; NULL: none of its own */
    const char *audiences[4];
    bool goes_by_roles;
} apis[] = {
    { "graph.microsoft.com", { GRAPH, "00000003-0000-0000-c000-000000000000" }, true },
    { "management.azure.com",
      { "https://management.azure.com", "https://management.core.windows.net",
        "797f4846-ba00-4fd7-ba43-dac1f8f63013" },
      false },
    { "dev.azure.com", { "499b84ac-1321-427f-aa17-267ca6975798" }, false },
    { ".visualstudio.com", { "499b84ac-1321-427f-aa17-267ca6975798" }, false },
    { ".vault.azure.net",
      { "https://vault.azure.net", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093" },
      false },
    { ".database.windows.net", { "https://database.windows.net" }, false },
    { ".blob.core.windows.net", { "https://storage.azure.com" }, false },
    { NULL, { CONFIG_AKS_SERVER, "api://" CONFIG_AKS_SERVER }, false },
    { NULL, { "https://servicebus.azure.net", "https://eventhubs.azure.net" }, false },
};
#define APIS ARRAY_SIZE(apis)

/* Equal but for a slash at the end. */
static bool is_same(const char *a, const char *b)
{
    size_t length = strlen(a), other = strlen(b);
    length -= length > 0 && a[length - 1] == '/';
    other -= other > 0 && b[other - 1] == '/';
    return length == other && strncasecmp(a, b, length) == 0;
}

static bool takes(const struct api *api, const char *audience)
{
    for (size_t i = 0; i < 4 && api->audiences[i] != NULL; i++)
        if (is_same(api->audiences[i], audience))
            return true;
    return false;
}

static bool is_at(const struct api *api, const char *host)
{
    if (api->host == NULL || host == NULL)
        return false;
    size_t length = strlen(host), tail = strlen(api->host);
    return api->host[0] == '.' ? length > tail && strcmp(host + length - tail, api->host) == 0
                               : strcmp(host, api->host) == 0;
}

/* ---- 401 ---- */

/* The audience is what was asked for, to its last slash; or the API's id, in tokens of version 2.
 */
static bool is_as_asked(const char *audience, const char *scope)
{
    size_t length = scope_resource_length(scope);
    const char *bare = strncmp(audience, "api://", 6) == 0 ? audience + 6 : audience;
    return text_is_guid(bare) ||
           (strlen(audience) == length && strncasecmp(audience, scope, length) == 0);
}

static bool judge_audience(const char *audience, const char *scope, const char *host,
                           struct error *error)
{
    if (!is_as_asked(audience, scope)) {
        error_set(error, ERROR_REFUSED,
                  "an API would refuse it (401): the token is for %.200s, and %.200s was asked for",
                  audience, scope);
        return error_known_as(error, "invalid_token");
    }
    if (strcasecmp(audience, "https://database.windows.net") == 0) {
        error_set(error, ERROR_REFUSED,
                  "Azure SQL would refuse it (401): the audience %s lacks the slash at its end",
                  audience);
        return error_hint(error, "Ask for https://database.windows.net//.default, with both "
                                 "slashes.");
    }
    for (size_t i = 0; i < APIS; i++) {
        if (!is_at(&apis[i], host) || takes(&apis[i], audience))
            continue;
        error_set(
            error, ERROR_REFUSED,
            "%s would refuse it (401): the token is for %.200s, and %s is what that host takes",
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

static bool judge_roles(const json_object *claims, const char *audience, struct error *error)
{
    if (json_string(claims, "scp") != NULL || has_roles(claims))
        return true;
    for (size_t i = 0; i < APIS; i++)
        if (!apis[i].goes_by_roles && takes(&apis[i], audience))
            return true;
    error_set(error, ERROR_REFUSED,
              "the API would refuse it (403): the token has no roles, so no application permission "
              "was granted");
    return error_known_as(error, takes(&apis[0], audience) ? "Authorization_RequestDenied"
                                                           : "no_app_roles");
}

bool token_claims_check(const json_object *claims, const char *scope, const char *host,
                        struct error *error)
{
    const char *audience = json_string(claims, "aud");
    return audience == NULL ||
           (judge_audience(audience, scope, host, error) && judge_roles(claims, audience, error));
}
