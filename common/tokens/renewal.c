/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/renewal.h"

#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/environment.h"
#include "common/base/network.h"
#include "common/base/own_program.h"
#include "common/base/subprocess.h"

#define VARIABLE "ENTRA_RENEWAL"
#define INLINE   "inline"

/* "entra token --renew --user --usual-client --cache-dir DIR --registry HOST --git-network", and
 * every common option with a value. */
#define ARGUMENTS_MAX (10 + 2 * (OPTIONS_COMMON_MAX + OPTIONS_SCOPES_MAX))

bool renewal_is_inline(const struct token_request *request)
{
    const char *value = environment(VARIABLE);
    return (value != NULL && strcmp(value, INLINE) == 0) || request->needs_context;
}

void renewal_check_environment(void)
{
    static bool warned;
    const char *value = environment(VARIABLE);
    if (warned || value == NULL || strcmp(value, INLINE) == 0)
        return;
    warned = true;
    warning(VARIABLE " must be " INLINE " or empty, not '%.40s'", value);
}

/* A command line being built. */
struct command {
    const char *words[ARGUMENTS_MAX + 1]; /* NULL ends them */
    size_t count;
};

static void add_word(struct command *command, const char *word)
{
    if (command->count < ARGUMENTS_MAX)
        command->words[command->count++] = word;
}

static void add_option(void *context, const char *name, const char *value)
{
    add_word(context, name);
    if (value != NULL)
        add_word(context, value);
}

/* Which user's token it is, and which client asks. Where nobody chose that, the other process finds
 * it again, so that both mean the same by the names that they share (shared_failures.h). */
static void add_user(struct command *command, struct options *same,
                     const struct token_request *request)
{
    bool is_usual = request->first_client != NULL || request->second_client != NULL;
    same->account = request->account;
    same->client_id = is_usual ? NULL : request->client_id;
    add_word(command, "--user");
    if (is_usual)
        add_word(command, "--usual-client");
    if (request->account == NULL && request->account_folder != NULL)
        add_option(command, "--cache-dir", request->account_folder);
}

/* Builds the command line that makes the same request again: from the options, the API that was
 * found, and what a server or cluster added. */
static void make_command(struct command *command, const struct options *options,
                         const struct token_request *request)
{
    struct options same = *options;
    same.api = request->api;
    if (request->instance_learned)
        same.authority = request->instance;
    if (request->tenant_learned)
        same.tenant = request->tenant;
    if (request->scope_learned)
        same.scopes[same.scope_count++] = request->scope;
    add_word(command, "entra");
    add_word(command, "token");
    add_word(command, "--renew");
    if (request->for_user)
        add_user(command, &same, request);
    if (request->registry != NULL)
        add_option(command, "--registry", request->registry);
    if (network_source != NULL)
        add_word(command, network_source->option);
    options_each(&same, OPTION_OF_REQUEST, add_option, command);
}

void renewal_start(const struct options *options, const struct token_request *request)
{
    autofree char *path = own_program_path("entra");
    struct command command = { 0 };
    pid_t pid;
    make_command(&command, options, request);
    if (path == NULL)
        return;
    int failure = subprocess_detach(path, (char *const *)command.words, NULL, "/", &pid);
    trace("network: renewing the token in the background: %s",
          failure == 0 ? "started" : strerror(failure));
}
