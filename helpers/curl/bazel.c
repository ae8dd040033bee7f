/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/curl/bazel.h"

#include <string.h>

#include "common/base/rfc3339.h"
#include "common/entra/url.h"
#include "helpers/feed/feed_token.h"
#include "helpers/host_tool.h"

static bool invalid(struct error *error, const char *why)
{
    error_set(error, ERROR_USAGE, "the request %s", why);
    return error_hint(error,
                      "Bazel writes {\"uri\":\"URL\"} to stdin, as it has --credential_helper.");
}

json_object *bazel_request_parse(const char *bytes, size_t length, const char **ret_uri,
                                 struct error *error)
{
    struct error why = { 0 };
    if (length > BAZEL_INPUT_MAX) {
        invalid(error, "is too long");
        return NULL;
    }
    json_object *request = json_parse(bytes, length, &why);
    const char *uri = request != NULL && json_object_is_type(request, json_type_object)
                          ? json_string(request, "uri")
                          : NULL;
    if (uri != NULL) {
        *ret_uri = uri;
        return request;
    }
    invalid(error, request == NULL ? "is not valid JSON" : "has no uri");
    json_object_put(request);
    return NULL;
}

struct secret *bazel_answer_format(const struct token *token)
{
    /* Not with json-c, which would leave copies of the token. Nothing here needs escaping. */
    return secret_format("{\"headers\":{\"Authorization\":[\"Bearer %s\"]},\"expires\":\"%s\"}\n",
                         token->access_token->bytes, rfc3339_format(token_fresh_until(token)).text);
}

bool bazel_get(const struct options *options, struct error *error)
{
    struct feed feed = { .is_named = true }; /* in --credential_helper */
    auto_feed_token struct feed_token token = { 0 };
    auto_secret struct secret *input =
        host_tool_read(options, "the request", BAZEL_INPUT_MAX, NULL, error);
    if (input == NULL)
        return false;
    auto_json json_object *request =
        bazel_request_parse(input->bytes, input->length, &feed.url, error);
    if (request == NULL)
        return false;
    enum config_match match = feed_token_get(options, &feed, &token, error);
    if (match == CONFIG_NO_MATCH)
        config_fail_url(token.config, feed.url, error);
    if (match != CONFIG_MATCH)
        return false;
    auto_secret struct secret *answer = bazel_answer_format(&token.result.token);
    return host_tool_write(answer, error);
}
