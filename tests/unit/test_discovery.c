/* SPDX-License-Identifier: MIT */
/* What a server says of its tenant is believed only if it says so over https itself. */
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#include "common/acquire/http/discovery.h"
#include "common/acquire/http/http.h"
#include "common/base/array.h"

static int requests;

bool http_send(const struct http_request *request, int64_t deadline,
               struct http_response *ret_response, struct error *error)
{
    (void)deadline, (void)error;
    requests++;
    assert_true(request->head);
    snprintf(ret_response->www_authenticate, sizeof ret_response->www_authenticate, "Bearer x");
    snprintf(ret_response->resource_tenant, sizeof ret_response->resource_tenant, "a-tenant");
    return true;
}

void http_response_clear(struct http_response *response)
{
    (void)response;
}

static void only_https_servers_are_asked(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool is_asked;
    } servers[] = {
        { "https://git.example/app", true },
        { "http://git.example/app", false },
        { "http://127.0.0.1:8080/", false },
        { "https:/git.example", false },
        { "", false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(servers); i++) {
        bool is_asked = servers[i].is_asked;
        struct acquire_challenge challenge;
        struct error error = { 0 };
        requests = 0;
        assert_int_equal(discovery_ask_challenge(servers[i].url, 0, &challenge, &error), is_asked);
        assert_int_equal(requests, is_asked);
        assert_string_equal(challenge.www_authenticate, is_asked ? "Bearer x" : "");
        assert_string_equal(challenge.resource_tenant, is_asked ? "a-tenant" : "");
        assert_int_equal(error.kind, is_asked ? ERROR_NONE : ERROR_USAGE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_https_servers_are_asked),
    };
    return cmocka_run_group_tests(tests, clear_environment, NULL);
}
