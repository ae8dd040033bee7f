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

struct git_tenant {
    const struct git_request *git; /* whose challenges may name it; not owned */
    bool is_https;
    char url[GIT_TENANT_URL_MAX]; /* the URL that belongs to a tenant; "" if not known */
    bool may_ask_server;          /* set by the caller, as is the deadline */
    int64_t deadline;
    char name[AUTHORITY_TENANT_MAX]; /* what was learned; "" if nothing was */
    bool is_missing;                 /* a tenant was needed, and is not known */
    struct error trouble;            /* why the server could not be asked; else ERROR_NONE */
};

/* Starts with nothing learned, for the URL as git sends it. It belongs to a tenant: in Azure DevOps
 * that of the organization, elsewhere that of the host. The organization is the first segment of
 * the path at dev.azure.com or, if git sends no path, the user name in the URLs that Azure DevOps
 * shows (https://contoso@dev.azure.com/contoso/...). */
void git_tenant_begin(struct git_tenant *ret_tenant, const struct git_request *git,
                      const struct url *url);

/* learn_tenant of struct config_context, with a struct git_tenant as the learner. */
const char *git_tenant_learn(void *learner);

/* After a request that failed for want of a tenant: sets the error to ERROR_NETWORK and the cause
 * if the server could not be asked, else its hint to what helps. The URL is that of
 * git_tenant_begin. Always returns false. */
bool git_tenant_explain(const struct git_tenant *tenant, const struct url *url,
                        struct error *error);

/* Forgets what the server named, after a failure: the server may have another tenant now. */
void git_tenant_forget(const struct git_tenant *tenant);

#endif
