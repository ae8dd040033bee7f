/* SPDX-License-Identifier: MIT */
/* The token endpoint, with a network of this test's own: what is sent, and that no secret is
 * shown. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/acquire/http/redaction.h"
#include "common/acquire/http/retry.h"
#include "common/acquire/http/token_endpoint.h"
#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/deadline.h"
#include "common/base/rfc3339.h"

#define SECRET  "s3cr~t \"&=\\/\xc3\xa4"
#define ESCAPED "s3cr~t%20%22%26%3D%5C%2F%C3%A4" /* as sent */
#define BASE64  "czNjcn50ICImPVwvw6Q"

/* ---- instead of common/acquire/http/http.c ---- */

static struct {
    struct http_response answer; /* without the body */
    const char *body;            /* NULL: no network */
    int failures;                /* the number of connections that break first */
    int requests, waits;
    char url[256];
    int64_t deadline;
} network;

bool http_send(const struct http_request *request, int64_t deadline, struct http_response *response,
               struct error *error)
{
    network.requests++;
    network.deadline = deadline;
    snprintf(network.url, sizeof network.url, "%s", request->url);
    *response = network.answer;
    response->broken = network.requests <= network.failures;
    if (network.body == NULL || response->broken)
        return error_set(error, ERROR_NETWORK, "there is no network");
    response->unredacted = secret_from_text(network.body);
    response->body = secret_from_text(network.body);
    redact(request, response->body->bytes, response->body->length);
    return true;
}

void http_response_clear(struct http_response *response)
{
    secret_free(response->body);
    secret_free(response->unredacted);
    response->body = response->unredacted = NULL;
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int milliseconds);
int __wrap_poll(struct pollfd *fds, nfds_t count, int milliseconds)
{
    (void)fds, (void)count, (void)milliseconds;
    network.waits++;
    return 0;
}

/* ---- */

static int64_t deadline;

/* Posts a request that the network answers like this. */
static bool post(long status, const char *body, struct token *token, struct error *error)
{
    const struct token_request request = { .instance = (char *)"https://login.microsoftonline.com",
                                           .tenant = (char *)"contoso.example" };
    const struct http_field fields[] = { { "client_id", "public-id", false },
                                         { "client_secret", SECRET, true },
                                         { "claims", NULL, false },
                                         { NULL, NULL, false } };
    network.answer.status = status;
    network.body = body;
    network.requests = 0;
    return token_endpoint_get_token(&request, fields, deadline, token, error);
}

static struct error refusal(long status, const char *body)
{
    struct token token = { 0 };
    struct error error = { 0 };
    assert_false(post(status, body, &token, &error));
    assert_null(token.access_token);
    return error;
}

static int begin(void **state)
{
    (void)state;
    memset(&network, 0, sizeof network);
    deadline = deadline_in((int64_t)3600 * 1000);
    return 0;
}

static void an_answer_of_the_tenants_endpoint_becomes_a_token(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    struct error error = { 0 };
    assert_true(post(200, "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":\"a\"}",
                     &token, &error));
    assert_string_equal(token.access_token->bytes, "a");
    assert_string_equal(network.url,
                        "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token");
    assert_int_equal(network.deadline, deadline);
}

static void a_network_error_is_passed_on(void **state)
{
    (void)state;
    struct error error = refusal(0, NULL);
    assert_error(&error, ERROR_NETWORK, "there is no network");
}

static void an_echoed_secret_is_not_shown(void **state)
{
    (void)state;
    static const char *const echoes[] = {
        ESCAPED, "s3cr~t \\\"&=\\\\/\xc3\xa4",   /* as JSON writes it */
        "s3cr~t \\u0022&=\\\\\\/\\u00e4",        /* as other programs write it */
        "\\u0073\\u0033cr~t \\\"&=\\\\/\\u00e4", /* as no program writes it */
    };
    static const long statuses[] = { 200, 400, 401, 500 };
    for (size_t i = 0; i < ARRAY_SIZE(echoes); i++)
        for (size_t s = 0; s < ARRAY_SIZE(statuses); s++) {
            autofree char *body = NULL;
            if (asprintf(&body,
                         "{\"error\":\"%s\",\"error_description\":\"AADSTS1: got %s, %s\","
                         "\"correlation_id\":\"%s\",\"timestamp\":\"%s\"}",
                         echoes[i], echoes[i], echoes[i], echoes[i], echoes[i]) < 0)
                fail();
            struct error error = refusal(statuses[s], body);
            assert_has(error.message, "AADSTS1: got ***");
            assert_lacks(error.message, "s3cr~t");
        }
}

/* A truncated secret could not be recognized. */
static void a_secret_is_not_shown_in_part_where_text_is_truncated(void **state)
{
    (void)state;
    static const char *const echoes[] = {
        ESCAPED,
        "s3cr~t \\u0022&=\\\\\\/\xc3\xa4",
        "s3c\\u0072~t \\\"&=\\u005c/\\u00E4",
    };
    static const long statuses[] = { 200, 400 };
    autofree char *text = repeated('x', 1000);
    for (size_t i = 0; i < ARRAY_SIZE(echoes) * ARRAY_SIZE(statuses); i++)
        for (int before = 970; before <= 1000; before++) {
            autofree char *body = NULL;
            if (asprintf(&body, "{\"error\":\"x\",\"error_description\":\"%.*s%s\"}", before, text,
                         echoes[i / ARRAY_SIZE(statuses)]) < 0)
                fail();
            struct error error = refusal(statuses[i % ARRAY_SIZE(statuses)], body);
            assert_lacks(error.message, "s3");
        }
}

static void escaped_text_without_a_secret_stays_the_same(void **state)
{
    (void)state;
    struct error error =
        refusal(400, "{\"error\":\"x\",\"error_description\":\"\\u0041\\\\u0041 \\/ "
                     "\\u00e4 \\u20ac \\ud83d\\udd11 \\\"\\u0022\\u005C.\"}");
    assert_has(error.message, "A\\u0041 / \xc3\xa4 \xe2\x82\xac \xf0\x9f\x94\x91 \"\"\\.");
}

static void a_token_may_repeat_what_was_sent(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    struct error error = { 0 };
    assert_true(post(200,
                     "{\"token_type\":\"Bearer\",\"expires_in\":3599,"
                     "\"access_token\":\"" BASE64 "\"}",
                     &token, &error));
    assert_string_equal(token.access_token->bytes, BASE64);
}

static void text_that_is_not_secret_may_be_shown(void **state)
{
    (void)state;
    struct error error =
        refusal(400, "{\"error\":\"x\",\"error_description\":\"no application public-id\"}");
    assert_has(error.message, "no application public-id");
}

/* ---- throttling ---- */

static void throttling_says_when_to_retry(void **state)
{
    (void)state;
    static const long statuses[] = { 429, 503 };
    for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
        network.answer.retry_after = 60;
        int64_t before = time(NULL);
        struct error error = refusal(statuses[i], "Too Many Requests");
        assert_has(error_advice(&error), "It asks clients to wait until ");
        if (time(NULL) == before)
            assert_has(error_advice(&error), rfc3339_format(before + 60).text);
        assert_int_equal(error.retry_after, 60);
        assert_int_equal(network.requests, 1);
    }
}

static void throttling_without_a_time_backs_off_for_some_seconds(void **state)
{
    (void)state;
    struct error error = refusal(429, "Too Many Requests");
    assert_between(error.retry_after, 1, 60);
    assert_int_equal(network.requests, 1);
    error = refusal(503, "x");
    assert_int_equal(error.retry_after, 0);
}

/* As from build systems and identity services, whose refusals have none. */
static void throttling_without_a_code_gets_one(void **state)
{
    (void)state;
    static const struct {
        long status;
        const char *code, *expected;
    } answers[] = {
        { 429, "", "http_throttled" },
        { 429, "of_its_own", "of_its_own" },
        { 503, "", "" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
        const struct http_response response = { .status = answers[i].status };
        struct error error = { 0 };
        error_set(&error, ERROR_NETWORK, "too many requests");
        error_known_as(&error, answers[i].code);
        retry_set_back_off(&response, &error);
        assert_string_equal(error.code, answers[i].expected);
    }
}

static void throttling_also_reports_a_wrong_clock(void **state)
{
    (void)state;
    network.answer.retry_after = 60;
    network.answer.date = time(NULL) - 10 * 60;
    struct error error = refusal(429, "Too Many Requests");
    assert_has(error_advice(&error), "It asks clients to wait until ");
    assert_has(error_advice(&error), ". This machine's clock is 10 minutes ahead of");
}

static void other_refusals_do_not_throttle(void **state)
{
    (void)state;
    network.answer.retry_after = 60;
    struct error error = refusal(400, "{\"error\":\"x\"}");
    assert_int_equal(error.retry_after, 0);
}

/* ---- retries ---- */

#define GOOD "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":\"a\"}"

static void a_broken_connection_is_retried_twice(void **state)
{
    (void)state;
    for (int failures = 0; failures <= 3; failures++) {
        auto_token struct token token = { 0 };
        struct error error = { 0 };
        network.failures = failures;
        network.waits = 0;
        assert_int_equal(post(200, GOOD, &token, &error), failures <= 2);
        assert_int_equal(network.requests, failures <= 2 ? failures + 1 : 3);
        assert_int_equal(error.kind, failures <= 2 ? ERROR_NONE : ERROR_NETWORK);
        assert_int_equal(network.waits, failures <= 2 ? failures : 2);
        assert_int_equal(error.kind, failures <= 2 ? ERROR_NONE : ERROR_NETWORK);
    }
}

static void a_server_error_is_retried_and_a_refusal_is_not(void **state)
{
    (void)state;
    static const struct {
        long status;
        int requests;
    } cases[] = {
        { 500, 3 }, { 502, 3 }, { 504, 3 }, { 400, 1 }, { 401, 1 }, { 403, 1 }, { 429, 1 }
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        refusal(cases[i].status, "{}");
        assert_int_equal(network.requests, cases[i].requests);
    }
}

static void nothing_is_retried_past_the_deadline(void **state)
{
    (void)state;
    deadline = deadline_now();
    refusal(500, "{}");
    assert_int_equal(network.requests, 1);
}

/* ---- the clock ---- */

static void a_wrong_clock_is_reported_with_a_refusal(void **state)
{
    (void)state;
    network.answer.date = time(NULL) - 10 * 60;
    struct error error = refusal(401, "{\"error\":\"invalid_client\"}");
    assert_has(error_advice(&error), "This machine's clock is 10 minutes ahead of the authority's");
    network.answer.date = time(NULL) + 7 * 60;
    error = refusal(401, "{\"error\":\"invalid_client\"}");
    assert_has(error_advice(&error), "7 minutes behind the authority's");
}

static void a_clock_slightly_off_is_not_reported(void **state)
{
    (void)state;
    static const int64_t seconds[] = { 0, 4 * 60, -4 * 60 };
    for (size_t i = 0; i < ARRAY_SIZE(seconds); i++) {
        network.answer.date = time(NULL) + seconds[i];
        struct error error = refusal(401, "{\"error\":\"invalid_client\"}");
        assert_lacks(error_advice(&error), "clock");
    }
}

#define TEST(function) cmocka_unit_test_setup(function, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_answer_of_the_tenants_endpoint_becomes_a_token),
        TEST(a_network_error_is_passed_on),
        TEST(an_echoed_secret_is_not_shown),
        TEST(a_secret_is_not_shown_in_part_where_text_is_truncated),
        TEST(escaped_text_without_a_secret_stays_the_same),
        TEST(a_token_may_repeat_what_was_sent),
        TEST(text_that_is_not_secret_may_be_shown),
        TEST(throttling_says_when_to_retry),
        TEST(throttling_without_a_time_backs_off_for_some_seconds),
        TEST(throttling_without_a_code_gets_one),
        TEST(throttling_also_reports_a_wrong_clock),
        TEST(other_refusals_do_not_throttle),
        TEST(a_broken_connection_is_retried_twice),
        TEST(a_server_error_is_retried_and_a_refusal_is_not),
        TEST(nothing_is_retried_past_the_deadline),
        TEST(a_wrong_clock_is_reported_with_a_refusal),
        TEST(a_clock_slightly_off_is_not_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
