/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/docker_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/environment.h"
#include "common/base/file.h"
#include "common/base/search_path.h"
#include "common/base/text.h"
#include "common/base/unfinished.h"
#include "helpers/entra/setup/replace_file.h"

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
static void add(struct docker_files *files, char *path, bool is_wanted)
{
    struct docker_file file = { .path = path, .is_there = access(path, F_OK) == 0 };
    if (file.is_there || is_wanted)
        files->items[files->count++] = file;
    else
        free(path);
}

bool docker_files_find(bool is_wanted, struct docker_files *ret_files, struct error *error)
{
    static const char *const docker[] = { "docker", NULL };
    static const char *const podman[] = { "podman", "buildah", "skopeo", NULL };
    bool has_podman = is_installed(podman) || environment("REGISTRY_AUTH_FILE") != NULL;
    *ret_files = (struct docker_files){ 0 };
    char *of_docker = path_by("DOCKER_CONFIG", "/config.json", "~/.docker/config.json", error);
    if (of_docker == NULL)
        return false;
    add(ret_files, of_docker, is_wanted && (is_installed(docker) || !has_podman));
    char *of_podman = podman_path(error);
    if (of_podman == NULL)
        return false;
    add(ret_files, of_podman, is_wanted && has_podman);
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
    return file->config != NULL || error_set(error, why.kind, "%s: %s", file->path, why.message);
}

/* The helper in a backup; *ret_is_read is whether there is one that can be read. The caller frees
 * it.
 */
static char *helper_in(const char *path, const char *registry, bool *ret_is_read)
{
    struct file_rights rights = { 0 };
    struct error unused = { 0 };
    auto_secret struct secret *text = file_read(path, DOCKER_CONFIG_MAX, &rights, &unused);
    auto_json_secret json_object *config = text != NULL ? docker_config_parse(text, &unused) : NULL;
    const char *helper = docker_config_helper(config, registry);
    *ret_is_read = config != NULL;
    return helper != NULL ? strdup(helper) : NULL;
}

char *docker_files_former_helper(const struct docker_file *file, const char *registry)
{
    char real[PATH_MAX];
    struct error unused = { 0 };
    int number = 0;
    if (realpath(file->path, real) == NULL || !replace_file_newest_backup(real, &number, &unused))
        return NULL;
    for (; number > 0; number--) {
        bool is_read = false;
        autofree char *path = replace_file_backup(real, number);
        autofree char *helper = helper_in(path, registry, &is_read);
        if (is_read && (helper == NULL || strcmp(helper, DOCKER_CONFIG_HELPER) != 0))
            return steal(&helper);
    }
    return NULL;
}

/* ---- writing ---- */

static bool fail(const char *path, struct error *error)
{
    return error_set(error, ERROR_OTHER, "%s: %s", path, strerror(errno));
}

/* Makes the folders of a path that are missing. */
static bool make_folders(const char *path, struct error *error)
{
    autofree char *folder = strdup(path);
    for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(folder, 0700) != 0 && errno != EEXIST)
            return fail(folder, error);
        *slash = '/';
    }
    return true;
}

/* docker makes it with this mode too: it may get passwords. */
static bool create(const struct docker_file *file, const struct secret *text, struct error *error)
{
    struct unfinished *unfinished_file = NULL;
    autofree char *name = text_format("%s.new-entra", file->path);
    if (!make_folders(file->path, error))
        return false;
    unfinished_sweep(AT_FDCWD, name);
    autoclose int fd = unfinished_create(AT_FDCWD, name, 0600, &unfinished_file);
    if (fd < 0)
        return fail(name, error);
    if (!secret_write(text, fd) || fsync(fd) != 0) {
        fail(name, error);
        return unfinished_remove(unfinished_file);
    }
    return unfinished_rename(unfinished_file, file->path) || fail(file->path, error);
}

static bool fail_changed(const struct docker_file *file, struct error *error)
{
    error_set(error, ERROR_OTHER, "%s was changed by another program", file->path);
    return error_hint(error, "Run this command again.");
}

bool docker_files_write(const struct docker_file *file, const struct secret *changed,
                        char ret_backup[PATH_MAX], struct error *error)
{
    struct file_rights rights = { 0 };
    ret_backup[0] = '\0';
    if (!file->is_there)
        return access(file->path, F_OK) == 0 ? fail_changed(file, error)
                                             : create(file, changed, error);
    auto_secret struct secret *now = file_read(file->path, DOCKER_CONFIG_MAX, &rights, error);
    if (now == NULL)
        return false;
    return secret_equals(now, file->text->bytes, file->text->length)
               ? replace_file(file->path, file->text, changed, ret_backup, error)
               : fail_changed(file, error);
}
