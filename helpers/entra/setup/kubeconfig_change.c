/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/kubeconfig_change.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "common/base/file.h"
#include "common/base/text.h"
#include "common/base/unfinished.h"
#include "helpers/entra/setup/replace_file.h"

/* Takes client-go's lock (ModifyConfig in clientcmd): kubectl does not write while it exists. */
static struct unfinished *take_lock(const char *path, struct error *error)
{
    struct unfinished *file = NULL;
    autofree char *lock = text_format("%s.lock", path);
    autoclose int fd = unfinished_create(AT_FDCWD, lock, 0, &file);
    if (fd >= 0)
        return file;
    if (errno != EEXIST) {
        error_set(error, ERROR_OTHER, "%s: %s", lock, strerror(errno));
        return NULL;
    }
    error_set(error, ERROR_OTHER, "%s is being written: %s exists", path, lock);
    error_hint(error, "If no kubectl is running, one has crashed: remove that file.");
    return NULL;
}

/* A lock that stays is an error, since kubectl would wait for it. */
static bool release_lock(const char *path, struct unfinished *lock, struct error *error)
{
    if (unfinished_delete(lock))
        return true;
    error_set(error, ERROR_OTHER, "%s.lock cannot be removed: %s", path, strerror(errno));
    return error_hint(error, "kubectl changes nothing while it exists: remove that file.");
}

/* Whether nobody changed the file since it was read, before it was locked. */
static bool is_unchanged(const struct kubeconfig_target *target, struct error *error)
{
    struct file_rights rights = { 0 };
    auto_secret struct secret *now = file_read(target->path, KUBECONFIG_MAX, &rights, error);
    if (now == NULL)
        return false;
    if (now->length == target->text->length &&
        memcmp(now->bytes, target->text->bytes, now->length) == 0)
        return true;
    error_set(error, ERROR_OTHER, "%s was changed by another program", target->path);
    return error_hint(error, "Run this command again.");
}

bool kubeconfig_change(const struct kubeconfig_target *target, const struct secret *changed,
                       char ret_backup[PATH_MAX], struct error *error)
{
    struct unfinished *lock = take_lock(target->path, error);
    if (lock == NULL)
        return false;
    if (!is_unchanged(target, error) ||
        !replace_file(target->path, target->text, changed, ret_backup, error)) {
        unfinished_delete(lock);
        return false;
    }
    return release_lock(target->path, lock, error);
}
