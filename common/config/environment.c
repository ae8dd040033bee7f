/* SPDX-License-Identifier: MIT */
/* Environment variables of the form Section__Key, as .NET's configuration reads them: two
 * underscores separate the steps of a path, keys have no case, and array items are named by index.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/config/internal.h"

#define NAME_MAX_LENGTH 256

extern char **environ;

static bool is_index(const char *step)
{
    return step[0] != '\0' && strlen(step) <= 3 && strspn(step, "0123456789") == strlen(step);
}

/* Splits a name such as "A__B__0" in place. Returns false if it is not of this form. */
static bool split_name(char *name, struct config_path *path)
{
    *path = (struct config_path){ 0 };
    for (char *step = name; step != NULL;) {
        char *mark = strstr(step, "__");
        char *next = mark != NULL ? mark + 2 : NULL;
        if (mark != NULL)
            *mark = '\0';
        if (step[0] == '\0' || path->depth == CONFIG_DEPTH_MAX)
            return false;
        path->steps[path->depth++] = step;
        step = next;
    }
    return path->depth >= 2;
}

/* The setting that a path ends in, so that other programs' variables with "__" in their names are
 * ignored. */
static const struct setting *setting_at(const struct config_path *path)
{
    size_t last = path->depth - 1;
    if (is_index(path->steps[last]))
        last--;
    return config_known_setting(path->steps[last]);
}

static json_object *child_of(json_object *parent, const char *step)
{
    if (json_object_is_type(parent, json_type_array))
        return is_index(step) ? json_object_array_get_idx(parent, strtoul(step, NULL, 10)) : NULL;
    return config_member(parent, step);
}

/* Sets the value under a step, replacing the one that is there. Takes ownership of the value. */
static bool put_child(json_object *parent, const char *step, json_object *value)
{
    if (json_object_is_type(parent, json_type_object)) {
        json_object_object_foreach(parent, name, old) {
            (void)old;
            if (strcasecmp(name, step) == 0) {
                step = name;
                break;
            }
        }
        json_object_object_add(parent, step, value);
        return true;
    }
    size_t index = is_index(step) ? strtoul(step, NULL, 10) : SIZE_MAX;
    return json_object_is_type(parent, json_type_array) &&
           index <= json_object_array_length(parent) &&
           json_object_array_put_idx(parent, index, value) == 0;
}

static json_object *leaf_value(const struct setting *setting, const char *text)
{
    if (setting->type == SETTING_BOOL && strcasecmp(text, "true") == 0)
        return json_object_new_boolean(true);
    if (setting->type == SETTING_BOOL && strcasecmp(text, "false") == 0)
        return json_object_new_boolean(false);
    return json_object_new_string(text);
}

static bool put_leaf(json_object *root, const struct config_path *path, json_object *leaf)
{
    json_object *parent = root;
    for (size_t i = 0; i + 1 < path->depth; i++) {
        json_object *child = child_of(parent, path->steps[i]);
        if (child == NULL) {
            child =
                is_index(path->steps[i + 1]) ? json_object_new_array() : json_object_new_object();
            if (!put_child(parent, path->steps[i], child)) {
                json_object_put(child);
                json_object_put(leaf);
                return false;
            }
        }
        parent = child;
    }
    if (put_child(parent, path->steps[path->depth - 1], leaf))
        return true;
    json_object_put(leaf);
    return false;
}

/* Applies one variable, if it is of this form. Returns false if it does not fit. */
static bool lay_over(json_object *root, const char *variable)
{
    char name[NAME_MAX_LENGTH];
    struct config_path path;
    size_t length = strcspn(variable, "=");
    if (length >= sizeof name || variable[length] != '=')
        return true;
    memcpy(name, variable, length);
    name[length] = '\0';
    if (strstr(name, "__") == NULL || !split_name(name, &path))
        return true;
    const struct setting *setting = setting_at(&path);
    return setting == NULL || put_leaf(root, &path, leaf_value(setting, variable + length + 1));
}

/* Applies all variables. Returns how many do not fit, and one of these in *misfit. */
static size_t lay_all_over(json_object *root, const char **misfit)
{
    size_t misfits = 0;
    for (char **entry = environ; *entry != NULL; entry++)
        if (!lay_over(root, *entry)) {
            *misfit = *entry;
            misfits++;
        }
    return misfits;
}

/* The environment has no order: the second item of an array may come before the first, and then
 * fits only in the next pass. */
bool config_overlay_environment(struct config *config, struct error *error)
{
    const char *misfit = NULL;
    size_t before = SIZE_MAX, misfits = lay_all_over(config->root, &misfit);
    while (misfits > 0 && misfits < before) {
        before = misfits;
        misfits = lay_all_over(config->root, &misfit);
    }
    return misfits == 0 ||
           error_set(error, ERROR_USAGE,
                     "the environment variable %.*s does not fit the configuration: the setting it "
                     "names is not there or is of another type",
                     (int)strcspn(misfit, "="), misfit);
}

/* below is whether a variable that sets a value below the path counts too. */
static const char *find_name(const struct config_path *path, bool below)
{
    char name[NAME_MAX_LENGTH] = "";
    size_t length = 0;
    for (size_t i = 0; i < path->depth && length < sizeof name; i++)
        length += (size_t)snprintf(name + length, sizeof name - length, "%s%s", i > 0 ? "__" : "",
                                   path->steps[i]);
    if (length >= sizeof name)
        return NULL;
    for (char **entry = environ; *entry != NULL; entry++)
        if (strncasecmp(*entry, name, length) == 0 &&
            ((*entry)[length] == '=' || (below && strncmp(*entry + length, "__", 2) == 0)))
            return *entry;
    return NULL;
}

const char *config_environment_name(const struct config_path *path)
{
    return find_name(path, false);
}

const char *config_environment_name_below(const struct config_path *path)
{
    return find_name(path, true);
}
