#define _GNU_SOURCE
#include "common/renewal.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ARGUMENTS_MAX 48

extern char **environ;

bool renewal_is_inline(void)
{
    const char *value = getenv("ENTRA_RENEWAL");
    return value != NULL && strcmp(value, "inline") == 0;
}

/* A command line being made. */
struct command {
    const char *words[ARGUMENTS_MAX + 1]; /* NULL ends them */
    size_t count;
};

static void add(struct command *command, const char *word)
{
    if (command->count < ARGUMENTS_MAX)
        command->words[command->count++] = word;
}

static void add_option(struct command *command, const char *name, const char *value)
{
    if (value == NULL)
        return;
    add(command, name);
    add(command, value);
}

/* The same options make the same request again; the API is the one that it came to be about. */
static void make_command(struct command *command, const struct options *options,
                         const struct token_request *request)
{
    add(command, "entra");
    add(command, "token");
    add(command, "--renew");
    add_option(command, "--config", options->config);
    add_option(command, "--api", request->api);
    for (size_t i = 0; i < options->scope_count; i++)
        add_option(command, "--scope", options->scopes[i]);
    add_option(command, "--resource", options->resource);
    add_option(command, "--tenant",
               options->tenant != NULL ? options->tenant : options->fallback_tenant);
    add_option(command, "--client-id", options->client_id);
    add_option(command, "--authority", options->authority);
    add_option(command, "--keyring", options->keyring);
    if (options->managed_identity)
        add(command, "--managed-identity");
}

/* `entra`, beside the running program. */
static bool find_program(char *path, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", path, size - 1);
    if (length <= 0)
        return false;
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    size_t room = slash != NULL ? size - (size_t)(slash + 1 - path) : 0;
    return room > 0 && (size_t)snprintf(slash + 1, room, "entra") < room;
}

void renewal_start(const struct options *options, const struct token_request *request)
{
    char path[4096];
    struct command command = { 0 };
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    pid_t pid;
    make_command(&command, options, request);
    if (!find_program(path, sizeof path))
        return;
    posix_spawn_file_actions_init(&actions);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF);
    int failure =
        posix_spawn(&pid, path, &actions, &attributes, (char *const *)command.words, environ);
    trace("network: the token is renewed in the background: %s",
          failure == 0 ? "started" : strerror(failure));
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
}
