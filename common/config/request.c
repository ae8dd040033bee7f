/* SPDX-License-Identifier: MIT */
/* Makes the candidates for a request: API, identity and scope. */
#define _GNU_SOURCE
#include <string.h>
#include <strings.h>

#include "common/base/environment.h"
#include "common/config/internal.h"
#include "common/entra/authority.h"
#include "common/entra/claims.h"
#include "common/entra/id_shown.h"
#include "common/entra/url_typed.h"

/* ---- the parts of a request ---- */

static struct section acquire_options(const struct config_api *api)
{
    return (struct section){ config_member(api->section.object, "AcquireTokenOptions"),
                             config_path_to(&api->section.path, "AcquireTokenOptions") };
}

/* Whether a managed identity is requested, in place of an identity of the configuration. It is an
 * app: what is requested for a user has nothing to do with it. */
static bool wants_machine(const struct config *config, const struct config_api *api, bool for_user)
{
    struct section acquire = acquire_options(api);
    if (for_user || config->context->for_user || config->context->for_app)
        return false;
    return config->options->managed_identity ||
           (config_member(acquire.object, "ManagedIdentity") != NULL &&
            section_bool(&api->section, "RequestAppToken", true));
}

/* Checks the types of what the request uses. Of those elsewhere, a warning is enough. */
static bool check_types(struct config *config, const struct config_api *api, bool for_user,
                        struct error *error)
{
    struct section acquire = acquire_options(api);
    if (!config_check_api(config, &api->section, error) ||
        (!wants_machine(config, api, for_user) &&
         !config_check_identity_of(config, &acquire, error)))
        return false;
    config_warn(config);
    return true;
}

/* Whether only the context asks for the app's own token: without it, the API's section names the
 * machine or a user. */
static bool is_app_of_context(const struct config *config, const struct config_api *api)
{
    struct section acquire = acquire_options(api);
    return config->context->for_app && (config_member(acquire.object, "ManagedIdentity") != NULL ||
                                        !section_bool(&api->section, "RequestAppToken", true));
}

/* Fills in what does not depend on the identity. */
static void begin_request(const struct config *config, const struct config_api *api,
                          struct token_request *request)
{
    struct section acquire = acquire_options(api);
    const struct config_context *context = config->context;
    request->needs_context = context->credential != NULL || context->identity_resource_id != NULL ||
                             context->without_azure_variables ||
                             context->chain == CONFIG_CHAIN_WORKLOAD ||
                             is_app_of_context(config, api);
    request->force_refresh =
        config->options->force_refresh || section_bool(&acquire, "ForceRefresh", false);
    request->api = config_copy(api->name);
}

/* Fills in a managed identity if one is requested, otherwise the identity that the API names. */
static bool fill_identity(const struct config *config, const struct config_api *api,
                          struct token_request *request, struct error *error)
{
    struct section acquire = acquire_options(api);
    struct section managed = { config_member(acquire.object, "ManagedIdentity"),
                               config_path_to(&acquire.path, "ManagedIdentity") };
    if (wants_machine(config, api, request->for_user))
        return config_fill_managed_identity(config, &managed, request, error);
    return config_fill_identity(config, &acquire, request, error);
}

/* Fails if a setting is missing, and names it. */
static bool check_identity(const struct config *config, const struct token_request *request,
                           struct error *error)
{
    bool with_variables = !config->context->without_azure_variables;
    if (request->client_id != NULL && request->tenant != NULL)
        return true;
    if (request->client_id == NULL)
        error_set(error, ERROR_USAGE, "no client id (ClientId%s) is configured",
                  with_variables ? ", or AZURE_CLIENT_ID" : "");
    else
        error_set(error, ERROR_USAGE, "no tenant (TenantId%s) is configured",
                  with_variables ? ", or AZURE_TENANT_ID" : "");
    autofree char *file = config_file_to_edit(config);
    if (file != NULL)
        error_hint(error, "Set it in %s; see entra-appsettings(5).", file);
    return error_known_as(error, "no_identity");
}

/* A tenant that may be learned is not missing before the app has all else that it needs. */
static bool check_app(const struct config *config, struct token_request *request,
                      struct error *error)
{
    bool has_credential = request->credential_count > 0;
    bool learns = config->context->learn_tenant != NULL && request->client_id != NULL;
    config_find_home(request);
    if (has_credential && !config_check_paths(request, error))
        return false;
    if (has_credential && !config_check_cluster_authority(config, request, error))
        return false;
    if (learns && has_credential && !config_learn_tenant(config, request, error))
        return false;
    if ((has_credential || !learns) && !check_identity(config, request, error))
        return false;
    if (has_credential)
        return authority_is_tenant_of_app(request->tenant, error);
    error_set(error, ERROR_USAGE, "the app %s has no client credential",
              id_shown(request->client_id));
    return error_known_as(error, "no_credential");
}

/* The claims of a challenge, with the identity's ClientCapabilities (cp1) merged in. */
static bool fill_claims(const struct config *config, const struct config_api *api,
                        struct token_request *request, struct error *error)
{
    struct section acquire = acquire_options(api);
    const char *challenge = config->options->claims;
    if (challenge == NULL)
        challenge = config->context->claims;
    if (challenge == NULL)
        challenge = section_string(config, &acquire, "Claims", error);
    if (error->kind != ERROR_NONE)
        return false;
    request->challenged = challenge != NULL;
    return claims_merge(challenge, config_capabilities(config, &acquire), &request->claims, error);
}

/* Fills in what depends on the identity. */
static bool finish_request(const struct config *config, const struct config_api *api,
                           struct token_request *request, struct error *error)
{
    if (!config_check_cloud(config, api, request, error) ||
        !config_fill_scope(config, api, request, error))
        return false;
    config_fill_public_client(config, api, request);
    return fill_claims(config, api, request, error);
}

/* ---- the candidates ---- */

/* What RequestAppToken says; without it, an app that has a credential requests its own token. */
static bool wants_user(const struct config *config, const struct config_api *api,
                       const struct token_request *request, bool unconfigured)
{
    const struct config_context *context = config->context;
    bool for_app = context->for_app || section_bool(&api->section, "RequestAppToken",
                                                    request->credential_count > 0 || unconfigured);
    return context->for_user || (!wants_machine(config, api, false) && !for_app);
}

/* Makes the candidates if no identity is configured: the machine's managed identity and, unless the
 * API requires an app, the user. The first candidate, which has neither client nor credential so
 * far, becomes the user's. A scope that no app can request leaves only the user, and so does an
 * option that names a user. */
static bool make_unconfigured(struct config *config, const struct config_api *api,
                              struct token_candidates *candidates, struct error *error)
{
    struct token_request *machine = &candidates->items[0], *user = &candidates->items[1];
    bool app_only = config_member(api->section.object, "RequestAppToken") != NULL;
    *user = *machine;
    *machine = (struct token_request){ 0 };
    candidates->count = 2;
    begin_request(config, api, machine);
    if (!config_default_managed_identity(config, machine, error))
        return false;
    bool made = finish_request(config, api, machine, error);
    bool user_only = !made || config_wants_user(config);
    if (app_only) {
        token_request_clear(user);
        candidates->count = 1;
        return made;
    }
    if (user_only) {
        trace("configuration: only a user can request this%s%s", made ? "" : ": ", error->message);
        *error = (struct error){ 0 };
        token_request_clear(machine);
        *machine = *user;
        user = machine;
        candidates->count = 1;
    }
    user->unconfigured = !user_only;
    return config_fill_user(config, api, true, user, error) &&
           finish_request(config, api, user, error);
}

/* Whether an app's token is requested whose credential is not here because of `entra run`. */
static bool is_withheld(const struct config *config, const struct config_api *api,
                        const struct token_request *request)
{
    struct section acquire = acquire_options(api), identity = { 0 };
    struct error unused = { 0 };
    const char *name = section_string(config, &acquire, "AuthenticationOptionsName", &unused);
    return request->credential_count == 0 && !config->context->for_user &&
           section_bool(&api->section, "RequestAppToken", true) &&
           config_find_identity(config, name, &identity, &unused) &&
           config_withheld(config, &identity) != CONFIG_NOT_WITHHELD;
}

/* Requests the app's token from the endpoint of `entra run`, which is for the app as it was
 * configured there: not for another tenant. It is named, so that no other identity answers. */
static bool make_withheld(struct config *config, const struct config_api *api,
                          struct token_request *request, struct error *error)
{
    const struct options *options = config->options;
    bool has_endpoint =
        environment("IDENTITY_ENDPOINT") != NULL && environment("IDENTITY_HEADER") != NULL;
    bool chooses_tenant = options->tenant != NULL || options->authority != NULL;
    if (request->client_id == NULL)
        return check_identity(config, request, error);
    if (has_endpoint && !chooses_tenant)
        return config_check_cluster_authority(config, request, error) &&
               finish_request(config, api, request, error) &&
               config_fill_app_of_endpoint(request, error);
    error_set(error, ERROR_USAGE, "the credential of the app %s is withheld by 'entra run'",
              id_shown(request->client_id));
    if (has_endpoint)
        error_hint(error, "Without --tenant and --authority, its managed identity gives the app's "
                          "tokens.");
    return error_known_as(error, "credential_withheld");
}

static bool make_candidates(struct config *config, const struct config_api *api,
                            struct token_candidates *candidates, struct error *error)
{
    struct token_request *request = &candidates->items[0];
    *candidates = (struct token_candidates){ .count = 1 };
    if (!check_types(config, api, false, error))
        return false;
    begin_request(config, api, request);
    if (!fill_identity(config, api, request, error))
        return false;
    if (is_withheld(config, api, request))
        return make_withheld(config, api, request, error);
    bool unconfigured = config_is_unconfigured(config, request) &&
                        !config->context->public_client && !config->context->for_app;
    request->for_user = wants_user(config, api, request, unconfigured);
    if (request->for_user)
        return config_fill_user(config, api, unconfigured, request, error) &&
               finish_request(config, api, request, error);
    if (unconfigured)
        return make_unconfigured(config, api, candidates, error);
    return check_app(config, request, error) && finish_request(config, api, request, error);
}

/* ---- which API ---- */

static bool names_scope(const struct options *options)
{
    return options->resource != NULL || options->scope_count > 0;
}

static const char *what_is_wanted(const struct options *options, const struct config_api *api)
{
    return options->resource != NULL  ? options->resource
           : options->scope_count > 0 ? options->scopes[0]
           : api->name != NULL        ? api->name
                                      : "the API";
}

static bool find_api(const struct config *config, const char *default_api, struct config_api *api,
                     struct error *error)
{
    const struct options *options = config->options;
    *api = (struct config_api){ .second_client = config_second_client(default_api) };
    if (options->api != NULL)
        return config_find_api(config, options->api, api, error);
    if (names_scope(options))
        return true;
    if (config->context->cluster.server_id != NULL)
        return config_find_cluster_api(config, api, error);
    if (default_api != NULL)
        return config_find_api(config, default_api, api, error);
    return config_find_only_api(config, api, error);
}

bool config_request(struct config *config, const char *default_api,
                    struct token_candidates *ret_candidates, struct error *error)
{
    struct config_api api;
    struct url_shown shown;
    *ret_candidates = (struct token_candidates){ 0 };
    if (!find_api(config, default_api, &api, error)) {
        /* A mistake in the file may be why; one in the API of a cluster is the error itself. */
        if (config->context->cluster.server_id == NULL)
            config_warn(config);
        return false;
    }
    const char *wanted = url_typed_safe(what_is_wanted(config->options, &api), &shown);
    return (make_candidates(config, &api, ret_candidates, error) &&
            config_check_effect(config, &api, wanted, ret_candidates, error)) ||
           error_wanted(error, "no token for %.200s", wanted);
}

bool config_request_for_api(struct config *config, const struct config_api *api,
                            struct token_candidates *ret_candidates, struct error *error)
{
    return make_candidates(config, api, ret_candidates, error) ||
           error_wanted(error, "no token for %s", api->name);
}

enum config_match config_request_for_url(struct config *config, const struct url *url,
                                         struct token_candidates *ret_candidates,
                                         struct error *error)
{
    const struct config_api *api;
    struct config_api named;
    const char *name = config->options->api;
    *ret_candidates = (struct token_candidates){ 0 };
    if (name != NULL && !config_find_api(config, name, &named, error))
        return CONFIG_FAILED;
    enum config_match match = config_find_url(config, url, &api, error);
    if (match != CONFIG_MATCH)
        return match;
    bool made = config_request_for_api(config, api, ret_candidates, error) &&
                (config_check_effect(config, api, api->name, ret_candidates, error) ||
                 error_wanted(error, "no token for %s", api->name));
    return made ? CONFIG_MATCH : CONFIG_FAILED;
}

bool config_sign_in_request(struct config *config, struct token_request *ret_request,
                            struct error *error)
{
    struct config_api api = { 0 };
    const struct options *options = config->options;
    bool names_api = options->api != NULL || names_scope(options);
    *ret_request = (struct token_request){ .for_user = true };
    if (names_api && !find_api(config, NULL, &api, error))
        return false;
    begin_request(config, &api, ret_request);
    if (!check_types(config, &api, true, error) || !fill_identity(config, &api, ret_request, error))
        return error_wanted(error, "no sign-in");
    bool unconfigured = config_is_unconfigured(config, ret_request);
    return (config_fill_user(config, &api, unconfigured, ret_request, error) &&
            finish_request(config, &api, ret_request, error)) ||
           error_wanted(error, "no sign-in");
}

bool config_identity(struct config *config, struct token_request *ret_request, struct error *error)
{
    struct config_api api = { 0 };
    const char *name = config->options->api;
    *ret_request = (struct token_request){ 0 };
    if (name != NULL && !config_find_api(config, name, &api, error))
        return false;
    if (!check_types(config, &api, false, error) ||
        !fill_identity(config, &api, ret_request, error) ||
        !check_identity(config, ret_request, error))
        return false;
    config_find_home(ret_request);
    config_take_out_paths(ret_request);
    return true;
}
