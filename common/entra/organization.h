/* SPDX-License-Identifier: MIT */
/*
 * Organizations of Azure DevOps. Their names have no letter case (Microsoft, "Naming restrictions
 * and conventions"): all spellings of one are the same organization, with the same tenant, users
 * and credentials. They are in a URL:
 *
 *     https://dev.azure.com/contoso/...         the first segment of the path
 *     https://pkgs.dev.azure.com/contoso/...    likewise, for other services
 *     https://contoso.visualstudio.com/...      the first label of the host
 */
#ifndef COMMON_ENTRA_ORGANIZATION_H
#define COMMON_ENTRA_ORGANIZATION_H

#include <stdbool.h>

#include "common/entra/url.h"

#define ORGANIZATION_HOST "dev.azure.com"

/* Where a URL names its organization. Only https and the default port are Azure DevOps. */
enum organization_in {
    ORGANIZATION_NOWHERE, /* another server */
    ORGANIZATION_IN_PATH,
    ORGANIZATION_IN_HOST,
};

/* The URL may be that of a pattern (url_parse_base). */
enum organization_in organization_in(const struct url *url);

/* Makes the letters of the organization in the path lower-case. Only a name that can be one is
 * changed: ASCII letters, digits and hyphens. */
void organization_lower(struct url *url);

#endif
