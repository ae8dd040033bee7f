/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/job_advice.h"

#include "common/base/cleanup.h"
#include "common/base/environment.h"
#include "common/base/text.h"
#include "common/base/user.h"
#include "common/entra/authority.h"
#include "common/entra/build_system.h"

/* One half of an app's identity, and what has it. */
struct half {
    const char *variable;
    const char *pipelines; /* the variable of Azure Pipelines' tasks, which is to be handed on */
    bool is_there;
};

/* The command that sets a missing half to what the task has; NULL if it has not. The caller frees
 * it. */
static char *export_half(const struct half *half, enum build_system_kind kind)
{
    bool has_other = kind == BUILD_SYSTEM_AZURE_PIPELINES && environment(half->pipelines) != NULL;
    return !half->is_there && has_other
               ? text_format(" Run 'export %s=$%s'.", half->variable, half->pipelines)
               : NULL;
}

static void hint_at_identity(const struct half *tenant, const struct half *client,
                             enum build_system_kind kind, struct error *error)
{
    autofree char *export_tenant = export_half(tenant, kind);
    autofree char *export_client = export_half(client, kind);
    bool lacks_both = !tenant->is_there && !client->is_there;
    bool needs_permission = kind == BUILD_SYSTEM_GITHUB_ACTIONS && !build_system_is_here(kind);
    autofree char *lacks = text_format(
        "%s%s%s %s not set", tenant->is_there ? "" : tenant->variable, lacks_both ? " and " : "",
        client->is_there ? "" : client->variable, lacks_both ? "are" : "is");
    error_hint(error,
               "This job of %s has no identity: %s.%s%s%s See entra-credential-helpers(7), "
               "RECIPES.",
               build_systems[kind].name, lacks, export_tenant != NULL ? export_tenant : "",
               export_client != NULL ? export_client : "",
               needs_permission ? " It needs 'permissions: id-token: write', too." : "");
}

bool job_advice(const struct options *given, struct error *error)
{
    const enum build_system_kind kind = build_system_of_job();
    const struct half tenant = { "AZURE_TENANT_ID", "AZURESUBSCRIPTION_TENANT_ID",
                                 given->tenant != NULL || authority_has_tenant(given->authority) ||
                                     environment("AZURE_TENANT_ID") != NULL };
    const struct half client = { "AZURE_CLIENT_ID", "AZURESUBSCRIPTION_CLIENT_ID",
                                 given->client_id != NULL ||
                                     environment("AZURE_CLIENT_ID") != NULL };
    if (kind == BUILD_SYSTEMS && !user_is_ruled_out())
        return false;
    if (kind != BUILD_SYSTEMS && !(tenant.is_there && client.is_there)) {
        hint_at_identity(&tenant, &client, kind, error);
        return true;
    }
    autofree char *where = kind == BUILD_SYSTEMS
                               ? text_format("%s", "where CI is set")
                               : text_format("in a job of %s", build_systems[kind].name);
    error_hint(error,
               "Nobody can sign in %s. Have an app's own token requested: see CI jobs in "
               "entra-appsettings(5).",
               where);
    return true;
}
