/* SPDX-License-Identifier: MIT */
/* entra token: prints an access token. */
#define _GNU_SOURCE
#include <inttypes.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/rfc3339.h"
#include "common/base/user.h"
#include "common/config/config.h"
#include "common/entra/account_folder.h"
#include "common/entra/error_report.h"
#include "common/entra/jwt.h"
#include "common/tokens/tokens.h"
#include "helpers/docker/docker_server.h"
#include "helpers/document.h"
#include "helpers/entra/account_operand.h"
#include "helpers/entra/entra.h"
#include "helpers/entra/token_claims.h"
#include "helpers/entra/token_service.h"
#include "helpers/git/git_network.h"
#include "helpers/host_tool.h"

static struct secret *format_bare(const struct tokens_result *result)
{
    return secret_format("%s\n", result->token.access_token->bytes);
}

static struct secret *format_header(const struct tokens_result *result)
{
    return secret_format("Authorization: Bearer %s\n", result->token.access_token->bytes);
}

/* Uses the member names of `az account get-access-token`. json-c is avoided because it would leave
 * copies of the token in memory; none of these values needs escaping (request.h, token.h). */
static struct secret *format_json(const struct tokens_result *result)
{
    const struct token *token = &result->token;
    const struct token_request *request = result->request;
    return secret_format("{\n"
                         "  \"accessToken\": \"%s\",\n"
                         "  \"expiresOn\": \"%s\",\n"
                         "  \"expires_on\": %" PRId64 ",\n"
                         "  \"tokenType\": \"Bearer\",\n"
                         "  \"tenant\": \"%s\",\n"
                         "  \"clientId\": \"%s\",\n"
                         "  \"scope\": \"%s\",\n"
                         "  \"source\": \"%s\"\n"
                         "}\n",
                         token->access_token->bytes, rfc3339_format(token->expires_on).text,
                         token->expires_on, request->tenant, result->client_id, request->scope,
                         token->source == TOKEN_FROM_KEYRING ? "keyring" : "authority");
}

static const struct output {
    const char *name;
    struct secret *(*format)(const struct tokens_result *);
} outputs[] = {
    { "token", format_bare },
    { "json", format_json },
    { "header", format_header },
};

/* The first of them if none is named. */
static const struct output *find_output(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(outputs) && name != NULL; i++)
        if (strcmp(name, outputs[i].name) == 0)
            return &outputs[i];
    return &outputs[0];
}

/* Traces the reason if the API would refuse the token. */
static void trace_refusal(const struct token_request *request, const struct token *token)
{
    struct error error = { 0 };
    if (!trace_is_on())
        return;
    auto_json json_object *claims =
        jwt_claims(token->access_token->bytes, token->access_token->length, &error);
    if (claims != NULL && !token_claims_check(claims, request->scope, NULL, &error))
        trace("token: %s. %s", error.message, error_advice(&error));
}

/* The indices of our own options in options->own. */
enum own_option {
    RENEW,
    FOR_USER,
    USUAL_CLIENT,
    CACHE_DIR,
    GIT_NETWORK,
    SERVE,
    REGISTRY,
};

/* ---- serving ---- */

struct service {
    const struct options *options;
    const struct token_candidates *candidates;
    const char *wanted;
};

static bool answer_connection(void *context, struct secret **ret_answer, struct error *error)
{
    const struct service *service = context;
    auto_tokens_result struct tokens_result result = { 0 };
    struct tokens tokens;
    if (!tokens_open(&tokens, service->options, error) ||
        !tokens_get(&tokens, service->candidates, &result, error))
        return error_wanted(error, "no token for %.200s", service->wanted);
    const struct secret *token = result.token.access_token;
    *ret_answer = secret_new(token->bytes, token->length);
    return true;
}

/* ---- renewal ---- */

/* Renews the token of a container registry. It is sent there, so the registry has to be one of
 * ours, whoever starts this. */
static bool exchange(struct config *config, const struct options *options,
                     struct token_candidates *candidates, struct error *error)
{
    const char *registry = options->own[REGISTRY];
    auto_docker_server struct docker_server server = { 0 };
    const struct config_api *api = NULL;
    if (registry == NULL)
        return true;
    if (!docker_server_parse(registry, strlen(registry), &server, error))
        return false;
    enum config_match match = config_find_registry(config, &server.url, &api, error);
    if (match == CONFIG_MATCH)
        token_candidates_exchange(candidates, server.registry);
    return match == CONFIG_MATCH ||
           (match == CONFIG_NO_MATCH &&
            error_set(error, ERROR_USAGE, "%s is not a registry of ours", server.registry));
}

/* ---- the command ---- */

static bool get_token(const struct options *options, const struct output *output,
                      struct error *error)
{
    auto_token_candidates struct token_candidates candidates = { 0 };
    auto_tokens_result struct tokens_result result = { 0 };
    struct tokens tokens;
    const char *cache_dir = options->own[CACHE_DIR];
    autofree char *folder = cache_dir != NULL ? account_folder(cache_dir) : NULL;
    /* A renewal repeats a request, with all that a helper had for it. */
    static const struct options nothing;
    const struct config_context context = { .given = options->own[RENEW] != NULL ? &nothing : NULL,
                                            .for_user = options->own[FOR_USER] != NULL,
                                            .public_client = options->own[USUAL_CLIENT] != NULL,
                                            .account_folder = folder };
    auto_config struct config *config = config_load(options, &context, error);
    if (config == NULL || !config_request(config, NULL, &candidates, error))
        return false;
    const struct token_request *first = &candidates.items[0];
    const char *wanted = first->api != NULL ? first->api : first->scope;
    struct service service = { options, &candidates, wanted };
    if (options->own[SERVE] != NULL)
        return token_service_run(answer_connection, &service, error);
    if (!tokens_open(&tokens, options, error))
        return error_wanted(error, "no token for %.200s", wanted);
    if (options->own[RENEW] != NULL && !exchange(config, options, &candidates, error))
        return false;
    if (options->own[RENEW] != NULL)
        return tokens_renew(&tokens, &candidates, error);
    tokens.may_ask = user_is_present;
    if (!tokens_get(&tokens, &candidates, &result, error))
        return error_wanted(error, "no token for %.200s", wanted);

    trace_refusal(result.request, &result.token);
    auto_secret struct secret *text = output->format(&result);
    return host_tool_write(text, error);
}

/* Says how the API of an operand is given: a URL, most often. */
static bool fail_operand(const struct options *options, const char *operand, struct error *error)
{
    struct error unused = { 0 };
    struct url url;
    auto_token_candidates struct token_candidates candidates = { 0 };
    auto_config struct config *config = config_load(options, NULL, &unused);
    program_fail_operand(operand, error);
    if (config != NULL && url_parse(operand, strlen(operand), &url, &unused) &&
        config_request_for_url(config, &url, &candidates, &unused) == CONFIG_MATCH)
        return error_hint(error, "Run 'entra token --api %s', which is the API of this URL.",
                          candidates.items[0].api);
    return account_operand_fail(operand,
                                "Give an API by its name, --api NAME, or its resource, "
                                "--resource URI.",
                                error);
}

static bool run_token(const struct options *options, int count, char **operands,
                      struct error *error)
{
    if (count > 0)
        return fail_operand(options, operands[0], error);
    if (options->own[SERVE] != NULL && options->output != NULL)
        return error_set(error, ERROR_USAGE, "--serve and --output cannot be used together");
    if (options->own[GIT_NETWORK] != NULL)
        network_source = &git_network;
    return get_token(options, find_output(options->output), error);
}

static const struct option_spec own_options[] = {
    DOCUMENT_OPTION("token|json|header", "token (default), json or header"),
    { "serve", NULL, "answer who connects to systemd's socket", OPTION_OWN_FLAG, OPTION_OWN(SERVE),
      0 },
    { "renew", NULL, NULL, OPTION_OWN_FLAG, OPTION_OWN(RENEW), 0 },
    { "user", NULL, NULL, OPTION_OWN_FLAG, OPTION_OWN(FOR_USER), 0 },
    { "usual-client", NULL, NULL, OPTION_OWN_FLAG, OPTION_OWN(USUAL_CLIENT), 0 },
    { "cache-dir", "DIR", NULL, OPTION_TEXT, OPTION_OWN(CACHE_DIR), 0 },
    { "registry", "HOST", NULL, OPTION_TEXT, OPTION_OWN(REGISTRY), 0 },
    { "git-network", NULL, NULL, OPTION_OWN_FLAG, OPTION_OWN(GIT_NETWORK), 0 },
    { .name = NULL },
};

const struct program entra_token = {
    .name = "entra token",
    .usage = "[--api NAME | --resource URI | --scope SCOPE]\n                   [OPTION]...",
    .summary = "Prints an access token on stdout.",
    .examples = "entra token --api AzureDevOps\n"
                "entra token --resource https://vault.azure.net --output json\n"
                "entra token --api MyWebApi --output header |\n"
                "    curl -H @- https://localhost:44372/",
    .options = own_options,
    .common = OPTIONS_ALL,
    .is_typed = true,
    .run = run_token,
};
