/* SPDX-License-Identifier: MIT */
/* Which variables of the form Section__Key set a secret of an identity. */
#define _GNU_SOURCE
#include <string.h>
#include <strings.h>

#include "common/config/internal.h"

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

static bool is_below(const struct config_path *path, const struct config_path *above)
{
    bool is_same = path->depth > above->depth;
    for (size_t i = 0; is_same && i < above->depth; i++)
        is_same = strcasecmp(path->steps[i], above->steps[i]) == 0;
    return is_same;
}

static bool is_secret(const struct config_path *path, const char *value)
{
    const struct setting *setting = config_known_setting(path->steps[path->depth - 1]);
    return (setting != NULL && setting->secret) || config_has_pin(value);
}

bool config_has_secret_of(const struct config *config, const char *variable)
{
    struct section identities[CONFIG_SECTIONS_MAX];
    struct config_path path;
    size_t length = strcspn(variable, "="), count = config_identities(config, identities);
    autofree char *name = strndup(variable, length);
    if (variable[length] != '=' || !config_split_variable(name, &path) ||
        !is_secret(&path, variable + length + 1))
        return false;
    if (strcasecmp(path.steps[0], CONFIG_DEFAULT_IDENTITY) == 0)
        return true;
    for (size_t i = 0; i < count; i++)
        if (is_below(&path, &identities[i].path) && is_ours(config, &identities[i]))
            return true;
    return false;
}
