/* SPDX-License-Identifier: MIT */
/* The answer of a devicecode endpoint. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/acquire/user/device_code_answer.h"
#include "common/base/array.h"
#include "common/base/cleanup.h"

static struct error error;

static bool parse(const char *body, struct device_code_answer *answer)
{
    size_t length;
    autofree char *json = json_bytes(body, &length);
    error = (struct error){ 0 };
    return device_code_answer_parse(json, length, answer, &error);
}

/* An answer with this user code, this URI and more members. */
static char *answer_with(const char *user_code, const char *uri, const char *more)
{
    char *body = NULL;
    if (asprintf(&body, "{'device_code':'d','user_code':'%s','verification_uri':'%s'%s}", user_code,
                 uri, more) < 0)
        abort();
    return body;
}

static void assert_refused(const char *body)
{
    struct device_code_answer answer = { 0 };
    if (parse(body, &answer))
        fail_msg("accepted: %s", body);
    assert_error(&error, ERROR_NETWORK, "verification URI is missing or invalid");
    assert_string_equal(error.code, "unusable_answer");
    assert_null(answer.device_code);
}

/* ---- accepted ---- */

static void the_codes_are_read(void **state)
{
    (void)state;
    auto_device_code_answer struct device_code_answer answer = { 0 };
    assert_true(parse("{'user_code':'C3XA-H7LK','device_code':'CAQAB!*~ -x','expires_in':899,"
                      "'verification_uri':'https://microsoft.com/devicelogin','interval':7,"
                      "'message':'\xc3\x96"
                      "ffnen Sie ...'," OTHER_MEMBERS "}",
                      &answer));
    assert_string_equal(answer.device_code->bytes, "CAQAB!*~ -x");
    assert_string_equal(answer.user_code, "C3XA-H7LK");
    assert_string_equal(answer.verification_uri, "https://microsoft.com/devicelogin");
    assert_int_equal(answer.expires_in, 899);
    assert_int_equal(answer.interval, 7);
    assert_int_equal(error.kind, ERROR_NONE);
}

/* Used by older drafts of RFC 8628 and by AD FS. */
static void the_uri_may_be_called_verification_url(void **state)
{
    (void)state;
    auto_device_code_answer struct device_code_answer answer = { 0 };
    assert_true(parse("{'device_code':'d','user_code':'C3','verification_url':'https://a.example'}",
                      &answer));
    assert_string_equal(answer.verification_uri, "https://a.example");
}

static void verification_uri_takes_precedence(void **state)
{
    (void)state;
    auto_device_code_answer struct device_code_answer answer = { 0 };
    assert_true(parse("{'device_code':'d','user_code':'C3','verification_url':'https://a.example',"
                      "'verification_uri':'https://b.example'}",
                      &answer));
    assert_string_equal(answer.verification_uri, "https://b.example");
}

static void numbers_are_clamped(void **state)
{
    (void)state;
    static const struct {
        const char *more;
        int64_t expires_in, interval;
    } cases[] = {
        { "", 900, 5 },
        { ",'expires_in':'600','interval':'3'", 600, 3 }, /* the v1.0 endpoint sends strings */
        { ",'expires_in':1,'interval':1", 1, 1 },
        { ",'expires_in':0,'interval':0", 900, 5 },
        { ",'expires_in':-1,'interval':-1", 900, 5 },
        { ",'expires_in':3601,'interval':61", 3600, 60 },
        { ",'expires_in':9223372036854775807,'interval':9223372036854775807", 3600, 60 },
        { ",'expires_in':99999999999999999999,'interval':'99999999999999999999'", 3600, 5 },
        { ",'expires_in':'soon','interval':'1 s'", 900, 5 },
        { ",'expires_in':{},'interval':null", 900, 5 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_device_code_answer struct device_code_answer answer = { 0 };
        autofree char *body = answer_with("C3", "https://a.example", cases[i].more);
        if (!parse(body, &answer) || answer.expires_in != cases[i].expires_in ||
            answer.interval != cases[i].interval)
            fail_msg("%s: %s: %lld, %lld", body, error.message, (long long)answer.expires_in,
                     (long long)answer.interval);
    }
}

static void http_is_accepted_for_loopback_only(void **state)
{
    (void)state;
    auto_device_code_answer struct device_code_answer answer = { 0 };
    autofree char *here = answer_with("C3", "http://127.0.0.1:8080/device", "");
    autofree char *there = answer_with("C3", "http://microsoft.com/devicelogin", "");
    assert_true(parse(here, &answer));
    assert_refused(there);
}

/* ---- refused ---- */

static void an_incomplete_answer_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "[]",
        "'C3'",
        "{}",
        "<html>",
        "{'user_code':'C3','verification_uri':'https://a.example'}",
        "{'device_code':'d','verification_uri':'https://a.example'}",
        "{'device_code':'d','user_code':'C3'}",
        "{'device_code':'','user_code':'C3','verification_uri':'https://a.example'}",
        "{'device_code':7,'user_code':'C3','verification_uri':'https://a.example'}",
        "{'device_code':'d\\u0000e','user_code':'C3','verification_uri':'https://a.example'}",
        "{'device_code':'d','user_code':'C3','verification_uri':'https://a.example'",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_refused(cases[i]);
}

/* The user code is shown in a terminal, read aloud and typed. */
static void a_user_code_has_letters_digits_and_hyphens(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "C3 XA",
        "C3\\nXA",
        "C3\\u001b[2J",
        "C3\\u0000",
        "C3\\u202eXA",
        "C3 and your password",
        "https://evil.example",
        "\xc3\x84-17",
        "C3.",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *body = answer_with(cases[i], "https://a.example", "");
        assert_refused(body);
    }
}

/* The user opens it, and possibly a browser does. */
static void the_uri_must_be_a_web_address(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "microsoft.com/devicelogin",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://a.example",
        "https://",
        "https://microsoft.com@evil.example",
        "https://a.example/\\u001b[2J",
        "https://a.example/?q=\\u001b[2J",
        "https://a.example/#\\u001b[2J",
        "https://a.example/\\nx",
        "https://a.example/ and enter your password at https://evil.example",
        "https://a.example/\\u202ex",
        "https://a.example/\\u0000",
        "https://a.example\\\\@evil.example",
        "http://127.1/",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *body = answer_with("C3", cases[i], "");
        assert_refused(body);
    }
}

static void text_that_is_too_long_is_refused_not_truncated(void **state)
{
    (void)state;
    autofree char *code = repeated('A', USER_CODE_MAX - 1);
    autofree char *longer_code = repeated('A', USER_CODE_MAX);
    autofree char *path = repeated('a', VERIFICATION_URI_MAX - 1 - strlen("https://a.example/"));
    autofree char *uri = NULL;
    autofree char *longer_uri = NULL;
    if (asprintf(&uri, "https://a.example/%s", path) < 0 || asprintf(&longer_uri, "%sa", uri) < 0)
        abort();
    auto_device_code_answer struct device_code_answer answer = { 0 };
    autofree char *longest = answer_with(code, uri, "");
    autofree char *with_longer_code = answer_with(longer_code, uri, "");
    autofree char *with_longer_uri = answer_with(code, longer_uri, "");
    assert_true(parse(longest, &answer));
    assert_string_equal(answer.user_code, code);
    assert_string_equal(answer.verification_uri, uri);
    assert_refused(with_longer_code);
    assert_refused(with_longer_uri);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_codes_are_read),
        cmocka_unit_test(the_uri_may_be_called_verification_url),
        cmocka_unit_test(verification_uri_takes_precedence),
        cmocka_unit_test(numbers_are_clamped),
        cmocka_unit_test(http_is_accepted_for_loopback_only),
        cmocka_unit_test(an_incomplete_answer_is_refused),
        cmocka_unit_test(a_user_code_has_letters_digits_and_hyphens),
        cmocka_unit_test(the_uri_must_be_a_web_address),
        cmocka_unit_test(text_that_is_too_long_is_refused_not_truncated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
