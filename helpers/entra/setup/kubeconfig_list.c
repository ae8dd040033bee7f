/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/kubeconfig_list.h"

#include <string.h>
#include <sys/stat.h>

#include "common/base/environment.h"
#include "common/base/file.h"
#include "common/base/suggest.h"
#include "common/base/text.h"

/* ---- which files ---- */

/* Adds a file, if it exists and was not added before. */
static void add_file(struct kubeconfig_list *list, const char *name, size_t length)
{
    struct stat status;
    autofree char *path = strndup(name, length);
    if (stat(path, &status) != 0)
        return;
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].device == status.st_dev && list->items[i].inode == status.st_ino)
            return;
    list->items = reallocarray(list->items, list->count + 1, sizeof *list->items);
    list->items[list->count++] = (struct kubeconfig_target){ .path = steal(&path),
                                                             .device = status.st_dev,
                                                             .inode = status.st_ino };
}

static void add_paths(struct kubeconfig_list *list, const char *paths)
{
    for (const char *path = paths; *path != '\0'; path += *path == ':') {
        size_t length = strcspn(path, ":");
        if (length > 0)
            add_file(list, path, length);
        path += length;
    }
}

static void add_default(struct kubeconfig_list *list)
{
    const char *home = environment_path("HOME");
    if (home == NULL)
        return;
    autofree char *path = text_format("%s/.kube/config", home);
    add_file(list, path, strlen(path));
}

bool kubeconfig_list_find(struct kubeconfig_list *list, const char *named, struct error *error)
{
    const char *paths = environment("KUBECONFIG");
    if (named != NULL)
        add_file(list, named, strlen(named));
    else if (paths != NULL)
        add_paths(list, paths);
    else
        add_default(list);
    if (list->count > 0)
        return true;
    error_set(error, ERROR_USAGE, "no kubeconfig found%s%s", named != NULL ? ": " : "",
              named != NULL ? named : "");
    return error_hint(error,
                      "The default is ~/.kube/config; KUBECONFIG and --kubeconfig name others.");
}

/* ---- what is in them ---- */

bool kubeconfig_list_name(const struct kubeconfig_target *target, struct error *error)
{
    struct error why = *error;
    error_set(error, why.kind, "%s: %s", target->path, why.message);
    error_hint(error, "%s", why.hint);
    return error_inherit(error, &why);
}

bool kubeconfig_list_load(const struct kubeconfig_list *list, struct kubeconfig_target *target,
                          struct error *error)
{
    struct file_rights rights = { 0 };
    target->text = file_read(target->path, KUBECONFIG_MAX, &rights, error);
    if (target->text == NULL)
        return false;
    target->file = list->module->parse(target->text->bytes, target->text->length, error);
    if (target->file == NULL)
        return kubeconfig_list_name(target, error);
    target->users = calloc(list->module->count(target->file) + 1, sizeof *target->users);
    return true;
}

/* Of the contexts of a file, those with a user. */
struct with_user {
    const struct kubeconfig_module *module;
    const struct kubeconfig *file;
    struct suggestion nearest;
};

static void consider_context(void *context, const char *name)
{
    struct with_user *with = context;
    if (with->module->user_of_context(with->file, name) != NULL)
        suggest_consider(&with->nearest, name);
}

static bool fail_context(const struct kubeconfig_list *list, const char *context,
                         struct error *error)
{
    struct with_user with = { .module = list->module, .nearest = suggest_for(context) };
    for (size_t i = 0; i < list->count; i++) {
        with.file = list->items[i].file;
        if (with.file != NULL)
            list->module->each_context(with.file, consider_context, &with);
    }
    return error_set(error, ERROR_USAGE, "no kubeconfig has a context '%.80s' with a user%s",
                     context, suggest_question(&with.nearest, ""));
}

struct kubeconfig_target *kubeconfig_list_find_context(const struct kubeconfig_list *list,
                                                       const char *context, size_t *ret_user,
                                                       struct error *error)
{
    const struct kubeconfig_module *module = list->module;
    const char *user = NULL;
    for (size_t i = 0; i < list->count && user == NULL; i++)
        if (list->items[i].file != NULL)
            user = module->user_of_context(list->items[i].file, context);
    for (size_t i = 0; i < list->count && user != NULL; i++)
        if (list->items[i].file != NULL && module->find(list->items[i].file, user, ret_user))
            return &list->items[i];
    if (user == NULL)
        fail_context(list, context, error);
    else
        error_set(error, ERROR_USAGE, "no kubeconfig has the user '%.80s' of the context '%.80s'",
                  user, context);
    return NULL;
}

void kubeconfig_list_clear(struct kubeconfig_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct kubeconfig_target *target = &list->items[i];
        edits_clear(&target->edits);
        if (target->file != NULL)
            list->module->free(target->file);
        secret_free(target->text);
        free(target->users);
        free(target->path);
    }
    free(list->items);
    *list = (struct kubeconfig_list){ 0 };
}
