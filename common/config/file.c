/* SPDX-License-Identifier: MIT */
/* The configuration's files: which are read, and how they lie one under another. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/base/environment.h"
#include "common/base/file.h"
#include "common/base/shell_line.h"
#include "common/base/text.h"
#include "common/config/internal.h"
#include "common/entra/error_report.h"

#define FILE_IN_ETC "/etc/entra/appsettings.json"

/* $XDG_CONFIG_HOME/entra/appsettings.json, or the same in ~/.config; NULL if there is no home
 * directory. */
static char *path_in_home(void)
{
    const char *base = environment_path("XDG_CONFIG_HOME");
    const char *home = environment_path("HOME");
    if (base != NULL)
        return text_format("%s/entra/appsettings.json", base);
    if (home != NULL)
        return text_format("%s/.config/entra/appsettings.json", home);
    return NULL;
}

char *config_file_to_edit(const struct config *config)
{
    return config->layer_count > 0 ? strdup(config->layers[0].path) : path_in_home();
}

/* Whether there is no such file for this user. If that is not known, there may be one, and whatever
 * is wrong is reported when it is read: going on without it could mean another authority. */
static bool is_absent(const char *path)
{
    return access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR || errno == EACCES);
}

/* Adds a layer below the others. Takes ownership of the path. */
static struct layer *add_layer(struct config *config, char *path)
{
    struct layer *layer = &config->layers[config->layer_count++];
    layer->path = path;
    return layer;
}

/* The file that an option or a variable names: no other is read. */
static bool read_named(struct config *config, const char *name, struct error *error)
{
    bool by_option = config->options->config != NULL;
    autofree char *path = file_path_in_home(name);
    if (!file_check_absolute(path, by_option ? "--config" : "ENTRA_CONFIG", error))
        return false;
    if (layer_read(add_layer(config, steal(&path)), error))
        return true;
    return !by_option && error_advice(error)[0] == '\0' &&
           error_hint(error, "ENTRA_CONFIG names this file.");
}

/* The machine's file is kept for others, such as the services that have an app's secret in it.
 * Always returns false. */
static bool advise_own_file(const char *own, struct error *error)
{
    autofree char *folder = strndup(own, (size_t)(strrchr(own, '/') - own));
    struct shell_line command = { "" };
    shell_line_add(&command, "mkdir -p", folder);
    shell_line_add(&command, "&& echo {} >", own);
    return error_hint(error,
                      "It is not for this user, who needs a file of their own, if only an empty "
                      "one: '%s'.",
                      command.text + 1);
}

/* The user's file, and the machine's below it. One of the machine that this user may not read is
 * not meant for a user who has a file. */
static bool read_usual(struct config *config, struct error *error)
{
    autofree char *in_home = path_in_home();
    bool has_own = in_home != NULL && !is_absent(in_home);
    if (has_own && !layer_read(add_layer(config, steal(&in_home)), error))
        return false;
    if (is_absent(FILE_IN_ETC))
        return true;
    bool is_for_others = access(FILE_IN_ETC, R_OK) != 0 && errno == EACCES;
    if (has_own && is_for_others) {
        trace("configuration: passing over " FILE_IN_ETC ", which this user may not read");
        return true;
    }
    return layer_read(add_layer(config, strdup(FILE_IN_ETC)), error) ||
           (is_for_others && in_home != NULL && advise_own_file(in_home, error));
}

/* A text in the place of a section is what somebody mistyped, and the section under it may be the
 * identity. To be called before one is laid under the other. */
static void find_hidden(struct config *config, json_object *below)
{
    struct config_difference found = { 0 };
    char name[CONFIG_NAME_MAX];
    if (config->hidden != NULL || !config_find_difference(config->root, below, &found))
        return;
    const struct config_origin *seen = json_object_get_userdata(found.above);
    const struct config_origin *hidden = json_object_get_userdata(found.below);
    bool is_section = json_object_is_type(found.above, json_type_object);
    config->hidden = text_format("%s:%zu: '%s' is a %s, so the %s at %s:%zu is not read",
                                 seen->source, seen->line, config_path_name(&found.path, name),
                                 is_section ? "section" : "value", is_section ? "value" : "section",
                                 hidden->source, hidden->line);
}

bool config_read_files(struct config *config, struct error *error)
{
    const char *option = config->options->config;
    const char *name = option != NULL ? option : environment("ENTRA_CONFIG");
    if (name != NULL ? !read_named(config, name, error) : !read_usual(config, error))
        return false;
    config->root = json_object_new_object();
    for (size_t i = 0; i < config->layer_count; i++) {
        find_hidden(config, config->layers[i].root);
        config_lay_under(config->root, config->layers[i].root);
        json_object_put(steal(&config->layers[i].root));
    }
    return true;
}

void config_warn_of_files(const struct config *config)
{
    for (size_t i = 0; i < config->layer_count; i++)
        if (config->layers[i].has_secrets)
            file_warn_of_readers(config->layers[i].path, &config->layers[i].rights);
    if (config->hidden != NULL)
        warning("%s", config->hidden);
}
