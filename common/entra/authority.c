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
    autofree char *origin = url_origin(url);
    size_t path = strlen(url->path);
    while (path > 0 && url->path[path - 1] == '/')
        path--;
    return text_format("%s%.*s", origin, (int)path, url->path);
}

/* Endpoint URLs contain the path, so it must not need encoding. */
static bool path_is_safe(const struct url *url)
{
    return url->path_is_plain && strspn(url->path, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                   "abcdefghijklmnopqrstuvwxyz"
                                                   "0123456789-._~/") == strlen(url->path);
}

/* Samples have such a segment in place of the tenant, which a program puts there: {0}, {tenant}.
 * Returns the text up to it. */
static char *without_placeholder(const char *text)
{
    const char *brace = strstr(text, "/{");
    size_t inside = brace != NULL ? strspn(brace + 2, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                      "abcdefghijklmnopqrstuvwxyz0123456789_")
                                  : 0;
    bool is_one = inside > 0 && brace[2 + inside] == '}' &&
                  (brace[3 + inside] == '/' || brace[3 + inside] == '\0');
    return is_one ? strndup(text, (size_t)(brace - text)) : strdup(text);
}

static bool ends_in(const char *text, size_t length, const char *tail)
{
    size_t tail_length = strlen(tail);
    return length >= tail_length &&
           strncasecmp(text + length - tail_length, tail, tail_length) == 0;
}

/* Azure AD B2C has a host of its own, or a policy in the path. */
static bool is_b2c(const struct url *url)
{
    return ends_in(url->host, strlen(url->host), ".b2clogin.com") ||
           strncasecmp(url->path, "/tfp/", 5) == 0 || strcasestr(url->path, "/b2c_1") != NULL;
}

/* Without a query or fragment, which the caller looks at. */
static bool parse_url(const char *text, struct url *url, struct error *error)
{
    autofree char *address = strndup(text, strcspn(text, "?#"));
    const char *scheme = strstr(address, "://") == NULL ? "https://" : "";
    autofree char *plain = without_placeholder(address);
    autofree char *absolute = text_format("%s%s", scheme, plain);
    struct error why = { 0 };
    if (!url_parse(absolute, strlen(absolute), url, &why) || !path_is_safe(url)) {
        error_set(error, ERROR_USAGE, "'%s' is not an authority%s%s", url_shown(text).text,
                  why.message[0] ? ": " : "", why.message);
        return error_known_as(error, "authority_malformed");
    }
    if (!url->https && !url_is_loopback(url))
        return error_set(error, ERROR_USAGE, "the authority '%s' must use https, not http",
                         url_shown(text).text);
    if (!is_b2c(url))
        return true;
    error_set(error, ERROR_USAGE, "the authority '%s' is one of Azure AD B2C",
              url_shown(text).text);
    return error_known_as(error, "authority_b2c");
}

/* What people copy together with an authority: its endpoints and pages, a longer one before its own
 * end. Returns whether there was one. */
static bool cut_endpoint(struct url *url)
{
    static const char *const endpoints[] = {
        "/oauth2/v2.0/token",
        "/oauth2/v2.0/authorize",
        "/oauth2/v2.0/devicecode",
        "/oauth2/v2.0/logout",
        "/oauth2/v2.0",
        "/oauth2/token",
        "/oauth2/authorize",
        "/oauth2/devicecode",
        "/oauth2/logout",
        "/oauth2",
        "/v2.0/.well-known/openid-configuration",
        "/.well-known/openid-configuration",
        "/discovery/v2.0/keys",
        "/discovery/keys",
        "/federationmetadata/2007-06/federationmetadata.xml",
        "/v2.0/adminconsent",
        "/adminconsent",
        "/saml2",
        "/wsfed",
        "/v2.0",
    };
    size_t length = strlen(url->path);
    while (length > 0 && url->path[length - 1] == '/')
        length--;
    size_t i = 0;
    while (i < ARRAY_SIZE(endpoints) && !ends_in(url->path, length, endpoints[i]))
        i++;
    bool has_one = i < ARRAY_SIZE(endpoints);
    if (has_one)
        length -= strlen(endpoints[i]);
    while (length > 0 && url->path[length - 1] == '/')
        length--;
    url->path[length] = '\0';
    return has_one;
}

/* Whether it is an External ID's, whose tenants have a host each. */
static bool is_external(const struct url *url)
{
    return ends_in(url->host, strlen(url->host), ".ciamlogin.com");
}

/* Whether all that follows the host is a tenant, as in Entra's own clouds. Elsewhere, such as at an
 * AD FS or behind a proxy, it may be part of the instance. */
static bool has_tenants_only(const struct url *url)
{
    struct url host = *url;
    host.path[0] = '\0';
    autofree char *instance = instance_format(&host);
    return authority_is_known_cloud(instance) || is_external(url);
}

/* https://contoso.ciamlogin.com is an authority as it is: contoso.onmicrosoft.com's. NULL if the
 * host is not of this form: hosts may have names that tenants have not. Source: MSAL.NET,
 * CiamAuthorityHelper. */
static char *tenant_of_host(const struct url *url)
{
    autofree char *label = strndup(url->host, strcspn(url->host, "."));
    if (!is_external(url) || strcmp(url->host + strlen(label), ".ciamlogin.com") != 0)
        return NULL;
    autofree char *tenant =
        text_is_guid(label) ? strdup(label) : text_format("%s.onmicrosoft.com", label);
    return authority_is_tenant(tenant) ? steal(&tenant) : NULL;
}

static bool fail(struct error *error, const char *text, const char *fault)
{
    error_set(error, ERROR_USAGE, "the authority '%s' %s", url_shown(text).text, fault);
    return error_known_as(error, "authority_malformed");
}

/* Reads an authority. Where the last segment of its path may be a tenant or belong to the instance,
 * it is a tenant if `splits`. *ret_tenant is NULL if there is none. */
static bool read_authority(const char *text, bool splits, char **ret_instance, char **ret_tenant,
                           struct error *error)
{
    struct url url = { 0 };
    if (!parse_url(text, &url, error))
        return false;
    bool has_tenants = has_tenants_only(&url);
    bool is_endpoint = (has_tenants || splits) && cut_endpoint(&url);
    const char *rest = strpbrk(text, "?#"); /* an endpoint's says nothing of its authority */
    if (rest != NULL && !is_endpoint)
        return fail(error, text, *rest == '?' ? "has a query" : "has a fragment");
    char *slash = strrchr(url.path, '/');
    bool has_tenant = (has_tenants || splits) && slash != NULL && slash[1] != '\0';
    if (has_tenant && !authority_is_tenant(slash + 1))
        return fail(error, text, "names no tenant");
    if (has_tenant && has_tenants && slash > url.path)
        return fail(error, text, "has more than a tenant after its host");
    *ret_tenant = has_tenant ? strdup(slash + 1) : tenant_of_host(&url);
    if (has_tenant)
        *slash = '\0';
    *ret_instance = instance_format(&url);
    return true;
}

bool authority_read_instance(const char *text, char **ret_instance, char **ret_tenant,
                             struct error *error)
{
    return read_authority(text, false, ret_instance, ret_tenant, error);
}

char *authority_instance(const char *text, struct error *error)
{
    char *instance = NULL;
    autofree char *tenant = NULL;
    return authority_read_instance(text, &instance, &tenant, error) ? instance : NULL;
}

bool authority_read(const char *text, char **ret_instance, char **ret_tenant, struct error *error)
{
    return read_authority(text, true, ret_instance, ret_tenant, error);
}

bool authority_split(const char *text, char **ret_instance, char **ret_tenant, struct error *error)
{
    autofree char *instance = NULL;
    if (!authority_read(text, &instance, ret_tenant, error))
        return false;
    if (*ret_tenant == NULL)
        return fail(error, text, "names no tenant");
    *ret_instance = steal(&instance);
    return true;
}

bool authority_has_tenant(const char *text)
{
    autofree char *instance = NULL;
    autofree char *tenant = NULL;
    struct error unused = { 0 };
    return text != NULL && authority_split(text, &instance, &tenant, &unused);
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
