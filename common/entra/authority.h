/* SPDX-License-Identifier: MIT */
/*
 * Authorities, which issue tokens. An instance (a cloud's login host, over https) and a tenant make
 * up an authority and its endpoints.
 *
 *     https://login.microsoftonline.com + contoso.onmicrosoft.com
 *         -> https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token
 */
#ifndef COMMON_ENTRA_AUTHORITY_H
#define COMMON_ENTRA_AUTHORITY_H

#include <stdbool.h>

#include "common/base/error.h"

#define AUTHORITY_PUBLIC_CLOUD "https://login.microsoftonline.com"
#define AUTHORITY_TENANT_MAX   256 /* longer than any tenant, with its NUL */

/* Converts an instance to its canonical form: with the scheme, the host in lower case, without a
 * trailing slash. A bare host name means https; http is accepted for loopback only. The caller
 * frees the result with free. Returns NULL with ERROR_USAGE if the text is not an instance, or is
 * one of Azure AD B2C, which is not served.
 *
 * In this and the functions below, what people copy is taken as it is meant: a placeholder in
 * place of the tenant ({0}, {tenant}) is none, and in a cloud of Entra's, the path of an endpoint
 * (/oauth2/v2.0/token) does not count, nor does its query. The host of an External ID,
 * https://contoso.ciamlogin.com, names the tenant contoso.onmicrosoft.com. */
char *authority_instance(const char *text, struct error *error);

/* The same, with the tenant that follows the host in a cloud of Entra's or is that of the host.
 * *ret_tenant is NULL if there is none; the caller frees both with free. Fails with ERROR_USAGE. */
bool authority_read_instance(const char *text, char **ret_instance, char **ret_tenant,
                             struct error *error);

/* Reads an authority such as https://login.microsoftonline.com/TENANT or .../TENANT/v2.0. Whatever
 * its host is, the last part of its path is the tenant. *ret_tenant is NULL if there is none; the
 * caller frees it and *ret_instance (in its canonical form) with free. Fails with ERROR_USAGE. */
bool authority_read(const char *text, char **ret_instance, char **ret_tenant, struct error *error);

/* The same, but fails with ERROR_USAGE if there is no tenant. */
bool authority_split(const char *text, char **ret_instance, char **ret_tenant, struct error *error);

/* Whether there is a tenant in an authority, which may be NULL. */
bool authority_has_tenant(const char *text);

/* Whether the text can be a tenant: a GUID, a verified domain, or a name such as common that Entra
 * has for several tenants. Such a text is safe to insert into a URL. */
bool authority_is_tenant(const char *text);

/* Whether the tenant is a single one of Entra: neither common, organizations or consumers, nor
 * adfs. */
bool authority_is_single_tenant(const char *tenant);

/* Whether an app can get a token of its own from the tenant. Fails with ERROR_USAGE for common,
 * organizations and consumers, which do not name a single tenant. */
bool authority_is_tenant_of_app(const char *tenant, struct error *error);

/* {instance}/{tenant}/oauth2/v2.0/{name}, or {instance}/adfs/oauth2/{name} for AD FS. name is
 * token, authorize or devicecode. The caller frees the result with free. Source: Microsoft identity
 * platform, the pages of its OAuth 2.0 flows. */
char *authority_endpoint(const char *instance, const char *tenant, const char *name);

/* The URL of the authority's metadata (OpenID Connect Discovery 1.0, section 4). The caller frees
 * the result with free. */
char *authority_metadata_url(const char *instance, const char *tenant);

/* Entra's clouds. What is of none of them is taken for the public one: an AD FS, a proxy, a test.
 */
enum authority_cloud {
    AUTHORITY_CLOUD_PUBLIC,
    AUTHORITY_CLOUD_US_GOVERNMENT,
    AUTHORITY_CLOUD_CHINA,
    AUTHORITY_CLOUD_FRANCE,
    AUTHORITY_CLOUD_GERMANY,
    AUTHORITY_CLOUD_OTHER, /* of whose services we know nothing */
    AUTHORITY_CLOUDS,
};

/* The cloud of an instance in its canonical form, also of a regional one. Source: Microsoft,
 * "National clouds". */
enum authority_cloud authority_cloud(const char *instance);

/* The audience that a federated token must have at this instance. The text is static. Source:
 * Microsoft, "Workload identity federation", and "Important considerations" for national clouds. */
const char *authority_token_exchange_audience(const char *instance);

/* Whether an instance, in its canonical form, is one of Entra's own clouds under one of their
 * names. Only these are accepted from any source other than the configuration. Source: Microsoft,
 * "National clouds"; MSAL's list of known authorities. */
bool authority_is_known_cloud(const char *instance);

/* Whether the authority is an AD FS, whose tenant is called adfs. */
bool authority_is_adfs(const char *tenant);

#endif
