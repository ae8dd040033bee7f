/* SPDX-License-Identifier: MIT */
/* NuGet's plugin protocol: reading messages and formatting ours. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <string.h>

#include "common/base/cleanup.h"
#include "common/base/text.h"
#include "helpers/nuget/nuget_message.h"

static bool parse(const char *text, struct nuget_message *message, struct error *error)
{
    size_t length;
    autofree char *json = json_bytes(text, &length);
    return nuget_message_parse(json, length, message, error);
}

static void the_members_of_a_message_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        enum nuget_type expected;
    } types[] = { { "Request", NUGET_REQUEST },
                  { "Response", NUGET_RESPONSE },
                  { "Fault", NUGET_FAULT },
                  { "Progress", NUGET_OTHER },
                  { "Cancel", NUGET_OTHER } };
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        auto_nuget_message struct nuget_message message = { 0 };
        struct error error = { 0 };
        autofree char *text =
            text_format("{'RequestId':'7','Type':'%s','Method':'Log','Payload':{'IsRetry':true,"
                        "'IsNonInteractive':false,'Uri':'x'," OTHER_MEMBERS "}," OTHER_MEMBERS "}",
                        types[i].type);
        assert_true(parse(text, &message, &error));
        assert_int_equal(message.type, types[i].expected);
        assert_string_equal(message.request_id, "7");
        assert_string_equal(message.method, "Log");
        assert_true(nuget_message_flag(&message, "IsRetry"));
        assert_false(nuget_message_flag(&message, "IsNonInteractive"));
        assert_false(nuget_message_flag(&message, "Uri"));
        assert_false(nuget_message_flag(&message, "CanShowDialog"));
    }
}

static void a_message_may_have_no_payload(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{'RequestId':'7','Type':'Request','Method':'Close'}",
        "{'RequestId':'7','Type':'Request','Method':'Close','Payload':null}\r",
    };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        auto_nuget_message struct nuget_message message = { 0 };
        struct error error = { 0 };
        assert_true(parse(texts[i], &message, &error));
        assert_null(message.payload);
        assert_false(nuget_message_flag(&message, "IsRetry"));
        assert_false(nuget_handshake_fits(&message));
    }
}

static void anything_else_is_no_message(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        { "", "is not valid JSON" },
        { "{'RequestId':'7','Type':'Request','Method':'Close'}{}", "is not valid JSON" },
        { "'Close'", "is not a JSON object" },
        { "{'Type':'Request','Method':'Close'}", "has no RequestId" },
        { "{'RequestId':7,'Type':'Request','Method':'Close'}", "has no RequestId" },
        { "{'RequestId':'','Type':'Request','Method':'Close'}", "has no RequestId" },
        { "{'RequestId':'a\\u0000','Type':'Request','Method':'Close'}", "has no RequestId" },
        { "{'RequestId':'7','Method':'Close'}", "has an unknown Type" },
        { "{'RequestId':'7','Type':'Question','Method':'Close'}", "has an unknown Type" },
        { "{'RequestId':'7','Type':'Request'}", "has no Method" },
        { "{'RequestId':'7','Type':'Request','Method':1}", "has no Method" },
        { "{'RequestId':'7','Type':'Request','Method':'x','Payload':'x'}",
          "has a Payload that is not an object" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_nuget_message struct nuget_message message = { 0 };
        struct error error = { 0 };
        if (parse(cases[i].text, &message, &error))
            fail_msg("%s was accepted", cases[i].text);
        assert_error(&error, ERROR_USAGE, cases[i].message);
    }
}

static void limits_are_what_they_are(void **state)
{
    (void)state;
    static const char head[] =
        "{\"RequestId\":\"7\",\"Type\":\"Request\",\"Method\":\"x\",\"x\":\"";
    autofree char *line = repeated('x', NUGET_LINE_MAX + 1);
    memcpy(line, head, strlen(head));
    for (size_t length = NUGET_LINE_MAX; length <= NUGET_LINE_MAX + 1; length++) {
        auto_nuget_message struct nuget_message message = { 0 };
        struct error error = { 0 };
        memcpy(line + length - 3, "x\"}", 3);
        assert_int_equal(nuget_message_parse(line, length, &message, &error),
                         length == NUGET_LINE_MAX);
    }
    for (size_t length = NUGET_REQUEST_ID_MAX; length <= NUGET_REQUEST_ID_MAX + 1; length++) {
        auto_nuget_message struct nuget_message message = { 0 };
        struct error error = { 0 };
        autofree char *id = repeated('i', length);
        autofree char *text = text_format("{'RequestId':'%s','Type':'Request','Method':'x'}", id);
        assert_int_equal(parse(text, &message, &error), length == NUGET_REQUEST_ID_MAX);
    }
}

static void the_highest_common_version_is_2(void **state)
{
    (void)state;
    static const struct {
        const char *highest, *least;
        bool fits;
    } cases[] = {
        { "2.0.0", "1.0.0", true },      { "2.0.0", "2.0.0", true },
        { "2.0.1", "2.0.0", true },      { "2.0.0+x", "1.9.9", true },
        { "9999.0.0", "0.0.0", true },   { "1.9999.0", "1.0.0", false },
        { "2.1.0", "2.0.1", false },     { "2.1.0", "2.1.0", false },
        { "2.0", "1.0.0", false },       { "2.0.0.0", "1.0.0", false },
        { "v2.0.0", "1.0.0", false },    { "-2.0.0", "1.0.0", false },
        { "10000.0.0", "1.0.0", false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_nuget_message struct nuget_message message = { 0 };
        struct error error = { 0 };
        autofree char *text =
            text_format("{'RequestId':'7','Type':'Request','Method':'Handshake','Payload':{"
                        "'ProtocolVersion':'%s','MinimumProtocolVersion':'%s'}}",
                        cases[i].highest, cases[i].least);
        assert_true(parse(text, &message, &error));
        if (nuget_handshake_fits(&message) != cases[i].fits)
            fail_msg("%s, %s", cases[i].highest, cases[i].least);
    }
}

static void an_answer_repeats_id_and_method(void **state)
{
    (void)state;
    const struct nuget_message request = { .request_id = "7\"\n", .method = "Lo\"g" };
    auto_secret struct secret *answer = nuget_reply(&request, "Progress", "{}");
    assert_string_equal(answer->bytes, "{\"RequestId\":\"7\\\"\\n\",\"Type\":\"Progress\","
                                       "\"Method\":\"Lo\\\"g\",\"Payload\":{}}\n");
}

static void a_token_is_the_password_of_basic_authentication(void **state)
{
    (void)state;
    const struct nuget_message request = { .request_id = "7", .method = "m" };
    auto_token struct token token = { .access_token = secret_new("eyJ0.eyJh.c2ln", 14) };
    auto_secret struct secret *answer = nuget_reply_token(&request, &token);
    autofree char *expected =
        json_text("{'RequestId':'7','Type':'Response','Method':'m','Payload':{'Username':"
                  "'VssSessionToken','Password':'eyJ0.eyJh.c2ln','AuthenticationTypes':['Basic'],"
                  "'ResponseCode':'Success'}}\n");
    assert_string_equal(answer->bytes, expected);
}

static void a_message_to_show_is_a_request(void **state)
{
    (void)state;
    auto_secret struct secret *line = nuget_log("Warning", "a \"b\"\n\xff");
    auto_nuget_message struct nuget_message message = { 0 };
    struct error error = { 0 };
    assert_true(nuget_message_parse(line->bytes, line->length, &message, &error));
    assert_int_equal(message.type, NUGET_REQUEST);
    assert_string_equal(message.method, "Log");
    assert_string_equal(json_string(message.payload, "LogLevel"), "Warning");
    assert_has(json_string(message.payload, "Message"), "a \"b\"\n");
    assert_int_equal(strlen(message.request_id), 36);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_members_of_a_message_are_read),
        cmocka_unit_test(a_message_may_have_no_payload),
        cmocka_unit_test(anything_else_is_no_message),
        cmocka_unit_test(limits_are_what_they_are),
        cmocka_unit_test(the_highest_common_version_is_2),
        cmocka_unit_test(an_answer_repeats_id_and_method),
        cmocka_unit_test(a_token_is_the_password_of_basic_authentication),
        cmocka_unit_test(a_message_to_show_is_a_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
