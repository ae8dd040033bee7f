/* SPDX-License-Identifier: MIT */
/*
 * Authorities: who issues the tokens. An instance (a cloud's login host, https) and a tenant make
 * the endpoints.
 *
 *     https://login.microsoftonline.com + contoso.onmicrosoft.com
 *         -> https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token
 */
#ifndef COMMON_ENTRA_AUTHORITY_H
#define COMMON_ENTRA_AUTHORITY_H

#include <stdbool.h>

#include "common/base/error.h"

#define AUTHORITY_PUBLIC_CLOUD "https://login.microsoftonline.com"
#define AUTHORITY_TENANT_MAX   256 /* more than any tenant has, with its NUL */

/* The instance in the one form that everything here uses: with its scheme, its host in lower case,
 * without a slash at its end. A bare host name is taken as https. https only, but for loopback.
 * NULL with ERROR_USAGE where it is not a usable instance. Free with free. */
char *authority_instance(const char *text, struct error *error);

/* Splits an authority such as https://login.microsoftonline.com/TENANT or .../TENANT/v2.0 into its
 * instance (in the form above) and tenant, both to be freed with free. False with ERROR_USAGE. */
bool authority_split(const char *text, char **instance, char **tenant, struct error *error);

/* Whether the text can be a tenant: a GUID, a verified domain, or one of the words that Entra has
 * for several. Nothing in such a text can change the URL that it is put into. */
bool authority_is_tenant(const char *text);

/* Whether an app can get a token of its own there: common, organizations and consumers name no
 * one tenant. False with ERROR_USAGE. */
bool authority_is_tenant_of_app(const char *tenant, struct error *error);

/* {instance}/{tenant}/oauth2/v2.0/{name}, and {instance}/adfs/oauth2/{name} for an AD FS, where
 * name is token, authorize or devicecode. NULL if there is no memory. Free with free. Source:
 * Microsoft identity platform, the pages of its OAuth 2.0 flows. */
char *authority_endpoint(const char *instance, const char *tenant, const char *name);

/* Where the authority tells of itself: OpenID Connect Discovery 1.0, section 4. NULL if there is no
 * memory. Free with free. */
char *authority_metadata_url(const char *instance, const char *tenant);

/* The audience that a federated token must have there. Static. Source: Microsoft, "Workload
 * identity federation", and "Important considerations" for national clouds. */
const char *authority_token_exchange_audience(const char *instance);

/* Whether an instance, in the form above, is one of Entra's own clouds under one of their names:
 * the only ones that are believed where somebody else than the configuration names them. Source:
 * Microsoft, "National clouds"; MSAL's list of known authorities. */
bool authority_is_known_cloud(const char *instance);

/* Whether the authority is an AD FS, whose tenant is called adfs. */
bool authority_is_adfs(const char *tenant);

#endif
