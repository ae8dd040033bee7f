/* SPDX-License-Identifier: MIT */
/* A layer of the configuration: one file, read as .NET's configuration reads it. All values are
 * texts, also numbers, true and false; "A:B" in a key is the path A, B; and no value is there
 * twice. Sources: JsonConfigurationFileParser of Microsoft.Extensions.Configuration.Json;
 * "Configuration in .NET". */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"
#include "common/base/json_text.h"
#include "common/config/internal.h"

#define PATH_MAX_LENGTH 1024

/* For each value, each step of its path is compared with the keys beside it. */
#define VALUES_MAX 10000

struct reading {
    struct layer *layer;
    size_t values;
    struct error *error;
};

/* Joins the steps of a path by colons and splits it at all of them: a key may have some itself. */
static bool split_path(const struct json_text_value *value, char text[PATH_MAX_LENGTH],
                       struct config_path *path)
{
    size_t length = 0;
    for (size_t i = 0; i < value->depth && length < PATH_MAX_LENGTH; i++)
        length += (size_t)snprintf(text + length, PATH_MAX_LENGTH - length, "%s%s",
                                   i > 0 ? ":" : "", value->steps[i]);
    if (length >= PATH_MAX_LENGTH)
        return false;
    *path = (struct config_path){ 0 };
    for (char *rest = text; rest != NULL;) {
        if (path->depth == CONFIG_DEPTH_MAX)
            return false;
        path->steps[path->depth++] = strsep(&rest, ":");
    }
    return true;
}

/* Names the value by so many steps of its path. */
static bool refuse(const struct reading *reading, size_t line, const char *const *steps,
                   size_t depth, const char *fault)
{
    char name[120] = "";
    for (size_t i = 0; i < depth; i++) {
        size_t used = strlen(name);
        snprintf(name + used, sizeof name - used, "%s%s", i > 0 ? ":" : "", steps[i]);
    }
    return error_set(reading->error, ERROR_USAGE, "%s:%zu: '%s' %s", reading->layer->path, line,
                     name, fault);
}

static const char *kind_name(bool is_object, bool is_array)
{
    return is_object ? "a section" : is_array ? "an array" : "a value";
}

/* There is such a value already, or one of another kind, which may be further up: a key is a text
 * in one place of the file, and a section in another one. */
static bool refuse_taken(const struct reading *reading, const struct json_text_value *value,
                         const struct config_path *path)
{
    size_t depth = 0;
    json_object *there = config_in_the_way(reading->layer->root, path, &depth);
    const struct config_origin *origin = json_object_get_userdata(there);
    const char *kind = kind_name(depth < path->depth || value->kind == JSON_TEXT_OBJECT,
                                 value->kind == JSON_TEXT_ARRAY);
    const char *other = kind_name(json_object_is_type(there, json_type_object),
                                  json_object_is_type(there, json_type_array));
    char fault[120] = "is there twice", line[32] = "";
    if (origin != NULL) /* null has none */
        snprintf(line, sizeof line, " on line %zu", origin->line);
    if (strcmp(kind, other) != 0)
        snprintf(fault, sizeof fault, "is %s%s and %s on line %zu", other, line, kind, value->line);
    refuse(reading, value->line, path->steps, depth, fault);
    return error_hint(reading->error,
                      "Keys have no case, and 'A:B' is the key B inside A. Leave one "
                      "of them.");
}

static json_object *value_of(const struct json_text_value *value)
{
    switch (value->kind) {
    case JSON_TEXT_OBJECT:
        return json_object_new_object();
    case JSON_TEXT_ARRAY:
        return json_object_new_array();
    case JSON_TEXT_BOOLEAN: /* as .NET writes it */
        return json_object_new_string(json_object_get_string(value->text)[0] == 't' ? "True"
                                                                                    : "False");
    case JSON_TEXT_SCALAR:
        return json_object_new_string_len(json_object_get_string(value->text),
                                          json_object_get_string_len(value->text));
    case JSON_TEXT_NULL:
        break;
    }
    return NULL;
}

static bool put_value(void *context, const struct json_text_value *value)
{
    struct reading *reading = context;
    const struct layer *layer = reading->layer;
    char text[PATH_MAX_LENGTH];
    struct config_path path;
    if (value->depth == 0)
        return true;
    if (++reading->values > VALUES_MAX)
        return refuse(reading, value->line, value->steps, value->depth, "is one value too many");
    if (!split_path(value, text, &path))
        return refuse(reading, value->line, value->steps, value->depth, "is too long or too deep");
    const struct config_origin origin = { layer->path, value->line };
    switch (config_put(layer->root, &path, value_of(value), &origin, false)) {
    case CONFIG_PUT_DONE:
        return true;
    case CONFIG_PUT_TAKEN:
        return refuse_taken(reading, value, &path);
    case CONFIG_PUT_FULL:
        return refuse(reading, value->line, value->steps, value->depth,
                      "has too many keys beside it");
    }
    return false;
}

static bool parse(struct layer *layer, const struct secret *text, struct error *error)
{
    size_t line = 0;
    struct error why = { 0 };
    auto_json_secret json_object *content =
        json_parse_lenient(text->bytes, text->length, &line, &why);
    if (content != NULL && json_object_is_type(content, json_type_object)) {
        layer->root = json_object_new_object();
        return json_text_each(text->bytes, text->length, put_value,
                              &(struct reading){ .layer = layer, .error = error });
    }
    error_set(error, ERROR_USAGE, "%s:%zu: %s", layer->path, content != NULL ? 1 : line,
              content != NULL ? "the file's content is not an object" : why.message);
    return error_known_as(error, "configuration_syntax");
}

bool layer_read(struct layer *layer, struct error *error)
{
    auto_secret struct secret *text =
        file_read(layer->path, CONFIG_FILE_MAX, &layer->rights, error);
    if (text == NULL)
        return false;
    trace("configuration: reading %s", layer->path);
    if (!parse(layer, text, error))
        return false;
    layer->has_secrets = config_has_secrets(layer->root);
    config_resolve_paths_of_file(layer->root, layer->path);
    return true;
}

void layer_clear(struct layer *layer)
{
    free(layer->path);
    json_wipe(layer->root);
}
