/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/curl/goauth.h"

#include <string.h>
#include <strings.h>

#include "common/base/text.h"
#include "common/base/user.h"
#include "common/entra/organization.h"
#include "helpers/feed/feed_token.h"
#include "helpers/host_tool.h"

#define CHALLENGE "WWW-Authenticate:"

char *goauth_challenge(const char *bytes, size_t length)
{
    const char *end = bytes + length, *newline;
    char *joined = NULL;
    if (length < strlen("HTTP/") || memcmp(bytes, "HTTP/", strlen("HTTP/")) != 0)
        return NULL;
    for (; (newline = memchr(bytes, '\n', (size_t)(end - bytes))) != NULL; bytes = newline + 1) {
        size_t size = (size_t)(newline - bytes), name = strlen(CHALLENGE);
        if (size < name || strncasecmp(bytes, CHALLENGE, name) != 0)
            continue;
        autofree char *before = joined;
        joined = text_format("%s%s%.*s", before != NULL ? before : "", before != NULL ? "," : "",
                             (int)(size - name), bytes + name);
    }
    return joined;
}

static size_t find_end(const char *bytes, size_t length, size_t seen)
{
    size_t from = seen > 0 ? seen - 1 : 0;
    const char *end = memmem(bytes + from, length - from, "\n\n", 2);
    return end != NULL ? (size_t)(end + 2 - bytes) : 0;
}

/* Whether all below the beginning of the URL may get the same token: the BaseUrl of its API covers
 * that. In Azure DevOps, it has an organization, which has its own tenant. */
static bool covers(struct feed_token *token, const char *url, size_t length)
{
    struct url part;
    struct error unused = { 0 };
    const struct config_api *api;
    return url_parse(url, length, &part, &unused) &&
           (organization_in(&part) != ORGANIZATION_IN_PATH || strlen(part.path) > 1) &&
           config_find_url(token->config, &part, &api, &unused) == CONFIG_MATCH &&
           strcmp(config_api_name(api), token->api) == 0;
}

/* How much of a URL, up to the end of a segment, is that beginning: Go asks for hundreds of files
 * of a module mirror, and runs the command for each that it has no credential for. */
static size_t find_prefix(struct feed_token *token, const char *url)
{
    size_t whole = strcspn(url, "?#"), origin = strlen("https://");
    size_t length = origin + strcspn(url + origin, "/?#");
    while (length < whole && !covers(token, url, length))
        length += 1 + strcspn(url + length + 1, "/?#");
    return length;
}

/* Nothing in it needs escaping: url_parse has accepted the URL. */
static struct secret *format(struct feed_token *token, const char *url)
{
    return secret_format("%.*s\n\nAuthorization: Bearer %s\n\n", (int)find_prefix(token, url), url,
                         token->result.token.access_token->bytes);
}

bool goauth_answer(const struct options *options, const char *url, struct error *error)
{
    auto_feed_token struct feed_token token = { 0 };
    if (url == NULL)
        return true;
    auto_secret struct secret *input =
        host_tool_read(options, "the server's answer on stdin", GOAUTH_INPUT_MAX, find_end, error);
    if (input == NULL)
        return false;
    autofree char *challenge = goauth_challenge(input->bytes, input->length);
    const struct feed feed = {
        .url = url, .challenge = challenge, .is_of_go = true, .may_ask = user_is_present
    };
    enum config_match match = feed_token_get(options, &feed, &token, error);
    if (match != CONFIG_MATCH)
        return match == CONFIG_NO_MATCH;
    auto_secret struct secret *answer = format(&token, url);
    return host_tool_write(answer, error);
}
