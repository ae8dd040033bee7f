/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/runtime_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/hash.h"

#define SWEEP_SECONDS (24 * 3600)

int runtime_folder_open_own(const char *path)
{
    struct stat status;
    mkdir(path, 0700); /* it usually exists */
    /* In /tmp, any user could have made a folder of this name. */
    autoclose int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0 || status.st_uid != geteuid() ||
        (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return -1;
    return steal_fd(&fd);
}

/* sudo may leave another user's XDG_RUNTIME_DIR in the environment, and that user could not use a
 * folder that we make there. One of root's may be meant for us: a mount in a container. */
static bool is_usable(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && (status.st_uid == geteuid() || status.st_uid == 0);
}

int runtime_folder_open(void)
{
    static const struct {
        const char *before;
        const char *after;
    } places[] = { { "/run/user/", "/entra" }, { "/dev/shm/entra-", "" }, { "/tmp/entra-", "" } };
    char path[4096];
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    int fd = -1;
    if (runtime != NULL && runtime[0] == '/' && is_usable(runtime) &&
        (size_t)snprintf(path, sizeof path, "%s/entra", runtime) < sizeof path)
        fd = runtime_folder_open_own(path);
    for (size_t i = 0; fd < 0 && i < ARRAY_SIZE(places); i++) {
        snprintf(path, sizeof path, "%s%u%s", places[i].before, (unsigned)geteuid(),
                 places[i].after);
        fd = runtime_folder_open_own(path);
    }
    return fd;
}

struct runtime_name runtime_name(const char *ending, const char *const *texts)
{
    /* The hash need not resist attacks: a process that could make two names collide can write into
     * the folder anyway. */
    struct runtime_name name;
    snprintf(name.text, sizeof name.text, "%016" PRIx64 ".%s", hash_texts(texts), ending);
    return name;
}

bool runtime_is_kept(const char *name)
{
    const char *ending = strrchr(name, '.');
    return ending != NULL && strcmp(ending + 1, RUNTIME_KEPT) == 0;
}

static bool is_old(const struct stat *status)
{
    return S_ISREG(status->st_mode) && status->st_mtime < time(NULL) - SWEEP_SECONDS;
}

/* Removes a file that is old, unless it is a lock that a process holds (single_flight.h). */
static void remove_old(int folder, const char *name)
{
    struct stat status;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !is_old(&status))
        return;
    autoclose int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &status) == 0 && is_old(&status))
        unlinkat(folder, name, 0);
}

/* Removes files that are older than a day: partial files whose writer was killed, locks and shared
 * failures of requests that are no longer made. The keyring's files stay. */
static void sweep(int folder)
{
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd >= 0 ? fdopendir(fd) : NULL; /* owns fd */
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;)
        if (!runtime_is_kept(entry->d_name))
            remove_old(folder, entry->d_name);
    if (directory != NULL)
        closedir(directory);
    else if (fd >= 0)
        close(fd);
}

/* Creates a file under a new name. The name is random because containers that share the folder may
 * have processes of the same ID. */
static int make_temporary(int folder, const char *name, char *temporary, size_t size)
{
    unsigned random = 0;
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
        random = (unsigned)getpid();
    snprintf(temporary, size, "%s.%08x", name, random);
    return openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

bool runtime_write(int folder, const char *name, const struct secret *content)
{
    sweep(folder);
    return runtime_replace(folder, name, content);
}

bool runtime_replace(int folder, const char *name, const struct secret *content)
{
    char temporary[128];
    autoclose int fd = make_temporary(folder, name, temporary, sizeof temporary);
    if (fd < 0)
        return false;
    if (secret_write(content, fd) && renameat(folder, temporary, folder, name) == 0)
        return true;
    unlinkat(folder, temporary, 0);
    return false;
}

struct secret *runtime_read(int folder, const char *name, size_t max)
{
    autoclose int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    return fd >= 0 ? secret_read(fd, max) : NULL;
}
