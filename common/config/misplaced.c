/* SPDX-License-Identifier: MIT */
/* Settings of a file that are not read for where they are, or for how their key is written. Each is
 * named in a warning: nothing is passed over in silence. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/config/internal.h"

extern char **environ;

/* ---- at the top level ---- */

/* As daemons without Microsoft.Identity.Web have them, which read them by code of their own. They
 * call TenantId Tenant. */
static bool is_of_identity(const char *key, json_object *value)
{
    const struct setting *setting = config_setting_inside(&config_identity_section, key);
    return !json_object_is_type(value, json_type_object) &&
           (strcasecmp(key, "Tenant") == 0 || config_is_secret_setting(key) ||
            (setting != NULL && setting->effect != SETTING_UNUSED));
}

/* What only an API has. Scopes by name are those of a web API, or Swagger's. */
static bool is_of_api(const char *key, json_object *value)
{
    return (strcasecmp(key, "Scopes") == 0 && !json_object_is_type(value, json_type_object)) ||
           strcasecmp(key, "RequestAppToken") == 0 || strcasecmp(key, "AcquireTokenOptions") == 0;
}

/* What an API has, and perhaps another program too: it counts beside the others only. */
static bool may_be_of_api(const char *key, json_object *value)
{
    return is_of_api(key, value) || strcasecmp(key, "BaseUrl") == 0 ||
           strcasecmp(key, "RelativePath") == 0 || strcasecmp(key, "HttpMethod") == 0;
}

static bool any_is(const struct config *config, bool (*is)(const char *, json_object *))
{
    json_object_object_foreach(config->root, key, value) {
        if (value != NULL && is(key, value))
            return true;
    }
    return false;
}

/* advice says where what is so belongs. */
static void warn_of_top_level(const struct config *config, bool (*is)(const char *, json_object *),
                              const char *advice)
{
    char names[256] = "", where[CONFIG_WHERE_MAX];
    json_object_object_foreach(config->root, key, value) {
        const struct config_path path = { { key }, 1 };
        size_t used = strlen(names);
        if (value == NULL || !is(key, value))
            continue;
        if (used == 0)
            config_where(config, &path, where);
        snprintf(names + used, sizeof names - used, "%s%s", used > 0 ? ", " : "", key);
    }
    if (names[0] != '\0')
        warning("%s: %s at the top level: not read; %s", where, names, advice);
}

#define BELONGS_TO_IDENTITY                                                                        \
    "what belongs to an identity is inside \"" CONFIG_DEFAULT_IDENTITY "\": { ... }"

static bool is_tenant(const char *key, json_object *value)
{
    return strcasecmp(key, "Tenant") == 0 && is_of_identity(key, value);
}

static void warn_of_both(const struct config *config)
{
    struct section unused[CONFIG_SECTIONS_MAX];
    warn_of_top_level(config, is_of_identity,
                      any_is(config, is_tenant) ? BELONGS_TO_IDENTITY
                          ", where the tenant is called TenantId"
                                                : BELONGS_TO_IDENTITY);
    if (any_is(config, is_of_api) || config_apis(config, unused) == 0)
        warn_of_top_level(config, may_be_of_api,
                          "what belongs to an API is inside an object with the API's name");
}

/* A section that has the name of a built-in API and settings of one, but no Scopes, is not an API:
 * the built-in one is used as it is. */
static void warn_of_builtin_names(const struct config *config)
{
    static const char *const keys[] = { "BaseUrl", "RelativePath", "HttpMethod", "RequestAppToken",
                                        "AcquireTokenOptions" };
    json_object_object_foreach(config->root, name, value) {
        const struct section section = { value, { { name }, 1 } };
        if (builtin_api_find(name) == NULL || config_member(value, "Scopes") != NULL)
            continue;
        size_t i = 0;
        while (i < ARRAY_SIZE(keys) && config_member(value, keys[i]) == NULL)
            i++;
        if (i == ARRAY_SIZE(keys))
            continue;
        autofree char *lack = config_lack_of_scopes(config, &section);
        warning("%s: not read; the built-in API of this name is used", lack);
    }
}

/* Other sections without Scopes may be another program's: only a BaseUrl, and a key that is nearly
 * Scopes, show that an API is meant. If it is asked for by name, that is an error. */
static void warn_of_nearly_apis(const struct config *config)
{
    const char *asked = config->options->api;
    json_object_object_foreach(config->root, name, value) {
        struct section section;
        if (builtin_api_find(name) != NULL || config_member(value, "BaseUrl") == NULL ||
            (asked != NULL && strcasecmp(asked, name) == 0) ||
            !config_find_unscoped(config, name, &section) || section.object != value ||
            config_nearly_scopes(value) == NULL)
            continue;
        autofree char *lack = config_lack_of_scopes(config, &section);
        warning("%s: not read", lack);
    }
}

/* ---- the names of variables ---- */

/* Whether the key is of the form A__B, and B a setting or nearly one; *path is its parts then,
 * which point into name. */
static bool split_name(const char *key, char name[CONFIG_NAME_MAX], struct config_path *path)
{
    if (strstr(key, "__") == NULL || strlen(key) >= CONFIG_NAME_MAX)
        return false;
    snprintf(name, CONFIG_NAME_MAX, "%s", key);
    const struct setting *setting = config_split_variable(name, path)
                                        ? config_nearest_setting(path->steps[path->depth - 1])
                                        : NULL;
    return setting != NULL && (setting->effect != SETTING_UNUSED || setting->secret);
}

bool config_names_variable(const char *key)
{
    char name[CONFIG_NAME_MAX];
    struct config_path parts;
    return split_name(key, name, &parts);
}

static void warn_of_variables(const struct config *config, json_object *object,
                              const struct config_path *path)
{
    if (!json_object_is_type(object, json_type_object))
        return;
    json_object_object_foreach(object, key, value) {
        char name[CONFIG_NAME_MAX];
        struct config_path here = config_path_to(path, key), parts;
        if (!split_name(key, name, &parts)) {
            warn_of_variables(config, value, &here);
            continue;
        }
        char where[CONFIG_WHERE_MAX], colons[CONFIG_NAME_MAX];
        warning("%s: '%s' is the name of a variable: not read; in a file, it is '%s'",
                config_where(config, &here, where), key, config_path_name(&parts, colons));
    }
}

/* Whether the last step is a mistyped setting of a section of ours. There are many variables of
 * other programs that have this form. */
static bool is_mistyped(const struct config *config, const struct config_path *path)
{
    struct section sections[2 * CONFIG_SECTIONS_MAX];
    size_t count = config_identities(config, sections);
    count += config_apis(config, sections + count);
    const char *last = path->steps[path->depth - 1];
    for (size_t i = 0; i < count; i++)
        if (config_path_is_below(path, &sections[i].path) &&
            path->depth == sections[i].path.depth + 1)
            return config_known_setting(last) == NULL && config_nearest_setting(last) != NULL;
    return false;
}

static void warn_of_mistyped_variables(const struct config *config)
{
    for (char **entry = environ; *entry != NULL; entry++) {
        struct config_path path;
        int length = (int)strcspn(*entry, "=");
        if (memmem(*entry, (size_t)length, "__", 2) == NULL)
            continue;
        autofree char *name = strndup(*entry, (size_t)length);
        if (config_split_variable(name, &path) && is_mistyped(config, &path))
            warning("the environment variable %.*s: unknown key, did you mean '%s'?", length,
                    *entry, config_nearest_setting(path.steps[path.depth - 1])->name);
    }
}

void config_warn_of_misplaced(const struct config *config)
{
    warn_of_both(config);
    warn_of_builtin_names(config);
    warn_of_nearly_apis(config);
    warn_of_variables(config, config->root, &(struct config_path){ .depth = 0 });
    warn_of_mistyped_variables(config);
}
