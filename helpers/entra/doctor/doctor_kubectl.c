/* SPDX-License-Identifier: MIT */
/* The check kubectl: which users have our plugin, and whether the current one does. */
#define _GNU_SOURCE
#include <string.h>

#include "common/base/subprocess.h"
#include "common/entra/child_environment.h"
#include "helpers/entra/doctor/doctor.h"

#define PLUGIN         "exec-credential-entra"
#define KUBECONFIG_MAX (4 * 1024 * 1024)

/* Finds an item of an array ("users", "contexts") by name. NULL if there is none or name is NULL.
 */
static json_object *find_named(const json_object *config, const char *array, const char *name)
{
    json_object *items = NULL;
    json_object_object_get_ex(config, array, &items);
    for (size_t i = 0; json_object_is_type(items, json_type_array) && name != NULL &&
                       i < json_object_array_length(items);
         i++) {
        json_object *item = json_object_array_get_idx(items, i);
        const char *other =
            json_object_is_type(item, json_type_object) ? json_string(item, "name") : NULL;
        if (other != NULL && strcmp(other, name) == 0)
            return item;
    }
    return NULL;
}

static json_object *member(const json_object *object, const char *key)
{
    json_object *value = NULL;
    json_object_object_get_ex(object, key, &value);
    return json_object_is_type(value, json_type_object) ? value : NULL;
}

/* The command of a user's exec section; NULL if it has none. */
static const char *command_of(const json_object *user)
{
    json_object *exec = member(member(user, "user"), "exec");
    return exec != NULL ? json_string(exec, "command") : NULL;
}

static bool is_plugin(const char *command)
{
    const char *name = command != NULL ? strrchr(command, '/') : NULL;
    return command != NULL && strcmp(name != NULL ? name + 1 : command, PLUGIN) == 0;
}

static const char *current_user(const json_object *config)
{
    const char *context = json_string(config, "current-context");
    json_object *inside = member(find_named(config, "contexts", context), "context");
    return inside != NULL ? json_string(inside, "user") : NULL;
}

/* The first user that has our plugin; NULL if there is none. */
static const char *find_plugin_user(const json_object *config)
{
    json_object *users = NULL;
    json_object_object_get_ex(config, "users", &users);
    for (size_t i = 0;
         json_object_is_type(users, json_type_array) && i < json_object_array_length(users); i++) {
        json_object *user = json_object_array_get_idx(users, i);
        if (json_object_is_type(user, json_type_object) && is_plugin(command_of(user)))
            return json_string(user, "name");
    }
    return NULL;
}

static void check_config(struct doctor *doctor, const json_object *config)
{
    const char *current = current_user(config);
    const char *command = command_of(find_named(config, "users", current));
    const char *other = find_plugin_user(config);
    struct error error = { 0 };
    if (is_plugin(command) && !doctor_finds_program(command)) {
        error_set(&error, ERROR_USAGE, "the plugin of kubectl's user %.100s was not found: %.200s",
                  current, command);
        error_known_as(&error, "program_not_found");
        doctor_fail(doctor, &error);
    } else if (is_plugin(command)) {
        doctor_ok(doctor, "kubectl's user %s uses our plugin: %s", current, command);
    } else if (other != NULL) {
        doctor_skip(doctor,
                    "kubectl's user %s uses our plugin, but the current context's user is %s",
                    other, current != NULL ? current : "none");
    } else {
        doctor_skip(doctor,
                    "no user in the kubeconfig uses our plugin (see 'entra setup kubectl')");
    }
}

/* The caller frees the result with secret_free. */
static struct secret *read_config(struct doctor *doctor, struct error *error)
{
    static char *const command[] = { "kubectl", "config", "view", "-o", "json", NULL };
    int status = 0;
    char said[SUBPROCESS_SAID_MAX];
    auto_secret struct secret *text =
        subprocess_ask(command, child_environment_without_secrets, NULL, KUBECONFIG_MAX,
                       doctor_deadline(doctor), &status, said, error);
    if (text == NULL || status == 0)
        return steal(&text);
    error_set(error, ERROR_USAGE, "the command 'kubectl' failed%s%s", said[0] != '\0' ? ": " : "",
              said);
    return NULL;
}

void doctor_kubectl(struct doctor *doctor)
{
    struct error error = { 0 };
    if (!doctor_finds_program("kubectl")) {
        doctor_skip(doctor, "kubectl is not in PATH");
        return;
    }
    auto_secret struct secret *text = read_config(doctor, &error);
    auto_json_secret json_object *config =
        text != NULL ? json_parse(text->bytes, text->length, &error) : NULL;
    if (json_object_is_type(config, json_type_object)) {
        check_config(doctor, config);
        return;
    }
    if (error.kind == ERROR_NONE)
        error_set(&error, ERROR_OTHER, "it is not a JSON object");
    error_wanted(&error, "kubectl's configuration cannot be read");
    doctor_fail(doctor, &error);
}
