/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/kubeconfig_backups.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/text.h"
#include "helpers/entra/setup/file_backup.h"

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

/* Prefixes an error with the path of a backup. Always returns false. */
static bool name_backup(const char *path, struct error *error)
{
    struct error why = *error;
    return error_set(error, why.kind, "%s: %s", path, why.message);
}

static bool is_missing(const char *path)
{
    return access(path, F_OK) != 0 && errno == ENOENT;
}

/* Goes from the newest backup to the oldest. Stops at one that cannot be read, since it may be what
 * a user's former credentials are in. */
static bool restore_from_backups(const struct kubeconfig_module *module,
                                 struct kubeconfig_target *target, struct error *error)
{
    char path[PATH_MAX];
    int number = 0;
    if (realpath(target->path, path) == NULL)
        return error_set(error, ERROR_OTHER, "%s", strerror(errno));
    if (!file_backup_newest(path, &number, error))
        return false;
    for (; number > 0; number--) {
        struct file_rights rights = { 0 };
        autofree char *name = file_backup_path(path, number);
        if (is_missing(name))
            continue;
        auto_secret struct secret *text = file_read(name, KUBECONFIG_MAX, &rights, error);
        struct kubeconfig *backup =
            text != NULL ? module->parse(text->bytes, text->length, error) : NULL;
        if (backup == NULL)
            return text != NULL && name_backup(name, error);
        restore_from(module, target, backup);
        module->free(backup);
    }
    return true;
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
    struct error unreadable = { 0 };
    bool has_all = ours == 0 || restore_from_backups(module, target, &unreadable);
    for (size_t i = 0; i < count; i++) {
        struct error why = { 0 };
        if (target->users[i] == KUBECONFIG_ALREADY && !has_all) {
            target->users[i] = KUBECONFIG_REFUSED;
            error_set(&why, unreadable.kind,
                      "the former credentials of the user '%.80s' are not known: %s",
                      module->name(target->file, i), unreadable.message);
        } else if (target->users[i] == KUBECONFIG_ALREADY) {
            target->users[i] = module->restore(target->file, i, NULL, 0, &target->edits, &why);
        }
        if (target->users[i] == KUBECONFIG_REFUSED)
            failed(context, &why);
    }
}
