#define _GNU_SOURCE
#include "common/flight.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/deadline.h"
#include "common/runtime_folder.h"

/* How often it is looked whether the pilot has landed: often at first, then less. */
#define POLL_MILLISECONDS_MIN 2
#define POLL_MILLISECONDS_MAX 25

static int open_lock(const char *name)
{
    autoclose int folder = runtime_folder_open();
    return folder < 0 ? -1 : openat(folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* A shared lock is to be had once no pilot holds the exclusive one. */
static bool wait_for_landing(int fd, int64_t deadline)
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

enum flight_role flight_board(struct flight *flight, const char *name, int64_t deadline)
{
    flight->fd = -1;
    autoclose int fd = open_lock(name);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0) {
        flight->fd = steal_fd(&fd);
        return FLIGHT_PILOT;
    }
    return wait_for_landing(fd, deadline) ? FLIGHT_PASSENGER : FLIGHT_LATE;
}

bool flight_is_in_air(const char *name)
{
    autoclose int fd = open_lock(name);
    return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0;
}

void flight_land(struct flight *flight)
{
    if (flight->fd >= 0)
        close(flight->fd);
    flight->fd = -1;
}
