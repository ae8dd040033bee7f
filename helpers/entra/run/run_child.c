/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/run/run_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/cleanup.h"
#include "common/base/descriptors.h"
#include "common/base/search_path.h"
#include "common/base/secret.h"
#include "common/base/signals.h"
#include "common/entra/url_typed.h"

/* The exit codes of env(1), and of shells. */
#define NOT_RUN   126
#define NOT_FOUND 127
#define SIGNALED  128

/* What a process may take to send a signal to all processes of a service. */
#define ALL_MILLISECONDS   30
#define LATE_MILLISECONDS  500
#define BEGIN_MILLISECONDS 5 /* how often a command that has not begun yet is looked at */

/* ---- starting ---- */

static bool fail_to_run(const char *name, int failure, struct error *error)
{
    struct url_shown shown;
    error_set(error, ERROR_OTHER, "the command '%.100s' cannot be run: %s",
              url_typed_safe(name, &shown), strerror(failure));
    error->exit_code = failure == ENOENT ? NOT_FOUND : NOT_RUN;
    return false;
}

bool run_child_find(const char *name, char **ret_path, struct error *error)
{
    int failure = search_path_look(name, ret_path);
    if (failure == 0)
        return true;
    autofree char *passed_over = search_path_passed_over(name);
    fail_to_run(name, failure, error);
    if (passed_over == NULL)
        return false;
    return error_hint(error,
                      "Relative folders of PATH are passed over. If you mean this one, give "
                      "its path: %.200s",
                      passed_over);
}

/* The path has a slash, so nothing is looked up. As in shells, a file in no format is a script. */
static void become_program(const char *path, char *const *words, char *const *environment)
{
    signals_give_back();
    secret_unprotect_child();
    execvpe(path, words, environment);
}

bool run_child_become(const char *path, char *const *words,
                      const struct run_environment *environment, struct error *error)
{
    become_program(path, words, environment->list);
    return fail_to_run(words[0], errno, error);
}

/* Writes our process id as a number. There is room for it. */
static void write_pid(char *text)
{
    int length = 1;
    for (pid_t rest = getpid(); rest >= 10; rest /= 10)
        length++;
    text[length] = '\0';
    for (pid_t rest = getpid(); length > 0; rest /= 10)
        text[--length] = (char)('0' + rest % 10);
}

/* How the two sides of the fork talk: pipes. */
struct talk {
    int go[2];     /* closed once the command may begin */
    int report[2]; /* the errno of a command that cannot be run */
};

/* In a fork of a process that may have threads: nothing but system calls. */
static _Noreturn void become(const char *path, char *const *words, char *const *environment,
                             char *const *pids, pid_t parent, const struct talk *talk)
{
    char unused;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(NOT_RUN);
    close(talk->go[1]);
    if (read(talk->go[0], &unused, 1) == 0) {
        for (; *pids != NULL; pids++)
            write_pid(*pids);
        become_program(path, words, environment);
    }
    int failure = errno;
    if (write(talk->report[1], &failure, sizeof failure) < 0)
        _exit(NOT_FOUND);
    _exit(NOT_RUN);
}

static void close_both(const int *ends)
{
    close(ends[0]);
    close(ends[1]);
}

static bool begin_to_talk(struct talk *talk)
{
    if (pipe2(talk->go, O_CLOEXEC) != 0)
        return false;
    if (pipe2(talk->report, O_CLOEXEC) == 0)
        return true;
    close_both(talk->go);
    return false;
}

/* Such as the SIGPIPE of a message of ours that nobody reads. */
static bool is_own(const siginfo_t *info)
{
    return info->si_code <= 0 && info->si_pid == getpid();
}

/* What was sent before the fork has not reached it, even if it was for the whole group. While it
 * waits, it blocks all signals, so that one which has reached it too does not become two. */
static void hand_on_earlier(pid_t pid, const struct run_server *server)
{
    const struct timespec now = { 0 };
    siginfo_t info;
    sigset_t early;
    int number;
    sigfillset(&early);
    sigdelset(&early, SIGCHLD);
    while ((number = sigtimedwait(&early, &info, &now)) > 0) {
        if (is_own(&info))
            continue;
        kill(pid, number);
        run_server_got_signal(server, number); /* or it would be taken for the next one */
    }
}

static bool has_terminal(void)
{
    autoclose int terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    return terminal >= 0;
}

/* Stops as the command has, until the shell lets both go on. Without a terminal there is no such
 * shell, and who stops the command by its process id will let it alone go on. In an orphaned
 * process group, the signals of the terminal stop nobody, but SIGSTOP does. */
static void stop_too(int number)
{
    sigset_t only;
    if (!has_terminal())
        return;
    if (number == SIGSTOP)
        number = SIGTSTP;
    signal(number, SIG_DFL);
    sigemptyset(&only);
    sigaddset(&only, number);
    kill(getpid(), number);
    sigprocmask(SIG_UNBLOCK, &only, NULL); /* here it stops */
    sigprocmask(SIG_BLOCK, &only, NULL);
}

/* Returns the errno, or 0 once the command runs. It may be stopped before that. */
static int wait_for_command(pid_t pid, int report)
{
    struct pollfd ready = { .fd = report, .events = POLLIN };
    int failure = 0;
    while (poll(&ready, 1, BEGIN_MILLISECONDS) == 0) {
        siginfo_t stopped = { .si_pid = 0 };
        if (waitid(P_PID, (id_t)pid, &stopped, WSTOPPED | WNOHANG) == 0 && stopped.si_pid == pid)
            stop_too(stopped.si_status);
    }
    return read(report, &failure, sizeof failure) > 0 ? failure : 0;
}

/* Returns the errno, or 0 once the command runs. */
static int start(const char *path, char *const *words, struct run_environment *environment,
                 const struct run_server *server, pid_t *ret_pid)
{
    struct talk talk;
    int failure = 0;
    if (!begin_to_talk(&talk))
        return errno;
    char *pids[RUN_ENVIRONMENT_PIDS + 1];
    run_environment_make_room_for_pids(environment, pids);
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        become(path, words, environment->list, pids, parent, &talk);
    failure = pid < 0 ? errno : 0;
    if (pid > 0)
        hand_on_earlier(pid, server);
    close_both(talk.go);
    close(talk.report[1]);
    if (pid > 0)
        failure = wait_for_command(pid, talk.report[0]);
    close(talk.report[0]);
    if (pid > 0 && failure != 0)
        waitpid(pid, NULL, 0);
    *ret_pid = pid;
    return failure;
}

/* ---- waiting ---- */

/* The next child that has ended or stopped; 0: none; -1: there is no child. */
static pid_t next_child(int *ret_how)
{
    pid_t pid;
    do
        pid = waitpid(-1, ret_how, WNOHANG | WUNTRACED);
    while (pid < 0 && errno == EINTR);
    return pid;
}

/* Takes note of the children that have ended or stopped; as the first process of a container, of
 * others as well. Returns whether the command has ended. */
static bool collect(pid_t command, struct run_server *server, int *ret_how)
{
    int how;
    pid_t pid;
    while ((pid = next_child(&how)) > 0) {
        if (pid == command && !WIFSTOPPED(how)) {
            *ret_how = how;
            return true;
        }
        if (pid == command)
            stop_too(WSTOPSIG(how));
        if (pid == server->pid && !WIFSTOPPED(how)) {
            server->pid = 0;
            warning("the endpoint has ended: the command gets no more tokens");
        }
    }
    return false;
}

/* Whether the command has got the signal too: from the terminal, which sends its signals to the
 * group; but a hangup to the leader of the session only. Or from a process that has sent it to the
 * whole group, or one after the other to all processes of a service, which takes a moment. */
static bool is_for_all(const siginfo_t *info, const struct run_server *server)
{
    poll(NULL, 0, ALL_MILLISECONDS);
    bool server_got_it = run_server_got_signal(server, info->si_signo);
    if (info->si_code > 0)
        return info->si_signo != SIGHUP || getsid(0) != getpid();
    return server_got_it;
}

/* A command that has left our group, as timeout(1) and interactive shells do, does not get what is
 * sent to it. To go on twice is to go on. Returns whether the signal was for us alone. */
static bool hand_on(pid_t command, const siginfo_t *info, const struct run_server *server)
{
    bool is_lone =
        info->si_signo != SIGCONT && (!is_for_all(info, server) || getpgid(command) != getpgrp());
    if (is_lone || info->si_signo == SIGCONT)
        kill(command, info->si_signo);
    return is_lone;
}

/* Waits for the command to end, and hands on signals meanwhile. One that the server gets later than
 * that was for all, too, and must not be taken for the next one. */
static int attend(pid_t command, struct run_server *server, const sigset_t *all)
{
    const struct timespec soon = { .tv_nsec = LATE_MILLISECONDS * 1000000L };
    siginfo_t info;
    int how = 0, lone = 0;
    while (!collect(command, server, &how)) {
        int number = lone > 0 ? sigtimedwait(all, &info, &soon) : sigwaitinfo(all, &info);
        if (number < 0 && errno == EAGAIN)
            run_server_got_signal(server, lone);
        if (number != SIGCHLD && !(number > 0 && is_own(&info)))
            lone = number > 0 && hand_on(command, &info, server) ? number : 0;
    }
    return how;
}

/* Ends as the command has: a shell that runs a script goes on after Ctrl-C if a command takes the
 * signal for itself and exits. The first process of a container is not ended by a signal of its
 * own. The core is the command's: we leave none (secret.h). */
static _Noreturn void end_by(int number)
{
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, number);
    signal(number, SIG_DFL);
    kill(getpid(), number);
    sigprocmask(SIG_UNBLOCK, &only, NULL);
    _exit(SIGNALED + number);
}

bool run_child(const char *path, char *const *words, struct run_environment *environment,
               struct run_server *server, int *ret_code, struct error *error)
{
    sigset_t all;
    pid_t command = -1;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    run_server_guard(server);
    int failure = start(path, words, environment, server, &command);
    if (failure != 0) {
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        return fail_to_run(words[0], failure, error);
    }
    descriptors_close_inherited();
    int how = attend(command, server, &all);
    run_server_stop(server);
    if (WIFSIGNALED(how))
        end_by(WTERMSIG(how));
    *ret_code = WEXITSTATUS(how);
    return true;
}
