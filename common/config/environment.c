/* SPDX-License-Identifier: MIT */
/* Environment variables of the form Section__Key, as .NET's configuration reads them: two
 * underscores or a colon separate the steps of a path, keys have no case, and array items are named
 * by index.
 */
#define _GNU_SOURCE
#include <string.h>

#include "common/config/internal.h"

#define NAME_MAX_LENGTH 256
#define STEPS_MAX       6

extern char **environ;

bool config_split_variable(char *name, struct config_path *path)
{
    *path = (struct config_path){ 0 };
    for (char *step = name; step != NULL;) {
        char *mark = strstr(step, "__"), *colon = strchr(step, ':');
        char *next = mark != NULL ? mark + 2 : NULL;
        if (colon != NULL && (mark == NULL || colon < mark)) {
            mark = colon;
            next = colon + 1;
        }
        if (mark != NULL)
            *mark = '\0';
        if (step[0] == '\0' || path->depth == STEPS_MAX)
            return false;
        path->steps[path->depth++] = step;
        step = next;
    }
    return path->depth >= 2;
}

/* Whether a path ends in a setting: other programs' variables with "__" in their names do not. */
static bool is_of_setting(const struct config_path *path)
{
    size_t last = path->depth - 1;
    if (config_is_index(path->steps[last]))
        last--;
    return config_known_setting(path->steps[last]) != NULL;
}

/* Applies one variable, if it is of this form. */
static void lay_over(json_object *root, const char *variable)
{
    char name[NAME_MAX_LENGTH];
    struct config_path path;
    const struct config_origin origin = { variable, 0 };
    size_t length = strcspn(variable, "=");
    if (length >= sizeof name || variable[length] != '=')
        return;
    memcpy(name, variable, length);
    name[length] = '\0';
    if (config_split_variable(name, &path) && is_of_setting(&path))
        config_put(root, &path, json_object_new_string(variable + length + 1), &origin, true);
}

void config_overlay_environment(struct config *config)
{
    for (char **entry = environ; *entry != NULL; entry++)
        lay_over(config->root, *entry);
}
