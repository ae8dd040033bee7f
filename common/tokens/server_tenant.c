/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/server_tenant.h"

#include <stdio.h>
#include <string.h>

#include "common/acquire/acquire.h"
#include "common/base/deadline.h"
#include "common/base/text.h"
#include "common/entra/challenge.h"
#include "common/entra/organization.h"
#include "common/store/tenant_cache.h"

/* A server that hangs must leave time for the authority. */
#define ASK_MILLISECONDS 10000

#define ORGANIZATION_MAX 64

/* ---- what belongs to the tenant ---- */

/* None of the letters of a name changes the rest of a URL. */
bool server_tenant_set_organization(struct server_tenant *tenant, const char *text)
{
    size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");
    if (length == 0 || length > ORGANIZATION_MAX || (text[length] != '\0' && text[length] != '/'))
        return false;
    int prefix = snprintf(tenant->url, sizeof tenant->url, "https://%s/", ORGANIZATION_HOST);
    memcpy(tenant->url + prefix, text, length);
    tenant->url[prefix + (int)length] = '\0';
    text_lower(tenant->url + prefix);
    return true;
}

void server_tenant_set_host(struct server_tenant *tenant, const struct url *url)
{
    autofree char *origin = url_origin(url);
    snprintf(tenant->url, sizeof tenant->url, "%s/", origin);
}

/* ---- learning ---- */

static bool is_told(struct server_tenant *tenant)
{
    for (size_t i = 0; i < tenant->challenge_count; i++)
        if (challenge_tenant(tenant->challenges[i], tenant->name))
            return true;
    return false;
}

/* Whether this is the answer of a server, or of a proxy, that could not answer. */
static bool is_failure(long status)
{
    return status >= 500 || status == 429 || status == 407;
}

/* Asks a URL with a HEAD request. Returns false if it names no tenant; tenant->trouble says why if
 * it could not be asked. */
static bool ask_url(struct server_tenant *tenant, const char *url)
{
    struct acquire_challenge challenge;
    int64_t soon = deadline_in(ASK_MILLISECONDS);
    const struct acquire_module *module = acquire_load(&tenant->trouble);
    trace("network: asking %s for its tenant", url);
    if (module == NULL ||
        !module->ask_challenge(url, soon < tenant->deadline ? soon : tenant->deadline, &challenge,
                               &tenant->trouble)) {
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

static bool ask(struct server_tenant *tenant)
{
    if (tenant->page != NULL && ask_url(tenant, tenant->page)) {
        tenant->trouble = (struct error){ 0 };
        return true;
    }
    return ask_url(tenant, tenant->url);
}

const char *server_tenant_learn(void *learner)
{
    struct server_tenant *tenant = learner;
    bool has_url = tenant->url[0] != '\0';
    bool is_new = tenant->is_https && is_told(tenant);
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

bool server_tenant_explain(const struct server_tenant *tenant, struct error *error)
{
    const struct error *trouble = &tenant->trouble;
    if (!tenant->is_missing || !tenant->is_https || trouble->kind == ERROR_NONE)
        return false;
    error_set(error, trouble->kind,
              "no tenant is configured, and %.200s could not be asked for its tenant: %s",
              tenant->url, trouble->message);
    error_inherit(error, trouble);
    error_hint(error, "%s", trouble->hint);
    return true;
}

void server_tenant_forget(const struct server_tenant *tenant)
{
    if (tenant->url[0] != '\0' && tenant->name[0] != '\0')
        tenant_cache_forget(tenant->url);
}
