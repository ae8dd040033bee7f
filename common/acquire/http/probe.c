/* SPDX-License-Identifier: MIT */
#include "common/acquire/http/probe.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/acquire/http/http.h"
#include "common/acquire/http/token_answer.h"
#include "common/base/array.h"
#include "common/base/environment.h"
#include "common/base/json.h"
#include "common/entra/authority.h"

/* Returns the proxy for https, from the first variable that libcurl would use ("libcurl-env"), or
 * "". */
static const char *proxy_url(void)
{
    static const char *const names[] = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (environment(names[i]) != NULL)
            return environment(names[i]);
    return "";
}

/* Copies scheme://user:password@host:port without user and password. */
static void copy_proxy(const char *url, char *text, size_t size)
{
    const char *scheme = strstr(url, "://");
    const char *rest = scheme != NULL ? scheme + 3 : url;
    const char *user = strrchr(rest, '@');
    int length = (int)(rest - url);
    snprintf(text, size, "%.*s%s", length, url, user != NULL ? user + 1 : rest);
}

/* Whether the response is an authority's metadata, which names a token endpoint. An authority
 * refuses in the same form as a token endpoint does. */
static bool check_metadata(const struct http_response *response, struct error *error)
{
    struct error not_json;
    auto_token struct token none = { 0 };
    auto_json json_object *answer =
        json_parse(response->body->bytes, response->body->length, &not_json);
    if (response->status == 200 && answer != NULL && json_string(answer, "token_endpoint") != NULL)
        return true;
    if (!token_answer_parse(response->status, response->body->bytes, response->body->length,
                            time(NULL), 0, &none, error) &&
        error->kind != ERROR_NONE && strcmp(error->code, "unusable_answer") != 0)
        return false;
    error_set(error, ERROR_NETWORK,
              "the server that answered publishes no token endpoint (HTTP %ld)", response->status);
    return error_known_as(error, "not_a_token_endpoint");
}

bool probe_authority(const struct token_request *request, int64_t deadline,
                     struct authority_probe *ret_probe, struct error *error)
{
    autofree char *url = authority_metadata_url(request->instance, request->tenant);
    *ret_probe = (struct authority_probe){ 0 };
    if (strncmp(url, "https://", strlen("https://")) == 0)
        copy_proxy(proxy_url(), ret_probe->proxy, sizeof ret_probe->proxy);

    struct http_route route = { 0 };
    struct http_response response CLEANUP(http_response_clear) = { 0 };
    const struct http_request get = { .url = url, .route = &route };
    bool answered = http_send(&get, deadline, &response, error);
    int64_t now = time(NULL);
    ret_probe->by_proxy = route.by_proxy;
    snprintf(ret_probe->address, sizeof ret_probe->address, "%s", route.address);
    snprintf(ret_probe->issuer, sizeof ret_probe->issuer, "%s", route.issuer);
    ret_probe->certified_to = route.certified_to;
    ret_probe->clock_is_known = answered && response.date > 0;
    ret_probe->clock_ahead = ret_probe->clock_is_known ? now - response.date : 0;
    return answered && check_metadata(&response, error);
}
