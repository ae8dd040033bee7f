/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/subprocess.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/cleanup.h"
#include "common/base/deadline.h"
#include "common/base/output.h"
#include "common/base/search_path.h"
#include "common/base/signals.h"
#include "common/base/text.h"
#include "common/base/unfinished.h"

/* How long a program that is asked to end may take before it is killed. */
#define GRACE_MILLISECONDS 200

/* ---- what a child gets ---- */

/* The variables of ours that a child gets. The caller frees the list; its texts are ours. */
static char **environment_of_child(bool (*filter)(const char *variable))
{
    size_t count = 0, kept = 0;
    while (environ[count] != NULL)
        count++;
    char **list = calloc(count + 1, sizeof *list);
    for (size_t i = 0; i < count; i++)
        if (filter == NULL || filter(environ[i]))
            list[kept++] = environ[i];
    return list;
}

/* ---- starting a program ---- */

/* An absolute path is left to the system, whose errno says what is wrong with it. */
static char *find_program(const char *name)
{
    return name[0] == '/' ? strdup(name) : search_path_find(name);
}

/* As posix_spawn, with a child's signals. Destroys the actions. */
static int start_program(const char *path, posix_spawn_file_actions_t *actions, short flags,
                         char *const *words, char *const *environment, pid_t *ret_pid)
{
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    signals_set_for_child(&attributes, flags);
    int failure = posix_spawn(ret_pid, path, actions, &attributes, words, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(actions);
    return failure;
}

/* ---- a child that answers through a pipe ---- */

/* Waits until there is something to read, or the child has ended, which closes its end of the pipe
 * `life`; what it started may still have the other pipe open. Returns whether there is something to
 * read, and sets *ret_is_over if the child has ended. */
static bool wait_for_answer(int fd, int life, int64_t deadline, bool *ret_is_over)
{
    struct pollfd ready[] = { { .fd = fd, .events = POLLIN }, { .fd = life, .events = POLLIN } };
    int64_t left = deadline_left(deadline);
    if (poll(ready, 2, left < INT32_MAX ? (int)left : INT32_MAX) <= 0)
        return false;
    *ret_is_over = *ret_is_over || ready[1].revents != 0;
    return ready[0].revents != 0;
}

/* Reads all that the child writes. The answer has room for one byte too many, which is how too long
 * an answer is noticed. */
static enum subprocess_end read_all(int fd, int life, struct secret *answer, int64_t deadline)
{
    size_t length = 0;
    bool is_over = false;
    while (length < answer->length) {
        bool was_over = is_over; /* and had written everything before */
        bool is_ready = wait_for_answer(fd, life, deadline, &is_over);
        ssize_t n = is_ready ? read(fd, answer->bytes + length, answer->length - length) : 0;
        if (n > 0)
            length += (size_t)n;
        else if (n < 0 && errno != EINTR)
            return SUBPROCESS_UNREADABLE;
        else if (is_ready ? n == 0 : was_over) {
            answer->length = length;
            return SUBPROCESS_ENDED;
        }
        if (deadline_left(deadline) == 0)
            return SUBPROCESS_TOO_LONG;
    }
    return SUBPROCESS_TOO_MUCH;
}

/* Waits for a child to end. */
static enum subprocess_end wait_for(pid_t pid, int64_t deadline, int *ret_status)
{
    int how = 0;
    for (;;) {
        pid_t ended = waitpid(pid, &how, WNOHANG);
        if (ended == pid && WIFEXITED(how))
            *ret_status = WEXITSTATUS(how);
        if (ended == pid || (ended < 0 && errno != EINTR))
            return SUBPROCESS_ENDED;
        if (deadline_left(deadline) == 0)
            return SUBPROCESS_TOO_LONG;
        poll(NULL, 0, 1);
    }
}

/* Ends a child. A supervisor ends what it started first (see below); it gets the time for that. */
static void end_child(pid_t pid)
{
    int unused;
    kill(pid, SIGTERM);
    if (wait_for(pid, deadline_in(3 * GRACE_MILLISECONDS), &unused) == SUBPROCESS_ENDED)
        return;
    kill(-pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

/* The exit codes of a fork without an answer. */
#define FORK_OUT_OF_MEMORY 1 /* memory.c's, which has said so */
#define FORK_FAILED        2

/* Memory that runs out in a fork ends the program, as it does in this process (memory.c). */
static void end_if_out_of_memory(int status)
{
    if (status != FORK_OUT_OF_MEMORY)
        return;
    unfinished_remove_all();
    _exit(1);
}

/* A library that calls exit in a fork is not out of memory. */
static void fail_at_exit(void)
{
    _exit(FORK_FAILED);
}

/* Reads the answer of a child and waits for it to end, or ends it. */
static enum subprocess_end collect_answer(pid_t pid, int fd, int life, size_t max, int64_t deadline,
                                          int *ret_status, struct secret **ret_answer)
{
    auto_secret struct secret *text = secret_allocate(max + 1);
    enum subprocess_end end = read_all(fd, life, text, deadline);
    *ret_status = -1;
    if (end == SUBPROCESS_ENDED)
        end = wait_for(pid, deadline, ret_status);
    if (end != SUBPROCESS_ENDED)
        end_child(pid);
    end_if_out_of_memory(*ret_status);
    *ret_answer = end == SUBPROCESS_ENDED ? steal(&text) : NULL;
    return end;
}

enum subprocess_end subprocess_fork(bool (*function)(void *context, int fd), void *context,
                                    size_t max, int64_t deadline, int *ret_status,
                                    struct secret **ret_answer)
{
    int ends[2], lives[2];
    *ret_answer = NULL;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return SUBPROCESS_NONE;
    autoclose int reader = ends[0], writer = ends[1];
    if (pipe2(lives, O_CLOEXEC) != 0)
        return SUBPROCESS_NONE;
    autoclose int life = lives[0], living = lives[1];
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        atexit(fail_at_exit);
        _exit(getppid() == parent && function(context, writer) ? 0 : FORK_FAILED);
    }
    if (pid < 0)
        return SUBPROCESS_NONE;
    close(steal_fd(&writer));
    close(steal_fd(&living));
    setpgid(pid, pid); /* in the child too, since either process may get there first */
    return collect_answer(pid, reader, life, max, deadline, ret_status, ret_answer);
}

/* ---- running a program ---- */

struct job {
    const char *program;
    char *const *command;
    char **environment;
    const char *folder;
    int report; /* the supervisor writes a struct outcome to this descriptor */
};

struct outcome {
    int failure; /* the errno if the command could not be started, else 0 */
    int status;
};

/* Starts the command with its stdout on the descriptor. Returns 0, or an errno. */
static int start_command(const struct job *job, int output, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (job->folder != NULL)
        posix_spawn_file_actions_addchdir_np(&actions, job->folder);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    return start_program(job->program, &actions, 0, job->command, job->environment, ret_pid);
}

/* Sends a signal to our children outside this process group (0: to all). Those of a child that ends
 * become ours (PR_SET_CHILD_SUBREAPER), whatever group or session they have chosen. */
static void signal_children(int number, pid_t except)
{
    FILE *list = fopen("/proc/thread-self/children", "re");
    int pid;
    while (list != NULL && fscanf(list, "%d", &pid) == 1)
        if (except == 0 || getpgid(pid) != except)
            kill(pid, number);
    if (list != NULL)
        fclose(list);
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
    int64_t deadline = deadline_in(GRACE_MILLISECONDS);
    signal(SIGTERM, SIG_IGN); /* this process is in the group */
    kill(0, SIGTERM);         /* once each: asked twice, a program might clean up twice */
    signal_children(SIGTERM, getpgrp());
    while (has_children() && deadline_left(deadline) > 0)
        poll(NULL, 0, 1);
    for (deadline = deadline_in(GRACE_MILLISECONDS); has_children() && deadline_left(deadline) > 0;
         poll(NULL, 0, 1))
        signal_children(SIGKILL, 0);
    kill(0, SIGKILL); /* this process too */
}

/* Waits for the command to end. Returns false if we are to end instead. */
static bool wait_for_command(pid_t command, const sigset_t *signals, int *ret_how)
{
    for (;;) {
        int how;
        pid_t pid;
        while ((pid = waitpid(-1, &how, WNOHANG)) > 0)
            if (pid == command) {
                *ret_how = how;
                return true;
            }
        if (sigwaitinfo(signals, NULL) == SIGTERM)
            return false;
    }
}

/* Runs the command in the forked child, which leads the process group and outlives whatever the
 * command starts. Our parent sends SIGTERM at the deadline, and the kernel does when our parent
 * ends, be it by a kill or by Ctrl-C, which does not reach a process group of its own. */
static bool supervise(void *context, int output)
{
    const struct job *job = context;
    struct outcome outcome = { .status = -1 };
    sigset_t signals;
    pid_t pid = 0;
    int how = 0;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    outcome.failure = start_command(job, output, &pid);
    if (outcome.failure == 0 && !wait_for_command(pid, &signals, &how))
        end_children();
    if (outcome.failure == 0 && WIFEXITED(how))
        outcome.status = WEXITSTATUS(how);
    return output_write(job->report, (const char *)&outcome, sizeof outcome);
}

static bool read_outcome(int report, const char *program, struct outcome *ret_outcome,
                         struct error *error)
{
    auto_secret struct secret *text = secret_read(report, sizeof *ret_outcome);
    if (text == NULL || text->length != sizeof *ret_outcome)
        return error_set(error, ERROR_OTHER,
                         "it is not known what became of the command '%.100s': the process that "
                         "waits for it failed",
                         program);
    memcpy(ret_outcome, text->bytes, sizeof *ret_outcome);
    return true;
}

static bool check_outcome(enum subprocess_end how, const struct outcome *outcome,
                          const char *program, struct error *error)
{
    if (how == SUBPROCESS_NONE)
        return error_set(error, ERROR_OTHER, "cannot start a process: %m");
    if (how == SUBPROCESS_UNREADABLE)
        return error_set(error, ERROR_OTHER, "what the command '%.100s' prints cannot be read",
                         program);
    if (how != SUBPROCESS_ENDED)
        return error_set(error, ERROR_USAGE, "the command '%.100s' %s", program,
                         how == SUBPROCESS_TOO_LONG ? "did not end in time" : "printed too much");
    return outcome->failure == 0 ||
           error_set(error, ERROR_USAGE, "the command '%.100s' cannot be run: %s", program,
                     strerror(outcome->failure));
}

struct secret *subprocess_run(char *const *command, bool (*filter)(const char *variable),
                              const char *folder, size_t max, int64_t deadline, int *ret_status,
                              struct error *error)
{
    int report[2], child_status;
    struct outcome outcome = { .status = -1 };
    auto_secret struct secret *output = NULL;
    autofree char **environment = environment_of_child(filter);
    autofree char *program = find_program(command[0]);
    if (program == NULL) {
        error_set(error, ERROR_USAGE, "the command '%.100s' cannot be run: %s", command[0],
                  strchr(command[0], '/') != NULL ? "its path is not absolute"
                                                  : "it is in no folder of PATH");
        return NULL;
    }
    if (pipe2(report, O_CLOEXEC) != 0) {
        check_outcome(SUBPROCESS_NONE, &outcome, command[0], error);
        return NULL;
    }
    autoclose int reader = report[0], writer = report[1];
    struct job job = { program, command, environment, folder, writer };
    enum subprocess_end how =
        subprocess_fork(supervise, &job, max, deadline, &child_status, &output);
    close(steal_fd(&writer));
    if (how == SUBPROCESS_ENDED && !read_outcome(reader, command[0], &outcome, error))
        return NULL;
    *ret_status = outcome.status;
    return check_outcome(how, &outcome, command[0], error) ? steal(&output) : NULL;
}

struct secret *subprocess_read(char *const *command, bool (*filter)(const char *variable),
                               const char *folder, size_t max, int64_t deadline,
                               struct error *error)
{
    int status = 0;
    auto_secret struct secret *output =
        subprocess_run(command, filter, folder, max, deadline, &status, error);
    if (output == NULL || (status == 0 && output->length > 0))
        return steal(&output);
    error_set(error, ERROR_USAGE, "the command '%.100s' %s", command[0],
              status != 0 ? "failed" : "printed nothing");
    return NULL;
}

/* ---- starting a program without waiting ---- */

/* What we were started with beyond the three is not for a child that outlives us: the reader of
 * a pipe of which it had an end would wait for it. musl has no
 * posix_spawn_file_actions_addclosefrom_np. */
static void close_others(posix_spawn_file_actions_t *actions)
{
    DIR *list = opendir("/proc/self/fd");
    for (struct dirent *entry; list != NULL && (entry = readdir(list)) != NULL;) {
        int fd = (int)strtol(entry->d_name, NULL, 10);
        if (fd > STDERR_FILENO)
            posix_spawn_file_actions_addclose(actions, fd);
    }
    if (list != NULL)
        closedir(list);
}

int subprocess_detach(const char *program, char *const *words, bool (*filter)(const char *variable),
                      const char *folder, pid_t *ret_pid)
{
    autofree char **environment = environment_of_child(filter);
    autofree char *path = find_program(program);
    if (path == NULL)
        return ENOENT;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (folder != NULL)
        posix_spawn_file_actions_addchdir_np(&actions, folder);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
    close_others(&actions);
    return start_program(path, &actions, POSIX_SPAWN_SETSID, words, environment, ret_pid);
}
