/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/replace_file.h"

#include <dirent.h>
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

#define LINKS_MAX 40 /* as many as the kernel follows */

static bool failed(const char *path, struct error *error)
{
    return error_set(error, ERROR_OTHER, "%s: %s", path, strerror(errno));
}

/* Fills a new file, which has mode 0600 until it gets the access of the other one. */
static bool write_like(int fd, const char *path, int like, const struct secret *text,
                       struct error *error)
{
    return (file_access_copy(like, fd) && secret_write(text, fd) && fsync(fd) == 0) ||
           failed(path, error);
}

char *replace_file_backup(const char *path, int number)
{
    return number == 1 ? text_format("%s" REPLACE_FILE_SUFFIX, path)
                       : text_format("%s" REPLACE_FILE_SUFFIX ".%d", path, number);
}

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

bool replace_file_newest_backup(const char *path, int *ret_number, struct error *error)
{
    const char *name = strrchr(path, '/') + 1;
    autofree char *folder = strndup(path, (size_t)(name - path));
    DIR *directory = opendir(folder);
    const struct dirent *entry;
    int newest = 0;
    errno = 0;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        bool is_its = strncmp(entry->d_name, name, strlen(name)) == 0;
        int number = is_its ? number_of(entry->d_name + strlen(name)) : 0;
        newest = number > newest ? number : newest;
    }
    int why = errno;
    if (directory != NULL)
        closedir(directory);
    *ret_number = newest;
    return why == 0 || error_set(error, ERROR_OTHER, "%s: %s", folder, strerror(why));
}

/* A free number below that of the newest backup is not taken: the highest one is the newest. */
static bool write_backup(const char *path, int like, const struct secret *text,
                         char backup[PATH_MAX], struct unfinished **ret_file, struct error *error)
{
    autoclose int fd = -1;
    int number = 0;
    if (!replace_file_newest_backup(path, &number, error))
        return false;
    for (number++; fd < 0; number++) {
        autofree char *name = replace_file_backup(path, number);
        if (snprintf(backup, PATH_MAX, "%s", name) >= PATH_MAX)
            errno = ENAMETOOLONG;
        else if (number > REPLACE_FILE_MAX)
            errno = EMFILE;
        else
            fd = unfinished_create(AT_FDCWD, backup, 0600, ret_file);
        if (fd < 0 && errno != EEXIST)
            return failed(backup, error);
    }
    return write_like(fd, backup, like, text, error) || unfinished_remove(*ret_file);
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
    struct unfinished *backup; /* NULL: it is kept, or none is made */
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
    bool has_backup = file->backup != NULL;
    autoclose int fd = open(file->path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return failed(file->path, error);
    if (!make_room(fd, file->path, text->length, error))
        return false;
    keep_backup(file);
    if (secret_write(text, fd) && ftruncate(fd, (off_t)text->length) == 0 && fsync(fd) == 0)
        return true;
    failed(file->path, error);
    return has_backup ? error_hint(error, "The file may be incomplete; the original is kept as %s.",
                                   file->backup_name)
                      : error_hint(error, "The file may be incomplete.");
}

/* Writes a new file and renames it, so that readers see either the old or the new content. */
static bool write_file(struct replacement *file, struct error *error)
{
    char name[PATH_MAX];
    struct unfinished *new_file = NULL;
    if (snprintf(name, sizeof name, "%s.new-entra", file->path) >= (int)sizeof name) {
        errno = ENAMETOOLONG;
        return failed(file->path, error);
    }
    unfinished_sweep(AT_FDCWD, name);
    autoclose int fd = unfinished_create(AT_FDCWD, name, 0600, &new_file);
    if (fd < 0)
        return failed(name, error);
    if (!write_like(fd, name, file->fd, file->changed, error) ||
        !is_unchanged(file->path, file->old, error))
        return unfinished_remove(new_file);
    /* From here on, the backup is all that is left of the original. */
    auto_signals struct signals_held held;
    signals_hold(&held);
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
    if (ret_backup != NULL &&
        !write_backup(file.path, fd, old, file.backup_name, &file.backup, error))
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

bool replace_file_create(const char *path, const struct secret *text, mode_t mode,
                         struct error *error)
{
    char target[PATH_MAX];
    struct unfinished *file = NULL;
    mode_t mask = umask(0);
    umask(mask);
    if (!follow_links(path, target))
        return failed(path, error);
    if (!file_make_folders(target, mode | (mode & 0444) >> 2, error))
        return false;
    autoclose int fd = unfinished_create(AT_FDCWD, target, mode & ~mask, &file);
    if (fd < 0)
        return errno == EEXIST ? fail_changed(path, error) : failed(target, error);
    if (!secret_write(text, fd) || fsync(fd) != 0) {
        failed(target, error);
        return unfinished_remove(file);
    }
    unfinished_keep(file);
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
