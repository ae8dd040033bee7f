/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/kubeconfig_change.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

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

bool kubeconfig_change(const struct kubeconfig_target *target, const struct secret *changed,
                       char ret_backup[PATH_MAX], struct error *error)
{
    struct unfinished *lock = take_lock(target->path, error);
    if (lock == NULL)
        return false;
    if (!replace_file(target->path, target->text, changed, ret_backup, error)) {
        unfinished_delete(lock);
        return false;
    }
    return release_lock(target->path, lock, error);
}
