/* SPDX-License-Identifier: MIT */
/* The request: which API is asked, by whom, for what scope. */
#define _GNU_SOURCE
#include <string.h>
#include <strings.h>

#include "common/config/internal.h"
#include "common/entra/authority.h"
#include "common/entra/claims.h"

/* Names the settings that would do. */
static bool check_identity(const struct config *config, const struct token_request *request,
                           struct error *error)
{
    if (request->client_id != NULL && request->tenant != NULL)
        return true;
    if (request->client_id == NULL)
        error_set(error, ERROR_USAGE, "no client id (ClientId%s) is configured",
                  config->without_azure_variables ? "" : ", or AZURE_CLIENT_ID");
    else
        error_set(error, ERROR_USAGE, "no tenant (TenantId%s) is configured",
                  config->without_azure_variables ? "" : ", or AZURE_TENANT_ID");
    return error_known_as(error, "no_identity");
}

static bool check_app(const struct config *config, const struct token_request *request,
                      struct error *error)
{
    if (!check_identity(config, request, error))
        return false;
    if (request->credential_count > 0)
        return authority_is_tenant_of_app(request->tenant, error);
    error_set(error, ERROR_USAGE, "the app %s has no client credential", request->client_id);
    return error_known_as(error, "no_credential");
}

/* The challenge, with ClientCapabilities (cp1) of the identity merged in. */
static bool take_claims(const struct config *config, const char *challenge,
                        const struct section *acquire, struct token_request *request,
                        struct error *error)
{
    request->challenged = challenge != NULL;
    return claims_merge(challenge, config_capabilities(config, acquire), &request->claims, error);
}

/* Who asks: a managed identity where one is asked for, else the identity that the API names. */
static bool fill_identity(const struct config *config, const struct options *options,
                          const struct section *acquire, const char *tenant,
                          struct token_request *request, struct error *error)
{
    const char *name = section_string(config, acquire, "AuthenticationOptionsName", error);
    struct section managed = { config_member(acquire->object, "ManagedIdentity"),
                               config_path_to(&acquire->path, "ManagedIdentity") };
    if (error->kind != ERROR_NONE)
        return false;
    if (options->managed_identity || managed.object != NULL)
        return config_fill_managed_identity(config, options, &managed, request, error);
    return config_fill_identity(config, options, name, tenant, request, error);
}

/* RequestAppToken; where it is left out, an app that can prove who it is asks for itself. */
static bool wants_user(const struct options *options, const struct config_api *api,
                       const struct token_request *request, bool silent)
{
    bool app =
        section_bool(&api->section, "RequestAppToken", request->credential_count > 0 || silent);
    return options->for_user || !app;
}

static bool make_request(struct config *config, const struct options *options,
                         const struct config_api *api, struct token_request *request,
                         struct error *error);

/* Nothing says who asks: a managed identity, or a person where the API does not want the app. */
static bool fill_anybody(struct config *config, const struct options *options,
                         const struct config_api *api, struct token_request *request,
                         struct error *error)
{
    struct options as_user = *options;
    as_user.for_user = true;
    if (!config_default_managed_identity(config, request, error))
        return false;
    if (config_member(api->section.object, "RequestAppToken") != NULL)
        return true;
    request->or_user = calloc(1, sizeof *request->or_user);
    return request->or_user != NULL ? make_request(config, &as_user, api, request->or_user, error)
                                    : error_no_memory(error);
}

static bool fill_who(struct config *config, const struct options *options,
                     const struct config_api *api, const struct section *acquire,
                     struct token_request *request, struct error *error)
{
    const char *tenant = section_string(config, acquire, "Tenant", error);
    if (error->kind != ERROR_NONE ||
        !fill_identity(config, options, acquire, tenant, request, error))
        return false;
    bool silent = config_is_silent(config, options, request);
    request->for_user = wants_user(options, api, request, silent);
    if (request->for_user)
        return config_fill_user(config, options, api, silent, request, error);
    if (silent)
        return fill_anybody(config, options, api, request, error);
    return check_app(config, request, error);
}

/* For what no app can ask, only the person is left, where one would do. */
static bool leave_to_user(struct token_request *request, struct error *error)
{
    if (request->or_user == NULL)
        return false;
    trace("configuration: a person is to ask: %s", error->message);
    *error = (struct error){ 0 };
    token_request_become_user(request);
    return true;
}

static bool make_request(struct config *config, const struct options *options,
                         const struct config_api *api, struct token_request *request,
                         struct error *error)
{
    struct section acquire = { config_member(api->section.object, "AcquireTokenOptions"),
                               config_path_to(&api->section.path, "AcquireTokenOptions") };
    const char *claims = section_string(config, &acquire, "Claims", error);
    if (error->kind != ERROR_NONE)
        return false;
    config_warn(config);
    if (api->name != NULL && (request->api = strdup(api->name)) == NULL)
        return error_no_memory(error);
    request->force_refresh =
        options->force_refresh || section_bool(&acquire, "ForceRefresh", false);
    if (!fill_who(config, options, api, &acquire, request, error))
        return false;
    if (!config_fill_scope(config, options, api, request, error))
        return leave_to_user(request, error);
    return config_fill_public_client(api, request, error) &&
           take_claims(config, options->claims != NULL ? options->claims : claims, &acquire,
                       request, error);
}

bool config_identity(struct config *config, const struct options *options,
                     struct token_request *request, struct error *error)
{
    struct config_api api = { 0 };
    if (options->api != NULL && !config_find_api(config, options->api, &api, error))
        return false;
    struct section acquire = { config_member(api.section.object, "AcquireTokenOptions"),
                               config_path_to(&api.section.path, "AcquireTokenOptions") };
    const char *tenant = section_string(config, &acquire, "Tenant", error);
    config_warn(config);
    return error->kind == ERROR_NONE &&
           fill_identity(config, options, &acquire, tenant, request, error) &&
           check_identity(config, request, error);
}

static const char *what_is_wanted(const struct options *options, const struct config_api *api)
{
    return options->resource != NULL  ? options->resource
           : options->scope_count > 0 ? options->scopes[0]
           : api->name != NULL        ? api->name
                                      : "the API";
}

static bool names_scope(const struct options *options)
{
    return options->resource != NULL || options->scope_count > 0;
}

bool config_sign_in_request(struct config *config, const struct options *options,
                            struct token_request *request, struct error *error)
{
    struct config_api api = { .public_client = config_public_client(NULL) };
    struct options as_user = *options;
    as_user.for_user = true;
    if (options->api != NULL || names_scope(options))
        return config_request(config, &as_user, NULL, request, error);
    return make_request(config, &as_user, &api, request, error) ||
           error_wanted(error, "no sign-in");
}

bool config_request(struct config *config, const struct options *options, const char *default_api,
                    struct token_request *request, struct error *error)
{
    struct config_api api = { .public_client = config_public_client(default_api) };
    const char *name = options->api != NULL ? options->api : default_api;
    if (name != NULL && !(names_scope(options) && options->api == NULL)) {
        if (!config_find_api(config, name, &api, error))
            return false;
    } else if (!names_scope(options) && !config_find_only_api(config, &api, error)) {
        return false;
    }
    if (make_request(config, options, &api, request, error))
        return true;
    return error_wanted(error, "no token for %.200s", what_is_wanted(options, &api));
}

enum config_match config_request_for_url(struct config *config, const struct options *options,
                                         const struct url *url, struct token_request *request,
                                         struct error *error)
{
    struct config_api api = { 0 };
    if (options->api != NULL && !config_find_api(config, options->api, &api, error))
        return CONFIG_FAILED;
    enum config_match answer = config_find_api_by_url(config, options, url, &api, error);
    if (answer == CONFIG_MATCH && !make_request(config, options, &api, request, error)) {
        error_wanted(error, "no token for %s", api.name);
        answer = CONFIG_FAILED;
    }
    return answer;
}
