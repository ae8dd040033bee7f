/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/git/git_tenant.h"

#include <stdio.h>
#include <string.h>

#include "common/acquire/acquire.h"
#include "common/base/deadline.h"
#include "common/base/text.h"
#include "common/entra/authority.h"
#include "common/entra/challenge.h"

/* A server that hangs must leave time for the authority. */
#define ASK_MILLISECONDS 10000

/* Names of organizations: letters, digits and hyphens, without regard to case (Microsoft, "Naming
 * restrictions and conventions"). None of them changes the rest of a URL. */
static bool set_organization(const char *text, char ret_url[GIT_TENANT_URL_MAX])
{
    size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");
    if (length == 0 || length > 64 || (text[length] != '\0' && text[length] != '/'))
        return false;
    int prefix = snprintf(ret_url, GIT_TENANT_URL_MAX, "https://" GIT_AZURE_DEVOPS_HOST "/");
    memcpy(ret_url + prefix, text, length);
    ret_url[prefix + (int)length] = '\0';
    text_lower(ret_url + prefix);
    return true;
}

bool git_tenant_url(const struct git_request *request, const struct url *url,
                    char ret_url[GIT_TENANT_URL_MAX])
{
    if (!url->https)
        return false;
    if (strcmp(url->host, GIT_AZURE_DEVOPS_HOST) == 0 && url->port == 443)
        return url->has_path && url->path[1] != '\0'
                   ? set_organization(url->path + 1, ret_url)
                   : request->username != NULL && strchr(request->username, '/') == NULL &&
                         set_organization(request->username, ret_url);
    if (url->port == 443)
        snprintf(ret_url, GIT_TENANT_URL_MAX, "https://%s/", url->host);
    else
        snprintf(ret_url, GIT_TENANT_URL_MAX, "https://%s:%u/", url->host, url->port);
    return true;
}

bool git_tenant_told(const struct git_request *request, char ret_tenant[AUTHORITY_TENANT_MAX])
{
    for (size_t i = 0; i < request->wwwauth.count; i++)
        if (challenge_tenant(request->wwwauth.items[i], ret_tenant))
            return true;
    return false;
}

bool git_tenant_ask(const char *url, int64_t deadline, char ret_tenant[AUTHORITY_TENANT_MAX])
{
    struct error error = { 0 };
    struct acquire_challenge challenge;
    int64_t soon = deadline_in(ASK_MILLISECONDS);
    const struct acquire_module *module = acquire_load(&error);
    trace("network: asking %s for its tenant", url);
    if (module == NULL ||
        !module->ask_challenge(url, soon < deadline ? soon : deadline, &challenge, &error)) {
        trace("network: it did not name one: %s", error.message);
        return false;
    }
    if (challenge_tenant(challenge.www_authenticate, ret_tenant) ||
        challenge_tenant_of_guid(challenge.resource_tenant, ret_tenant))
        return true;
    trace("network: it names no tenant of a known cloud");
    return false;
}
