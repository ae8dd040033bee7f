/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/supervisor.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/cleanup.h"
#include "common/base/deadline.h"
#include "common/base/output.h"

/* Sends a signal to our children outside this process group (0: to all). Those of a child that ends
 * become ours (PR_SET_CHILD_SUBREAPER), whatever group or session they have chosen. The kernel's
 * list has a space after each. */
static void signal_children(int number, pid_t except)
{
    char text[1024];
    pid_t child = 0;
    ssize_t length;
    autoclose int list = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    while (list >= 0 && (length = read(list, text, sizeof text)) > 0)
        for (ssize_t i = 0; i < length; i++) {
            if (text[i] >= '0' && text[i] <= '9') {
                child = child * 10 + (text[i] - '0');
                continue;
            }
            if (child > 0 && (except == 0 || getpgid(child) != except))
                kill(child, number);
            child = 0;
        }
}

/* Takes note of the children that have ended. Returns whether there are others. */
static bool has_children(void)
{
    pid_t pid;
    do
        pid = waitpid(-1, NULL, WNOHANG);
    while (pid > 0);
    return pid == 0;
}

/* Ends everything that we started, and what that started. A program that was asked to end removes
 * its locks; git's would be in the way of the next. */
static void end_children(void)
{
    int64_t deadline = deadline_in(SUPERVISOR_GRACE_MILLISECONDS);
    signal(SIGTERM, SIG_IGN); /* this process is in the group */
    kill(0, SIGTERM);         /* once each: asked twice, a program might clean up twice */
    signal_children(SIGTERM, getpgrp());
    while (has_children() && deadline_left(deadline) > 0)
        poll(NULL, 0, 1);
    for (deadline = deadline_in(SUPERVISOR_GRACE_MILLISECONDS);
         has_children() && deadline_left(deadline) > 0; poll(NULL, 0, 1))
        signal_children(SIGKILL, 0);
    kill(0, SIGKILL); /* this process too */
}

/* Waits for the program to end. Returns false if we are to end instead. */
static bool wait_for_program(pid_t program, const sigset_t *signals, int *ret_how)
{
    for (;;) {
        int how;
        pid_t pid;
        while ((pid = waitpid(-1, &how, WNOHANG)) > 0)
            if (pid == program) {
                *ret_how = how;
                return true;
            }
        if (sigwaitinfo(signals, NULL) == SIGTERM)
            return false;
    }
}

void supervisor_run(const struct supervised *supervised, pid_t parent, int report)
{
    struct supervisor_outcome outcome = { .status = -1 };
    sigset_t signals;
    pid_t pid = 0;
    int how = 0;
    setpgid(0, 0);
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) /* which ended before that */
        _exit(EXIT_FAILURE);
    outcome.failure =
        posix_spawn(&pid, supervised->path, supervised->actions, supervised->attributes,
                    supervised->words, supervised->environment);
    if (outcome.failure == 0 && !wait_for_program(pid, &signals, &how))
        end_children();
    if (outcome.failure == 0 && WIFEXITED(how))
        outcome.status = WEXITSTATUS(how);
    bool reported = output_write(report, (const char *)&outcome, sizeof outcome);
    _exit(reported ? EXIT_SUCCESS : EXIT_FAILURE);
}
