/* SPDX-License-Identifier: MIT */
/*
 * The files in which docker, podman and others find the helper of a registry: docker's, which helm,
 * oras and most others read too, and podman's, which buildah and skopeo read too.
 */
#ifndef HELPERS_ENTRA_SETUP_DOCKER_FILES_H
#define HELPERS_ENTRA_SETUP_DOCKER_FILES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/cleanup.h"
#include "helpers/entra/setup/docker_config.h"

struct docker_file {
    char *path;
    const char *reader; /* docker or podman */
    bool is_there;
    struct secret *text; /* "" if it is not there; NULL: not loaded */
    json_object *config;
};

#define DOCKER_FILES_MAX 2

struct docker_files {
    struct docker_file items[DOCKER_FILES_MAX];
    size_t count;
};

/* Finds the files that exist, and if is_wanted those that their programs would read: docker's if
 * docker is installed, or podman is not; podman's if that, buildah or skopeo is. The caller clears
 * *ret_files with docker_files_clear in any case. Fails with ERROR_USAGE if a variable that names a
 * file is not an absolute path. */
bool docker_files_find(bool is_wanted, struct docker_files *ret_files, struct error *error);

/* Reads and parses a file, if it is there. Fails with ERROR_USAGE or ERROR_OTHER; the message has
 * the path. */
bool docker_files_load(struct docker_file *file, struct error *error);

/* Writes a loaded file (user_file.h). The path of the backup goes to ret_backup: "" if there is
 * none. Fails with ERROR_OTHER and leaves it as it was, also if another program has changed it in
 * between. */
bool docker_files_write(const struct docker_file *file, const struct secret *changed,
                        char ret_backup[PATH_MAX], struct error *error);

void docker_files_clear(struct docker_files *files);
#define auto_docker_files CLEANUP(docker_files_clear)

/* Names of registries, each once. */
#define DOCKER_REGISTRIES_MAX 1000

struct docker_registries {
    char *items[DOCKER_REGISTRIES_MAX]; /* owned */
    size_t count;
    bool is_full; /* and there are others */
};

/* Adds a name, which is copied, unless it is there or there are too many. */
void docker_registries_add(struct docker_registries *registries, const char *registry);

void docker_registries_clear(struct docker_registries *registries);
#define auto_docker_registries CLEANUP(docker_registries_clear)

#endif
