/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/replace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/signals.h"
#include "common/base/text.h"
#include "common/base/unfinished.h"
#include "helpers/entra/setup/file_access.h"
#include "helpers/entra/setup/file_backup.h"

#define LINKS_MAX 40 /* as many as the kernel follows */

static bool failed(const char *path, struct error *error)
{
    return error_set(error, ERROR_OTHER, "%s: %s", path, strerror(errno));
}

/* The name of a file until it is whole. The caller frees it. */
static char *name_before(const char *path)
{
    return text_format("%s.new-entra", path);
}

/* Removes what a killed process left. */
static void sweep(const char *path)
{
    autofree char *file = name_before(path), *backup = file_backup_new_path(path);
    unfinished_sweep(AT_FDCWD, file);
    unfinished_sweep(AT_FDCWD, backup);
}

/* Makes room for a longer text, so that a full disk does no harm. */
static bool make_room(int fd, const char *path, size_t length, struct error *error)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return failed(path, error);
    if ((off_t)length <= status.st_size)
        return true;
    int why = posix_fallocate(fd, status.st_size, (off_t)length - status.st_size);
    if (why == 0 || (why == EINVAL && ftruncate(fd, status.st_size) == 0)) /* it cannot tell */
        return true;
    if (ftruncate(fd, status.st_size) != 0)
        why = errno;
    errno = why;
    return failed(path, error);
}

/* Fails since the file is not as it was read. */
static bool fail_changed(const char *path, struct error *error)
{
    error_set(error, ERROR_OTHER, "%s was changed by another program", path);
    return error_hint(error, "Run this command again.");
}

/* A file that is being replaced. */
struct replacement {
    char path[PATH_MAX]; /* without links */
    int fd;              /* of the old one */
    const struct secret *old;
    const struct secret *changed;
    char backup_name[PATH_MAX];
    struct unfinished *backup; /* NULL: it is kept, was there already, or none is made */
};

static void keep_backup(struct replacement *file)
{
    if (file->backup != NULL)
        unfinished_keep(steal(&file->backup));
}

static bool is_unchanged(const char *path, const struct secret *old, struct error *error)
{
    autoclose int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    auto_secret struct secret *now = fd >= 0 ? secret_read(fd, old->length) : NULL;
    if (now == NULL)
        return failed(path, error);
    return secret_equals(now, old->bytes, old->length) || fail_changed(path, error);
}

/* Writes into the file itself: one that is mounted, as a container's often is, cannot be replaced.
 * The backup, which is kept from here on, is what is left if the machine fails in between. */
static bool overwrite(struct replacement *file, struct error *error)
{
    const struct secret *text = file->changed;
    autoclose int fd = open(file->path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return failed(file->path, error);
    if (!make_room(fd, file->path, text->length, error))
        return false;
    keep_backup(file);
    if (secret_write(text, fd) && ftruncate(fd, (off_t)text->length) == 0 && fsync(fd) == 0)
        return true;
    failed(file->path, error);
    return file->backup_name[0] != '\0'
               ? error_hint(error, "The file may be incomplete; the original is kept as %s.",
                            file->backup_name)
               : error_hint(error, "The file may be incomplete.");
}

/* Writes a file for those who may use the one that is open as like, or if that is -1, with this
 * mode. Returns its descriptor, which is open as long as it is unfinished; -1 on failure. */
static int write_new(const char *name, int like, mode_t mode, const struct secret *text,
                     struct unfinished **ret_file, struct error *error)
{
    autoclose int fd = unfinished_create(AT_FDCWD, name, like < 0 ? mode : 0600, ret_file);
    if (fd < 0) {
        failed(name, error);
        return -1;
    }
    if ((like < 0 || file_access_copy(like, fd)) && secret_write(text, fd) && fsync(fd) == 0)
        return steal_fd(&fd);
    failed(name, error);
    unfinished_remove(steal(ret_file));
    return -1;
}

/* Writes a new file and renames it, so that readers see either the old or the new content. The
 * backup, which is whole, gets its name just before that. */
static bool write_file(struct replacement *file, struct error *error)
{
    struct unfinished *new_file = NULL;
    autofree char *name = name_before(file->path);
    autoclose int fd = write_new(name, file->fd, 0, file->changed, &new_file, error);
    if (fd < 0)
        return false;
    auto_signals struct signals_held held;
    signals_hold(&held);
    if (!is_unchanged(file->path, file->old, error) ||
        (file->backup != NULL &&
         !file_backup_add(file->path, file->backup, file->backup_name, error)))
        return unfinished_remove(new_file);
    /* From here on, the backup is all that is left of the original. */
    if (!unfinished_rename(new_file, file->path))
        return errno == EBUSY ? overwrite(file, error) : failed(file->path, error);
    keep_backup(file);
    return true;
}

/* Makes the rename durable. */
static void sync_folder(const char *path)
{
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path) + 1, path);
    autoclose int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        fsync(fd);
}

bool replace_file(const char *path, const struct secret *old, const struct secret *changed,
                  char *ret_backup, struct error *error)
{
    struct replacement file = { .old = old, .changed = changed };
    autoclose int fd = realpath(path, file.path) != NULL
                           ? open(file.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
                           : -1;
    if (fd < 0)
        return failed(path, error);
    file.fd = fd;
    sweep(file.path);
    if (ret_backup != NULL && !file_backup_find(file.path, old, file.backup_name, error))
        return false;
    bool is_needed = ret_backup != NULL && file.backup_name[0] == '\0';
    autofree char *name = file_backup_new_path(file.path);
    autoclose int backup = is_needed ? write_new(name, fd, 0, old, &file.backup, error) : -1;
    if (is_needed && backup < 0)
        return false;
    if (!write_file(&file, error))
        return file.backup != NULL && unfinished_remove(file.backup);
    sync_folder(file.path);
    if (ret_backup != NULL)
        memcpy(ret_backup, file.backup_name, sizeof file.backup_name);
    return true;
}

/* ---- a file that comes or goes ---- */

/* The file to which a path leads, which need not exist. The links of others are not followed: they
 * would choose what is created. Returns false with errno set. */
static bool follow_links(const char *path, char ret_target[PATH_MAX])
{
    struct stat status;
    char link[PATH_MAX], next[PATH_MAX];
    int length = snprintf(ret_target, PATH_MAX, "%s", path);
    for (int i = 0; i < LINKS_MAX && length < PATH_MAX; i++) {
        if (lstat(ret_target, &status) != 0 || !S_ISLNK(status.st_mode))
            return true;
        ssize_t end = readlink(ret_target, link, sizeof link - 1);
        if (end < 0 || (status.st_uid != geteuid() && status.st_uid != 0)) {
            errno = end < 0 ? errno : EACCES;
            return false;
        }
        link[end] = '\0';
        int folder = link[0] == '/' ? 0 : (int)(strrchr(ret_target, '/') - ret_target) + 1;
        length = snprintf(next, sizeof next, "%.*s%s", folder, ret_target, link);
        memcpy(ret_target, next, sizeof next);
    }
    errno = length < PATH_MAX ? ELOOP : ENAMETOOLONG;
    return false;
}

/* Whether there are backups, of a former file. */
static bool has_backups(const char *path, bool *ret_has, struct error *error)
{
    int newest = 0;
    struct stat status;
    if (!file_backup_newest(path, &newest, error))
        return false;
    autofree char *last = file_backup_path(path, newest);
    bool is_end = newest > 0 && stat(last, &status) == 0 && status.st_size == 0;
    *ret_has = newest > 0 && !is_end;
    return true;
}

/* Has an empty one follow them: before the new file, there was nothing. */
static bool end_backups(const char *path, struct unfinished **ret_file, struct error *error)
{
    bool has = false;
    char unused[PATH_MAX];
    auto_secret struct secret *nothing = secret_new("", 0);
    autofree char *name = file_backup_new_path(path);
    if (!has_backups(path, &has, error))
        return false;
    autoclose int fd = has ? write_new(name, -1, 0600, nothing, ret_file, error) : -1;
    if (!has)
        return true;
    return fd >= 0 &&
           (file_backup_add(path, *ret_file, unused, error) || unfinished_remove(steal(ret_file)));
}

bool replace_file_create(const char *path, const struct secret *text, mode_t mode,
                         struct error *error)
{
    char target[PATH_MAX];
    struct unfinished *end = NULL;
    mode_t mask = umask(0);
    umask(mask);
    if (!follow_links(path, target))
        return failed(path, error);
    if (!file_make_folders(target, mode | (mode & 0444) >> 2, error))
        return false;
    sweep(target);
    struct unfinished *file = NULL;
    autofree char *name = name_before(target);
    autoclose int fd = write_new(name, -1, mode & ~mask, text, &file, error);
    if (fd < 0)
        return false;
    auto_signals struct signals_held held;
    signals_hold(&held);
    if (!end_backups(target, &end, error))
        return unfinished_remove(file);
    if (!unfinished_move(file, target)) {
        errno == EEXIST ? fail_changed(path, error) : failed(target, error);
        unfinished_remove(file);
        return end != NULL && unfinished_remove(end);
    }
    unfinished_keep(file);
    if (end != NULL)
        unfinished_keep(end);
    sync_folder(target);
    return true;
}

bool replace_file_delete(const char *path, const struct secret *old, struct error *error)
{
    if (!is_unchanged(path, old, error))
        return false;
    if (unlink(path) != 0)
        return failed(path, error);
    sync_folder(path);
    return true;
}
