/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/single_flight.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/cleanup.h"
#include "common/base/deadline.h"
#include "common/base/report.h"
#include "common/base/runtime_folder.h"

/* How long a follower sleeps between two checks whether the leader has left: longer each time. */
#define POLL_MILLISECONDS_MIN 2
#define POLL_MILLISECONDS_MAX 25

/* Sweeps the folder if there is a file more, since each request has its own. */
static int open_lock(int folder, const char *name)
{
    int fd = folder < 0 ? -1 : openat(folder, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 || folder < 0 || errno != ENOENT)
        return fd;
    fd = openat(folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0)
        fchmod(fd, 0600); /* whatever the umask */
    runtime_sweep(folder);
    return fd;
}

/* Whether the name still belongs to this file: an old file may have been removed meanwhile. */
static bool is_named(int fd, int folder, const char *name)
{
    struct stat opened, named;
    return fstat(fd, &opened) == 0 && fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

/* A shared lock is granted once no leader holds the exclusive one. */
static bool wait_for_leader(int fd, int64_t deadline)
{
    int pause = POLL_MILLISECONDS_MIN;
    while (flock(fd, LOCK_SH | LOCK_NB) != 0) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || deadline_left(deadline) == 0)
            return false;
        poll(NULL, 0, pause);
        pause = pause * 2 < POLL_MILLISECONDS_MAX ? pause * 2 : POLL_MILLISECONDS_MAX;
    }
    return true;
}

enum single_flight_role single_flight_join(struct single_flight *ret_flight, const char *name,
                                           int64_t deadline)
{
    ret_flight->fd = -1;
    autoclose int folder = runtime_folder_open();
    autoclose int fd = open_lock(folder, name);
    if (fd < 0)
        return SINGLE_FLIGHT_LEADER;
    futimens(fd, NULL); /* so that it is not removed as an old file */
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        return wait_for_leader(fd, deadline) ? SINGLE_FLIGHT_FOLLOWER : SINGLE_FLIGHT_LATE;
    if (!is_named(fd, folder, name)) /* another process may be the leader, with a new file */
        return SINGLE_FLIGHT_FOLLOWER;
    ret_flight->fd = steal_fd(&fd);
    return SINGLE_FLIGHT_LEADER;
}

void single_flight_note_success(const char *name)
{
    int64_t now = deadline_now();
    autoclose int folder = runtime_folder_open();
    autoclose int fd = open_lock(folder, name);
    if (fd >= 0 && pwrite(fd, &now, sizeof now, 0) != sizeof now)
        trace("single flight: the success is not noted: %m");
}

bool single_flight_has_succeeded(const char *name, int64_t since)
{
    int64_t noted = 0;
    autoclose int folder = runtime_folder_open();
    autoclose int fd = open_lock(folder, name);
    return fd >= 0 && pread(fd, &noted, sizeof noted, 0) == sizeof noted && noted >= since &&
           noted <= deadline_now();
}

bool single_flight_is_running(const char *name)
{
    autoclose int folder = runtime_folder_open();
    autoclose int fd = open_lock(folder, name);
    return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0;
}

void single_flight_leave(struct single_flight *flight)
{
    if (flight->fd >= 0)
        close(flight->fd);
    flight->fd = -1;
}
