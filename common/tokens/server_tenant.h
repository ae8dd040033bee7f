/* SPDX-License-Identifier: MIT */
/*
 * The tenant of a server, if none is configured: the one that the server's challenge names, or
 * named earlier, or that the server names when asked.
 *
 * A challenge is trusted only if it came from the server itself over https, and if it names a
 * tenant of a known cloud. It never determines the cloud, the host or the scope: those are
 * configured.
 *
 *     struct server_tenant tenant = { .challenges = fields, .challenge_count = count,
 *                                     .is_https = true };
 *     struct config_context context = { .learn_tenant = server_tenant_learn, .learner = &tenant };
 */
#ifndef COMMON_TOKENS_SERVER_TENANT_H
#define COMMON_TOKENS_SERVER_TENANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/entra/authority.h"
#include "common/entra/url.h"

#define SERVER_TENANT_URL_MAX 512

struct server_tenant {
    const char *const *challenges; /* WWW-Authenticate fields that the server sent; not owned */
    size_t challenge_count;
    bool is_https; /* the challenges came over https */

    /* The URL that belongs to the tenant: of an organization of Azure DevOps, or of a host. "" if
     * it is not known: then the server is not asked, and nothing is remembered. */
    char url[SERVER_TENANT_URL_MAX];

    /* An https URL of the same organization or host that is asked before url is: what the host tool
     * wants to reach. Not owned; NULL: only url is asked. */
    const char *page;

    bool may_ask_server; /* set by the caller, as is the deadline (deadline.h) */
    int64_t deadline;
    char name[AUTHORITY_TENANT_MAX]; /* what was learned; "" if nothing was */
    bool is_missing;                 /* a tenant was needed, and is not known */
    struct error trouble;            /* why the server could not be asked; else ERROR_NONE */
};

/* Sets url to that of the organization of Azure DevOps with this name, at the start of a text up to
 * a slash. Returns false, and leaves url as it is, if that is not a name: letters, digits and
 * hyphens, whose case does not matter (Microsoft, "Naming restrictions and conventions"). */
bool server_tenant_set_organization(struct server_tenant *tenant, const char *text);

/* Sets url to that of an https URL's host. */
void server_tenant_set_host(struct server_tenant *tenant, const struct url *url);

/* learn_tenant of struct config_context, with a struct server_tenant as the learner. */
const char *server_tenant_learn(void *learner);

/* After a request that failed for want of a tenant: if the server could not be asked for it, sets
 * the error to that, with the kind of the cause: ERROR_NETWORK, or that of acquire_load. Returns
 * whether it did. */
bool server_tenant_explain(const struct server_tenant *tenant, struct error *error);

/* Forgets what the server named, after a failure: the server may have another tenant now. */
void server_tenant_forget(const struct server_tenant *tenant);

#endif
