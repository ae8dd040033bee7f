/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/entra/audience.h"

#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/text.h"
#include "common/entra/known_apps.h"
#include "common/entra/scope.h"

#define GRAPH      "https://graph.microsoft.com"
#define API_SCHEME "api://"

/* APIs of Microsoft's as they are requested in each cloud, with their client IDs. */
static const struct {
    const char *uri, *id;
} apis[] = {
    { GRAPH, KNOWN_APP_GRAPH },
    { "https://graph.microsoft.us", KNOWN_APP_GRAPH },
    { "https://dod-graph.microsoft.us", KNOWN_APP_GRAPH },
    { "https://microsoftgraph.chinacloudapi.cn", KNOWN_APP_GRAPH },
    { "https://management.azure.com", KNOWN_APP_RESOURCES },
    { "https://management.core.windows.net", KNOWN_APP_RESOURCES },
    { "https://management.usgovcloudapi.net", KNOWN_APP_RESOURCES },
    { "https://management.core.usgovcloudapi.net", KNOWN_APP_RESOURCES },
    { "https://management.chinacloudapi.cn", KNOWN_APP_RESOURCES },
    { "https://management.core.chinacloudapi.cn", KNOWN_APP_RESOURCES },
    { "https://vault.azure.net", KNOWN_APP_KEY_VAULT },
    { "https://vault.usgovcloudapi.net", KNOWN_APP_KEY_VAULT },
    { "https://vault.azure.cn", KNOWN_APP_KEY_VAULT },
    { "https://storage.azure.com", KNOWN_APP_STORAGE },
    { "https://database.windows.net", KNOWN_APP_AZURE_SQL },
    { "https://database.usgovcloudapi.net", KNOWN_APP_AZURE_SQL },
    { "https://database.chinacloudapi.cn", KNOWN_APP_AZURE_SQL },
    { "https://ossrdbms-aad.database.windows.net", KNOWN_APP_POSTGRESQL },
    { "https://ossrdbms-aad.database.usgovcloudapi.net", KNOWN_APP_POSTGRESQL },
    { "https://ossrdbms-aad.database.chinacloudapi.cn", KNOWN_APP_POSTGRESQL },
    { KNOWN_APP_AZURE_DEVOPS, KNOWN_APP_AZURE_DEVOPS },
    { KNOWN_APP_AKS, KNOWN_APP_AKS },
};

/* The names of an API that differ in case, in slashes at the end, or in having the scheme of an
 * app's ID, are the same one. */
static struct slice bare(const char *text, size_t length)
{
    size_t scheme = strlen(API_SCHEME);
    if (length > scheme && strncasecmp(text, API_SCHEME, scheme) == 0) {
        text += scheme;
        length -= scheme;
    }
    while (length > 0 && text[length - 1] == '/')
        length--;
    return (struct slice){ text, length };
}

static bool is_same(struct slice a, struct slice b)
{
    return a.length == b.length && strncasecmp(a.bytes, b.bytes, a.length) == 0;
}

static bool is_guid(struct slice name)
{
    char text[37];
    if (name.length + 1 != sizeof text)
        return false;
    memcpy(text, name.bytes, name.length);
    text[name.length] = '\0';
    return text_is_guid(text);
}

bool audience_fits_scope(const char *audience, bool is_version_2, const char *scope)
{
    bool has_resource = strchr(scope, '/') != NULL;
    const char *named = has_resource ? scope : GRAPH;
    struct slice resource =
        bare(named, has_resource ? scope_resource_length(scope) : strlen(named));
    struct slice given = bare(audience, strlen(audience));
    bool is_known = false; /* whose API one of the two is */
    for (size_t i = 0; i < ARRAY_SIZE(apis); i++) {
        bool is_resource = is_same(resource, bare(apis[i].uri, strlen(apis[i].uri)));
        bool is_audience = is_same(given, bare(apis[i].id, strlen(apis[i].id)));
        if (is_resource && is_audience)
            return true;
        is_known = is_known || is_resource || is_audience;
    }
    return is_same(given, resource) ||
           (is_version_2 && !is_known && text_is_guid(audience) && !is_guid(resource));
}
