/* SPDX-License-Identifier: MIT */
/*
 * The tenant of a git server, if none is configured: the one that the server's challenge names,
 * else the one that it named before, else the one that it names when asked.
 *
 * A challenge is believed only if it came from the server itself over https, and names a tenant of
 * a known cloud. It never chooses the cloud, the host or the scope: those are configured.
 */
#ifndef HELPERS_GIT_GIT_TENANT_H
#define HELPERS_GIT_GIT_TENANT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/entra/url.h"
#include "common/store/tenant_cache.h"
#include "helpers/git/git_request.h"

#define GIT_AZURE_DEVOPS_HOST "dev.azure.com"
#define GIT_TENANT_URL_MAX    512

/* The URL that has a tenant: that of the organization in Azure DevOps, elsewhere that of the host.
 * The organization is the first segment of dev.azure.com's path, or, if git told none, the user
 * name that Azure DevOps puts into the URLs that it shows
 * (https://contoso@dev.azure.com/contoso/...). False if that is not known, or if the URL is not
 * https. */
bool git_tenant_url(const struct git_request *request, const struct url *url,
                    char ret_url[GIT_TENANT_URL_MAX]);

/* The tenant that the challenges in git's request name; false if they name none. */
bool git_tenant_told(const struct git_request *request, char ret_tenant[AUTHORITY_TENANT_MAX]);

/* Asks the server at this URL by a HEAD request. False if it names no tenant; the reason is traced.
 */
bool git_tenant_ask(const char *url, int64_t deadline, char ret_tenant[AUTHORITY_TENANT_MAX]);

#endif
