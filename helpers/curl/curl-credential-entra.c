/* SPDX-License-Identifier: MIT */
/* curl-credential-entra: a curl configuration with a token for each URL, for curl -K -. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/base/user.h"
#include "common/config/config.h"
#include "common/tokens/tokens.h"
#include "helpers/program.h"

#define URLS_MAX 100

/* Appends a transfer to those before it. url_parse accepts no URL with a character that needs
 * escaping. Globbing is off because it could change the host. The caller frees the result. */
static struct secret *append_transfer(const struct secret *before, const char *url,
                                      const struct token *token)
{
    return secret_format("%s%surl = \"%s\"\ngloboff\noauth2-bearer = \"%s\"\n", before->bytes,
                         before->length > 0 ? "next\n" : "", url, token->access_token->bytes);
}

static bool make_candidates(struct config *config, const char *text,
                            struct token_candidates *candidates, struct error *error)
{
    struct url url;
    if (!url_parse(text, strlen(text), &url, error))
        return error_wanted(error, "'%s'", url_shown(text).text);
    switch (config_request_for_url(config, &url, candidates, error)) {
    case CONFIG_MATCH:
        token_candidates_set_host(candidates, url.host, NULL);
        return true;
    case CONFIG_FAILED:
        return false;
    case CONFIG_NO_MATCH:
        break;
    }
    error_set(error, ERROR_USAGE,
              "%s belongs to no API of the configuration, so it is given no token",
              url_shown(text).text);
    return error_known_as(error, "url_of_nobody");
}

static bool answer_urls(struct config *config, const struct options *options, int count,
                        char **urls, struct error *error)
{
    struct tokens tokens;
    if (!tokens_open(&tokens, options, error))
        return false;
    tokens.may_ask = user_is_present;
    auto_secret struct secret *transfers = secret_new("", 0);
    for (int i = 0; i < count; i++) {
        auto_token_candidates struct token_candidates candidates = { 0 };
        auto_tokens_result struct tokens_result result = { 0 };
        if (!make_candidates(config, urls[i], &candidates, error))
            return false;
        if (!tokens_get(&tokens, &candidates, &result, error))
            return error_wanted(error, "no token for %s", candidates.items[0].api);
        auto_secret struct secret *before = transfers;
        transfers = append_transfer(before, urls[i], &result.token);
    }
    return secret_write(transfers, STDOUT_FILENO) ||
           error_set(error, ERROR_OTHER, "cannot write to stdout: %s", strerror(errno));
}

static bool answer_curl(const struct options *options, int count, char **operands,
                        struct error *error)
{
    if (count < 1) {
        error_set(error, ERROR_USAGE, "no URL is given");
        return error_hint(error, "Usage: curl-credential-entra URL | curl -K -");
    }
    if (count > URLS_MAX)
        return error_set(error, ERROR_USAGE, "more than %d URLs are given", URLS_MAX);
    auto_config struct config *config = config_load(options, NULL, error);
    return config != NULL && answer_urls(config, options, count, operands, error);
}

static const struct program program = {
    .name = "curl-credential-entra",
    .usage = "[OPTION]... URL...",
    .summary = "Prints a curl configuration with each URL and its Microsoft Entra token, for\n"
               "curl -K -. See curl-credential-entra(1).",
    .examples = "curl-credential-entra https://localhost:44372/api/TodoList | curl -K -",
    .common = OPTIONS_ALL,
    .is_typed = true,
    .run = answer_curl,
};

int curl_credential_entra(int argc, char **argv)
{
    return program_main(argc, argv, &program);
}
