/* SPDX-License-Identifier: MIT */
/* Redaction: whatever a request says in secret is recognized in what comes back, however it is
 * written there. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/acquire/http/redaction.h"
#include "common/base/json.h"

#define SECRET "s3cr~t \"&=\\/'<\xc3\xa4"

/* Returns a copy of a text after redaction. The caller frees it with free. */
static char *redacted(const struct http_request *request, const char *text)
{
    char *copy = strdup(text);
    redact(request, copy, strlen(copy));
    assert_int_equal(strlen(copy), strlen(text));
    return copy;
}

/* Fails the test unless each of the texts turns into this one. Asterisks in a row count as one. */
static void assert_redacted(const struct http_request *request, const char *text,
                            const char *expected)
{
    autofree char *result = redacted(request, text);
    char *to = result;
    for (const char *at = result; *at != '\0'; at++)
        if (*at != '*' || to == result || to[-1] != '*')
            *to++ = *at;
    *to = '\0';
    assert_string_equal(result, expected);
}

static void each_encoding_of_a_secret_is_recognized(void **state)
{
    (void)state;
    static const char *const forms[] = {
        SECRET,
        "s3cr~t%20%22%26%3D%5C%2F%27%3C%C3%A4",
        "s3cr~t%20%22%26%3d%5c/'%3c%c3%a4",
        "%733cr%7Et+%22%26%3D%5C%2F%27%3C%C3%A4",
        "s3cr~t \\\"&=\\\\/'<\xc3\xa4",
        "s3cr~t \\u0022\\u0026=\\u005C\\/\\u0027\\u003C\\u00e4",
        "s3cr~t\\u002B%22%26%3D%5C%2F%27%3C%C3%A4",
        "s3cr~t &quot;&amp;=\\/&apos;&lt;&#228;",
        "s3cr~t &#34;&#x26;=\\/&#39;&#X3c;&#xe4;",
        "s3cr~t \\u0026quot;\\u0026amp;=\\\\/\\u0026#39;\\u0026lt;\xc3\xa4",
    };
    const struct http_field form[] = { { "public", "seen", false },
                                       { "client_secret", SECRET, true },
                                       { "absent", NULL, true },
                                       { NULL, NULL, false } };
    const struct http_request request = { .form = form };
    for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
        autofree char *text = NULL;
        assert_true(asprintf(&text, "\"seen\\n: %s, %s.\"", forms[i], forms[i]) > 0);
        assert_redacted(&request, text, "\"seen\\n: *, *.\"");
    }
}

/* As it is, although to each decoder a part of it is an encoding. */
static void a_secret_that_looks_encoded_is_recognized(void **state)
{
    (void)state;
    static const char *const secrets[] = { "s3c%41ret", "s3c+ret&lt;", "s3c%41&lt;ret",
                                           "s3c\\u0041ret", "s3c\\u0041%41+&lt;ret" };
    for (size_t i = 0; i < ARRAY_SIZE(secrets); i++) {
        const struct http_field form[] = { { "x", secrets[i], true }, { NULL, NULL, false } };
        const struct http_request request = { .form = form };
        autofree char *text = NULL, *escaped = NULL;
        assert_true(asprintf(&text, "got %s.", secrets[i]) > 0);
        assert_redacted(&request, text, "got *.");
        auto_json json_object *object = json_object_new_string(secrets[i]);
        assert_true(asprintf(&escaped, "{\"got\":%s}", json_object_to_json_string(object)) > 0);
        assert_redacted(&request, escaped, "{\"got\":\"*\"}");
    }
}

static void base64_of_a_secret_is_recognized_wherever_it_begins(void **state)
{
    (void)state;
    /* "", "a", "aa" and "aaa" before "s3cr?t~s3cr>t~", and "b" after it */
    static const char *const forms[][2] = {
        { "czNjcj90fnMzY3I+dH4=", "*4=" },           { "czNjcj90fnMzY3I-dH4", "*4" },
        { "czNjcj90fnMzY3I-dH5i", "*5i" },           { "YXMzY3I/dH5zM2NyPnR+Yg==", "YX*Yg==" },
        { "YXMzY3I\\/dH5zM2NyPnR+Yg==", "YX*Yg==" }, { "YWFzM2NyP3R-czNjcj50fmI", "YWF*mI" },
        { "YWFhczNjcj90fnMzY3I%2BdH5i", "YWFh*5i" },
    };
    const struct http_field form[] = { { "x", "s3cr?t~s3cr>t~", true }, { NULL, NULL, false } };
    const struct http_request request = { .form = form };
    for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
        assert_redacted(&request, forms[i][0], forms[i][1]);
}

static void every_part_of_a_request_can_have_secrets(void **state)
{
    (void)state;
    const struct http_field query[] = { { "key", "s3cr1t-of-query", true }, { NULL, NULL, false } };
    const struct http_field form[] = { { "key", "s3cr2t-of-form", true }, { NULL, NULL, false } };
    const struct http_field header[] = { { "Accept", "text/html", false },
                                         { "Authorization", "Basic s3cr3t-of-header", true },
                                         { NULL, NULL, false } };
    const struct http_request request = { .query = query, .form = form, .header = header };
    assert_redacted(&request, "s3cr1t-of-query s3cr2t-of-form Basic s3cr3t-of-header text/html",
                    "* * * text/html");
    assert_redacted(&request, "Basic: s3cr3t-of-header", "Basic: *");
}

static void the_password_of_the_proxy_is_a_secret_of_every_request(void **state)
{
    (void)state;
    static const char *const urls[] = { "http://ada:p%40ssw0rd!@proxy:8080",
                                        "ada:p%40ssw0rd!@proxy" };
    static const char *const names[] = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" };
    const struct http_request request = { .url = "https://x" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        setenv(names[i], urls[i % 2], 1);
        assert_redacted(&request, "ada p@ssw0rd! p%40ssw0rd! ada:p%40ssw0rd!", "ada * * *");
        assert_redacted(&request, "Basic YWRhOnBAc3N3MHJkIQ==", "Basic *Q==");
        unsetenv(names[i]);
    }
    setenv("https_proxy", "http://proxy:8080", 1);
    assert_redacted(&request, "http://proxy:8080", "http://proxy:8080");
    unsetenv("https_proxy");
}

static void a_long_secret_is_recognized_by_its_beginning(void **state)
{
    (void)state;
    const struct http_field form[] = { { "x", "0123456789abcdefghijklmnopqrstuvwxyz", true },
                                       { NULL, NULL, false } };
    const struct http_request request = { .form = form };
    assert_redacted(&request, "'0123456789abcdef...'", "'*...'");
    assert_redacted(&request, "'0123456789abcdefghijkl\xe2\x80\xa6'", "'*\xe2\x80\xa6'");
    assert_redacted(&request, "'0123456789abcde'", "'0123456789abcde'");
}

static void what_is_not_a_secret_stays_the_same(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "\\u0041\\\\u0041 \\/ \\u00e4 \\ud83d\\udd11 \\ud83d \\u12 \\ %4 %zz + &amp; &#; &",
    };
    const struct http_field form[] = { { "x", "s3cret", true },
                                       { "y", "", true },
                                       { NULL, NULL, false } };
    const struct http_request request = { .form = form };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        autofree char *result = redacted(&request, texts[i]);
        assert_string_equal(result, texts[i]);
    }
}

static void redaction_passes_nul_bytes_and_stays_in_bounds(void **state)
{
    (void)state;
    const struct http_field fields[] = { { "x", "ab", true }, { NULL, NULL, false } };
    char text[] = "ab\0ab\0ab";
    redact_fields(fields, text, 5);
    assert_memory_equal(text, "**\0**\0ab", sizeof text);
}

/* What is left of an escape would be another one, or end the string early. */
static void an_escape_is_replaced_whole(void **state)
{
    (void)state;
    static const struct {
        const char *secret, *text, *expected;
    } cases[] = {
        { "czNjciJ0", "\"a\\ude0czNjciJ0b\"", "\"a*b\"" },
        { "secret\\", "\"secret\\\"b\"", "\"*b\"" },
        { "nsecret", "\"a\\\\\\nsecret\"", "\"a\\\\*\"" },
        { "nsecret", "\"a\\\\nsecret\"", "\"a\\\\*\"" },
        { "de0asecret", "\"\\ud83d\\ude0asecret\"", "\"*\"" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct http_field form[] = { { "client_secret", cases[i].secret, true },
                                           { NULL, NULL, false } };
        assert_redacted(&(struct http_request){ .form = form }, cases[i].text, cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_encoding_of_a_secret_is_recognized),
        cmocka_unit_test(an_escape_is_replaced_whole),
        cmocka_unit_test(a_secret_that_looks_encoded_is_recognized),
        cmocka_unit_test(base64_of_a_secret_is_recognized_wherever_it_begins),
        cmocka_unit_test(every_part_of_a_request_can_have_secrets),
        cmocka_unit_test(the_password_of_the_proxy_is_a_secret_of_every_request),
        cmocka_unit_test(a_long_secret_is_recognized_by_its_beginning),
        cmocka_unit_test(what_is_not_a_secret_stays_the_same),
        cmocka_unit_test(redaction_passes_nul_bytes_and_stays_in_bounds),
    };
    return cmocka_run_group_tests(tests, clear_environment, NULL);
}
