/* SPDX-License-Identifier: MIT */
/* entra run: runs a command that gets its tokens here. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "common/config/config.h"
#include "helpers/document.h"
#include "helpers/entra/entra.h"
#include "helpers/entra/run/run_child.h"
#include "helpers/entra/run/run_listener.h"
#include "helpers/entra/run/run_token.h"
#include "helpers/entra/run/run_variable.h"

/* The indices of our own options in options->own and options->lists. */
enum own_option {
    NO_ENDPOINT,
    LISTEN,
    ALLOW_CONTAINERS,
    ANY_IDENTITY,
};
enum own_list {
    ENV,
    ONLY,
};

/* What the options say. */
struct wish {
    struct run_variable variables[OPTIONS_LIST_MAX];
    size_t variable_count;
    struct run_limit limits[OPTIONS_LIST_MAX];
    size_t limit_count;
    bool with_endpoint;
    const char *address; /* of the endpoint */
    struct config *config;
    char *program; /* its path */
};

static void clear_wish(struct wish *wish)
{
    for (size_t i = 0; i < wish->limit_count; i++)
        run_limit_clear(&wish->limits[i]);
    config_free(wish->config);
    free(wish->program);
}

/* The secret crosses the network of the containers in clear, and whoever is in it can try to ask.
 */
static bool read_address(const struct options *options, struct wish *wish, struct error *error)
{
    const char *address = options->own[LISTEN];
    bool is_loopback;
    wish->address = address != NULL ? address : RUN_LISTENER_LOOPBACK;
    if (address != NULL && !wish->with_endpoint)
        return error_set(error, ERROR_USAGE, "--listen and --no-endpoint cannot be used together");
    if (options->own[ANY_IDENTITY] != NULL && !wish->with_endpoint)
        return error_set(error, ERROR_USAGE,
                         "--any-identity and --no-endpoint cannot be used together");
    if (address == NULL && options->own[ALLOW_CONTAINERS] != NULL)
        return error_set(error, ERROR_USAGE, "--allow-containers has no effect without --listen");
    if (!run_listener_check(wish->address, &is_loopback, error))
        return false;
    if (is_loopback || options->own[ALLOW_CONTAINERS] != NULL)
        return true;
    error_set(error, ERROR_USAGE, "--listen %.80s: others could reach the endpoint there", address);
    return error_hint(error, "If it is the address of a network of containers that you trust, add "
                             "--allow-containers.");
}

static bool read_variable(const char *option, struct wish *wish, struct error *error)
{
    struct run_variable *variable = &wish->variables[wish->variable_count];
    if (!run_variable_parse(option, variable, error))
        return false;
    wish->variable_count++;
    for (const struct run_variable *other = wish->variables; other < variable; other++)
        if (strcmp(other->name, variable->name) == 0)
            return error_set(error, ERROR_USAGE, "--env %s is given twice", variable->name);
    return true;
}

/* The command asks for a resource, so there is one answer for each. */
static bool read_limit(const struct options *options, const char *api_or_scope, struct wish *wish,
                       struct error *error)
{
    struct run_limit *limit = &wish->limits[wish->limit_count];
    if (!run_limit_find(options, api_or_scope, limit, error))
        return false;
    wish->limit_count++;
    for (const struct run_limit *other = wish->limits; other < limit; other++)
        if (run_limit_allows(other, limit->resource) && strcmp(other->wanted, api_or_scope) != 0) {
            error_set(error, ERROR_USAGE, "--only %.200s and --only %.200s are for one resource",
                      other->wanted, api_or_scope);
            return error_hint(error, "Name an API of the configuration that has all of its scopes "
                                     "that the command needs.");
        }
    return true;
}

/* Without an endpoint and --env, no token is requested. The configuration is of use all the same:
 * it says which variables have a credential. */
static bool check_use(const struct options *options, const struct wish *wish, struct error *error)
{
    struct options of_token = *options;
    of_token.config = NULL;
    const char *vain = options_first(&of_token, OPTION_OF_REQUEST);
    return wish->with_endpoint || wish->variable_count > 0 || vain == NULL ||
           error_set(error, ERROR_USAGE, "%s has no effect with --no-endpoint and without --env",
                     vain);
}

/* Finds out whatever can be wrong before a user is asked for anything. */
static bool read_wish(const struct options *options, int count, char **operands, struct wish *wish,
                      struct error *error)
{
    const struct option_list *env = &options->lists[ENV], *only = &options->lists[ONLY];
    wish->with_endpoint = options->own[NO_ENDPOINT] == NULL;
    if (count == 0) {
        error_set(error, ERROR_USAGE, "no command is given");
        return error_hint(error, "Give it after two dashes, such as: entra run -- terraform plan");
    }
    if (only->count > 0 && !wish->with_endpoint)
        return error_set(error, ERROR_USAGE, "--only and --no-endpoint cannot be used together");
    if (!read_address(options, wish, error))
        return false;
    for (size_t i = 0; i < env->count; i++)
        if (!read_variable(env->items[i], wish, error))
            return false;
    for (size_t i = 0; i < only->count; i++)
        if (!read_limit(options, only->items[i], wish, error))
            return false;
    wish->config = config_load(options, NULL, error);
    return wish->config != NULL && check_use(options, wish, error) &&
           run_child_find(operands[0], &wish->program, error);
}

/* Gets the tokens that the options name, and puts those of --env into the environment. */
static bool get_tokens(const struct options *options, const struct wish *wish,
                       struct run_environment *environment, struct error *error)
{
    const struct option_list *only = &options->lists[ONLY];
    for (size_t i = 0; i < wish->variable_count; i++) {
        auto_run_token struct run_token token = { 0 };
        if (!run_token_get(options, wish->variables[i].wanted, &token, error))
            return false;
        run_environment_set(environment, wish->variables[i].name, token.text->bytes);
    }
    for (size_t i = 0; i < only->count; i++) {
        auto_run_token struct run_token token = { 0 };
        if (!run_token_get(options, only->items[i], &token, error))
            return false;
    }
    return true;
}

/* ARM_MSI_ENDPOINT is where Terraform's providers look with ARM_USE_MSI. They do not send the
 * secret (hashicorp/terraform-provider-azurerm#33001), so it is in this address. */
static void show_endpoint(const struct run_server *server, struct run_environment *environment)
{
    auto_secret struct secret *with_secret =
        secret_format("%s/%s", server->url, server->secret->bytes);
    run_environment_set(environment, "IDENTITY_ENDPOINT", server->url);
    run_environment_set(environment, "IDENTITY_HEADER", server->secret->bytes);
    run_environment_set(environment, "ARM_MSI_ENDPOINT", with_secret->bytes);
    run_environment_pass_proxies(environment, server->listener.address);
}

static bool run_run(const struct options *options, int count, char **operands, struct error *error)
{
    struct wish wish CLEANUP(clear_wish) = { 0 };
    auto_run_environment struct run_environment environment = { 0 };
    auto_run_server struct run_server server = { .control = -1 };
    int code = 0;
    if (!read_wish(options, count, operands, &wish, error))
        return false;
    run_environment_begin(wish.config, wish.with_endpoint, &environment);
    setenv("ENTRA_RENEWAL", "inline", 1); /* nothing of ours outlives the command */
    const struct run_server_settings settings = {
        .options = options,
        .address = wish.address,
        .address_may_come = options->own[ALLOW_CONTAINERS] != NULL,
        .limits = wish.limits,
        .limit_count = wish.limit_count,
        .for_any_identity = options->own[ANY_IDENTITY] != NULL,
    };
    if (wish.with_endpoint && !run_server_start(&settings, &server, error))
        return false;
    if (!get_tokens(options, &wish, &environment, error))
        return false;
    if (wish.with_endpoint)
        show_endpoint(&server, &environment);
    if (!wish.with_endpoint)
        return run_child_become(wish.program, operands, &environment, error);
    bool ran = run_child(wish.program, operands, &environment, &server, &code, error);
    program_set_exit_code(code);
    return ran;
}

static const struct option_spec own_options[] = {
    { "env", "NAME", "NAME=API: a token for an API, or a scope, as a variable", OPTION_OWN_LIST,
      OPTION_LIST(ENV), 0 },
    { "only", "API=@api", "let the command ask for this API, or scope, only", OPTION_OWN_LIST,
      OPTION_LIST(ONLY), 0 },
    DOCUMENT_OPTION("text|json", "text or json, for messages; the output is the command's"),
    { "listen", "ADDRESS", "listen here, for containers, and not at 127.0.0.1", OPTION_TEXT,
      OPTION_OWN(LISTEN), 0 },
    { "allow-containers", NULL, "allow it: the containers of that network are trusted",
      OPTION_OWN_FLAG, OPTION_OWN(ALLOW_CONTAINERS), 0 },
    { "any-identity", NULL, "answer though the command names another identity", OPTION_OWN_FLAG,
      OPTION_OWN(ANY_IDENTITY), 0 },
    { "no-endpoint", NULL, "offer no managed identity to the command", OPTION_OWN_FLAG,
      OPTION_OWN(NO_ENDPOINT), 0 },
    { .name = NULL },
};

const struct program entra_run = {
    .name = "entra run",
    .usage = "[--env NAME=API]... [OPTION]... --\n                 COMMAND [ARGUMENT]...",
    .summary = "Runs a command that gets its tokens here: from a managed identity, as programs\n"
               "on the Azure SDKs find one in Azure, and in variables.",
    .examples = "ARM_USE_MSI=true entra run -- terraform plan\n"
                "entra run --only Storage -- rclone ls remote:container\n"
                "entra run --no-endpoint --env PGPASSWORD=PostgreSQL -- psql \\\n"
                "    \"host=HOST user=USER dbname=postgres sslmode=verify-full \\\n"
                "    sslrootcert=/etc/ssl/certs/ca-certificates.crt\"",
    .options = own_options,
    .common = OPTIONS_OF_APP | OPTION_ACCOUNT | OPTION_MANAGED_IDENTITY | OPTIONS_OF_STORE,
    .is_typed = true,
    .runs_a_command = true,
    .operand = "COMMAND=@file",
    .run = run_run,
};
