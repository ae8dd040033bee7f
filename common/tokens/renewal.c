/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/renewal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/environment.h"
#include "common/base/subprocess.h"

#define VARIABLE "ENTRA_RENEWAL"
#define INLINE   "inline"

#define ARGUMENTS_MAX 48

bool renewal_is_inline(const struct options *options)
{
    const char *value = environment(VARIABLE);
    return (value != NULL && strcmp(value, INLINE) == 0) || options->credential != NULL ||
           options->identity_resource_id != NULL || options->without_azure_variables;
}

void renewal_check_environment(void)
{
    static bool warned;
    const char *value = environment(VARIABLE);
    if (warned || value == NULL || strcmp(value, INLINE) == 0)
        return;
    warned = true;
    warning(VARIABLE " is " INLINE " or empty, not '%.40s'", value);
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
    /* What was learned from a server is not found again. */
    add_option(command, "--tenant",
               options->fallback_tenant != NULL && options->tenant == NULL ? request->tenant
                                                                           : options->tenant);
    add_option(command, "--account", options->account);
    add_option(command, "--client-id",
               options->fallback_client_id != NULL && options->client_id == NULL
                   ? request->client_id
                   : options->client_id);
    add_option(command, "--authority", options->authority);
    add_option(command, "--keyring", options->keyring);
    if (options->for_user)
        add(command, "--for-user");
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
    pid_t pid;
    make_command(&command, options, request);
    if (!find_program(path, sizeof path))
        return;
    int failure = subprocess_detach(path, (char *const *)command.words, NULL, &pid);
    trace("network: the token is renewed in the background: %s",
          failure == 0 ? "started" : strerror(failure));
}
