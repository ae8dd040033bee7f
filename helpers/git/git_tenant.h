/* SPDX-License-Identifier: MIT */
/*
 * The tenant of a git server, if none is configured: the one that the server's challenge names, or
 * named earlier, or that the server names when asked.
 *
 * A challenge is trusted only if it came from the server itself over https, and if it names a
 * tenant of a known cloud. It never determines the cloud, the host or the scope: those are
 * configured.
 */
#ifndef HELPERS_GIT_GIT_TENANT_H
#define HELPERS_GIT_GIT_TENANT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/entra/organization.h"
#include "common/entra/url.h"
#include "common/store/tenant_cache.h"
#include "helpers/git/git_request.h"

#define GIT_AZURE_DEVOPS_HOST ORGANIZATION_HOST
#define GIT_TENANT_URL_MAX    512

/* The URL that belongs to a tenant: in Azure DevOps that of the organization, elsewhere that of the
 * host. The organization is the first segment of the path at dev.azure.com or, if git sends no
 * path, the user name in the URLs that Azure DevOps shows
 * (https://contoso@dev.azure.com/contoso/...). Returns false if it is not known or the URL is not
 * https. */
bool git_tenant_url(const struct git_request *request, const struct url *url,
                    char ret_url[GIT_TENANT_URL_MAX]);

/* The tenant that the challenges in git's request name. Returns false if they name none. */
bool git_tenant_told(const struct git_request *request, char ret_tenant[AUTHORITY_TENANT_MAX]);

/* Asks the server at this URL with a HEAD request. Returns false, and traces the reason, if it
 * names no tenant. */
bool git_tenant_ask(const char *url, int64_t deadline, char ret_tenant[AUTHORITY_TENANT_MAX]);

#endif
