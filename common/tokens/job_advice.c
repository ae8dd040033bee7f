/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/job_advice.h"

#include <string.h>

#include "common/base/cleanup.h"
#include "common/base/environment.h"
#include "common/base/text.h"
#include "common/base/user.h"
#include "common/entra/authority.h"
#include "common/entra/build_system.h"
#include "common/entra/scope.h"

/* One half of an app's identity, and what has it. */
struct half {
    const char *variable;
    const char *pipelines; /* the variable of Azure Pipelines' tasks, which is to be handed on */
    bool is_there;
};

/* What configures the app, if that is not the job's variable; NULL: nothing does. */
static const char *app_configured(const struct token_request *request)
{
    return request != NULL && request->client_id_from != NULL &&
                   strcmp(request->client_id_from, "AZURE_CLIENT_ID") != 0
               ? request->client_id_from
               : NULL;
}

/* The command that sets a missing half to what the task has; NULL if it has not, or has another one
 * than is needed, if that is known. The caller frees it. */
static char *export_half(const struct half *half, const char *needed, enum build_system_kind kind)
{
    const char *other = kind == BUILD_SYSTEM_AZURE_PIPELINES ? environment(half->pipelines) : NULL;
    return !half->is_there && other != NULL && (needed == NULL || strcmp(needed, other) == 0)
               ? text_format(" Run 'export %s=$%s'.", half->variable, half->pipelines)
               : NULL;
}

static void hint_at_identity(const struct half *tenant, const struct half *client,
                             enum build_system_kind kind, const struct token_request *request,
                             struct error *error)
{
    const char *app = app_configured(request);
    autofree char *export_tenant = export_half(tenant, NULL, kind);
    autofree char *export_client =
        export_half(client, app != NULL ? request->client_id : NULL, kind);
    bool lacks_both = !tenant->is_there && !client->is_there;
    bool needs_permission = kind == BUILD_SYSTEM_GITHUB_ACTIONS && !build_system_is_here(kind);
    autofree char *lacks =
        text_format("%s%s%s", tenant->is_there ? "" : tenant->variable, lacks_both ? " and " : "",
                    client->is_there ? "" : client->variable);
    autofree char *what =
        app != NULL
            ? text_format("is taken for the app of %.200s only if %s name%s it, too", app, lacks,
                          lacks_both ? "" : "s")
            : text_format("has no identity: %s %s not set", lacks, lacks_both ? "are" : "is");
    error_hint(error, "This job of %s %s.%s%s%s See entra-credential-helpers(7), RECIPES.",
               build_systems[kind].name, what, export_tenant != NULL ? export_tenant : "",
               export_client != NULL ? export_client : "",
               needs_permission ? " It needs 'permissions: id-token: write', too." : "");
}

/* What asks for a user, as a clause; NULL: nothing does. */
static const char *find_cause(const struct token_request *request)
{
    struct error unused = { 0 };
    if (request == NULL || request->user_because != NULL)
        return request == NULL ? NULL : request->user_because;
    return request->scope == NULL || authority_is_adfs(request->tenant) ||
                   scope_check_for_app(request->scope, &unused)
               ? NULL
               : "only a user can request this";
}

static bool hint_at_cause(const char *cause, enum build_system_kind kind, const char *remedy,
                          struct error *error)
{
    autofree char *where = kind == BUILD_SYSTEMS
                               ? text_format("%s", "Where CI is set")
                               : text_format("In a job of %s", build_systems[kind].name);
    return error_hint(error, "%s, nobody can sign in%s%s. %s", where, cause != NULL ? ", but " : "",
                      cause != NULL ? cause : "",
                      remedy != NULL ? remedy
                                     : "Have an app's own token requested: see CI jobs in "
                                       "entra-appsettings(5).");
}

bool job_advice(const struct options *given, const struct token_request *request,
                struct error *error)
{
    const enum build_system_kind kind = build_system_of_job();
    const char *cause = find_cause(request);
    const struct half tenant = { "AZURE_TENANT_ID", "AZURESUBSCRIPTION_TENANT_ID",
                                 given->tenant != NULL || authority_has_tenant(given->authority) ||
                                     environment("AZURE_TENANT_ID") != NULL };
    const struct half client = { "AZURE_CLIENT_ID", "AZURESUBSCRIPTION_CLIENT_ID",
                                 given->client_id != NULL ||
                                     environment("AZURE_CLIENT_ID") != NULL };
    if (kind == BUILD_SYSTEMS && !user_is_ruled_out())
        return false;
    if (kind != BUILD_SYSTEMS && cause == NULL && !(tenant.is_there && client.is_there))
        hint_at_identity(&tenant, &client, kind, request, error);
    else
        hint_at_cause(cause, kind, request != NULL ? request->job_remedy : NULL, error);
    return true;
}
