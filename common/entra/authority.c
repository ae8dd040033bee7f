/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/entra/authority.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/text.h"
#include "common/entra/url.h"

/* Writes the canonical form. The default port is omitted, so that an authority has only one name in
 * the keyring. */
static char *instance_format(const struct url *url)
{
    char port[8] = "";
    if (url->port != (url->https ? 443 : 80))
        snprintf(port, sizeof port, ":%u", url->port);
    size_t path = strlen(url->path);
    while (path > 0 && url->path[path - 1] == '/')
        path--;
    return text_format("%s://%s%s%.*s", url->https ? "https" : "http", url->host, port, (int)path,
                       url->path);
}

/* Endpoint URLs contain the path, so it must not need encoding. */
static bool path_is_safe(const struct url *url)
{
    return url->path_is_plain && strspn(url->path, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                   "abcdefghijklmnopqrstuvwxyz"
                                                   "0123456789-._~/") == strlen(url->path);
}

static bool parse_instance(const char *text, struct url *url, struct error *error)
{
    const char *scheme = strstr(text, "://") == NULL ? "https://" : "";
    autofree char *absolute = text_format("%s%s", scheme, text);
    struct error why = { 0 };
    bool ok = strpbrk(absolute, "?#") == NULL && url_parse(absolute, strlen(absolute), url, &why) &&
              path_is_safe(url);
    if (!ok) {
        error_set(error, ERROR_USAGE, "'%s' is not an authority%s%s", url_shown(text).text,
                  why.message[0] ? ": " : "", why.message);
        return error_known_as(error, "authority_malformed");
    }
    if (!url->https && !url_is_loopback(url))
        return error_set(error, ERROR_USAGE, "the authority '%s' must use https, not http",
                         url_shown(text).text);
    return true;
}

char *authority_instance(const char *text, struct error *error)
{
    struct url url = { 0 };
    return parse_instance(text, &url, error) ? instance_format(&url) : NULL;
}

bool authority_split(const char *text, char **ret_instance, char **ret_tenant, struct error *error)
{
    struct url url = { 0 };
    if (!parse_instance(text, &url, error))
        return false;

    size_t length = strlen(url.path);
    while (length > 0 && url.path[length - 1] == '/')
        url.path[--length] = '\0';
    if (length >= 5 && strcmp(url.path + length - 5, "/v2.0") == 0)
        url.path[length - 5] = '\0';
    char *slash = strrchr(url.path, '/');
    if (slash == NULL || !authority_is_tenant(slash + 1)) {
        error_set(error, ERROR_USAGE, "the authority '%s' names no tenant", url_shown(text).text);
        return error_known_as(error, "authority_malformed");
    }
    *ret_tenant = strdup(slash + 1);
    *slash = '\0';
    *ret_instance = instance_format(&url);
    return true;
}

bool authority_is_tenant(const char *text)
{
    size_t length = strlen(text);
    return length > 0 && length <= HOST_MAX && text[0] != '.' && text[0] != '-' &&
           strstr(text, "..") == NULL &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.") ==
               length;
}

static bool is_of_many(const char *tenant)
{
    static const char *const multi_tenant[] = { "common", "organizations", "consumers" };
    for (size_t i = 0; i < ARRAY_SIZE(multi_tenant); i++)
        if (strcasecmp(tenant, multi_tenant[i]) == 0)
            return true;
    return false;
}

bool authority_is_single_tenant(const char *tenant)
{
    return !is_of_many(tenant) && !authority_is_adfs(tenant);
}

bool authority_is_tenant_of_app(const char *tenant, struct error *error)
{
    if (!is_of_many(tenant))
        return true;
    error_set(error, ERROR_USAGE,
              "the tenant '%s' does not name a single tenant, and an app needs one", tenant);
    return error_known_as(error, "tenant_of_many");
}

char *authority_endpoint(const char *instance, const char *tenant, const char *name)
{
    return text_format("%s/%s/oauth2/%s%s", instance, tenant,
                       authority_is_adfs(tenant) ? "" : "v2.0/", name);
}

char *authority_metadata_url(const char *instance, const char *tenant)
{
    return text_format("%s/%s/%s.well-known/openid-configuration", instance, tenant,
                       authority_is_adfs(tenant) ? "" : "v2.0/");
}

bool authority_is_adfs(const char *tenant)
{
    return strcasecmp(tenant, "adfs") == 0;
}

bool authority_is_known_cloud(const char *instance)
{
    static const char *const clouds[] = {
        AUTHORITY_PUBLIC_CLOUD,
        "https://login.windows.net",
        "https://login.microsoft.com",
        "https://sts.windows.net",
        "https://login.partner.microsoftonline.cn",
        "https://login.chinacloudapi.cn",
        "https://login.microsoftonline.us",
        "https://login.usgovcloudapi.net",
        "https://login.microsoftonline.de",
        "https://login.sovcloud-identity.fr",
        "https://login.sovcloud-identity.de",
        "https://login.sovcloud-identity.sg",
    };
    for (size_t i = 0; i < ARRAY_SIZE(clouds); i++)
        if (strcmp(instance, clouds[i]) == 0)
            return true;
    return false;
}

enum authority_cloud authority_cloud(const char *instance)
{
    static const struct {
        const char *host; /* also of every host below it */
        enum authority_cloud cloud;
    } clouds[] = {
        { "login.microsoftonline.us", AUTHORITY_CLOUD_US_GOVERNMENT },
        { "login.usgovcloudapi.net", AUTHORITY_CLOUD_US_GOVERNMENT },
        { "login.partner.microsoftonline.cn", AUTHORITY_CLOUD_CHINA },
        { "login.chinacloudapi.cn", AUTHORITY_CLOUD_CHINA },
        { "login.sovcloud-identity.fr", AUTHORITY_CLOUD_FRANCE },
        { "login.sovcloud-identity.de", AUTHORITY_CLOUD_GERMANY },
        { "login.sovcloud-identity.sg", AUTHORITY_CLOUD_OTHER },
        { "login.microsoftonline.de", AUTHORITY_CLOUD_OTHER }, /* closed in 2021 */
    };
    size_t length = strlen(instance);
    for (size_t i = 0; i < ARRAY_SIZE(clouds); i++) {
        size_t tail = strlen(clouds[i].host);
        if (length > tail && strchr("./", instance[length - tail - 1]) != NULL &&
            strcmp(instance + length - tail, clouds[i].host) == 0)
            return clouds[i].cloud;
    }
    return AUTHORITY_CLOUD_PUBLIC;
}

const char *authority_token_exchange_audience(const char *instance)
{
    static const char *const audiences[AUTHORITY_CLOUDS] = {
        [AUTHORITY_CLOUD_PUBLIC] = "api://AzureADTokenExchange",
        [AUTHORITY_CLOUD_US_GOVERNMENT] = "api://AzureADTokenExchangeUSGov",
        [AUTHORITY_CLOUD_CHINA] = "api://AzureADTokenExchangeChina",
        [AUTHORITY_CLOUD_FRANCE] = "api://AzureADTokenExchangeFrance",
        [AUTHORITY_CLOUD_GERMANY] = "api://AzureADTokenExchangeGermany",
        [AUTHORITY_CLOUD_OTHER] = "api://AzureADTokenExchange",
    };
    return audiences[authority_cloud(instance)];
}
