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

/* Returns false if the URL is not known or not https. */
static bool set_url(const struct git_request *request, const struct url *url,
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

void git_tenant_begin(struct git_tenant *ret_tenant, const struct git_request *git,
                      const struct url *url)
{
    *ret_tenant = (struct git_tenant){ .git = git, .is_https = url->https };
    if (!set_url(git, url, ret_tenant->url))
        ret_tenant->url[0] = '\0';
}

/* ---- learning ---- */

static bool is_told(const struct git_request *git, char ret_name[AUTHORITY_TENANT_MAX])
{
    for (size_t i = 0; i < git->wwwauth.count; i++)
        if (challenge_tenant(git->wwwauth.items[i], ret_name))
            return true;
    return false;
}

/* Whether this is the answer of a server, or of a proxy, that could not answer. */
static bool is_failure(long status)
{
    return status >= 500 || status == 429 || status == 407;
}

/* Asks the server with a HEAD request. Returns false if it names no tenant; tenant->trouble says
 * why if it could not be asked. */
static bool ask(struct git_tenant *tenant)
{
    struct acquire_challenge challenge;
    int64_t soon = deadline_in(ASK_MILLISECONDS);
    const struct acquire_module *module = acquire_load(&tenant->trouble);
    trace("network: asking %s for its tenant", tenant->url);
    if (module == NULL ||
        !module->ask_challenge(tenant->url, soon < tenant->deadline ? soon : tenant->deadline,
                               &challenge, &tenant->trouble)) {
        trace("network: it did not name one: %s", tenant->trouble.message);
        return false;
    }
    if (challenge_tenant(challenge.www_authenticate, tenant->name) ||
        challenge_tenant_of_guid(challenge.resource_tenant, tenant->name))
        return true;
    trace("network: it names no tenant of a known cloud");
    if (is_failure(challenge.status))
        error_set(&tenant->trouble, ERROR_NETWORK, "it answered with HTTP status %ld",
                  challenge.status);
    return false;
}

const char *git_tenant_learn(void *learner)
{
    struct git_tenant *tenant = learner;
    bool has_url = tenant->url[0] != '\0';
    bool is_new = tenant->is_https && is_told(tenant->git, tenant->name);
    bool known = is_new || (has_url && tenant_cache_find(tenant->url, tenant->name));
    tenant->trouble = (struct error){ 0 };
    if (!known && has_url && tenant->may_ask_server)
        known = is_new = ask(tenant);
    if (is_new && has_url)
        tenant_cache_keep(tenant->url, tenant->name);
    if (!known)
        tenant->name[0] = '\0';
    tenant->is_missing = !known;
    return known ? tenant->name : NULL;
}

bool git_tenant_explain(const struct git_tenant *tenant, const struct url *url, struct error *error)
{
    const struct error *trouble = &tenant->trouble;
    if (!tenant->is_missing || !tenant->is_https)
        return false;
    if (trouble->kind != ERROR_NONE) {
        error_set(error, trouble->kind,
                  "no tenant is configured, and %.200s could not be asked for its tenant: %s",
                  tenant->url, trouble->message);
        error_inherit(error, trouble);
        return error_hint(error, "%s", trouble->hint);
    }
    if (tenant->url[0] != '\0')
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

void git_tenant_forget(const struct git_tenant *tenant)
{
    if (tenant->url[0] != '\0' && tenant->name[0] != '\0')
        tenant_cache_forget(tenant->url);
}
