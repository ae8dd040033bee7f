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
#include <sys/mman.h>
#include <sys/prctl.h>
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#endif
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/deadline.h"
#include "common/base/printable.h"
#include "common/base/search_path.h"
#include "common/base/signals.h"
#include "common/base/supervisor.h"
#include "common/base/unfinished.h"

/* Of the messages that subprocess_ask keeps. */
#define MESSAGES_MAX 4096

/* ---- what a program gets ---- */

/* The variables of ours that it gets. The caller frees the list; its texts are ours. */
static char **filter_environment(bool (*filter)(const char *variable))
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

/* An absolute path is left to the system, whose errno says what is wrong with it. */
static char *find_program(const char *name)
{
    return name[0] == '/' ? strdup(name) : search_path_find(name);
}

/* ---- exchanging input and output ---- */

/* What passes between us and a program. The supervisor has an end of the pipe `life`, and closes it
 * when it ends; what the program started may still have the others open. A descriptor that is not
 * needed any more is -1. */
struct exchange {
    int input, output, life;
    const struct secret *sent;
    size_t sent_length;
    struct secret *received;
    size_t received_length;
    bool is_over; /* the supervisor has ended */
};

/* A program that does not want all of its input, or none, may leave it. */
static void send_some(struct exchange *exchange)
{
    size_t left = exchange->sent->length - exchange->sent_length;
    ssize_t n = write(exchange->input, exchange->sent->bytes + exchange->sent_length, left);
    exchange->sent_length += n > 0 ? (size_t)n : 0;
    if (n == (ssize_t)left || (n < 0 && errno != EINTR && errno != EAGAIN))
        close(steal_fd(&exchange->input));
}

/* Waits until there is something to do, does it, and returns what read does: 0 at the end of the
 * output, and -1 with EAGAIN if there is none yet. */
static ssize_t exchange_some(struct exchange *exchange, int64_t deadline)
{
    bool was_over = exchange->is_over; /* and had written everything before */
    struct secret *received = exchange->received;
    struct pollfd ready[] = { { .fd = exchange->output, .events = POLLIN },
                              { .fd = exchange->input, .events = POLLOUT },
                              { .fd = exchange->life, .events = POLLIN } };
    int64_t left = deadline_left(deadline);
    bool is_ready = poll(ready, ARRAY_SIZE(ready), left < INT32_MAX ? (int)left : INT32_MAX) > 0;
    exchange->is_over = was_over || (is_ready && ready[2].revents != 0);
    if (is_ready && ready[1].revents != 0)
        send_some(exchange);
    if (is_ready && ready[0].revents != 0)
        return read(exchange->output, received->bytes + exchange->received_length,
                    received->length - exchange->received_length);
    errno = EAGAIN;
    return is_ready && was_over ? 0 : -1;
}

/* Reads all that the program writes. There is room for one byte too many, which is how too long an
 * output is noticed. */
static enum subprocess_end exchange_all(struct exchange *exchange, int64_t deadline)
{
    while (exchange->received_length < exchange->received->length) {
        ssize_t n = exchange_some(exchange, deadline);
        if (n == 0) {
            exchange->received->length = exchange->received_length;
            return SUBPROCESS_ENDED;
        }
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return SUBPROCESS_UNREADABLE;
        exchange->received_length += n > 0 ? (size_t)n : 0;
        if (deadline_left(deadline) == 0)
            return SUBPROCESS_TOO_LONG;
    }
    return SUBPROCESS_TOO_MUCH;
}

/* ---- waiting for a child ---- */

/* Sets *ret_status to its exit status if it ends by itself. */
static enum subprocess_end wait_for(pid_t child, int64_t deadline, int *ret_status)
{
    int how = 0;
    for (;;) {
        pid_t ended = waitpid(child, &how, WNOHANG);
        if (ended == child && WIFEXITED(how))
            *ret_status = WEXITSTATUS(how);
        if (ended == child || (ended < 0 && errno != EINTR))
            return SUBPROCESS_ENDED;
        if (deadline_left(deadline) == 0)
            return SUBPROCESS_TOO_LONG;
        poll(NULL, 0, 1);
    }
}

/* A supervisor ends its program first, and gets the time for that. */
static void end_child(pid_t child)
{
    int unused;
    kill(child, SIGTERM);
    if (wait_for(child, deadline_in(3 * SUPERVISOR_GRACE_MILLISECONDS), &unused) ==
        SUBPROCESS_ENDED)
        return;
    kill(-child, SIGKILL);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
}

/* The pipes of a child; each has its reading end first, as pipe(2) does. */
struct pipes {
    int input[2], output[2], life[2], report[2];
};

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(steal_fd(fd));
}

static void close_pipes(struct pipes *pipes)
{
    int *const each[] = { pipes->input, pipes->output, pipes->life, pipes->report };
    for (size_t i = 0; i < ARRAY_SIZE(each); i++) {
        close_end(&each[i][0]);
        close_end(&each[i][1]);
    }
}

static bool open_pipes(struct pipes *pipes, bool with_input)
{
    *pipes = (struct pipes){ { -1, -1 }, { -1, -1 }, { -1, -1 }, { -1, -1 } };
    return pipe2(pipes->output, O_CLOEXEC) == 0 && pipe2(pipes->life, O_CLOEXEC) == 0 &&
           pipe2(pipes->report, O_CLOEXEC) == 0 &&
           (!with_input || (pipe2(pipes->input, O_CLOEXEC) == 0 &&
                            fcntl(pipes->input[1], F_SETFL, O_NONBLOCK) == 0));
}

/* Exchanges input and output with a child, which leads a process group, until it has ended. */
static enum subprocess_end attend(pid_t child, struct pipes *pipes, const struct secret *input,
                                  struct secret *output, int64_t deadline, int *ret_status)
{
    setpgid(child, child); /* it does so too, since either may get there first */
    close_end(&pipes->input[0]);
    close_end(&pipes->output[1]);
    close_end(&pipes->life[1]);
    close_end(&pipes->report[1]);
    struct exchange exchange = { .input = steal_fd(&pipes->input[1]),
                                 .output = pipes->output[0],
                                 .life = pipes->life[0],
                                 .sent = input,
                                 .received = output };
    enum subprocess_end end = exchange_all(&exchange, deadline);
    close_end(&exchange.input);
    *ret_status = -1;
    if (end == SUBPROCESS_ENDED)
        end = wait_for(child, deadline, ret_status);
    if (end != SUBPROCESS_ENDED)
        end_child(child);
    return end;
}

/* ---- running a program ---- */

static void make_actions(posix_spawn_file_actions_t *actions, const struct subprocess *subprocess,
                         const struct pipes *pipes)
{
    posix_spawn_file_actions_init(actions);
    if (subprocess->folder != NULL)
        posix_spawn_file_actions_addchdir_np(actions, subprocess->folder);
    if (pipes->input[0] >= 0)
        posix_spawn_file_actions_adddup2(actions, pipes->input[0], STDIN_FILENO);
    else
        posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(actions, pipes->output[1], STDOUT_FILENO);
    if (subprocess->messages > 0)
        posix_spawn_file_actions_adddup2(actions, subprocess->messages, STDERR_FILENO);
}

/* Forks the supervisor. Returns its process ID, or -1. */
static pid_t start_supervisor(const struct subprocess *subprocess, struct pipes *pipes)
{
    autofree char **environment = filter_environment(subprocess->filter);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    make_actions(&actions, subprocess, pipes);
    posix_spawnattr_init(&attributes);
    signals_set_for_child(&attributes, 0);
    const struct supervised supervised = { subprocess->path, &actions, &attributes,
                                           subprocess->words, environment };
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        close_end(&pipes->input[1]); /* or the input would have no end */
        supervisor_run(&supervised, parent, pipes->report[1]);
    }
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

static enum subprocess_end read_outcome(int report, int *ret_status)
{
    struct supervisor_outcome outcome;
    auto_secret struct secret *text = secret_read(report, sizeof outcome);
    if (text == NULL || text->length != sizeof outcome)
        return SUBPROCESS_LOST;
    memcpy(&outcome, text->bytes, sizeof outcome);
    *ret_status = outcome.status;
    errno = outcome.failure;
    return outcome.failure == 0 ? SUBPROCESS_ENDED : SUBPROCESS_NOT_RUN;
}

enum subprocess_end subprocess_start(const struct subprocess *subprocess, int64_t deadline,
                                     int *ret_status, struct secret **ret_output)
{
    auto_secret struct secret *output = secret_allocate(subprocess->max + 1);
    struct pipes pipes CLEANUP(close_pipes);
    int unused;
    if (!open_pipes(&pipes, subprocess->input != NULL))
        return SUBPROCESS_NO_PROCESS;
    pid_t supervisor = start_supervisor(subprocess, &pipes);
    if (supervisor < 0)
        return SUBPROCESS_NO_PROCESS;
    enum subprocess_end end =
        attend(supervisor, &pipes, subprocess->input, output, deadline, &unused);
    if (end == SUBPROCESS_ENDED)
        end = read_outcome(pipes.report[0], ret_status);
    if (end == SUBPROCESS_ENDED)
        *ret_output = steal(&output);
    return end;
}

static bool explain(enum subprocess_end end, const char *name, struct error *error)
{
    int failure = errno;
    switch (end) {
    case SUBPROCESS_ENDED:
        break;
    case SUBPROCESS_NO_PROCESS:
        return error_set(error, ERROR_OTHER, "cannot start a process: %s", strerror(failure));
    case SUBPROCESS_UNREADABLE:
        return error_set(error, ERROR_OTHER, "what the command '%.100s' prints cannot be read",
                         name);
    case SUBPROCESS_LOST:
        return error_set(error, ERROR_OTHER,
                         "it is not known what became of the command '%.100s': the process that "
                         "waits for it failed",
                         name);
    case SUBPROCESS_TOO_LONG:
        return error_set(error, ERROR_USAGE, "the command '%.100s' did not end in time", name);
    case SUBPROCESS_TOO_MUCH:
        return error_set(error, ERROR_USAGE, "the command '%.100s' printed too much", name);
    case SUBPROCESS_NOT_RUN:
        return error_set(error, ERROR_USAGE, "the command '%.100s' cannot be run: %s", name,
                         strerror(failure));
    }
    return true;
}

static struct secret *run(char *const *command, bool (*filter)(const char *variable),
                          const char *folder, size_t max, int messages, int64_t deadline,
                          int *ret_status, struct error *error)
{
    struct secret *output = NULL;
    autofree char *path = find_program(command[0]);
    if (path == NULL) {
        error_set(error, ERROR_USAGE, "the command '%.100s' cannot be run: %s", command[0],
                  strchr(command[0], '/') != NULL ? "its path is not absolute"
                                                  : "it is in no folder of PATH");
        return NULL;
    }
    const struct subprocess subprocess = { path, command, filter, folder, NULL, max, messages };
    explain(subprocess_start(&subprocess, deadline, ret_status, &output), command[0], error);
    return output;
}

struct secret *subprocess_run(char *const *command, bool (*filter)(const char *variable),
                              const char *folder, size_t max, int64_t deadline, int *ret_status,
                              struct error *error)
{
    return run(command, filter, folder, max, 0, deadline, ret_status, error);
}

/* A file of a fixed size for a program's messages, so that the program never waits for a reader and
 * never fills the memory. Returns -1 if there is none. */
static int open_messages(void)
{
    int fd = memfd_create("messages", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd >= 0 && (ftruncate(fd, MESSAGES_MAX) != 0 ||
                    fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) != 0))
        close(steal_fd(&fd));
    return fd;
}

/* The rest of the file has NULs. */
static void read_last_line(int fd, char said[SUBPROCESS_SAID_MAX])
{
    char text[MESSAGES_MAX + 1] = "";
    ssize_t length = pread(fd, text, MESSAGES_MAX, 0);
    text[length > 0 ? length : 0] = '\0';
    for (size_t end = strlen(text); end > 0 && strchr(" \t\r\n", text[end - 1]) != NULL; end--)
        text[end - 1] = '\0';
    const char *line = strrchr(text, '\n');
    snprintf(said, SUBPROCESS_SAID_MAX, "%.*s", SUBPROCESS_SAID_MAX - 1,
             line != NULL ? line + 1 : text);
    printable_make(said);
}

struct secret *subprocess_ask(char *const *command, bool (*filter)(const char *variable),
                              const char *folder, size_t max, int64_t deadline, int *ret_status,
                              char ret_said[SUBPROCESS_SAID_MAX], struct error *error)
{
    char said[SUBPROCESS_SAID_MAX] = "";
    autoclose int messages = open_messages();
    autoclose int nowhere = messages < 0 ? open("/dev/null", O_WRONLY | O_CLOEXEC) : -1;
    struct secret *output = run(command, filter, folder, max, messages >= 0 ? messages : nowhere,
                                deadline, ret_status, error);
    if (messages >= 0)
        read_last_line(messages, said);
    if (ret_said != NULL)
        snprintf(ret_said, SUBPROCESS_SAID_MAX, "%s", said);
    return output;
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

/* ---- a function in a fork ---- */

/* The exit codes of a fork without an answer. */
#define FORK_OUT_OF_MEMORY 1 /* memory.c's, which has said so */
#define FORK_FAILED        2

/* A library that calls exit in a fork is not out of memory. */
static void fail_at_exit(void)
{
    _exit(FORK_FAILED);
}

/* Whether there has been no other thread, as far as the C library says. */
static bool is_single_threaded(void)
{
#if __has_include(<sys/single_threaded.h>)
    return __libc_single_threaded;
#else
    return true;
#endif
}

enum subprocess_end subprocess_fork(bool (*function)(void *context, int fd), void *context,
                                    size_t max, int64_t deadline, int *ret_status,
                                    struct secret **ret_answer)
{
    auto_secret struct secret *answer = secret_allocate(max + 1);
    struct pipes pipes CLEANUP(close_pipes);
    *ret_answer = NULL;
    if (!open_pipes(&pipes, false))
        return SUBPROCESS_NO_PROCESS;
    errno = EBUSY;
    pid_t parent = getpid(), pid = is_single_threaded() ? fork() : -1;
    if (pid == 0) {
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        atexit(fail_at_exit);
        _exit(getppid() == parent && function(context, pipes.output[1]) ? 0 : FORK_FAILED);
    }
    if (pid < 0)
        return SUBPROCESS_NO_PROCESS;
    enum subprocess_end end = attend(pid, &pipes, NULL, answer, deadline, ret_status);
    if (end == SUBPROCESS_ENDED && *ret_status == FORK_OUT_OF_MEMORY) {
        unfinished_remove_all();
        _exit(FORK_OUT_OF_MEMORY);
    }
    if (end == SUBPROCESS_ENDED)
        *ret_answer = steal(&answer);
    return end;
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
    autofree char **environment = filter_environment(filter);
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
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    signals_set_for_child(&attributes, POSIX_SPAWN_SETSID);
    int failure = posix_spawn(ret_pid, path, &actions, &attributes, words, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}
