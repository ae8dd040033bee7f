/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/docker_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/text.h"
#include "helpers/entra/setup/file_backup.h"

bool docker_helper_is_ours(const char *helper)
{
    return helper != NULL && strcmp(helper, DOCKER_CONFIG_HELPER) == 0;
}

void docker_plan_clear(struct docker_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        free(plan->changes[i].after);
    free(plan->changes);
    secret_free(plan->text);
    *plan = (struct docker_plan){ 0 };
}

/* ---- the helpers before ours ---- */

/* The changes whose helper before ours is not known yet. */
struct search {
    struct docker_change *sought[DOCKER_REGISTRIES_MAX];
    size_t count;
};

static json_object *load_backup(const char *path, struct error *error)
{
    struct file_rights rights = { 0 };
    struct error why = { 0 };
    auto_secret struct secret *text = file_read(path, DOCKER_CONFIG_MAX, &rights, error);
    json_object *config = text != NULL ? docker_config_parse(text, &why) : NULL;
    if (text != NULL && config == NULL)
        error_set(error, why.kind, "%s: %s", path, why.message);
    return config;
}

/* Ends the search for those that had no helper in the backup, or another one. */
static void look_into(const json_object *backup, struct search *search)
{
    size_t count = search->count;
    search->count = 0;
    for (size_t i = 0; i < count; i++) {
        struct docker_change *change = search->sought[i];
        const char *helper = docker_config_helper(backup, change->registry);
        if (docker_helper_is_ours(helper))
            search->sought[search->count++] = change;
        else
            change->after = helper != NULL ? strdup(helper) : NULL;
    }
}

static bool fail_unknown(const struct search *search, struct error *error)
{
    struct error why = *error;
    error_set(error, why.kind, "the helper that %.100s had before is not known: %s",
              search->sought[0]->registry, why.message);
    return error_hint(error, "Repair that backup, or delete it to do without.");
}

/* Goes from the newest backup to the oldest. */
static bool restore(const struct docker_file *file, struct search *search, struct error *error)
{
    char path[PATH_MAX];
    int number = 0;
    if (search->count == 0)
        return true;
    if (realpath(file->path, path) == NULL)
        return error_set(error, ERROR_OTHER, "%s", strerror(errno));
    if (!file_backup_newest(path, &number, error))
        return false;
    for (; number > 0 && search->count > 0; number--) {
        autofree char *name = file_backup_path(path, number);
        if (access(name, F_OK) != 0 && errno == ENOENT)
            continue;
        auto_json_secret json_object *backup = load_backup(name, error);
        if (backup == NULL)
            return fail_unknown(search, error);
        look_into(backup, search);
    }
    return true;
}

/* ---- the plan ---- */

static bool decide(const struct docker_file *file, bool is_removal, struct docker_plan *plan,
                   struct error *error)
{
    struct search search = { .count = 0 };
    for (size_t i = 0; i < plan->count; i++) {
        struct docker_change *change = &plan->changes[i];
        if (!is_removal)
            change->after = strdup(DOCKER_CONFIG_HELPER);
        else if (docker_helper_is_ours(change->before))
            search.sought[search.count++] = change;
        else if (change->before != NULL)
            change->after = strdup(change->before);
    }
    return restore(file, &search, error);
}

static bool make_text(const struct docker_file *file, struct docker_plan *plan, struct error *error)
{
    plan->text = secret_new(file->text->bytes, file->text->length);
    for (size_t i = 0; plan->text != NULL && i < plan->count; i++) {
        const struct docker_change *change = &plan->changes[i];
        auto_secret struct secret *before = steal(&plan->text);
        plan->text = docker_config_set(before, change->registry, change->after, error);
    }
    return plan->text != NULL;
}

/* A last look, before it replaces a file that works. */
static bool verify(const struct docker_plan *plan, struct error *error)
{
    auto_json_secret json_object *config = docker_config_parse(plan->text, error);
    for (size_t i = 0; config != NULL && i < plan->count; i++) {
        const struct docker_change *change = &plan->changes[i];
        if (!text_is_same(docker_config_helper(config, change->registry), change->after))
            return error_set(error, ERROR_OTHER, "it cannot be changed safely");
    }
    return config != NULL;
}

bool docker_plan_make(const struct docker_file *file, const struct docker_registries *registries,
                      bool is_removal, struct docker_plan *ret_plan, struct error *error)
{
    struct docker_plan *plan = ret_plan;
    *plan = (struct docker_plan){ .changes = calloc(registries->count + 1, sizeof *plan->changes),
                                  .count = registries->count };
    for (size_t i = 0; i < plan->count; i++) {
        const char *registry = registries->items[i];
        plan->changes[i].registry = registry;
        plan->changes[i].before = docker_config_helper(file->config, registry);
    }
    return decide(file, is_removal, plan, error) && make_text(file, plan, error) &&
           verify(plan, error);
}
