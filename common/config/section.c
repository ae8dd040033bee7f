/* SPDX-License-Identifier: MIT */
/* Sections and members of the configuration, and where a value was given. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/suggest.h"
#include "common/base/text.h"
#include "common/config/internal.h"
#include "common/entra/placeholder.h"

/* How deep a section may be inside other objects. */
#define NESTING_MAX 4

json_object *config_member(const json_object *object, const char *key)
{
    if (!json_object_is_type(object, json_type_object))
        return NULL;
    json_object_object_foreach(object, name, value) {
        if (strcasecmp(name, key) == 0)
            return value;
    }
    return NULL;
}

struct config_path config_path_to(const struct config_path *path, const char *step)
{
    struct config_path longer = *path;
    if (longer.depth < CONFIG_DEPTH_MAX)
        longer.steps[longer.depth++] = step;
    return longer;
}

bool config_path_is_below(const struct config_path *path, const struct config_path *above)
{
    bool is_same = path->depth > above->depth;
    for (size_t i = 0; is_same && i < above->depth; i++)
        is_same = strcasecmp(path->steps[i], above->steps[i]) == 0;
    return is_same;
}

const char *section_name(const struct section *section)
{
    return section->path.steps[section->path.depth - 1];
}

static bool has_member(const json_object *object, const char *key)
{
    return config_member(object, key) != NULL;
}

/* Whether an object has scopes by name, as web APIs have their own and Swagger those to ask for. */
static bool has_named_scopes(const json_object *object)
{
    return json_object_is_type(config_member(object, "Scopes"), json_type_object);
}

/* AzureAd, the default identity, need not have either ID: the environment may have both. Another
 * one that has named scopes and says nothing of an authority is another program's section. */
static bool is_identity(const char *name, const json_object *object)
{
    bool has_scopes = has_member(object, "Scopes") && !has_named_scopes(object);
    if (strcasecmp(name, CONFIG_DEFAULT_IDENTITY) == 0 && !has_scopes &&
        json_object_object_length(object) > 0)
        return true;
    bool has_authority = has_member(object, "TenantId") || has_member(object, "Authority") ||
                         has_member(object, "Instance");
    return has_member(object, "TenantId") ||
           (has_member(object, "ClientId") && (has_authority || !has_named_scopes(object)));
}

/* An identity may have Scopes too: those that a web API exposes. Named scopes are an API's only if
 * a BaseUrl shows that one is meant. */
static bool is_api(const char *name, const json_object *object)
{
    bool is_meant = !has_named_scopes(object) || has_member(object, "BaseUrl");
    return has_member(object, "Scopes") && is_meant && !is_identity(name, object);
}

/* Sections are at the root or inside other objects, but not inside other sections. Returns how many
 * there are; the first CONFIG_SECTIONS_MAX are filled in. */
static size_t collect_sections(const struct section *above,
                               bool (*wanted)(const char *, const json_object *),
                               struct section *sections, size_t count)
{
    json_object_object_foreach(above->object, name, value) {
        struct section section = { value, config_path_to(&above->path, name) };
        if (!json_object_is_type(value, json_type_object))
            continue;
        if (wanted(name, value)) {
            if (count < CONFIG_SECTIONS_MAX)
                sections[count] = section;
            count++;
        } else if (section.path.depth < NESTING_MAX) {
            count = collect_sections(&section, wanted, sections, count);
        }
    }
    return count;
}

static size_t sections_of(const struct config *config,
                          bool (*wanted)(const char *, const json_object *),
                          struct section sections[CONFIG_SECTIONS_MAX])
{
    struct section root = { config->root, { { NULL }, 0 } };
    size_t count = collect_sections(&root, wanted, sections, 0);
    return count < CONFIG_SECTIONS_MAX ? count : CONFIG_SECTIONS_MAX;
}

size_t config_identities(const struct config *config, struct section sections[CONFIG_SECTIONS_MAX])
{
    return sections_of(config, is_identity, sections);
}

size_t config_apis(const struct config *config, struct section sections[CONFIG_SECTIONS_MAX])
{
    return sections_of(config, is_api, sections);
}

static bool find_unscoped(const struct section *above, const char *wanted,
                          struct section *ret_section)
{
    json_object_object_foreach(above->object, name, value) {
        struct section section = { value, config_path_to(&above->path, name) };
        if (!json_object_is_type(value, json_type_object) || is_identity(name, value) ||
            has_member(value, "Scopes"))
            continue;
        if (strcasecmp(name, wanted) == 0) {
            *ret_section = section;
            return true;
        }
        if (section.path.depth < NESTING_MAX && find_unscoped(&section, wanted, ret_section))
            return true;
    }
    return false;
}

bool config_find_unscoped(const struct config *config, const char *name,
                          struct section *ret_section)
{
    struct section root = { config->root, { { NULL }, 0 } };
    return find_unscoped(&root, name, ret_section);
}

const char *config_nearly_scopes(const json_object *object)
{
    json_object_object_foreach(object, key, value) {
        struct suggestion nearest = suggest_for(key);
        suggest_consider(&nearest, "Scopes");
        if (nearest.name != NULL && (json_object_is_type(value, json_type_array) ||
                                     json_object_is_type(value, json_type_string)))
            return key;
    }
    return NULL;
}

bool config_check_size(const struct config *config, struct error *error)
{
    struct section root = { config->root, { { NULL }, 0 } }, unused[CONFIG_SECTIONS_MAX];
    const char *many = collect_sections(&root, is_identity, unused, 0) > CONFIG_SECTIONS_MAX
                           ? "identities"
                       : collect_sections(&root, is_api, unused, 0) > CONFIG_SECTIONS_MAX ? "APIs"
                                                                                          : NULL;
    return many == NULL ||
           error_set(error, ERROR_USAGE, "%s: there are more than %d %s",
                     config->layer_count > 0 ? config->layers[0].path : "the environment",
                     CONFIG_SECTIONS_MAX, many);
}

const char *config_path_name(const struct config_path *path, char name[CONFIG_NAME_MAX])
{
    name[0] = '\0';
    for (size_t i = 0; i < path->depth; i++) {
        size_t used = strlen(name);
        snprintf(name + used, CONFIG_NAME_MAX - used, "%s%s", i > 0 ? ":" : "", path->steps[i]);
    }
    return name;
}

const char *config_where(const struct config *config, const struct config_path *path,
                         char where[CONFIG_WHERE_MAX])
{
    const struct config_origin *origin = config_origin(config, path);
    if (origin == NULL)
        snprintf(where, CONFIG_WHERE_MAX, "the environment");
    else if (origin->line == 0)
        snprintf(where, CONFIG_WHERE_MAX, "the environment variable %.*s",
                 (int)strcspn(origin->source, "="), origin->source);
    else
        snprintf(where, CONFIG_WHERE_MAX, "%s:%zu", origin->source, origin->line);
    return where;
}

char *config_lack_of_scopes(const struct config *config, const struct section *section)
{
    char where[CONFIG_WHERE_MAX];
    const char *nearly = config_nearly_scopes(section->object);
    autofree char *only = nearly != NULL ? text_format(", only '%s'", nearly) : strdup("");
    return text_format("%s: %s has no Scopes%s", config_where(config, &section->path, where),
                       section_name(section), only);
}

char *config_where_of_key(const struct config *config, const struct section *section,
                          const char *key)
{
    struct config_path path = config_path_to(&section->path, key);
    char where[CONFIG_WHERE_MAX];
    return text_format("%s: %s", config_where(config, &path, where), key);
}

bool config_fail_at(const struct config *config, const struct section *section, const char *key,
                    struct error *error)
{
    autofree char *where = config_where_of_key(config, section, key);
    return error_at(error, where);
}

bool config_check_placeholder(const char *where, const char *name, const char *text,
                              struct error *error)
{
    if (!placeholder_is(text))
        return true;
    error_set(error, ERROR_USAGE, "%s%s%s still has the placeholder of the sample file", where,
              where[0] != '\0' ? ": " : "", name);
    return error_known_as(error, "place_holder");
}

const char *config_text(const struct config *config, const struct config_path *path,
                        json_object *value, struct error *error)
{
    if (!json_object_is_type(value, json_type_string))
        return NULL;
    const char *text = json_object_get_string(value);
    if (text[0] == '\0' || strlen(text) < (size_t)json_object_get_string_len(value))
        return NULL;
    char where[CONFIG_WHERE_MAX];
    return config_check_placeholder(config_where(config, path, where), path->steps[path->depth - 1],
                                    text, error)
               ? text
               : NULL;
}

const char *section_string(const struct config *config, const struct section *section,
                           const char *key, struct error *error)
{
    struct config_path path = config_path_to(&section->path, key);
    return config_text(config, &path, config_member(section->object, key), error);
}

bool config_is_true(json_object *value)
{
    return strcasecmp(json_object_get_string(value), "true") == 0;
}

bool section_bool(const struct section *section, const char *key, bool absent)
{
    json_object *value = config_member(section->object, key);
    return json_object_is_type(value, json_type_string) ? config_is_true(value) : absent;
}
