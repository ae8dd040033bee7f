/* SPDX-License-Identifier: MIT */
/*
 * The tenant of a git server, if none is configured (server_tenant.h).
 */
#ifndef HELPERS_GIT_GIT_TENANT_H
#define HELPERS_GIT_GIT_TENANT_H

#include <stdbool.h>

#include "common/entra/organization.h"
#include "common/tokens/server_tenant.h"
#include "helpers/git/git_request.h"

#define GIT_AZURE_DEVOPS_HOST ORGANIZATION_HOST

/* Starts with nothing learned, for the URL as git sends it and the challenges of git's request,
 * which must outlive it. The URL belongs to a tenant: in Azure DevOps to that of the organization,
 * elsewhere to that of the host. The organization is the first segment of the path at dev.azure.com
 * or, if git sends no path, the user name in the URLs that Azure DevOps shows
 * (https://contoso@dev.azure.com/contoso/...). */
void git_tenant_begin(struct server_tenant *ret_tenant, const struct git_request *git,
                      const struct url *url);

/* After a request that failed for want of a tenant: sets the error to the cause if the server could
 * not be asked, else its hint to what helps. The URL is that of git_tenant_begin. Always returns
 * false. */
bool git_tenant_explain(const struct server_tenant *tenant, const struct url *url,
                        struct error *error);

#endif
