/* SPDX-License-Identifier: MIT */
/* curl-credential-entra: a curl configuration with a token for each URL, for curl -K -. */
#define _GNU_SOURCE
#include <string.h>

#include "common/base/user.h"
#include "common/config/config.h"
#include "common/entra/url_typed.h"
#include "common/tokens/tokens.h"
#include "helpers/curl/bazel.h"
#include "helpers/curl/curl_transfer.h"
#include "helpers/curl/goauth.h"
#include "helpers/host_tool.h"
#include "helpers/programs.h"

#define URLS_MAX 100

/* The indices of our own options in options->own. */
enum own_option {
    GOAUTH,
};

/* What is asked for: a URL as it is, or the call that an API's section describes. */
struct transfer {
    const char *url;         /* an operand, or the call's */
    struct config_call call; /* empty for a URL */
    struct token_candidates candidates;
};

static void transfer_clear(struct transfer *transfer)
{
    config_call_clear(&transfer->call);
    token_candidates_clear(&transfer->candidates);
}

/* Whether the text begins with a scheme (RFC 3986, 3.1), so that it is not a path. */
static bool has_scheme(const char *text)
{
    size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                 "0123456789+-.");
    return length > 0 && text[length] == ':';
}

static bool is_match(struct config *config, enum config_match match, const char *url,
                     struct error *error)
{
    if (match == CONFIG_NO_MATCH)
        config_fail_url(config, url, error);
    return match == CONFIG_MATCH;
}

static bool take_url(struct config *config, const char *text, struct transfer *transfer,
                     struct error *error)
{
    struct url url;
    if (!url_parse(text, strlen(text), &url, error)) {
        if (!has_scheme(text))
            error_hint(error, "A path needs --api, which names the API that it belongs to.");
        else
            url_typed_hint(text, error);
        return error_wanted(error, "'%s'", url_shown(text).text);
    }
    if (!is_match(config, config_request_for_url(config, &url, &transfer->candidates, error), text,
                  error))
        return false;
    transfer->url = text;
    token_candidates_set_host(&transfer->candidates, url.host, NULL);
    return true;
}

/* The path is NULL for the API's RelativePath. The URL that is made of it has to pass the same
 * check as one that is given. */
static bool take_call(struct config *config, const char *path, struct transfer *transfer,
                      struct error *error)
{
    struct url url;
    if (path != NULL && path[0] == '\0')
        return error_set(error, ERROR_USAGE, "an empty path is given");
    if (!config_check_call(config, error) ||
        !config_request(config, NULL, &transfer->candidates, error) ||
        !config_call(config, path, &transfer->candidates.items[0], &transfer->call, error))
        return false;
    transfer->url = transfer->call.url;
    if (!url_parse(transfer->url, strlen(transfer->url), &url, error) ||
        !is_match(config, config_find_url(config, &url, NULL, error), transfer->url, error))
        return false;
    token_candidates_set_host(&transfer->candidates, url.host, NULL);
    return true;
}

/* The operand is NULL if there is none. */
static bool take(struct config *config, const struct options *options, const char *operand,
                 struct transfer *transfer, struct error *error)
{
    bool is_url = operand != NULL && (options->api == NULL || has_scheme(operand));
    return is_url ? take_url(config, operand, transfer, error)
                  : take_call(config, operand, transfer, error);
}

static bool answer_all(struct config *config, const struct options *options, int count,
                       char **operands, struct error *error)
{
    struct tokens tokens;
    if (!tokens_open(&tokens, options, error))
        return false;
    tokens.may_ask = user_is_present;
    auto_secret struct secret *transfers = secret_new("", 0);
    for (int i = 0; i < count || i == 0; i++) {
        CLEANUP(transfer_clear) struct transfer transfer = { 0 };
        auto_tokens_result struct tokens_result result = { 0 };
        if (!take(config, options, count > 0 ? operands[i] : NULL, &transfer, error))
            return false;
        if (!tokens_get(&tokens, &transfer.candidates, &result, error))
            return error_wanted(error, "no token for %s", transfer.candidates.items[0].api);
        auto_secret struct secret *before = transfers;
        transfers =
            curl_transfer_append(before, transfer.url, &transfer.call, result.token.access_token);
    }
    return host_tool_write(transfers, error);
}

/* With --api, it would be a path. */
static bool is_bazel_call(const struct options *options, int count, char **operands)
{
    return count == 1 && options->api == NULL && strcmp(operands[0], "get") == 0;
}

static bool answer(const struct options *options, int count, char **operands, struct error *error)
{
    if (options->own[GOAUTH] != NULL)
        return count > 1 ? program_fail_operand(operands[1], error)
                         : goauth_answer(options, count > 0 ? operands[0] : NULL, error);
    if (is_bazel_call(options, count, operands))
        return bazel_get(options, error);
    if (count < 1 && options->api == NULL) {
        error_set(error, ERROR_USAGE, "no URL is given");
        return error_hint(error, "Usage: curl-credential-entra URL | curl -K -");
    }
    if (count > URLS_MAX)
        return error_set(error, ERROR_USAGE, "more than %d URLs are given", URLS_MAX);
    auto_config struct config *config = config_load(options, NULL, error);
    return config != NULL && answer_all(config, options, count, operands, error);
}

static const struct option_spec own_options[] = {
    { "goauth", NULL, "answer Go, as GOAUTH's command", OPTION_OWN_FLAG, OPTION_OWN(GOAUTH), 0 },
    { .name = NULL },
};

const struct program curl_credential_program = {
    .name = "curl-credential-entra",
    .usage = "[OPTION]... URL...\n"
             "       curl-credential-entra --api NAME [OPTION]... [PATH|URL]...\n"
             "       curl-credential-entra [OPTION]... get\n"
             "       curl-credential-entra --goauth [OPTION]... [URL]",
    .summary = "Prints a curl configuration with each URL and its Microsoft Entra token, for\n"
               "curl -K -. Also answers Bazel, as its credential helper, and Go.",
    .examples = "curl-credential-entra https://localhost:44372/api/TodoList | curl -K -\n"
                "curl-credential-entra --api Graph v1.0/me | curl -K -",
    .options = own_options,
    .common = OPTIONS_ALL,
    .is_typed = true,
    .run = answer,
};

/* As far as a word can tell: a --config is relative to where a user is, but not to where a build
 * is. */
static bool is_run_by_tool(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], "--g", strlen("--g")) == 0 || strcmp(argv[i], "get") == 0)
            return true;
    return false;
}

int curl_credential_entra(int argc, char **argv)
{
    struct program program = curl_credential_program;
    program.is_typed = !is_run_by_tool(argc, argv);
    return program_main(argc, argv, &program);
}
