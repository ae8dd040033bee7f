/* SPDX-License-Identifier: MIT */
/* Cargo's credential provider protocol: reading the requests and formatting the answers. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/cleanup.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "helpers/cargo/cargo_answer.h"
#include "helpers/cargo/cargo_request.h"

#define REGISTRY "'registry':{'index-url':'sparse+https://pkgs.dev.azure.com/o/'}"

static bool parse(const char *text, struct cargo_request *request, struct error *error)
{
    size_t length;
    autofree char *json = json_bytes(text, &length);
    return cargo_request_parse(json, length, request, error);
}

static void the_members_of_a_request_are_read(void **state)
{
    (void)state;
    auto_cargo_request struct cargo_request request = { 0 };
    struct error error = { 0 };
    assert_true(
        parse("{'v':1,'kind':'get','operation':'publish','name':'x','vers':'1.0.0',"
              "'cksum':'0','args':['--account','ada'],'registry':{'index-url':'sparse+https:"
              "//pkgs.dev.azure.com/o/','name':'contoso','headers':['A: b','C:d']," OTHER_MEMBERS
              "}," OTHER_MEMBERS "}",
              &request, &error));
    assert_int_equal(request.kind, CARGO_GET);
    assert_string_equal(request.index_url, "sparse+https://pkgs.dev.azure.com/o/");
    assert_false(request.has_token);
    assert_int_equal(request.arg_count, 2);
    assert_string_equal(request.args[0], "--account");
    assert_string_equal(request.args[1], "ada");
    assert_int_equal(request.header_count, 2);
    assert_string_equal(request.headers[1], "C:d");
}

static void the_kind_of_a_request_is_known_or_not(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum cargo_kind kind;
        bool has_token;
    } cases[] = {
        { "{'v':1,'kind':'get'," REGISTRY "}", CARGO_GET, false },
        { "{'v':1,'kind':'login'," REGISTRY "}", CARGO_LOGIN, false },
        { "{'v':1,'kind':'login','token':'t','login-url':'https://x'," REGISTRY "}", CARGO_LOGIN,
          true },
        { "{'v':1,'kind':'logout'," REGISTRY "}", CARGO_LOGOUT, false },
        { "{'v':1,'kind':'GET'," REGISTRY "}", CARGO_UNKNOWN, false },
        { "{'v':1,'kind':'get\\u0000'," REGISTRY "}", CARGO_UNKNOWN, false },
        { "{'v':1,'kind':1," REGISTRY "}", CARGO_UNKNOWN, false },
        { "{'v':1," REGISTRY "}", CARGO_UNKNOWN, false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_cargo_request struct cargo_request request = { 0 };
        struct error error = { 0 };
        if (!parse(cases[i].text, &request, &error))
            fail_msg("%s was refused: %s", cases[i].text, error.message);
        assert_int_equal(request.kind, cases[i].kind);
        assert_int_equal(request.has_token, cases[i].has_token);
    }
}

static void anything_else_is_no_request(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        { "", "is not valid JSON" },
        { "null", "is not valid JSON" },
        { "{'v':1,'kind':'get'," REGISTRY "}{}", "is not valid JSON" },
        { "[]", "is not a JSON object" },
        { "'get'", "is not a JSON object" },
        { "{'kind':'get'," REGISTRY "}", "not of protocol version 1" },
        { "{'v':0,'kind':'get'," REGISTRY "}", "not of protocol version 1" },
        { "{'v':2,'kind':'get'," REGISTRY "}", "not of protocol version 1" },
        { "{'v':[1],'kind':'get'," REGISTRY "}", "not of protocol version 1" },
        { "{'v':1,'kind':'get'}", "has no index-url" },
        { "{'v':1,'kind':'get','registry':null}", "has no index-url" },
        { "{'v':1,'kind':'get','registry':'https://x'}", "has no index-url" },
        { "{'v':1,'kind':'get','registry':{'index-url':1}}", "has no index-url" },
        { "{'v':1,'kind':'get','registry':{'index-url':'x\\u0000'}}", "has no index-url" },
        { "{'v':1,'registry':{'index-url':'x','headers':'a: b'}}", "headers that are not texts" },
        { "{'v':1,'registry':{'index-url':'x','headers':[null]}}", "headers that are not texts" },
        { "{'v':1,'registry':{'index-url':'x','headers':['a\\u0000']}}",
          "headers that are not texts" },
        { "{'v':1,'args':'--account'," REGISTRY "}", "args that are not texts" },
        { "{'v':1,'args':['--account\\u0000']," REGISTRY "}", "args that are not texts" },
        { "{'v':1,'args':[[]]," REGISTRY "}", "args that are not texts" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_cargo_request struct cargo_request request = { 0 };
        struct error error = { 0 };
        if (parse(cases[i].text, &request, &error))
            fail_msg("%s was accepted", cases[i].text);
        assert_error(&error, ERROR_USAGE, cases[i].message);
    }
}

/* An array of count texts "x" between the two texts. */
static char *with_texts(const char *before, size_t count, const char *after)
{
    autofree char *texts = calloc(1, 4 * count + 1);
    for (size_t i = 0; i < count; i++)
        memcpy(texts + 4 * i, i + 1 < count ? "'x'," : "'x' ", 4);
    return text_format("%s%s%s", before, texts, after);
}

static void there_are_as_many_arguments_as_the_limit(void **state)
{
    (void)state;
    for (size_t count = CARGO_ARGS_MAX; count <= CARGO_ARGS_MAX + 1; count++) {
        auto_cargo_request struct cargo_request request = { 0 };
        struct error error = { 0 };
        autofree char *text = with_texts("{'v':1,'args':[", count, "]," REGISTRY "}");
        assert_int_equal(parse(text, &request, &error), count == CARGO_ARGS_MAX);
    }
}

static void headers_past_the_limit_are_ignored(void **state)
{
    (void)state;
    auto_cargo_request struct cargo_request request = { 0 };
    struct error error = { 0 };
    autofree char *text =
        with_texts("{'v':1,'registry':{'index-url':'x','headers':[", CARGO_HEADERS_MAX + 1, "]}}");
    assert_true(parse(text, &request, &error));
    assert_int_equal(request.header_count, CARGO_HEADERS_MAX);
}

static void a_line_has_at_most_1_mib(void **state)
{
    (void)state;
    static const char head[] = "{\"v\":1,\"registry\":{\"index-url\":\"x\"},\"x\":\"";
    autofree char *line = repeated('x', CARGO_LINE_MAX + 1);
    memcpy(line, head, strlen(head));
    for (size_t length = CARGO_LINE_MAX; length <= CARGO_LINE_MAX + 1; length++) {
        auto_cargo_request struct cargo_request request = { 0 };
        struct error error = { 0 };
        memcpy(line + length - 3, "x\"}", 3);
        assert_int_equal(cargo_request_parse(line, length, &request, &error),
                         length == CARGO_LINE_MAX);
    }
}

static void only_a_sparse_index_has_a_url(void **state)
{
    (void)state;
    static const struct {
        const char *index, *url;
    } cases[] = {
        { "sparse+https://pkgs.dev.azure.com/o/index/", "https://pkgs.dev.azure.com/o/index/" },
        { "https://pkgs.dev.azure.com/o/", NULL },
        { "registry+https://pkgs.dev.azure.com/o/", NULL },
        { "SPARSE+https://pkgs.dev.azure.com/o/", NULL },
        { " sparse+https://pkgs.dev.azure.com/o/", NULL },
        { "sparse+", "" },
        { "", NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct cargo_request request = { .index_url = cases[i].index };
        const char *url = cargo_request_url(&request);
        if (!text_is_same(url, cases[i].url))
            fail_msg("%s: %s", cases[i].index, url);
    }
}

static void challenges_are_joined(void **state)
{
    (void)state;
    static const struct {
        const char *headers[4], *challenge;
    } cases[] = {
        { { "WWW-Authenticate: Basic realm=\"x\"", "Server: x", "www-authenticate:Bearer" },
          " Basic realm=\"x\",Bearer" },
        { { "WWW-Authenticate: Basic" }, " Basic" },
        { { "WWW-Authenticate:" }, "" },
        { { "WWW-Authenticate", "X-WWW-Authenticate: a", "WWW-Authenticate : b", "" }, NULL },
        { { NULL }, NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct cargo_request request = { .index_url = "" };
        for (; request.header_count < 4 && cases[i].headers[request.header_count] != NULL;
             request.header_count++)
            request.headers[request.header_count] = cases[i].headers[request.header_count];
        autofree char *challenge = cargo_request_challenge(&request);
        if (!text_is_same(challenge, cases[i].challenge))
            fail_msg("%zu: %s", i, challenge);
    }
}

static void the_answer_is_the_value_of_a_header_until_the_token_expires(void **state)
{
    (void)state;
    auto_token struct token token = { .access_token = secret_new("eyJ0.eyJh.c2ln", 14),
                                      .received_on = 1767366245,
                                      .expires_on = 1767369845 };
    auto_secret struct secret *answer = cargo_answer_token(&token);
    autofree char *expected =
        json_text("{'Ok':{'kind':'get','token':'Bearer eyJ0.eyJh.c2ln','cache':'expires',"
                  "'expiration':1767369845,'operation_independent':true}}\n");
    assert_string_equal(answer->bytes, expected);
}

static void each_end_has_its_answer(void **state)
{
    (void)state;
    struct error error = { 0 };
    error_set(&error, ERROR_REFUSED, "\"a\"\n\x1b[1m\xff");
    error_hint(&error, "Do \"this\".");
    static const struct {
        enum cargo_end end;
        enum cargo_kind kind;
        const char *answer;
    } cases[] = {
        { CARGO_URL_NOT_SUPPORTED, CARGO_GET, "{'Err':{'kind':'url-not-supported'}}\n" },
        { CARGO_NOT_FOUND, CARGO_LOGOUT, "{'Err':{'kind':'not-found'}}\n" },
        { CARGO_OPERATION_NOT_SUPPORTED, CARGO_UNKNOWN,
          "{'Err':{'kind':'operation-not-supported'}}\n" },
        { CARGO_DONE, CARGO_LOGIN, "{'Ok':{'kind':'login'}}\n" },
        { CARGO_DONE, CARGO_LOGOUT, "{'Ok':{'kind':'logout'}}\n" },
        { CARGO_FAILED, CARGO_GET,
          "{'Err':{'kind':'other','message':'\\'a\\'\?\?[1m?\\nDo "
          "\\'this\\'.','caused-by':[]}}\n" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_secret struct secret *answer = cargo_answer_end(cases[i].end, cases[i].kind, &error);
        autofree char *expected = json_text(cases[i].answer);
        assert_string_equal(answer->bytes, expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_members_of_a_request_are_read),
        cmocka_unit_test(the_kind_of_a_request_is_known_or_not),
        cmocka_unit_test(anything_else_is_no_request),
        cmocka_unit_test(there_are_as_many_arguments_as_the_limit),
        cmocka_unit_test(headers_past_the_limit_are_ignored),
        cmocka_unit_test(a_line_has_at_most_1_mib),
        cmocka_unit_test(only_a_sparse_index_has_a_url),
        cmocka_unit_test(challenges_are_joined),
        cmocka_unit_test(the_answer_is_the_value_of_a_header_until_the_token_expires),
        cmocka_unit_test(each_end_has_its_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
