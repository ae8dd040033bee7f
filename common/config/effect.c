/* SPDX-License-Identifier: MIT */
/* Whether each option has a part in the request. One that says whose token is wanted, and has none,
 * must not be passed over: the token would be somebody else's. Variables may be there for other
 * programs, so nothing is said of them. */
#define _GNU_SOURCE
#include <strings.h>

#include "common/base/text.h"
#include "common/config/internal.h"
#include "common/entra/id_shown.h"

const struct options *config_given(const struct config *config)
{
    return config->context->given != NULL ? config->context->given : config->options;
}

/* The tenant that --authority names; NULL: none. The caller frees it. */
static char *tenant_of_authority(const struct options *options)
{
    autofree char *instance = NULL;
    char *tenant = NULL;
    struct error unused = { 0 };
    if (options->authority != NULL)
        authority_split(options->authority, &instance, &tenant, &unused);
    return tenant;
}

/* The option that is of no use for a managed identity, which is of its own tenant, and whose
 * service takes no claims; NULL: there is none. */
static const char *vain_for_machine(const struct options *options)
{
    autofree char *tenant = tenant_of_authority(options);
    return options->account != NULL  ? "--account"
           : options->tenant != NULL ? "--tenant"
           : options->claims != NULL ? "--claims"
           : tenant != NULL          ? "the tenant of --authority"
                                     : NULL;
}

bool config_check_options(const struct config *config, struct error *error)
{
    const struct options *options = config_given(config);
    autofree char *tenant = tenant_of_authority(options);
    const char *vain = options->managed_identity ? vain_for_machine(options) : NULL;
    if (vain != NULL)
        return error_set(error, ERROR_USAGE, "--managed-identity and %s cannot be used together",
                         vain);
    if (tenant == NULL || options->tenant == NULL || strcasecmp(tenant, options->tenant) == 0)
        return true;
    return error_set(
        error, ERROR_USAGE,
        "--tenant %.100s and the tenant of --authority, %.100s, cannot be used together",
        id_shown(options->tenant), id_shown(tenant));
}

bool config_wants_user(const struct config *config)
{
    return config_given(config)->account != NULL || config_given(config)->claims != NULL;
}

/* Whether the cloud of --authority decides which resource is requested. */
static bool chooses_resource(const struct config *config, const struct config_api *api)
{
    const struct options *options = config->options;
    return options->resource == NULL && options->scope_count == 0 && api->builtin != NULL &&
           api->section.object == NULL;
}

static bool fail(const char *option, const char *wanted, const char *takes, struct error *error)
{
    error_set(error, ERROR_USAGE, "%s has no effect: %.200s takes %s", option, wanted, takes);
    return error_known_as(error, "option_without_effect");
}

bool config_check_effect(const struct config *config, const struct config_api *api,
                         const char *wanted, const struct token_candidates *candidates,
                         struct error *error)
{
    const struct options *options = config_given(config);
    const struct token_request *request = &candidates->items[0];
    if (request->for_user)
        return !options->managed_identity ||
               fail("--managed-identity", wanted, "a user's token", error);
    if (candidates->count > 1) /* a managed identity, or the user */
        return true;
    if (!token_request_is_for_managed_identity(request) && options->managed_identity)
        return fail("--managed-identity", wanted, "the app's own token", error);
    if (!token_request_is_for_managed_identity(request))
        return options->account == NULL || fail("--account", wanted, "the app's own token", error);
    const char *vain = vain_for_machine(options);
    if (vain == NULL && options->authority != NULL && !chooses_resource(config, api))
        vain = "--authority";
    return vain == NULL || fail(vain, wanted, "a managed identity's token", error);
}
