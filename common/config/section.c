/* Finding things in the configuration: sections, members, and where a value came from. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/config/internal.h"

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

const char *section_name(const struct section *section)
{
    return section->path.steps[section->path.depth - 1];
}

/* Sections stand at the root or inside plain objects; what is inside a section belongs to it. */
static size_t collect(const struct section *above, const char *key, const char *or_key,
                      struct section *sections, size_t count)
{
    json_object_object_foreach(above->object, name, value) {
        struct section section = { value, config_path_to(&above->path, name) };
        if (!json_object_is_type(value, json_type_object))
            continue;
        if (config_member(value, key) == NULL &&
            (or_key == NULL || config_member(value, or_key) == NULL)) {
            if (section.path.depth + 2 < CONFIG_DEPTH_MAX)
                count = collect(&section, key, or_key, sections, count);
        } else if (count < CONFIG_SECTIONS_MAX) {
            sections[count++] = section;
        }
    }
    return count;
}

static size_t config_sections(const struct config *config, const char *key, const char *or_key,
                              struct section sections[CONFIG_SECTIONS_MAX])
{
    struct section root = { config->root, { { NULL }, 0 } };
    return collect(&root, key, or_key, sections, 0);
}

size_t config_identities(const struct config *config, struct section sections[CONFIG_SECTIONS_MAX])
{
    return config_sections(config, "ClientId", "TenantId", sections);
}

size_t config_apis(const struct config *config, struct section sections[CONFIG_SECTIONS_MAX])
{
    struct section all[CONFIG_SECTIONS_MAX];
    size_t count = 0, found = config_sections(config, "Scopes", NULL, all);
    for (size_t i = 0; i < found; i++)
        /* A web API's own registration lists the scopes that it exposes. */
        if (config_member(all[i].object, "ClientId") == NULL &&
            config_member(all[i].object, "TenantId") == NULL)
            sections[count++] = all[i];
    return count;
}

const char *config_where(const struct config *config, const struct config_path *path,
                         char where[CONFIG_WHERE_MAX])
{
    const char *variable = config_environment_name(path);
    size_t line = config->text == NULL ? 0
                                       : json_line(config->text->bytes, config->text->length,
                                                   path->steps, path->depth);
    if (variable != NULL)
        snprintf(where, CONFIG_WHERE_MAX, "the environment variable %.*s",
                 (int)strcspn(variable, "="), variable);
    else if (line > 0)
        snprintf(where, CONFIG_WHERE_MAX, "%s:%zu", config->path, line);
    else /* put together of several variables */
        snprintf(where, CONFIG_WHERE_MAX, "the environment");
    return where;
}

/* What the sample files have in the place of a value: "[Enter here the scopes for your web API]".
 */
static bool is_placeholder(const char *text)
{
    return text[0] == '[' && text[strlen(text) - 1] == ']' && strchr(text, ' ') != NULL;
}

const char *config_text(const struct config *config, const struct config_path *path,
                        json_object *value, struct error *error)
{
    if (!json_object_is_type(value, json_type_string))
        return NULL;
    const char *text = json_object_get_string(value);
    if (text[0] == '\0')
        return NULL;
    if (!is_placeholder(text))
        return text;
    char where[CONFIG_WHERE_MAX];
    error_set(error, ERROR_USAGE, "%s: %s still has the sample's place holder",
              config_where(config, path, where), path->steps[path->depth - 1]);
    error_known_as(error, "place_holder");
    return NULL;
}

const char *section_string(const struct config *config, const struct section *section,
                           const char *key, struct error *error)
{
    struct config_path path = config_path_to(&section->path, key);
    return config_text(config, &path, config_member(section->object, key), error);
}

bool section_bool(const struct section *section, const char *key, bool absent)
{
    json_object *value = config_member(section->object, key);
    return json_object_is_type(value, json_type_boolean) ? json_object_get_boolean(value) : absent;
}
