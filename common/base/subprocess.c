/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/subprocess.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/cleanup.h"
#include "common/base/deadline.h"
#include "common/base/search_path.h"
#include "common/base/text.h"

/* ---- the environment of a child ---- */

/* The variables of ours that a child gets. The caller frees the list; its texts are ours. NULL if
 * out of memory. */
static char **environment_of_child(bool (*filter)(const char *variable))
{
    size_t count = 0, kept = 0;
    while (environ[count] != NULL)
        count++;
    char **list = calloc(count + 1, sizeof *list);
    for (size_t i = 0; list != NULL && i < count; i++)
        if (filter == NULL || filter(environ[i]))
            list[kept++] = environ[i];
    return list;
}

/* ---- which program ---- */

/* An absolute path is left to the system, whose errno says what is wrong with it. */
static char *find_program(const char *name)
{
    return name[0] == '/' ? strdup(name) : search_path_find(name);
}

/* ---- a child that answers through a pipe ---- */

/* Reads to the end of the pipe. The answer has room for one byte too many, which is how too long an
 * answer is noticed. */
static enum subprocess_end read_all(int fd, struct secret *answer, int64_t deadline)
{
    size_t length = 0;
    while (length < answer->length) {
        struct pollfd ready = { .fd = fd, .events = POLLIN };
        int64_t left = deadline_left(deadline);
        if (left == 0)
            return SUBPROCESS_TOO_LONG;
        if (poll(&ready, 1, left < INT32_MAX ? (int)left : INT32_MAX) <= 0)
            continue;
        ssize_t n = read(fd, answer->bytes + length, answer->length - length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            answer->length = length;
            return SUBPROCESS_ENDED;
        }
        length += (size_t)n;
    }
    return SUBPROCESS_TOO_MUCH;
}

/* Waits for a child that has closed its pipe and is about to end. */
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

/* Reads the answer of a child and waits for it to end, or kills its process group. */
static enum subprocess_end collect_answer(pid_t pid, int fd, size_t max, int64_t deadline,
                                          int *ret_status, struct secret **ret_answer)
{
    auto_secret struct secret *text = secret_allocate(max + 1);
    enum subprocess_end end = text != NULL ? read_all(fd, text, deadline) : SUBPROCESS_NONE;
    *ret_status = -1;
    if (end == SUBPROCESS_ENDED)
        end = wait_for(pid, deadline, ret_status);
    if (end != SUBPROCESS_ENDED) {
        kill(-pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    *ret_answer = end == SUBPROCESS_ENDED ? steal(&text) : NULL;
    return end;
}

enum subprocess_end subprocess_fork(bool (*function)(void *context, int fd), void *context,
                                    size_t max, int64_t deadline, int *ret_status,
                                    struct secret **ret_answer)
{
    int ends[2];
    *ret_answer = NULL;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return SUBPROCESS_NONE;
    autoclose int reader = ends[0];
    /* A parent that ignores SIGCHLD passes that on, and then the status of children is lost. */
    signal(SIGCHLD, SIG_DFL);
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        _exit(getppid() == parent && function(context, ends[1]) ? 0 : 1);
    }
    close(ends[1]);
    if (pid < 0)
        return SUBPROCESS_NONE;
    setpgid(pid, pid); /* in the child too, since either process may get there first */
    return collect_answer(pid, reader, max, deadline, ret_status, ret_answer);
}

/* ---- running a program ---- */

struct job {
    const char *program;
    char *const *command;
    char **environment;
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
    posix_spawnattr_t attributes;
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    int failure =
        posix_spawn(ret_pid, job->program, &actions, &attributes, job->command, job->environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}

static void kill_group(int signal)
{
    (void)signal;
    kill(0, SIGKILL);
}

/* Has the process group killed when our parent ends, be it by a kill or by Ctrl-C, which does not
 * reach a process group of its own. */
static void end_with_parent(void)
{
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, SIGTERM);
    signal(SIGTERM, kill_group);
    sigprocmask(SIG_UNBLOCK, &one, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
}

/* Runs the command in the forked child, which leads the process group. */
static bool supervise(void *context, int output)
{
    const struct job *job = context;
    struct outcome outcome = { .status = -1 };
    pid_t pid = 0;
    int how = 0;
    end_with_parent();
    outcome.failure = start_command(job, output, &pid);
    while (outcome.failure == 0 && waitpid(pid, &how, 0) < 0 && errno == EINTR)
        ;
    if (outcome.failure == 0 && WIFEXITED(how))
        outcome.status = WEXITSTATUS(how);
    return write(job->report, &outcome, sizeof outcome) == (ssize_t)sizeof outcome;
}

static bool check_outcome(enum subprocess_end how, const struct outcome *outcome,
                          const char *program, struct error *error)
{
    if (how == SUBPROCESS_NONE)
        return error_no_memory(error);
    if (how != SUBPROCESS_ENDED)
        return error_set(error, ERROR_USAGE, "the command '%.100s' %s", program,
                         how == SUBPROCESS_TOO_LONG ? "did not end in time" : "printed too much");
    return outcome->failure == 0 ||
           error_set(error, ERROR_USAGE, "the command '%.100s' cannot be run: %s", program,
                     strerror(outcome->failure));
}

struct secret *subprocess_run(char *const *command, bool (*filter)(const char *variable),
                              size_t max, int64_t deadline, int *ret_status, struct error *error)
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
    if (environment == NULL || pipe2(report, O_CLOEXEC) != 0) {
        error_no_memory(error);
        return NULL;
    }
    autoclose int reader = report[0], writer = report[1];
    struct job job = { program, command, environment, writer };
    enum subprocess_end how =
        subprocess_fork(supervise, &job, max, deadline, &child_status, &output);
    if (how == SUBPROCESS_ENDED && child_status == 0 &&
        read(reader, &outcome, sizeof outcome) != sizeof outcome)
        how = SUBPROCESS_NONE;
    *ret_status = outcome.status;
    return check_outcome(how, &outcome, command[0], error) ? steal(&output) : NULL;
}

struct secret *subprocess_read(char *const *command, bool (*filter)(const char *variable),
                               size_t max, int64_t deadline, struct error *error)
{
    int status = 0;
    auto_secret struct secret *output =
        subprocess_run(command, filter, max, deadline, &status, error);
    if (output == NULL || (status == 0 && output->length > 0))
        return steal(&output);
    error_set(error, ERROR_USAGE, "the command '%.100s' %s", command[0],
              status != 0 ? "failed" : "printed nothing");
    return NULL;
}

/* ---- starting a program without waiting ---- */

int subprocess_detach(const char *program, char *const *words, bool (*filter)(const char *variable),
                      pid_t *ret_pid)
{
    autofree char **environment = environment_of_child(filter);
    autofree char *path = find_program(program);
    if (path == NULL)
        return ENOENT;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawn_file_actions_init(&actions);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF);
    int failure = posix_spawn(ret_pid, path, &actions, &attributes, words, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}
