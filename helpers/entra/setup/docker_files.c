/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/docker_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/environment.h"
#include "common/base/file.h"
#include "common/base/search_path.h"
#include "common/base/text.h"
#include "helpers/entra/setup/user_file.h"

/* ---- which files ---- */

static bool is_installed(const char *const *programs)
{
    for (; *programs != NULL; programs++) {
        autofree char *path = search_path_find(*programs);
        if (path != NULL)
            return true;
    }
    return false;
}

/* The path that a variable names, with a name below it; or else one in the user's folders. The
 * caller frees it. NULL with ERROR_USAGE. */
static char *path_by(const char *variable, const char *below, const char *otherwise,
                     struct error *error)
{
    const char *value = environment(variable);
    char *path = value != NULL ? text_format("%s%s", value, below) : file_path_in_home(otherwise);
    if (file_check_absolute(path, value != NULL ? variable : "HOME", error))
        return path;
    free(path);
    return NULL;
}

static char *podman_path(struct error *error)
{
    const char *folder = environment_path("XDG_CONFIG_HOME");
    autofree char *usual = folder != NULL ? text_format("%s/containers/auth.json", folder)
                                          : strdup("~/.config/containers/auth.json");
    return path_by("REGISTRY_AUTH_FILE", "", usual, error);
}

/* Takes over the path. */
static void add(struct docker_files *files, const char *reader, char *path, bool is_wanted)
{
    bool is_missing = access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR);
    struct docker_file file = { .path = path, .reader = reader, .is_there = !is_missing };
    if (file.is_there || is_wanted)
        files->items[files->count++] = file;
    else
        free(path);
}

bool docker_files_find(bool is_wanted, struct docker_files *ret_files, struct error *error)
{
    static const char *const docker[] = { "docker", "nerdctl", "helm", "oras",
                                          "crane",  "cosign",  NULL };
    static const char *const podman[] = { "podman", "buildah", "skopeo", NULL };
    bool has_podman = is_installed(podman) || environment("REGISTRY_AUTH_FILE") != NULL;
    *ret_files = (struct docker_files){ 0 };
    char *of_docker = path_by("DOCKER_CONFIG", "/config.json", "~/.docker/config.json", error);
    if (of_docker == NULL)
        return false;
    bool has_docker = is_installed(docker) || environment("DOCKER_CONFIG") != NULL;
    add(ret_files, "docker", of_docker, is_wanted && (has_docker || !has_podman));
    char *of_podman = podman_path(error);
    if (of_podman == NULL)
        return false;
    add(ret_files, "podman", of_podman, is_wanted && has_podman);
    return true;
}

void docker_files_clear(struct docker_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        free(files->items[i].path);
        secret_free(files->items[i].text);
        json_wipe(files->items[i].config);
    }
    *files = (struct docker_files){ 0 };
}

/* ---- reading ---- */

bool docker_files_load(struct docker_file *file, struct error *error)
{
    struct file_rights rights = { 0 };
    struct error why = { 0 };
    file->text = file->is_there ? file_read(file->path, DOCKER_CONFIG_MAX, &rights, error)
                                : secret_new("", 0);
    if (file->text == NULL)
        return false;
    file->config = docker_config_parse(file->text, &why);
    if (file->config != NULL)
        return true;
    error_set(error, why.kind, "%s: %s", file->path, why.message);
    return error_hint(error, "Repair the file: %s cannot read it either.", file->reader);
}

/* ---- writing ---- */

/* docker makes its file with this mode too: it may get passwords. */
bool docker_files_write(const struct docker_file *file, const struct secret *changed,
                        char ret_backup[PATH_MAX], struct error *error)
{
    struct error unused = { 0 };
    auto_json_secret json_object *config = docker_config_parse(changed, &unused);
    const struct user_file written = { .path = file->path,
                                       .text = file->is_there ? file->text : NULL,
                                       .is_ours = docker_config_is_ours(file->config),
                                       .mode = 0600 };
    bool is_left_empty = config != NULL && json_object_object_length(config) == 0;
    return user_file_write(&written, changed, is_left_empty, ret_backup, error);
}

/* ---- names of registries ---- */

void docker_registries_add(struct docker_registries *registries, const char *registry)
{
    for (size_t i = 0; i < registries->count; i++)
        if (strcmp(registries->items[i], registry) == 0)
            return;
    registries->is_full = registries->count == DOCKER_REGISTRIES_MAX;
    if (!registries->is_full)
        registries->items[registries->count++] = strdup(registry);
}

void docker_registries_clear(struct docker_registries *registries)
{
    for (size_t i = 0; i < registries->count; i++)
        free(registries->items[i]);
    registries->count = 0;
}
