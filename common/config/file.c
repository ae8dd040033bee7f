/* SPDX-License-Identifier: MIT */
/* The configuration's file: found, opened safely, read and parsed. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/base/environment.h"
#include "common/base/file.h"
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

/* Whether there is no such file for this user. If that is not known, there may be one, and whatever
 * is wrong is reported when it is read: going on without it could mean another authority. */
static bool is_absent(const char *path)
{
    return access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR || errno == EACCES);
}

/* *named is whether an option or variable names the file. *path is NULL if there is no file. */
static bool find_file(const struct options *options, char **path, bool *named, struct error *error)
{
    const char *variable = environment("ENTRA_CONFIG");
    const char *name = options->config != NULL ? options->config : variable;
    *named = name != NULL;
    *path = NULL;
    if (*named) {
        autofree char *found = file_path_in_home(name);
        if (!file_check_absolute(found, options->config != NULL ? "--config" : "ENTRA_CONFIG",
                                 error))
            return false;
        *path = steal(&found);
        return true;
    }
    *path = path_in_home();
    if (*path != NULL && !is_absent(*path))
        return true;
    free(*path);
    *path = is_absent(FILE_IN_ETC) ? NULL : strdup(FILE_IN_ETC);
    return true;
}

static bool parse_file(struct config *config, struct error *error)
{
    size_t line = 0;
    struct error why = { 0 };
    config->root = json_parse_lenient(config->text->bytes, config->text->length, &line, &why);
    if (config->root == NULL) {
        error_set(error, ERROR_USAGE, "%s:%zu: %s", config->path, line, why.message);
        return error_known_as(error, "configuration_syntax");
    }
    if (json_object_is_type(config->root, json_type_object))
        return true;
    error_set(error, ERROR_USAGE, "%s:1: the file's content is not an object", config->path);
    return error_known_as(error, "configuration_syntax");
}

bool config_read_file(struct config *config, struct error *error)
{
    const struct options *options = config->options;
    bool named;
    if (!find_file(options, &config->path, &named, error))
        return false;
    if (config->path == NULL)
        return true;

    config->text = file_read(config->path, CONFIG_FILE_MAX, &config->rights, error);
    if (config->text == NULL)
        return named && options->config == NULL && error_advice(error)[0] == '\0' &&
               error_hint(error, "ENTRA_CONFIG names this file.");
    trace("configuration: reading %s", config->path);
    return parse_file(config, error);
}

void config_warn_of_readers(const struct config *config)
{
    if (config->has_secrets)
        file_warn_of_readers(config->path, &config->rights);
}
