/* SPDX-License-Identifier: MIT */
/* The redirect that ends a sign-in: of everything that can be sent there, only the answer is
 * accepted. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/acquire/user/redirect.h"
#include "common/base/array.h"
#include "common/base/cleanup.h"

#define HOST "Host: localhost:40123\r\n"
#define TYPE "Content-Type: application/x-www-form-urlencoded\r\n"
#define GOOD "code=0.AX&state=s%21"

static const struct http_field sent[] = { { "state", "s!", true },
                                          { "nonce", "n0nce", true },
                                          { NULL, NULL, false } };
static const struct redirect_expected expected = { 40123, "s!", "/start", sent, false };

/* Reads a request with this first line, these headers apart from Content-Length, and this body. */
static int parse(const char *line, const char *headers, const char *body, struct redirect *redirect)
{
    autofree char *text = NULL;
    int length =
        asprintf(&text, "%s\r\n%sContent-Length: %zu\r\n\r\n%s", line, headers, strlen(body), body);
    assert_true(length > 0);
    return redirect_parse(text, (size_t)length, &expected, redirect);
}

static int status_of(const char *line, const char *headers, const char *body)
{
    auto_redirect struct redirect redirect = { 0 };
    int status = parse(line, headers, body, &redirect);
    if (status != 200)
        assert_null(redirect.code);
    return status;
}

static void an_answer_is_accepted(void **state)
{
    (void)state;
    auto_redirect struct redirect redirect = { 0 };
    assert_int_equal(parse("POST / HTTP/1.1", HOST TYPE, GOOD "&session_state=x", &redirect), 200);
    assert_string_equal(redirect.code->bytes, "0.AX");
    assert_string_equal(redirect.error, "");
}

static void a_refusal_is_accepted_and_made_printable(void **state)
{
    (void)state;
    auto_redirect struct redirect redirect = { 0 };
    assert_int_equal(parse("POST / HTTP/1.1", HOST TYPE,
                           "error=access_denied&error_description=no%1B%5B2J+way&state=s%21",
                           &redirect),
                     200);
    assert_null(redirect.code);
    assert_string_equal(redirect.error, "access_denied");
    assert_lacks(redirect.description, "\033");
    assert_has(redirect.description, " way");
}

static void a_refusal_does_not_show_what_the_page_was_sent(void **state)
{
    (void)state;
    auto_redirect struct redirect redirect = { 0 };
    assert_int_equal(parse("POST / HTTP/1.1", HOST TYPE,
                           "error=n0nce&error_description=not+s%21+n0nce+n%2530nce&state=s%21",
                           &redirect),
                     200);
    assert_string_equal(redirect.error, "*****");
    assert_string_equal(redirect.description, "not ** ***** *******");
}

static void the_browsers_first_request_is_recognized(void **state)
{
    (void)state;
    assert_int_equal(status_of("GET /start HTTP/1.1", HOST, ""), REDIRECT_START);
    static const char *const others[] = { "GET /star HTTP/1.1", "GET /start? HTTP/1.1",
                                          "GET /START HTTP/1.1", "HEAD /start HTTP/1.1",
                                          "POST /start HTTP/1.1" };
    for (size_t i = 0; i < ARRAY_SIZE(others); i++)
        assert_between(status_of(others[i], HOST, ""), 400, 499);
    assert_int_equal(status_of("GET /start HTTP/1.1", "Host: evil.example:40123\r\n", ""), 421);

    const struct redirect_expected later = { 40123, "s!", "/start", sent, true };
    static const char text[] = "GET /start HTTP/1.1\r\n" HOST "\r\n";
    auto_redirect struct redirect redirect = { 0 };
    assert_int_equal(redirect_parse(text, strlen(text), &later, &redirect), REDIRECT_START_USED);
}

static void a_request_may_arrive_byte_by_byte(void **state)
{
    (void)state;
    static const char text[] = "POST / HTTP/1.1\r\n" HOST TYPE "Content-Length: 20\r\n\r\n" GOOD;
    for (size_t length = 0; length < sizeof text; length++) {
        auto_redirect struct redirect redirect = { 0 };
        autofree char *part = malloc(length + 1);
        memcpy(part, text, length);
        part[length] = '9';
        assert_int_equal(redirect_parse(part, length, &expected, &redirect),
                         length < sizeof text - 1 ? 0 : 200);
    }
}

static void anything_else_gets_an_http_status(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *line, *headers, *body;
    } cases[] = {
        { 405, "GET /", HOST TYPE, GOOD },
        { 405, "PUT /", HOST TYPE, GOOD },
        { 404, "GET /favicon.ico", HOST, "" },
        { 404, "POST /?code=0.AX", HOST TYPE, GOOD },
        { 404, "POST http://localhost:40123/", HOST TYPE, GOOD },
        { 421, "POST /", TYPE, GOOD },
        { 421, "POST /", "Host: evil.example:40123\r\n" TYPE, GOOD },
        { 421, "POST /", "Host: localhost\r\n" TYPE, GOOD },
        { 421, "POST /", "Host: localhost:40124\r\n" TYPE, GOOD },
        { 421, "POST /", "Host: localhost.:40123\r\n" TYPE, GOOD },
        { 421, "POST /", "Host: 127.0.0.1:40123\r\n" TYPE, GOOD },
        { 421, "POST /", "Host: localhost:40123.evil.example\r\n" TYPE, GOOD },
        { 400, "POST /", HOST HOST TYPE, GOOD },
        { 400, "POST /", HOST TYPE "Content-Length: 1\r\n", GOOD },
        { 400, "POST /", HOST TYPE "Transfer-Encoding: chunked\r\n", GOOD },
        { 400, "POST /", HOST TYPE "no colon\r\n", GOOD },
        { 415, "POST /", HOST, GOOD },
        { 415, "POST /", HOST "Content-Type: text/plain\r\n", GOOD },
        { 400, "POST /", HOST TYPE, "code=0.AX" },
        { 409, "POST /", HOST TYPE, "code=0.AX&state=S%21" },
        { 409, "POST /", HOST TYPE, "code=0.AX&state=s%21x" },
        { 400, "POST /", HOST TYPE, "code=0.AX&state=s%21%00" },
        { 400, "POST /", HOST TYPE, "code=0.AX&state=s%2" },
        { 400, "POST /", HOST TYPE, "code=0.AX&state=s%2g" },
        { 400, "POST /", HOST TYPE, GOOD "&state=s%21" },
        { 400, "POST /", HOST TYPE, GOOD "&code=0.AY" },
        { 400, "POST /", HOST TYPE, GOOD "&error=access_denied" },
        { 400, "POST /", HOST TYPE, "state=s%21" },
        { 400, "POST /", HOST TYPE, "code=&state=s%21" },
        { 400, "POST /", HOST TYPE, "code=%0a&state=s%21" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *line = NULL;
        assert_true(asprintf(&line, "%s HTTP/1.1", cases[i].line) > 0);
        int status = status_of(line, cases[i].headers, cases[i].body);
        if (status != cases[i].status)
            fail_msg("case %zu: %d, not %d", i, status, cases[i].status);
    }
    assert_int_equal(status_of("POST / HTTP/2", HOST TYPE, GOOD), 400);
    assert_int_equal(status_of("POST /", HOST TYPE, GOOD), 400);
}

static void the_length_of_a_body_is_limited(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *length;
    } cases[] = { { 411, "" },
                  { 413, "Content-Length: \r\n" },
                  { 413, "Content-Length: -1\r\n" },
                  { 413, "Content-Length: 1x\r\n" },
                  { 413, "Content-Length: 32769\r\n" },
                  { 413, "Content-Length: 18446744073709551617\r\n" },
                  { 0, "Content-Length: 32768\r\n" } };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_redirect struct redirect redirect = { 0 };
        autofree char *text = NULL;
        int length = asprintf(&text, "POST / HTTP/1.1\r\n" HOST TYPE "%s\r\n", cases[i].length);
        assert_int_equal(redirect_parse(text, (size_t)length, &expected, &redirect),
                         cases[i].status);
    }
}

static void a_head_without_an_end_is_not_read_forever(void **state)
{
    (void)state;
    auto_redirect struct redirect redirect = { 0 };
    autofree char *text = repeated('x', REDIRECT_HEAD_MAX);
    assert_int_equal(redirect_parse(text, REDIRECT_HEAD_MAX - 1, &expected, &redirect), 0);
    assert_int_equal(redirect_parse(text, REDIRECT_HEAD_MAX, &expected, &redirect), 431);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_accepted),
        cmocka_unit_test(a_refusal_is_accepted_and_made_printable),
        cmocka_unit_test(a_refusal_does_not_show_what_the_page_was_sent),
        cmocka_unit_test(the_browsers_first_request_is_recognized),
        cmocka_unit_test(a_request_may_arrive_byte_by_byte),
        cmocka_unit_test(anything_else_gets_an_http_status),
        cmocka_unit_test(the_length_of_a_body_is_limited),
        cmocka_unit_test(a_head_without_an_end_is_not_read_forever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
