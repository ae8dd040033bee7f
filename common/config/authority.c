/* SPDX-License-Identifier: MIT */
/* The authority of an identity: instance and tenant, from the options, the API, the file and the
 * environment. */
#define _GNU_SOURCE
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/text.h"
#include "common/config/internal.h"
#include "common/entra/authority.h"
#include "common/entra/id_oddity.h"
#include "common/entra/id_shown.h"
#include "common/entra/placeholder.h"

/* The file that has this key of the identity; NULL: none, or a variable has it. */
static const char *file_of_key(const struct config *config, const struct section *identity,
                               const char *key)
{
    struct config_path path = config_path_to(&identity->path, key);
    const struct config_origin *origin = config_origin(config, &path);
    bool is_file = config_member(identity->object, key) != NULL && origin != NULL;
    return is_file && origin->line > 0 ? origin->source : NULL;
}

/* Instance and TenantId take the place of Authority, as in .NET. Where one file has that and
 * another one these, neither is what its owner means, and the credential of one would be sent to
 * the authority of the other. */
static bool check_same_file(const struct config *config, const struct section *identity,
                            struct error *error)
{
    static const char *const keys[] = { "Instance", "TenantId" };
    const char *authority = file_of_key(config, identity, "Authority");
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        const char *file = file_of_key(config, identity, keys[i]);
        if (authority == NULL || file == NULL || strcmp(authority, file) == 0)
            continue;
        error_set(error, ERROR_USAGE, "%s has the Authority of %s, and %s its %s, which counts",
                  authority, section_name(identity), file, keys[i]);
        return error_hint(error, "Use Instance and TenantId in both files.");
    }
    return true;
}

/* ---- what takes the place of what ---- */

/* A part of an authority, and the key that has it. */
struct part {
    const char *key;
    const char *text; /* NULL: the key has none */
};

/* Warns if two keys of one file have different texts, of which the one that counts is used. Across
 * files and variables, the stronger one is meant to replace the other. */
static void warn_of_unused(const struct config *config, const struct section *identity,
                           const char *what, struct part unused, struct part counts)
{
    const char *file = file_of_key(config, identity, unused.key);
    const char *other = file_of_key(config, identity, counts.key);
    if (file == NULL || other == NULL || strcmp(file, other) != 0 || unused.text == NULL ||
        counts.text == NULL || strcasecmp(unused.text, counts.text) == 0)
        return;
    autofree char *where = config_where_of_key(config, identity, unused.key);
    warning("%s has the %s '%.100s', which is not used: %s has '%.100s'", where, what,
            id_shown(unused.text), counts.key, id_shown(counts.text));
}

/* The tenant that the URL itself names, not one that its host stands for. */
static const char *named_in(const char *url, const char *tenant)
{
    return url != NULL && tenant != NULL && strcasestr(url, ".ciamlogin.com") == NULL ? tenant
                                                                                      : NULL;
}

static void warn_of_authority(const struct config *config, const struct section *identity)
{
    struct error unused = { 0 };
    const char *host = section_string(config, identity, "Instance", &unused);
    const char *both = section_string(config, identity, "Authority", &unused);
    const char *name = section_string(config, identity, "TenantId", &unused);
    autofree char *host_instance = NULL, *host_tenant = NULL;
    autofree char *instance = NULL, *tenant = NULL;
    if ((host != NULL && !authority_read_instance(host, &host_instance, &host_tenant, &unused)) ||
        (both != NULL && !authority_read(both, &instance, &tenant, &unused)))
        return; /* an error, once it is used */
    const struct part by_host = { "Instance", named_in(host, host_tenant) };
    const struct part by_name = { "TenantId", name };
    warn_of_unused(config, identity, "tenant", by_host, by_name);
    warn_of_unused(config, identity, "tenant", (struct part){ "Authority", named_in(both, tenant) },
                   name != NULL ? by_name : by_host);
    warn_of_unused(config, identity, "instance", (struct part){ "Authority", instance },
                   (struct part){ "Instance", host_instance });
}

void config_warn_of_authorities(const struct config *config)
{
    struct section identities[CONFIG_SECTIONS_MAX];
    size_t count = config_identities(config, identities);
    for (size_t i = 0; i < count; i++)
        if (config_identity_is_named(config, &identities[i]))
            warn_of_authority(config, &identities[i]);
}

/* ---- the authority of a request ---- */

/* An authority, and the keys that name its parts. Those that the section leaves out are NULL. */
struct section_authority {
    char *instance, *tenant;
    const char *instance_key, *tenant_key;
};

static void section_authority_clear(struct section_authority *authority)
{
    free(authority->instance);
    free(authority->tenant);
}

/* Reads Instance and TenantId, or Authority, which is both, unless the tenant comes from elsewhere.
 * The caller clears *authority, also on failure. */
static bool read_section_authority(const struct config *config, const struct section *identity,
                                   bool has_other_tenant, struct section_authority *authority,
                                   struct error *error)
{
    const char *host = section_string(config, identity, "Instance", error);
    const char *both = section_string(config, identity, "Authority", error);
    const char *name = section_string(config, identity, "TenantId", error);
    autofree char *host_instance = NULL;
    autofree char *host_tenant = NULL;
    if (error->kind != ERROR_NONE)
        return false;
    if (!check_same_file(config, identity, error))
        return false;
    if (host != NULL && !authority_read_instance(host, &host_instance, &host_tenant, error))
        return config_fail_at(config, identity, "Instance", error);
    bool is_both = !has_other_tenant && name == NULL && host_tenant == NULL;
    authority->instance_key = authority->tenant_key = "Authority";
    if (both != NULL &&
        !(is_both ? authority_split(both, &authority->instance, &authority->tenant, error)
                  : authority_read(both, &authority->instance, &authority->tenant, error)))
        return config_fail_at(config, identity, "Authority", error);
    if (name != NULL || host_tenant != NULL) {
        authority->tenant_key = name != NULL ? "TenantId" : "Instance";
        free(authority->tenant);
        authority->tenant = name != NULL ? strdup(name) : steal(&host_tenant);
    }
    if (host != NULL) {
        authority->instance_key = "Instance";
        free(authority->instance);
        authority->instance = steal(&host_instance);
    }
    return true;
}

/* from names what the tenant was taken from. */
static bool set_tenant(struct token_request *request, const char *tenant, const char *from,
                       struct error *error)
{
    if (!authority_is_tenant(tenant) || placeholder_is(tenant)) {
        error_set(error, ERROR_USAGE, "%s: '%.100s' is not a tenant%s", from, id_shown(tenant),
                  id_oddity(tenant));
        return error_known_as(error, "tenant_malformed");
    }
    request->tenant = strdup(tenant);
    request->tenant_from = strdup(from);
    text_lower(request->tenant); /* domains and GUIDs have no case: one key in the keyring */
    return true;
}

/* Takes the instance. */
static void set_instance(struct token_request *request, char *instance, const char *from)
{
    request->instance = instance;
    request->instance_from = strdup(from);
}

static const char *from_or(const char *from, const char *option)
{
    return from != NULL ? from : option;
}

bool config_learn_tenant(const struct config *config, struct token_request *request,
                         struct error *error)
{
    const struct config_context *context = config->context;
    if (request->tenant != NULL || context->learn_tenant == NULL)
        return true;
    const char *tenant = context->learn_tenant(context->learner);
    request->tenant_learned = tenant != NULL;
    return tenant == NULL || set_tenant(request, tenant, "the server's tenant", error);
}

bool config_fill_authority(const struct config *config, const struct section *identity,
                           const struct section *acquire, struct token_request *request,
                           struct error *error)
{
    const struct options *options = config->options;
    autofree char *flag_instance = NULL;
    autofree char *flag_tenant = NULL;
    CLEANUP(section_authority_clear) struct section_authority section = { 0 };
    autofree char *host_tenant = NULL;
    const char *host = config_variable(config, "AZURE_AUTHORITY_HOST");
    const char *by_authority = from_or(config->context->authority_from, "--authority");
    const char *last = config_variable(config, "AZURE_TENANT_ID");
    const char *api_tenant = section_string(config, acquire, "Tenant", error);
    bool has_other_tenant = options->tenant != NULL || options->authority != NULL ||
                            api_tenant != NULL || last != NULL ||
                            config->context->learn_tenant != NULL;

    if (error->kind != ERROR_NONE)
        return false;
    if (options->authority != NULL &&
        !authority_read(options->authority, &flag_instance, &flag_tenant, error))
        return error_at(error, by_authority);
    if (!read_section_authority(config, identity, has_other_tenant, &section, error))
        return false;

    autofree char *of_instance = config_where_of_key(config, identity, section.instance_key);
    if (flag_instance != NULL)
        set_instance(request, steal(&flag_instance), by_authority);
    else if (section.instance != NULL)
        set_instance(request, steal(&section.instance), of_instance);
    else if (!authority_read_instance(host != NULL ? host : AUTHORITY_PUBLIC_CLOUD,
                                      &request->instance, &host_tenant, error))
        return error_at(error, "AZURE_AUTHORITY_HOST");
    else if (host != NULL)
        request->instance_from = strdup("AZURE_AUTHORITY_HOST");

    autofree char *of_api = config_where_of_key(config, acquire, "Tenant");
    autofree char *of_identity = config_where_of_key(config, identity, section.tenant_key);
    const struct {
        const char *tenant, *from;
    } sources[] = {
        { options->tenant, from_or(config->context->tenant_from, "--tenant") },
        { flag_tenant, by_authority },
        { api_tenant, of_api },
        { section.tenant, of_identity },
        { last, "AZURE_TENANT_ID" },
        { host_tenant, "AZURE_AUTHORITY_HOST" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
        if (sources[i].tenant != NULL)
            return set_tenant(request, sources[i].tenant, sources[i].from, error);
    return true;
}
