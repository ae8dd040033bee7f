/* SPDX-License-Identifier: MIT */
/* The credential of a CI job: a token by which the build system vouches for it. */
#define _GNU_SOURCE
#include <string.h>

#include "common/base/array.h"
#include "common/base/environment.h"
#include "common/base/text.h"
#include "common/config/internal.h"
#include "common/entra/build_system.h"

static const enum credential_kind kinds[BUILD_SYSTEMS] = {
    [BUILD_SYSTEM_GITHUB_ACTIONS] = CREDENTIAL_GITHUB_ACTIONS,
    [BUILD_SYSTEM_AZURE_PIPELINES] = CREDENTIAL_AZURE_PIPELINES,
};

/* Whether the job says by variables which app it is, or options do so in their place, and the
 * request is for that app: another one, of the file or of an option beside the variable, need not
 * trust the build system. */
static bool is_app_of_job(const struct config *config, const struct token_request *request)
{
    const char *client_id = config_variable(config, "AZURE_CLIENT_ID");
    if (client_id == NULL)
        client_id = config->options->client_id;
    return client_id != NULL && request->client_id != NULL &&
           strcmp(client_id, request->client_id) == 0 &&
           (config_variable(config, "AZURE_TENANT_ID") != NULL || config->options->tenant != NULL ||
            authority_has_tenant(config->options->authority));
}

char *config_user_because(const struct config *config, const struct config_api *api,
                          const struct token_request *request)
{
    const struct config_context *context = config->context;
    const char *variable = config_variable(config, "AZURE_CLIENT_ID");
    if (context->user_because != NULL)
        return strdup(context->user_because);
    if (!section_bool(&api->section, "RequestAppToken", true)) {
        autofree char *setting = config_where_of_key(config, &api->section, "RequestAppToken");
        return text_format("%.200s is false", setting);
    }
    if (config_given(config)->account != NULL)
        return strdup("--account asks for a user's token");
    if (context->without_azure_variables || context->chain != CONFIG_CHAIN_WHOLE)
        return strdup("the variables that name an app are not used");
    if (variable == NULL || request->client_id == NULL || strcmp(variable, request->client_id) == 0)
        return NULL;
    return text_format("%.200s is not the app that AZURE_CLIENT_ID names", request->client_id_from);
}

bool config_fill_job_credential(const struct config *config, struct token_request *request,
                                struct error *error)
{
    if (request->credential_count > 0 || config->context->chain != CONFIG_CHAIN_WHOLE ||
        !is_app_of_job(config, request))
        return true;
    /* A job that may not ask is told so when the token is requested. */
    enum build_system_kind kind = build_system_of_job();
    if (kind == BUILD_SYSTEMS)
        return true;
    const struct build_system *system = &build_systems[kind];
    const char *connection =
        system->connection_variable != NULL ? environment(system->connection_variable) : NULL;
    struct credential *credential =
        config_add_credential(request, kinds[kind], system->url_variable, error);
    if (credential != NULL)
        credential->id = config_copy(connection);
    trace("configuration: client credential: the token of the %s job", system->name);
    return credential != NULL;
}
