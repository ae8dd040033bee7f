/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/unfinished.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/base/signals.h"

/* Far more than a program has at once, such as a lock, a backup and a new file. */
#define FILES_MAX 40

struct unfinished {
    volatile pid_t owner; /* 0: not in use */
    int folder;
    char path[PATH_MAX];
};

static struct unfinished own[FILES_MAX];
struct unfinished *unfinished = own;

static struct unfinished *find_free(void)
{
    for (size_t i = 0; i < FILES_MAX; i++)
        if (unfinished[i].owner == 0)
            return &unfinished[i];
    return NULL;
}

/* Whether the file is locked by us now, and another process has not just swept it. A file system
 * may not know locks. */
static bool lock_file(int fd)
{
    struct stat status;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        return errno != EWOULDBLOCK;
    errno = EWOULDBLOCK;
    return fstat(fd, &status) == 0 && status.st_nlink > 0;
}

int unfinished_create(int folder, const char *path, mode_t mode, struct unfinished **ret_file)
{
    struct unfinished *file = find_free();
    if (file == NULL || strlen(path) >= sizeof file->path) {
        errno = file == NULL ? EMFILE : ENAMETOOLONG;
        return -1;
    }
    file->folder = folder;
    memcpy(file->path, path, strlen(path) + 1);
    auto_signals struct signals_held held;
    signals_hold(&held);
    autoclose int fd =
        openat(folder, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return -1;
    file->owner = getpid();
    if (fchmod(fd, mode) != 0 || !lock_file(fd)) {
        unfinished_remove(file);
        return -1;
    }
    *ret_file = file;
    return steal_fd(&fd);
}

bool unfinished_rename(struct unfinished *file, const char *path)
{
    auto_signals struct signals_held held;
    signals_hold(&held);
    if (renameat(file->folder, file->path, file->folder, path) != 0)
        return unfinished_remove(file);
    unfinished_keep(file);
    return true;
}

/* By a second name for a moment on file systems that cannot do it at once, such as NFS. */
static bool move_by_link(const struct unfinished *file, const char *path)
{
    if (linkat(file->folder, file->path, file->folder, path, 0) != 0)
        return false;
    if (unlinkat(file->folder, file->path, 0) == 0)
        return true;
    int error = errno;
    unlinkat(file->folder, path, 0);
    errno = error;
    return false;
}

bool unfinished_move(struct unfinished *file, const char *path)
{
    if (strlen(path) >= sizeof file->path) {
        errno = ENAMETOOLONG;
        return false;
    }
    auto_signals struct signals_held held;
    signals_hold(&held);
    bool ok =
        syscall(SYS_renameat2, file->folder, file->path, file->folder, path, RENAME_NOREPLACE) == 0;
    bool is_refused = !ok && (errno == EINVAL || errno == ENOSYS);
    if (!ok && !(is_refused && move_by_link(file, path)))
        return false;
    memcpy(file->path, path, strlen(path) + 1);
    return true;
}

void unfinished_keep(struct unfinished *file)
{
    file->owner = 0;
}

bool unfinished_delete(struct unfinished *file)
{
    auto_signals struct signals_held held;
    signals_hold(&held);
    bool is_gone = unlinkat(file->folder, file->path, 0) == 0 || errno == ENOENT;
    file->owner = 0;
    return is_gone;
}

bool unfinished_remove(struct unfinished *file)
{
    int error = errno;
    unfinished_delete(file);
    errno = error;
    return false;
}

void unfinished_sweep(int folder, const char *path)
{
    autoclose int fd = openat(folder, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return; /* without a descriptor, nothing shows whether the writer still lives */
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        unlinkat(folder, path, 0);
}

void unfinished_remove_all(void)
{
    pid_t self = getpid();
    for (size_t i = 0; i < FILES_MAX; i++)
        if (unfinished[i].owner == self)
            unlinkat(unfinished[i].folder, unfinished[i].path, 0);
}
