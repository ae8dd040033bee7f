/* SPDX-License-Identifier: MIT */
/* Which variables hold a credential of an app, and which of them `entra run` has withheld from this
 * program. */
#define _GNU_SOURCE
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/environment.h"
#include "common/config/internal.h"

/* ---- the credential of any identity that has none of its own ---- */

/* Those that credential.c reads. */
static const struct {
    const char *name;
    enum config_chain part;
} chain[] = {
    { "AZURE_CLIENT_SECRET", CONFIG_CHAIN_ENVIRONMENT },
    { "AZURE_CLIENT_CERTIFICATE_PATH", CONFIG_CHAIN_ENVIRONMENT },
    { "AZURE_FEDERATED_TOKEN_FILE", CONFIG_CHAIN_WORKLOAD },
};

/* Whether this is one of those that the context allows. */
static bool is_in_chain(const struct config *config, const char *name)
{
    enum config_chain part = config->context->chain;
    for (size_t i = 0; i < ARRAY_SIZE(chain); i++)
        if (strcmp(name, chain[i].name) == 0)
            return !config->context->without_azure_variables &&
                   (part == CONFIG_CHAIN_WHOLE || part == chain[i].part);
    return false;
}

/* ---- Section__Key ---- */

/* Whether a file has a part of the identity. */
static bool is_in_file(const struct config *config, const struct section *identity)
{
    json_object_object_foreach(identity->object, key, value) {
        struct config_path path = config_path_to(&identity->path, key);
        const struct config_origin *origin = config_origin(config, &path);
        (void)value;
        if (origin != NULL && origin->line > 0)
            return true;
    }
    return false;
}

/* Whether an identity is one of Entra's that we would use. Another provider's, such as Google's,
 * has a ClientId as well, and may have an Authority. */
static bool is_ours(const struct config *config, const struct section *identity)
{
    const json_object *object = identity->object;
    return config_member(object, "TenantId") != NULL || config_identity_has_api(config, identity) ||
           strcasecmp(section_name(identity), CONFIG_DEFAULT_IDENTITY) == 0 ||
           (is_in_file(config, identity) && (config_member(object, "Authority") != NULL ||
                                             config_member(object, "Instance") != NULL ||
                                             config_identity_is_named(config, identity)));
}

static bool is_secret(const struct config_path *path, const char *value)
{
    const struct setting *setting = config_known_setting(path->steps[path->depth - 1]);
    return (setting != NULL && setting->secret) || config_has_pin(value);
}

static bool is_secret_of_identity(const struct config *config, char *name, const char *value)
{
    struct section identities[CONFIG_SECTIONS_MAX];
    struct config_path path;
    size_t count = config_identities(config, identities);
    if (!config_split_variable(name, &path) || !is_secret(&path, value))
        return false;
    if (strcasecmp(path.steps[0], CONFIG_DEFAULT_IDENTITY) == 0)
        return true;
    for (size_t i = 0; i < count; i++)
        if (config_path_is_below(&path, &identities[i].path) && is_ours(config, &identities[i]))
            return true;
    return false;
}

bool config_is_credential(const struct config *config, const char *variable)
{
    size_t length = strcspn(variable, "=");
    autofree char *name = strndup(variable, length);
    if (variable[length] == '\0' || variable[length + 1] == '\0')
        return false;
    return is_in_chain(config, name) || is_secret_of_identity(config, name, variable + length + 1);
}

/* ---- what is withheld ---- */

/* Whether the name is that of a setting of the identity. Without one (object NULL), it is that of
 * the default identity, of which nothing else is set. Splits the name. */
static enum config_withheld withheld_setting(char *name, const struct section *identity)
{
    static const struct config_path by_default = { { CONFIG_DEFAULT_IDENTITY }, 1 };
    const struct config_path *above = identity->object != NULL ? &identity->path : &by_default;
    struct config_path path;
    if (!config_split_variable(name, &path) || !config_path_is_below(&path, above))
        return CONFIG_NOT_WITHHELD;
    return path.depth > above->depth + 1 ? CONFIG_PARTLY_WITHHELD : CONFIG_WITHHELD;
}

enum config_withheld config_withheld(const struct config *config, const struct section *identity)
{
    enum config_withheld most = CONFIG_NOT_WITHHELD;
    const char *names = environment(CONFIG_WITHHELD_VARIABLE);
    while (names != NULL) {
        size_t length = strcspn(names, ",");
        autofree char *name = strndup(names, length);
        enum config_withheld one =
            is_in_chain(config, name) ? CONFIG_WITHHELD : withheld_setting(name, identity);
        most = one > most ? one : most;
        names = names[length] == ',' ? names + length + 1 : NULL;
    }
    return most;
}
