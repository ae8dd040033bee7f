/* SPDX-License-Identifier: MIT */
/* The tree of values, as .NET's configuration has it: each has a path of keys, which have no case,
 * and is a text or null. Files and variables are laid into it one after another, and each value
 * remembers what set it. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/config/internal.h"

/* Each key is compared with all others beside it, so there must not be too many. */
#define MEMBERS_MAX 1024

/* Up to which index an array may lack items, for the moment. */
#define GAP_MAX 1000

/* ---- what set a value ---- */

static void free_origin(json_object *value, void *origin)
{
    (void)value;
    free(origin);
}

static json_object *set_by(const struct config_origin *origin, json_object *value)
{
    struct config_origin *copy = malloc(sizeof *copy);
    *copy = *origin;
    json_object_set_userdata(value, copy, free_origin);
    return value;
}

const struct config_origin *config_origin(const struct config *config,
                                          const struct config_path *path)
{
    json_object *value = config->root;
    const struct config_origin *origin = NULL;
    for (size_t i = 0; value != NULL; i++) {
        origin = json_object_get_userdata(value);
        value = i < path->depth ? config_child(value, path->steps[i]) : NULL;
    }
    return origin;
}

/* ---- one step ---- */

bool config_is_index(const char *step)
{
    size_t length = strlen(step);
    return length > 0 && length <= 3 && strspn(step, "0123456789") == length;
}

static bool is_container(const json_object *value)
{
    return json_object_is_type(value, json_type_object) ||
           json_object_is_type(value, json_type_array);
}

/* The key under which an object has the member, in whatever case; NULL if it has none. */
static const char *key_of(const json_object *object, const char *key)
{
    json_object_object_foreach(object, name, value) {
        (void)value;
        if (strcasecmp(name, key) == 0)
            return name;
    }
    return NULL;
}

/* SIZE_MAX if the step is no index. One that is too large for the type is too large for any array.
 */
static size_t index_of(const char *step)
{
    if (strspn(step, "0123456789") < strlen(step))
        return SIZE_MAX;
    size_t index = strtoul(step, NULL, 10);
    return index < SIZE_MAX ? index : SIZE_MAX - 1;
}

json_object *config_child(const json_object *parent, const char *step)
{
    if (json_object_is_type(parent, json_type_array))
        return json_object_array_get_idx(parent, index_of(step));
    return config_member(parent, step);
}

/* Whether a value, which may be null, is under the step. */
static bool has_child(const json_object *parent, const char *step)
{
    return json_object_is_type(parent, json_type_array) ? config_child(parent, step) != NULL
                                                        : key_of(parent, step) != NULL;
}

/* Puts a value under the step, in place of the one that is there. Takes ownership of it on success.
 */
static bool set_child(json_object *parent, const char *step, json_object *value)
{
    if (json_object_is_type(parent, json_type_array)) {
        size_t index = index_of(step);
        return (index < GAP_MAX || index <= json_object_array_length(parent)) &&
               json_object_array_put_idx(parent, index, value) == 0;
    }
    const char *key = key_of(parent, step);
    return (key != NULL || json_object_object_length(parent) < MEMBERS_MAX) &&
           json_object_object_add(parent, key != NULL ? key : step, value) == 0;
}

/* ---- one value ---- */

/* Whether there can be a value under a step below this one. */
static bool can_have(const json_object *value, const char *step)
{
    return json_object_is_type(value, json_type_object) ||
           (json_object_is_type(value, json_type_array) && index_of(step) != SIZE_MAX);
}

/* Goes to what is under a step, on the way to the next step: an object or an array. What is in the
 * way is replaced, or, if it must not be, ends it. */
static enum config_put enter(json_object **parent, const char *step, const char *next,
                             const struct config_origin *origin, bool replaces)
{
    json_object *child = config_child(*parent, step);
    if (!can_have(child, next)) {
        if (!replaces && has_child(*parent, step))
            return CONFIG_PUT_TAKEN;
        child = set_by(origin,
                       config_is_index(next) ? json_object_new_array() : json_object_new_object());
        if (!set_child(*parent, step, child)) {
            json_object_put(child);
            return CONFIG_PUT_FULL;
        }
    }
    *parent = child;
    return CONFIG_PUT_DONE;
}

enum config_put config_put(json_object *root, const struct config_path *path, json_object *value,
                           const struct config_origin *origin, bool replaces)
{
    json_object *parent = root;
    const char *last = path->steps[path->depth - 1];
    enum config_put outcome = CONFIG_PUT_DONE;
    if (value != NULL)
        set_by(origin, value);
    for (size_t i = 0; outcome == CONFIG_PUT_DONE && i + 1 < path->depth; i++)
        outcome = enter(&parent, path->steps[i], path->steps[i + 1], origin, replaces);
    bool joins = is_container(value) && is_container(config_child(parent, last));
    if (outcome == CONFIG_PUT_DONE && !joins) {
        if (!replaces && has_child(parent, last))
            outcome = CONFIG_PUT_TAKEN;
        else if (!set_child(parent, last, value))
            outcome = CONFIG_PUT_FULL;
        else
            return CONFIG_PUT_DONE;
    }
    json_wipe(value);
    return outcome;
}

json_object *config_in_the_way(json_object *root, const struct config_path *path, size_t *ret_depth)
{
    json_object *value = root;
    size_t depth = 0;
    for (; depth < path->depth && can_have(value, path->steps[depth]); depth++)
        value = config_child(value, path->steps[depth]);
    *ret_depth = depth;
    return value;
}

/* ---- whole trees ---- */

static void lay_child_under(json_object *above, const char *step, json_object *below)
{
    json_object *child = config_child(above, step);
    if (is_container(child) && is_container(below))
        config_lay_under(child, below);
    else if (!has_child(above, step) || (child == NULL && is_container(below)))
        set_child(above, step, json_object_get(below));
}

static bool is_object(const json_object *value)
{
    return json_object_is_type(value, json_type_object);
}

static bool is_text(const json_object *value)
{
    return json_object_is_type(value, json_type_string);
}

bool config_find_difference(json_object *above, json_object *below,
                            struct config_difference *difference)
{
    const struct config_path path = difference->path;
    difference->above = above;
    difference->below = below;
    if (!is_object(above) || !is_object(below))
        return (is_text(above) && is_object(below)) || (is_object(above) && is_text(below));
    json_object_object_foreach(below, key, value) {
        difference->path = config_path_to(&path, key);
        if (config_find_difference(config_member(above, key), value, difference))
            return true;
    }
    return false;
}

void config_lay_under(json_object *above, json_object *below)
{
    if (json_object_is_type(below, json_type_object) &&
        json_object_is_type(above, json_type_object)) {
        json_object_object_foreach(below, key, value) {
            lay_child_under(above, key, value);
        }
    } else if (json_object_is_type(below, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(below); i++) {
            char index[24];
            snprintf(index, sizeof index, "%zu", i);
            lay_child_under(above, index, json_object_array_get_idx(below, i));
        }
    }
}

static void close_gaps_of_array(json_object *array)
{
    size_t length = json_object_array_length(array), filled = 0;
    for (size_t i = 0; i < length; i++) {
        json_object *item = json_object_array_get_idx(array, i);
        if (item == NULL)
            continue;
        config_close_gaps(item);
        if (filled < i)
            json_object_array_put_idx(array, filled, json_object_get(item));
        filled++;
    }
    if (filled < length)
        json_object_array_del_idx(array, filled, length - filled);
}

void config_close_gaps(json_object *value)
{
    if (json_object_is_type(value, json_type_array)) {
        close_gaps_of_array(value);
    } else if (json_object_is_type(value, json_type_object)) {
        json_object_object_foreach(value, key, member) {
            (void)key;
            config_close_gaps(member);
        }
    }
}
