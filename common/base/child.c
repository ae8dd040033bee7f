#define _GNU_SOURCE
#include "common/base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/deadline.h"

/* Lets children be waited for: a parent that ignores SIGCHLD hands that on, and then they are gone
 * before anybody learns how they ended. */
static void expect_children(void)
{
    signal(SIGCHLD, SIG_DFL);
}

/* Reads until the end; room for one byte more than may come tells of too much. */
static enum child_end read_all(int fd, struct secret *answer, int64_t deadline)
{
    size_t length = 0;
    while (length < answer->length) {
        struct pollfd ready = { .fd = fd, .events = POLLIN };
        int64_t left = deadline_left(deadline);
        if (left == 0)
            return CHILD_TOO_LONG;
        if (poll(&ready, 1, left < INT32_MAX ? (int)left : INT32_MAX) <= 0)
            continue;
        ssize_t n = read(fd, answer->bytes + length, answer->length - length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            answer->length = length;
            return CHILD_ENDED;
        }
        length += (size_t)n;
    }
    return CHILD_TOO_MUCH;
}

/* It has closed the pipe, so it is about to end. */
static enum child_end await(pid_t pid, int64_t deadline, int *status)
{
    int how = 0;
    for (;;) {
        pid_t ended = waitpid(pid, &how, WNOHANG);
        if (ended == pid && WIFEXITED(how))
            *status = WEXITSTATUS(how);
        if (ended == pid || (ended < 0 && errno != EINTR))
            return CHILD_ENDED;
        if (deadline_left(deadline) == 0)
            return CHILD_TOO_LONG;
        poll(NULL, 0, 1);
    }
}

static enum child_end collect(pid_t pid, int fd, size_t max, int64_t deadline, int *status,
                              struct secret **answer)
{
    auto_secret struct secret *text = secret_allocate(max + 1);
    enum child_end end = text != NULL ? read_all(fd, text, deadline) : CHILD_NONE;
    *status = -1;
    if (end == CHILD_ENDED)
        end = await(pid, deadline, status);
    if (end != CHILD_ENDED) {
        kill(-pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    *answer = end == CHILD_ENDED ? steal(&text) : NULL;
    return end;
}

enum child_end child_run(bool (*function)(void *context, int fd), void *context, size_t max,
                         int64_t deadline, int *status, struct secret **answer)
{
    int ends[2];
    *answer = NULL;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return CHILD_NONE;
    autoclose int reader = ends[0];
    expect_children();
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        _exit(getppid() == parent && function(context, ends[1]) ? 0 : 1);
    }
    close(ends[1]);
    if (pid < 0)
        return CHILD_NONE;
    setpgid(pid, pid); /* in both, for whoever comes first */
    return collect(pid, reader, max, deadline, status, answer);
}
