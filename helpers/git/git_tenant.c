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

/* A server that hangs may not use up the time that the authority needs. */
#define ASK_MILLISECONDS 10000

/* Names of organizations: letters, digits and hyphens, without regard to case (Microsoft, "Naming
 * restrictions and conventions"). Nothing in them can change the URL that they are put into. */
static bool take_organization(const char *text, char place[GIT_PLACE_MAX])
{
    size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");
    if (length == 0 || length > 64 || (text[length] != '\0' && text[length] != '/'))
        return false;
    int prefix = snprintf(place, GIT_PLACE_MAX, "https://" GIT_AZURE_DEVOPS_HOST "/");
    memcpy(place + prefix, text, length);
    place[prefix + (int)length] = '\0';
    text_lower(place + prefix);
    return true;
}

bool git_place_of(const struct git_request *request, const struct url *url,
                  char place[GIT_PLACE_MAX])
{
    if (!url->https)
        return false;
    if (strcmp(url->host, GIT_AZURE_DEVOPS_HOST) == 0 && url->port == 443)
        return url->has_path && url->path[1] != '\0'
                   ? take_organization(url->path + 1, place)
                   : request->username != NULL && strchr(request->username, '/') == NULL &&
                         take_organization(request->username, place);
    if (url->port == 443)
        snprintf(place, GIT_PLACE_MAX, "https://%s/", url->host);
    else
        snprintf(place, GIT_PLACE_MAX, "https://%s:%u/", url->host, url->port);
    return true;
}

bool git_tenant_told(const struct git_request *request, char tenant[AUTHORITY_TENANT_MAX])
{
    for (size_t i = 0; i < request->wwwauth.count; i++)
        if (challenge_tenant(request->wwwauth.items[i], tenant))
            return true;
    return false;
}

/* X-VSS-ResourceTenant. All zeros: an organization of Microsoft accounts, which no tenant has. */
static bool take_resource_tenant(const char *value, char tenant[AUTHORITY_TENANT_MAX])
{
    if (!text_is_guid(value))
        return false;
    bool is_of_many = strspn(value, "0-") == 36;
    snprintf(tenant, AUTHORITY_TENANT_MAX, "%s", is_of_many ? "organizations" : value);
    text_lower(tenant);
    return true;
}

bool git_tenant_ask(const char *place, int64_t deadline, char tenant[AUTHORITY_TENANT_MAX])
{
    struct error error = { 0 };
    struct acquire_challenge challenge;
    int64_t soon = deadline_in(ASK_MILLISECONDS);
    const struct acquire_module *module =
        (const struct acquire_module *)(const void *)module_load(ACQUIRE_MODULE, &error);
    trace("network: asking %s which tenant it belongs to", place);
    if (module == NULL ||
        !module->ask_challenge(place, soon < deadline ? soon : deadline, &challenge, &error)) {
        trace("network: it does not say: %s", error.message);
        return false;
    }
    if (challenge_tenant(challenge.www_authenticate, tenant) ||
        take_resource_tenant(challenge.resource_tenant, tenant))
        return true;
    trace("network: it names no tenant of a known cloud");
    return false;
}
