/* SPDX-License-Identifier: MIT */
/* Relative paths. In the file they are relative to its folder; nothing is relative to the working
 * directory, where anybody may have put a file: git, for one, runs its helper in a repository that
 * it has just cloned. */
#define _GNU_SOURCE
#include <string.h>

#include "common/base/environment.h"
#include "common/base/file.h"
#include "common/config/internal.h"
#include "common/entra/placeholder.h"

/* The folders that relative paths are below; NULL: they stay as they are. */
struct folders {
    const char *file;
    const char *credentials;
};

static const char *folder_of(const struct folders *folders, enum setting_type type,
                             const char *value)
{
    switch (type) {
    case SETTING_PATH:
        return folders->file;
    case SETTING_PATH_OR_URI:
        return file_is_uri(value) ? NULL : folders->file;
    case SETTING_PATH_OF_CREDENTIAL:
        return folders->credentials != NULL ? folders->credentials : folders->file;
    default:
        return NULL;
    }
}

static void resolve(const struct folders *folders, const struct setting *setting,
                    json_object *value)
{
    if (json_object_is_type(value, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(value); i++)
            resolve(folders, setting, json_object_array_get_idx(value, i));
    } else if (json_object_is_type(value, json_type_object)) {
        json_object_object_foreach(value, key, member) {
            resolve(folders, config_known_setting(key), member);
        }
    } else if (setting != NULL && json_object_is_type(value, json_type_string)) {
        const char *text = json_object_get_string(value);
        const char *folder = folder_of(folders, setting->type, text);
        bool has_nul = strlen(text) < (size_t)json_object_get_string_len(value);
        if (folder == NULL || text[0] == '\0' || has_nul || placeholder_is(text) ||
            file_is_in_home(text)) /* config_find_home */
            return;
        autofree char *path = file_path_below(folder, text);
        json_object_set_string(value, path);
    }
}

void config_resolve_paths_of_file(json_object *content, const char *file)
{
    const char *slash = strrchr(file, '/');
    if (slash == NULL)
        return;
    size_t length = slash > file ? (size_t)(slash - file) : 1;
    autofree char *folder = strndup(file, length);
    const char *credentials = environment_path("CREDENTIALS_DIRECTORY");
    resolve(&(struct folders){ folder, credentials }, NULL, content);
}

void config_resolve_paths_of_credentials(struct config *config)
{
    const char *credentials = environment_path("CREDENTIALS_DIRECTORY");
    resolve(&(struct folders){ NULL, credentials }, NULL, config->root);
}

/* ---- the home directory ---- */

static void find_home(char **path)
{
    if (*path == NULL || !file_is_in_home(*path))
        return;
    char *found = file_path_in_home(*path);
    free(*path);
    *path = found;
}

void config_find_home(struct token_request *request)
{
    for (size_t i = 0; i < request->credential_count; i++) {
        struct credential *credential = &request->credentials[i];
        if (credential->borrowed)
            continue;
        find_home(&credential->path);
        find_home(&credential->key_path);
        if (credential->command != NULL)
            find_home(&credential->command[0]);
    }
}

/* ---- the check ---- */

static bool check_path(const struct credential *credential, const char *path, struct error *error)
{
    bool may_be_uri = credential->kind == CREDENTIAL_CERTIFICATE;
    return path == NULL || (may_be_uri && file_is_uri(path)) ||
           file_check_absolute(may_be_uri ? file_path(path) : path, credential->where, error);
}

static bool check_command(const struct credential *credential, struct error *error)
{
    const char *program = credential->command != NULL ? credential->command[0] : NULL;
    if (program == NULL || strchr(program, '/') == NULL || program[0] == '/')
        return true;
    error_set(error, ERROR_USAGE, "%s: the program '%.200s' is not an absolute path",
              credential->where, program);
    return error_hint(error, "A relative path would be another program in each working directory. "
                             "Give the whole path, or a name without a slash that is in PATH.");
}

static bool check_credential(const struct credential *credential, struct error *error)
{
    return check_path(credential, credential->path, error) &&
           check_path(credential, credential->key_path, error) && check_command(credential, error);
}

bool config_check_paths(const struct token_request *request, struct error *error)
{
    for (size_t i = 0; i < request->credential_count; i++)
        if (!check_credential(&request->credentials[i], error))
            return false;
    return true;
}

void config_take_out_paths(struct token_request *request)
{
    for (size_t i = 0; i < request->credential_count; i++) {
        struct credential *credential = &request->credentials[i];
        struct error why = { 0 };
        if (credential->borrowed || check_credential(credential, &why))
            continue;
        free(steal(&credential->path));
        free(steal(&credential->key_path));
        credential->trouble = malloc(sizeof *credential->trouble);
        *credential->trouble = why;
    }
}
