/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/git/git_tenant.h"

#include <string.h>

/* The organization's name at dev.azure.com; NULL if git does not pass it. */
static const char *find_organization(const struct git_request *git, const struct url *url)
{
    if (url->has_path && url->path[1] != '\0')
        return url->path + 1;
    return git->username != NULL && strchr(git->username, '/') == NULL ? git->username : NULL;
}

void git_tenant_begin(struct server_tenant *ret_tenant, const struct git_request *git,
                      const struct url *url)
{
    *ret_tenant = (struct server_tenant){ .challenges = git->wwwauth.items,
                                          .challenge_count = git->wwwauth.count,
                                          .is_https = url->https };
    if (!url->https)
        return;
    if (strcmp(url->host, GIT_AZURE_DEVOPS_HOST) != 0 || url->port != 443) {
        server_tenant_set_host(ret_tenant, url);
        return;
    }
    const char *organization = find_organization(git, url);
    if (organization != NULL)
        server_tenant_set_organization(ret_tenant, organization);
}

bool git_tenant_explain(const struct server_tenant *tenant, const struct url *url,
                        struct error *error)
{
    if (server_tenant_explain(tenant, error) || !tenant->is_missing || !tenant->is_https ||
        tenant->url[0] != '\0')
        return false;
    if (!url->has_path)
        return error_hint(error, "Run 'entra setup git', so that git passes the organization and "
                                 "its tenant can be found, or configure the tenant: see "
                                 "entra-appsettings(5).");
    return error_hint(error,
                      "The path '%.80s' names no organization, so the tenant cannot be found. "
                      "Correct the URL, or configure the tenant: see entra-appsettings(5).",
                      url->path);
}
