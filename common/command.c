#define _GNU_SOURCE
#include "common/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/child.h"

extern char **environ;

/* Variables, and last steps of Section__Key, that hold a secret. */
static bool is_secret(const char *variable)
{
    static const char *const names[] = { "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PASSWORD",
                                         "__ClientSecret", "__CertificatePassword",
                                         "__Base64EncodedValue" };
    size_t length = strcspn(variable, "=");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t tail = strlen(names[i]);
        if (length >= tail && strncasecmp(variable + length - tail, names[i], tail) == 0)
            return true;
    }
    return false;
}

char **command_environment(void)
{
    size_t count = 0, kept = 0;
    while (environ[count] != NULL)
        count++;
    char **clean = calloc(count + 1, sizeof *clean);
    for (size_t i = 0; clean != NULL && i < count; i++)
        if (!is_secret(environ[i]))
            clean[kept++] = environ[i];
    return clean;
}

/* Starts it with its stdout on the descriptor, in a process group of its own. 0, or an errno. */
static int start(char *const *command, int output, pid_t *pid)
{
    autofree char **environment = command_environment();
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    if (environment == NULL)
        return ENOMEM;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
    int failure = posix_spawnp(pid, command[0], &actions, &attributes, command, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}

struct secret *command_run(char *const *command, size_t max, int64_t deadline, int *status,
                           struct error *error)
{
    int ends[2];
    pid_t pid = 0;
    struct secret *output = NULL;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        error_no_memory(error);
        return NULL;
    }
    autoclose int reader = ends[0];
    child_expect();
    int failure = start(command, ends[1], &pid);
    close(ends[1]);
    if (failure != 0) {
        error_set(error, ERROR_USAGE, "the command '%.100s' cannot be run: %s", command[0],
                  strerror(failure));
        return NULL;
    }
    enum child_end end = child_collect(pid, reader, max, deadline, status, &output);
    if (end == CHILD_NONE)
        error_no_memory(error);
    else if (end != CHILD_ENDED)
        error_set(error, ERROR_USAGE, "the command '%.100s' %s", command[0],
                  end == CHILD_TOO_LONG ? "did not end in time" : "printed too much");
    return output;
}

struct secret *command_read(char *const *command, size_t max, int64_t deadline, struct error *error)
{
    int status = 0;
    auto_secret struct secret *output = command_run(command, max, deadline, &status, error);
    if (output == NULL || (status == 0 && output->length > 0))
        return steal(&output);
    error_set(error, ERROR_USAGE, "the command '%.100s' %s", command[0],
              status != 0 ? "failed" : "printed nothing");
    return NULL;
}

int command_detach(const char *program, char *const *words, char *const *environment, pid_t *pid)
{
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
    int failure = posix_spawnp(pid, program, &actions, &attributes, words, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}
