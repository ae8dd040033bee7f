/* SPDX-License-Identifier: MIT */
/* What Bazel and Go write to curl-credential-entra, and what Bazel gets. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <string.h>

#include "common/base/cleanup.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "helpers/curl/bazel.h"
#include "helpers/curl/goauth.h"

static void a_request_has_a_uri(void **state)
{
    (void)state;
    const char *uri = NULL;
    size_t length;
    struct error error = { 0 };
    autofree char *text = json_bytes("{" OTHER_MEMBERS ",'uri':'https://x/'}\n", &length);
    auto_json json_object *request = bazel_request_parse(text, length, &uri, &error);
    assert_non_null(request);
    assert_string_equal(uri, "https://x/");
}

static void anything_else_is_no_request(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        { "", "is not valid JSON" },
        { "null", "is not valid JSON" },
        { "[]", "has no uri" },
        { "'https://x/'", "has no uri" },
        { "{}", "has no uri" },
        { "{'uri':null}", "has no uri" },
        { "{'uri':['x']}", "has no uri" },
        { "{'uri':'x\\u0000y'}", "has no uri" },
        { "{'URI':'x'}", "has no uri" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *uri = NULL;
        size_t length;
        struct error error = { 0 };
        autofree char *text = json_bytes(cases[i].text, &length);
        assert_null(bazel_request_parse(text, length, &uri, &error));
        assert_null(uri);
        assert_error(&error, ERROR_USAGE, cases[i].message);
    }
}

static void a_request_has_at_most_64_kib(void **state)
{
    (void)state;
    autofree char *text = repeated(' ', BAZEL_INPUT_MAX + 1);
    memcpy(text, "{\"uri\":\"x\"}", 11);
    for (size_t length = BAZEL_INPUT_MAX; length <= BAZEL_INPUT_MAX + 1; length++) {
        const char *uri = NULL;
        struct error error = { 0 };
        auto_json json_object *request = bazel_request_parse(text, length, &uri, &error);
        assert_int_equal(request != NULL, length == BAZEL_INPUT_MAX);
    }
}

static void the_answer_expires_when_the_token_stops_being_fresh(void **state)
{
    (void)state;
    auto_token struct token token = { .access_token = secret_new("eyJ0.eyJh.c2ln", 14),
                                      .received_on = 1767366245,
                                      .expires_on = 1767369845 };
    auto_secret struct secret *answer = bazel_answer_format(&token);
    autofree char *expected = json_text("{'headers':{'Authorization':['Bearer eyJ0.eyJh.c2ln']},"
                                        "'expires':'2026-01-02T15:59:05Z'}\n");
    assert_string_equal(answer->bytes, expected);
}

static void challenges_of_a_servers_answer_are_joined(void **state)
{
    (void)state;
    static const struct {
        const char *answer, *challenge;
    } cases[] = {
        { "HTTP/1.1 401 Unauthorized\nWww-Authenticate: Basic\n\n", " Basic" },
        { "HTTP/2.0 401\nDate: x\nwww-authenticate:a\nWWW-AUTHENTICATE: b, c\n\n", "a, b, c" },
        { "HTTP/1.1 401\nWww-Authenticate:\n\n", "" },
        { "HTTP/1.1 404 Not Found\n\n", NULL },
        { "HTTP/1.1 401\nWww-Authenticate: not whole", NULL },
        { "HTTP/1.1 401\nX-Www-Authenticate: a\nWww-Authenticate : b\n\n", NULL },
        { "Www-Authenticate: a\n\n", NULL },
        { "", NULL },
        { "HTTP", NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *challenge = goauth_challenge(cases[i].answer, strlen(cases[i].answer));
        if (!text_is_same(challenge, cases[i].challenge))
            fail_msg("%s: %s", cases[i].answer, challenge);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_has_a_uri),
        cmocka_unit_test(anything_else_is_no_request),
        cmocka_unit_test(a_request_has_at_most_64_kib),
        cmocka_unit_test(the_answer_expires_when_the_token_stops_being_fresh),
        cmocka_unit_test(challenges_of_a_servers_answer_are_joined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
