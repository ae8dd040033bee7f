/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/runtime_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/environment.h"
#include "common/base/hash.h"
#include "common/base/signals.h"
#include "common/base/unfinished.h"

#define SWEEP_SECONDS    (24 * 3600)
#define REPLACED_SECONDS (90 * 24 * 3600)

/* The ending of a file that is being written. */
#define TEMPORARY "new"

#define ATTEMPTS_MAX 8

/* The first part of each file's name. */
#define HASH_DIGITS 16

/* Opens a folder that belongs to this user; in /tmp, any user could have made one of this name.
 * `others` are the permissions that others may have. Returns -1 with errno set. */
static int open_existing(const char *path, mode_t others)
{
    struct stat status;
    autoclose int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0)
        return -1;
    if (status.st_uid != geteuid() || (status.st_mode & (S_IRWXG | S_IRWXO) & ~others) != 0) {
        errno = EPERM;
        return -1;
    }
    return steal_fd(&fd);
}

int runtime_folder_open_own(const char *path)
{
    int failure = mkdir(path, 0700) == 0 ? 0 : errno;
    if (failure == 0)
        chmod(path, 0700); /* whatever the umask */
    int fd = open_existing(path, 0);
    if (fd < 0 && errno == ENOENT && failure != 0) /* it usually exists */
        errno = failure;
    return fd;
}

/* sudo may leave another user's XDG_RUNTIME_DIR in the environment, and that user could not use a
 * folder that we make there. One of root's may be meant for us: a mount in a container. */
static bool is_usable(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return false;
    errno = EPERM;
    return status.st_uid == geteuid() || status.st_uid == 0;
}

/* Whether this means that there is no folder for us, now and later, so that all our processes use
 * the next place. After any other failure, one that did so would miss the locks and tokens of the
 * others. */
static bool is_no_place(int code)
{
    return code == ENOENT || code == ENOTDIR || code == EACCES || code == EPERM || code == EROFS ||
           code == ELOOP || code == ENAMETOOLONG;
}

/* f_type is signed on some machines, and has 32 bits on others. */
static bool is_in_memory(int fd)
{
    struct statfs status;
    if (fstatfs(fd, &status) != 0)
        return false;
    errno = ENOENT;
    return (uint32_t)status.f_type == TMPFS_MAGIC || (uint32_t)status.f_type == RAMFS_MAGIC;
}

static int open_place(const char *path, bool in_memory)
{
    autoclose int fd = runtime_folder_open_own(path);
    return fd >= 0 && (!in_memory || is_in_memory(fd)) ? steal_fd(&fd) : -1;
}

#define PLACES 4

/* Makes the path of a place; the first of them is tried first. Returns false with errno set if this
 * one cannot be used. */
static bool name_place(size_t place, char ret_path[PATH_MAX])
{
    static const struct {
        const char *before;
        const char *after;
    } others[] = { { "/run/user/", "/entra" }, { "/dev/shm/entra-", "" }, { "/tmp/entra-", "" } };
    const char *runtime = environment_path("XDG_RUNTIME_DIR");
    _Static_assert(PLACES == 1 + ARRAY_SIZE(others), "all places have a number");
    errno = ENOENT;
    if (place == 0)
        return runtime != NULL && is_usable(runtime) &&
               snprintf(ret_path, PATH_MAX, "%s/entra", runtime) < PATH_MAX;
    return snprintf(ret_path, PATH_MAX, "%s%u%s", others[place - 1].before, (unsigned)geteuid(),
                    others[place - 1].after) < PATH_MAX;
}

static int open_first_place(bool in_memory)
{
    char path[PATH_MAX];
    int fd = -1;
    errno = ENOENT;
    for (size_t place = 0; fd < 0 && is_no_place(errno) && place < PLACES; place++)
        if (name_place(place, path))
            fd = open_place(path, in_memory);
    if (fd < 0 && is_no_place(errno))
        errno = ENOENT;
    return fd;
}

int runtime_folder_open(void)
{
    return open_first_place(false);
}

int runtime_folder_open_in_memory(void)
{
    return open_first_place(true);
}

struct runtime_name runtime_name(const char *ending, const char *const *texts)
{
    /* The hash need not resist attacks: a process that could make two names collide can write into
     * the folder anyway. */
    struct runtime_name name;
    snprintf(name.text, sizeof name.text, "%0*" PRIx64 ".%s", HASH_DIGITS, hash_texts(texts),
             ending);
    return name;
}

static bool has_ending(const char *name, const char *ending)
{
    const char *last = strrchr(name, '.');
    return last != NULL && strcmp(last + 1, ending) == 0;
}

bool runtime_is_kept(const char *name)
{
    return has_ending(name, RUNTIME_KEPT);
}

static bool is_older(const struct stat *status, int64_t seconds)
{
    return S_ISREG(status->st_mode) && status->st_mtime < time(NULL) - seconds;
}

/* A name for a partial file, which is random because containers that share the folder may have
 * processes of the same ID. */
struct temporary {
    char text[128];
};

static struct temporary temporary_name(const char *name, int attempt)
{
    struct temporary temporary;
    unsigned random = 0;
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
        random = (unsigned)(getpid() + attempt);
    snprintf(temporary.text, sizeof temporary.text, "%s.%08x." TEMPORARY, name, random);
    return temporary;
}

/* Whether a name leads to the file that is open. */
static bool leads_to(int folder, const char *name, int fd)
{
    struct stat named, opened;
    return fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 && fstat(fd, &opened) == 0 &&
           named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

/* No system call removes a name on the condition that it leads to a certain file. So the file gets
 * another name first; if it then is one that has come in its place just now, it gets its own back,
 * unless there is a newer one yet. */
void runtime_remove(int folder, const char *name, int fd)
{
    struct temporary aside = temporary_name(name, 0);
    auto_signals struct signals_held held;
    signals_hold(&held);
    if (!leads_to(folder, name, fd) || renameat(folder, name, folder, aside.text) != 0)
        return;
    if (!leads_to(folder, aside.text, fd) && linkat(folder, aside.text, folder, name, 0) != 0 &&
        errno != EEXIST)
        renameat(folder, aside.text, folder, name); /* a file system without links */
    unlinkat(folder, aside.text, 0);
}

/* Removes a file that is older than this, unless it is a lock that a process holds
 * (single_flight.h). */
static void remove_old(int folder, const char *name, int64_t seconds)
{
    struct stat status;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !is_older(&status, seconds))
        return;
    autoclose int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &status) == 0 &&
        is_older(&status, seconds))
        runtime_remove(folder, name, fd);
}

static bool may_go(const char *name)
{
    return !runtime_is_kept(name) && !has_ending(name, RUNTIME_UNTIL_BOOT);
}

/* Removes the partial files of writers that were killed, and what is older than this. With an
 * ending, only files that have it are that old. */
static void sweep(int folder, const char *ending, int64_t seconds)
{
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd >= 0 ? fdopendir(fd) : NULL; /* owns fd */
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;)
        if (has_ending(entry->d_name, TEMPORARY))
            unfinished_sweep(folder, entry->d_name);
        else if (ending != NULL ? has_ending(entry->d_name, ending) : may_go(entry->d_name))
            remove_old(folder, entry->d_name, seconds);
    if (directory != NULL)
        closedir(directory);
    else if (fd >= 0)
        close(fd);
}

void runtime_sweep(int folder)
{
    sweep(folder, NULL, SWEEP_SECONDS);
}

/* Creates a file under a new name. Returns -1 with errno set. */
static int make_temporary(int folder, const char *name, struct unfinished **ret_file)
{
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        int fd = unfinished_create(folder, temporary_name(name, attempt).text, 0600, ret_file);
        if (fd >= 0 || (errno != EEXIST && errno != EWOULDBLOCK))
            return fd;
    }
    return -1;
}

static bool write_file(int folder, const char *name, const struct secret *content)
{
    struct unfinished *file = NULL;
    autoclose int fd = make_temporary(folder, name, &file); /* locked until it has its name */
    if (fd < 0)
        return false;
    return secret_write(content, fd) ? unfinished_rename(file, name) : unfinished_remove(file);
}

bool runtime_write(int folder, const char *name, const struct secret *content)
{
    sweep(folder, NULL, SWEEP_SECONDS);
    return write_file(folder, name, content);
}

bool runtime_replace(int folder, const char *name, const struct secret *content)
{
    const char *dot = strrchr(name, '.');
    sweep(folder, dot != NULL ? dot + 1 : "", REPLACED_SECONDS);
    return write_file(folder, name, content);
}

struct secret *runtime_read(int folder, const char *name, size_t max)
{
    autoclose int fd = -1;
    return runtime_read_open(folder, name, max, &fd);
}

struct secret *runtime_read_open(int folder, const char *name, size_t max, int *ret_fd)
{
    *ret_fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    return *ret_fd >= 0 ? secret_read(*ret_fd, max) : NULL;
}

/* ---- removing all of it ---- */

/* Whether it is a name of runtime_name's, or of a partial file: if XDG_STATE_HOME is
 * XDG_CONFIG_HOME, the folder has the configuration too. */
static bool is_own_name(const char *name)
{
    size_t length = strspn(name, "0123456789abcdef");
    return length == HASH_DIGITS && name[length] == '.' &&
           name[length + strspn(name + length, "0123456789abcdefghijklmnopqrstuvwxyz-.")] == '\0';
}

/* Removes a file of ours, unless it is a lock that a process holds, which sets *held. Returns false
 * with errno set if it is still there for another reason. */
static bool remove_file(int folder, const char *name, bool *held)
{
    struct stat status;
    autoclose int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0 && (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)))
        return true; /* nothing that we made */
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        *held = *held || errno == EWOULDBLOCK;
        return errno == EWOULDBLOCK;
    }
    return unlinkat(folder, name, 0) == 0 || errno == ENOENT;
}

/* What is to be removed. */
enum files {
    NOTES,
    ALL_BUT_NOTES,
    ALL_BUT_NOTES_AND_KEPT,
};

static bool is_among(const char *name, enum files files)
{
    return has_ending(name, RUNTIME_NOTE) == (files == NOTES) &&
           (files != ALL_BUT_NOTES_AND_KEPT || !runtime_is_kept(name));
}

static bool remove_files(int folder, const char *path, enum files files, bool *held,
                         struct error *error)
{
    bool ok = true;
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd >= 0 ? fdopendir(fd) : NULL; /* owns fd */
    if (directory == NULL && fd >= 0)
        close(fd);
    if (directory == NULL)
        return error_set(error, ERROR_OTHER, "cannot read %.200s: %m", path);
    for (struct dirent *entry; ok && (entry = readdir(directory)) != NULL;)
        ok = !is_own_name(entry->d_name) || !is_among(entry->d_name, files) ||
             remove_file(folder, entry->d_name, held) ||
             error_set(error, ERROR_OTHER, "cannot remove %.200s/%.200s: %m", path, entry->d_name);
    closedir(directory);
    return ok;
}

bool runtime_folder_remove_own(const char *path, bool with_kept, struct error *error)
{
    autoclose int folder = open_existing(path, S_IRWXG | S_IRWXO); /* it was private once */
    if (folder < 0)
        return is_no_place(errno) || error_set(error, ERROR_OTHER, "cannot open %.200s: %m", path);
    /* Whoever holds a lock is at work, and has to find the notes when it is done. */
    bool held = false;
    enum files files = with_kept ? ALL_BUT_NOTES : ALL_BUT_NOTES_AND_KEPT;
    if (!remove_files(folder, path, files, &held, error) ||
        (!held && !remove_files(folder, path, NOTES, &held, error)))
        return false;
    rmdir(path); /* it may have locks that are held, and files of others */
    return true;
}

bool runtime_folder_remove(bool with_kept, struct error *error)
{
    char path[PATH_MAX];
    bool ok = true;
    for (size_t place = 0; place < PLACES; place++)
        if (name_place(place, path))
            ok =
                runtime_folder_remove_own(path, with_kept, ok ? error : &(struct error){ 0 }) && ok;
    return ok;
}
