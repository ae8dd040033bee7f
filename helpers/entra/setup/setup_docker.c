/* SPDX-License-Identifier: MIT */
/*
 * entra setup docker: has docker, podman and others ask docker-credential-entra for the passwords
 * of registries, by credHelpers in their configuration. None of them has a command for that.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/output.h"
#include "common/base/own_program.h"
#include "common/base/search_path.h"
#include "common/base/text.h"
#include "common/config/config.h"
#include "helpers/docker/docker_server.h"
#include "helpers/entra/entra.h"
#include "helpers/entra/setup/docker_plan.h"
#include "helpers/entra/setup/docker_rivals.h"
#include "helpers/entra/setup/setup.h"

#define INDENT  2
#define PROGRAM "docker-credential-" DOCKER_CONFIG_HELPER

/* What is being done, for which registries, in which files. */
struct job {
    const struct options *options;
    bool is_removal;
    struct docker_files files;
    struct docker_registries registries;
    struct docker_plan plans[DOCKER_FILES_MAX]; /* one for each file */
};

static void job_clear(struct job *job)
{
    for (size_t i = 0; i < DOCKER_FILES_MAX; i++)
        docker_plan_clear(&job->plans[i]);
    docker_registries_clear(&job->registries);
    docker_files_clear(&job->files);
}
#define auto_job CLEANUP(job_clear)

/* ---- which registries ---- */

static bool take_registry(struct job *job, struct config *config, const char *text,
                          struct error *error)
{
    auto_docker_server struct docker_server server = { 0 };
    const struct config_api *api = NULL;
    if (!docker_server_parse(text, strlen(text), &server, error))
        return error_wanted(error, "'%s'", url_shown(text).text);
    enum config_match match =
        job->is_removal ? CONFIG_MATCH : config_find_registry(config, &server.url, &api, error);
    if (match == CONFIG_MATCH)
        docker_registries_add(&job->registries, server.registry);
    return match == CONFIG_MATCH ||
           (match == CONFIG_NO_MATCH && docker_server_fail(&server, error));
}

static bool take_registries(struct job *job, int count, char **operands, struct error *error)
{
    static const struct options none = { 0 };
    auto_config struct config *config = job->is_removal ? NULL : config_read(&none, NULL, error);
    if (!job->is_removal && config == NULL)
        return false;
    for (int i = 0; i < count; i++)
        if (!take_registry(job, config, operands[i], error))
            return false;
    return true;
}

static void add_if_ours(void *context, const char *registry, const char *helper)
{
    if (docker_helper_is_ours(helper))
        docker_registries_add(&((struct job *)context)->registries, registry);
}

/* All of them, or none. */
static bool check_registries(const struct job *job, struct error *error)
{
    return !job->registries.is_full ||
           error_set(error, ERROR_USAGE, "there are more than %d registries",
                     DOCKER_REGISTRIES_MAX);
}

static bool load_files(struct job *job, struct error *error)
{
    for (size_t i = 0; i < job->files.count; i++)
        if (!docker_files_load(&job->files.items[i], error))
            return false;
    return true;
}

/* ---- doing it ---- */

static void report(const struct job *job, const struct docker_file *file,
                   const struct docker_change *change, const char *backup)
{
    bool is_dry_run = job->options->own[SETUP_DRY_RUN] != NULL;
    if (document_is_wanted(job->options)) {
        json_object *object = json_object_new_object();
        document_add(object, "file", file->path);
        document_add(object, "registry", change->registry);
        document_add(object, "helper", change->after);
        document_add(object, "before", change->before);
        document_add(object, "backup", backup[0] != '\0' ? backup : NULL);
        document_append("credHelpers", object);
        return;
    }
    const char *other = job->is_removal ? change->after : change->before;
    output_paragraph("", INDENT, "%s: %s %s " PROGRAM "%s%s", file->path, change->registry,
                     job->is_removal ? (is_dry_run ? "would no longer ask" : "no longer asks")
                     : is_dry_run    ? "would ask"
                                     : "now asks",
                     other != NULL ? (job->is_removal ? ", but again docker-credential-"
                                                      : ", not docker-credential-")
                                   : "",
                     other != NULL ? other : "");
}

static void report_unchanged(const struct job *job, const struct docker_file *file,
                             const struct docker_change *change)
{
    if (!job->is_removal)
        notice("%s: %s already asks " PROGRAM ".", file->path, change->registry);
    else if (file->is_there)
        notice("%s: %s does not ask " PROGRAM ".", file->path, change->registry);
}

/* All files, before one is changed. */
static bool plan_files(struct job *job, struct error *error)
{
    for (size_t i = 0; i < job->files.count; i++)
        if (!docker_plan_make(&job->files.items[i], &job->registries, job->is_removal,
                              &job->plans[i], error))
            return error_wanted(error, "%s", job->files.items[i].path);
    return true;
}

static bool change_file(const struct job *job, const struct docker_file *file,
                        const struct docker_plan *plan, struct error *error)
{
    char backup[PATH_MAX] = "";
    bool is_changed = !secret_equals(plan->text, file->text->bytes, file->text->length);
    if (is_changed && job->options->own[SETUP_DRY_RUN] == NULL &&
        !docker_files_write(file, plan->text, backup, error))
        return false;
    for (size_t i = 0; i < plan->count; i++) {
        const struct docker_change *change = &plan->changes[i];
        if (text_is_same(change->before, change->after))
            report_unchanged(job, file, change);
        else
            report(job, file, change, backup);
    }
    if (backup[0] != '\0' && !document_is_wanted(job->options))
        output_paragraph("", INDENT, "%s: the original is kept as %s", file->path, backup);
    return true;
}

/* Host tools look for the helper in PATH, and go on without it if it is not there. */
static void warn_of_path(const struct job *job)
{
    autofree char *path = search_path_find(PROGRAM), *own = own_program_path(PROGRAM);
    if (path != NULL || job->is_removal)
        return;
    autofree char *advice =
        own != NULL ? text_format("Add %.*s to PATH.", (int)(strrchr(own, '/') - own), own)
                    : strdup("");
    warning_of("", advice, PROGRAM " is not in PATH, where docker and podman look for it");
}

static bool change_files(struct job *job, struct error *error)
{
    auto_single_flight struct single_flight flight = { -1 };
    bool is_named = job->registries.count > 0;
    if (!setup_take_turn(job->options, "docker", &flight, error) ||
        !docker_files_find(!job->is_removal, &job->files, error) || !load_files(job, error))
        return false;
    for (size_t i = 0; i < job->files.count && !is_named; i++)
        docker_config_each(job->files.items[i].config, add_if_ours, job);
    if (!check_registries(job, error) || !plan_files(job, error))
        return false;
    for (size_t i = 0; i < job->files.count; i++)
        if (!change_file(job, &job->files.items[i], &job->plans[i], error))
            return false;
    if (job->is_removal && (job->registries.count == 0 || job->files.count == 0))
        notice("docker and podman are not set up.");
    warn_of_path(job);
    if (!job->is_removal)
        docker_rivals_warn(job->registries.items, job->registries.count);
    return true;
}

static struct job make_job(const struct options *options)
{
    return (struct job){ .options = options, .is_removal = options->own[SETUP_REMOVE] != NULL };
}

static bool setup_docker(const struct options *options, int count, char **operands,
                         struct error *error)
{
    auto_job struct job job = make_job(options);
    setup_set_document(options, "credHelpers");
    if (count == 0 && !job.is_removal) {
        error_set(error, ERROR_USAGE, "no registry is given");
        return error_hint(error, "Usage: entra setup docker REGISTRY...");
    }
    return (take_registries(&job, count, operands, error) && change_files(&job, error)) ||
           error_wanted(error, "cannot set up docker");
}

/* ---- a part of `entra setup` ---- */

/* What docker_config_each passes on to. */
struct search {
    struct job *job;
    struct config *config;
};

/* A registry of ours that has a login, or the helper of another program. */
static void add_if_registry(void *context, const char *registry, const char *helper)
{
    struct search *search = context;
    struct error unused = { 0 };
    const struct config_api *api = NULL;
    auto_docker_server struct docker_server server = { 0 };
    (void)helper;
    if (docker_server_parse(registry, strlen(registry), &server, &unused) &&
        config_find_registry(search->config, &server.url, &api, &unused) == CONFIG_MATCH)
        docker_registries_add(&search->job->registries, server.registry);
}

/* Finds the registries of the files that are there. */
static bool find_registries(struct job *job, struct error *error)
{
    static const struct options none = { 0 };
    auto_config struct config *config = config_read(&none, NULL, error);
    struct search search = { job, config };
    if (config == NULL || !docker_files_find(false, &job->files, error) || !load_files(job, error))
        return false;
    for (size_t i = 0; i < job->files.count; i++)
        docker_config_each(job->files.items[i].config,
                           job->is_removal ? add_if_ours : add_if_registry,
                           job->is_removal ? (void *)job : &search);
    return check_registries(job, error);
}

/* In how many of the files the registry has our helper. */
static size_t count_ours(const struct job *job, const char *registry)
{
    size_t count = 0;
    for (size_t i = 0; i < job->files.count; i++)
        count += docker_helper_is_ours(docker_config_helper(job->files.items[i].config, registry));
    return count;
}

/* The helper gets no options from the configuration of docker. */
static bool has_options(const struct options *options)
{
    struct setup_storage storage = { "" };
    const char *words[SETUP_WORDS_MAX];
    setup_helper_options(options, &storage, words);
    return words[0] != NULL;
}

static bool look_at_docker(const struct options *options, struct setup_plan *plan,
                           struct error *error)
{
    auto_job struct job job = make_job(options);
    if (!find_registries(&job, error))
        return false;
    if (has_options(options) && !job.is_removal && job.registries.count > 0) {
        setup_plan_note(plan, "is not set up: its helper cannot be given these options");
        return true;
    }
    for (size_t i = 0; i < job.registries.count; i++) {
        const char *registry = job.registries.items[i];
        if (job.is_removal)
            setup_plan_change(plan, "no longer asks entra for %s", registry);
        else if (count_ours(&job, registry) == job.files.count)
            setup_plan_note(plan, "already asks entra for %s", registry);
        else
            setup_plan_change(plan, "asks entra for %s", registry);
    }
    if (job.files.count > 0 && job.registries.count == 0 && !job.is_removal)
        setup_plan_note(plan, "has no registry of Azure's; 'entra setup docker REGISTRY' adds one");
    return true;
}

static bool apply_docker(const struct options *options, struct error *error)
{
    auto_job struct job found = make_job(options);
    if (found.is_removal) /* of all, whatever their names are */
        return setup_docker(options, 0, NULL, error);
    return find_registries(&found, error) &&
           setup_docker(options, (int)found.registries.count, found.registries.items, error);
}

const struct setup_part setup_part_docker = {
    .name = "docker",
    .program = &entra_setup_docker,
    .look = look_at_docker,
    .apply = apply_docker,
};

static const struct option_spec own_options[] = {
    SETUP_OPTION_DRY_RUN,
    SETUP_OPTION_REMOVE,
    SETUP_OPTION_OUTPUT,
    { .name = NULL },
};

const struct program entra_setup_docker = {
    .name = "entra setup docker",
    .usage =
        "[OPTION]... REGISTRY...\n       entra setup docker --remove [OPTION]... [REGISTRY]...",
    .summary = "Configures docker, podman and others to ask our helper for the passwords of\n"
               "these container registries, and shows the changes.",
    .examples = "entra setup docker contoso.azurecr.io\n"
                "entra setup docker --remove",
    .options = own_options,
    .common = 0,
    .is_typed = true,
    .run = setup_docker,
};
