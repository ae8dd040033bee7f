/* SPDX-License-Identifier: MIT */
/*
 * What becomes of the registries in a file of docker's or podman's: each gets our helper, or loses
 * it and has the one before it again, which is in the backups of the file (file_backup.h).
 */
#ifndef HELPERS_ENTRA_SETUP_DOCKER_PLAN_H
#define HELPERS_ENTRA_SETUP_DOCKER_PLAN_H

#include "helpers/entra/setup/docker_files.h"

struct docker_change {
    const char *registry; /* not owned */
    const char *before;   /* its helper, of the file; NULL: none */
    char *after;          /* likewise; owned */
};

struct docker_plan {
    struct docker_change *changes; /* one for each registry */
    size_t count;
    struct secret *text; /* of the file, with all of them */
};

/* Whether a helper, which may be NULL, is ours. */
bool docker_helper_is_ours(const char *helper);

/* Plans what is done to a loaded file. What is removed is our helper; another one stays. The helper
 * before ours is that of the newest backup in which it was not ours. The caller clears *ret_plan
 * with docker_plan_clear in any case; the file and the registries must outlive it. Fails with
 * ERROR_OTHER or ERROR_USAGE, also if a backup cannot be read that may have the helper before ours.
 */
bool docker_plan_make(const struct docker_file *file, const struct docker_registries *registries,
                      bool is_removal, struct docker_plan *ret_plan, struct error *error);

void docker_plan_clear(struct docker_plan *plan);
#define auto_docker_plan CLEANUP(docker_plan_clear)

#endif
