/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/kubeconfig_backups.h"

#include <dirent.h>
#include <limits.h>
#include <string.h>

#include "common/base/file.h"
#include "common/base/report.h"
#include "common/base/text.h"
#include "helpers/entra/setup/replace_file.h"

/* The number of a backup by its name, after the kubeconfig's: ".before-entra" is the first,
 * ".before-entra.2" the second. 0: it is not one. */
static int number_of(const char *suffix)
{
    char *end = NULL;
    if (strcmp(suffix, REPLACE_FILE_SUFFIX) == 0)
        return 1;
    if (strncmp(suffix, REPLACE_FILE_SUFFIX ".", strlen(REPLACE_FILE_SUFFIX ".")) != 0)
        return 0;
    long number = strtol(suffix + strlen(REPLACE_FILE_SUFFIX "."), &end, 10);
    return *end == '\0' && number > 1 && number <= REPLACE_FILE_MAX ? (int)number : 0;
}

/* The number of the newest backup of a file, whose path is absolute; 0 if there is none. */
static int newest(const char *path)
{
    const char *name = strrchr(path, '/') + 1;
    autofree char *folder = strndup(path, (size_t)(name - path));
    DIR *directory = opendir(folder);
    const struct dirent *entry;
    int number = 0;
    while (directory != NULL && (entry = readdir(directory)) != NULL)
        if (strncmp(entry->d_name, name, strlen(name)) == 0 &&
            number_of(entry->d_name + strlen(name)) > number)
            number = number_of(entry->d_name + strlen(name));
    if (directory != NULL)
        closedir(directory);
    return number;
}

/* Restores the users that are still to be restored and that a backup has. */
static void restore_from(const struct kubeconfig_module *module, struct kubeconfig_target *target,
                         const struct kubeconfig *backup)
{
    struct error ignored = { 0 };
    for (size_t i = 0; i < module->count(target->file); i++) {
        size_t former = 0;
        const char *name = module->name(target->file, i);
        if (target->users[i] == KUBECONFIG_ALREADY && module->find(backup, name, &former))
            if (module->restore(target->file, i, backup, former, &target->edits, &ignored) ==
                KUBECONFIG_CONVERTED)
                target->users[i] = KUBECONFIG_CONVERTED;
    }
}

/* Backups that are missing or cannot be read are passed over. */
static void restore_from_backups(const struct kubeconfig_module *module,
                                 struct kubeconfig_target *target)
{
    char path[PATH_MAX];
    if (realpath(target->path, path) == NULL)
        return;
    for (int number = newest(path); number > 0; number--) {
        unsigned mode = 0;
        struct error why = { 0 };
        autofree char *name = replace_file_backup(path, number);
        auto_secret struct secret *text = file_read(name, KUBECONFIG_MAX, &mode, &why);
        struct kubeconfig *backup =
            text != NULL ? module->parse(text->bytes, text->length, &why) : NULL;
        if (backup == NULL) {
            trace("the backup %s is passed over: %s", name, why.message);
            continue;
        }
        restore_from(module, target, backup);
        module->free(backup);
    }
}

void kubeconfig_backups_restore(const struct kubeconfig_list *list,
                                struct kubeconfig_target *target, size_t only,
                                void (*failed)(void *context, const struct error *why),
                                void *context)
{
    const struct kubeconfig_module *module = list->module;
    size_t count = module->count(target->file), ours = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_meant = (only == KUBECONFIG_ALL || only == i) && module->is_ours(target->file, i) &&
                        module->name(target->file, i) != NULL;
        target->users[i] = is_meant ? KUBECONFIG_ALREADY : KUBECONFIG_OTHER;
        ours += is_meant;
    }
    if (ours > 0)
        restore_from_backups(module, target);
    for (size_t i = 0; i < count; i++) {
        struct error why = { 0 };
        if (target->users[i] == KUBECONFIG_ALREADY)
            target->users[i] = module->restore(target->file, i, NULL, 0, &target->edits, &why);
        if (target->users[i] == KUBECONFIG_REFUSED)
            failed(context, &why);
    }
}
