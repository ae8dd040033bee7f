/* SPDX-License-Identifier: MIT */
/* The check docker: for which registries docker and podman ask our helper, and whether it answers.
 */
#define _GNU_SOURCE
#include <string.h>

#include "common/base/environment.h"
#include "helpers/docker/docker_server.h"
#include "helpers/entra/doctor/doctor.h"
#include "helpers/entra/setup/docker_files.h"
#include "helpers/entra/setup/docker_rivals.h"

#define PROGRAM "docker-credential-" DOCKER_CONFIG_HELPER

/* What docker_config_each passes on to. */
struct search {
    struct doctor *doctor;
    const struct docker_file *file;
    struct docker_registries ours; /* with our helper, in any file */
};

static void search_clear(struct search *search)
{
    docker_registries_clear(&search->ours);
}

/* Adds a finding about a registry with our helper; whether the registry is ours is known only if
 * the configuration could be read. */
static void check_registry(void *context, const char *registry, const char *helper)
{
    struct search *search = context;
    struct doctor *doctor = search->doctor;
    struct error error = { 0 };
    const struct config_api *api = NULL;
    auto_docker_server struct docker_server server = { 0 };
    if (helper == NULL || strcmp(helper, DOCKER_CONFIG_HELPER) != 0)
        return;
    docker_registries_add(&search->ours, registry);
    enum config_match match = CONFIG_FAILED;
    if (docker_server_parse(registry, strlen(registry), &server, &error) && doctor->config != NULL)
        match = config_find_registry(doctor->config, &server.url, &api, &error);
    if (match == CONFIG_NO_MATCH) {
        docker_server_fail(&server, &error);
        error_hint(&error,
                   "Run 'entra setup docker --remove %s', or see docker-credential-entra(1).",
                   server.registry);
    }
    if (error.kind != ERROR_NONE)
        doctor_fail(doctor, &error);
    else
        doctor_ok(doctor, "%s asks our helper for %s", search->file->reader, registry);
    doctor_detail(doctor, "file", search->file->path, NULL);
}

static void check_files(struct search *search, struct docker_files *files)
{
    struct error error = { 0 };
    for (size_t i = 0; i < files->count; i++) {
        search->file = &files->items[i];
        if (docker_files_load(&files->items[i], &error))
            docker_config_each(files->items[i].config, check_registry, search);
        else
            doctor_fail(search->doctor, &error);
    }
}

void doctor_docker(struct doctor *doctor)
{
    struct error error = { 0 };
    CLEANUP(search_clear) struct search search = { .doctor = doctor };
    auto_docker_files struct docker_files files = { 0 };
    size_t failed_before = doctor->failed_count;
    if (docker_files_find(false, &files, &error))
        check_files(&search, &files);
    else
        doctor_fail(doctor, &error);
    if (search.ours.count > 0) {
        docker_rivals_warn(search.ours.items, search.ours.count);
        doctor_check_helper(doctor, "docker's helper '" DOCKER_CONFIG_HELPER "'", PROGRAM);
    } else if (doctor->failed_count == failed_before) {
        doctor_skip(doctor, "docker and podman do not ask our helper (see 'entra setup docker')");
    }
}
