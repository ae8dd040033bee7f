/* SPDX-License-Identifier: MIT */
/* Answers of a token endpoint, in every form that Entra and proxies in front of it send. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/acquire/http/token_answer.h"
#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/text.h"
#include "common/entra/remedies.h"

#define NOW 1767366245

static bool parse(long status, const char *body, struct token *token, struct error *error)
{
    size_t length;
    autofree char *json = json_bytes(body, &length);
    return token_answer_parse(status, json, length, TOKEN_TYPE_BEARER, NOW, 0, token, error);
}

/* Parses an answer without a token and returns the error. */
static struct error refusal(long status, const char *body)
{
    struct token token = { 0 };
    struct error error = { 0 };
    if (parse(status, body, &token, &error))
        fail_msg("a token was made of HTTP %ld %s", status, body);
    assert_null(token.access_token);
    assert_int_not_equal(error.kind, ERROR_NONE);
    return error;
}

/* ---- tokens ---- */

static void an_answer_becomes_a_token(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    struct error error = { 0 };
    assert_true(parse(200,
                      "{'token_type':'Bearer','expires_in':3599,'ext_expires_in':3599,"
                      "'access_token':'eyJ0.eyJh.c2ln'}",
                      &token, &error));
    assert_string_equal(token.access_token->bytes, "eyJ0.eyJh.c2ln");
    assert_int_equal(token.source, TOKEN_FROM_AUTHORITY);
    assert_int_equal(token.received_on, NOW);
    assert_int_equal(token.expires_on, NOW + 3599);
    assert_int_equal(token.refresh_on, 0);
    assert_int_equal(error.kind, ERROR_NONE);
}

static void numbers_may_be_strings(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    struct error error = { 0 };
    assert_true(parse(200,
                      "{'token_type':'Bearer','expires_in':'86399','refresh_in':'43199',"
                      "'access_token':'a'}",
                      &token, &error));
    assert_int_equal(token.expires_on, NOW + 86399);
    assert_int_equal(token.refresh_on, NOW + 43199);
}

static void other_members_are_ignored(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    struct error error = { 0 };
    assert_true(parse(200,
                      "\r\n {'token_type':'bearer','scope':'openid','expires_in':1,"
                      "'refresh_token':'0.A','id_token':'e.y.J','client_info':'x','foci':'1',"
                      "'not_before':null,'access_token':'a','resource':[{}]," OTHER_MEMBERS
                      "} \r\n",
                      &token, &error));
    assert_string_equal(token.access_token->bytes, "a");
    assert_int_equal(token.expires_on, NOW + 1);
}

static void a_renewal_time_outside_the_lifetime_is_ignored(void **state)
{
    (void)state;
    static const char *const cases[] = { "0",      "-1",   "3600",   "999999999999", "'3600'",
                                         "'soon'", "null", "1800.5", "{}",           "true" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_token struct token token = { 0 };
        struct error error = { 0 };
        autofree char *body = NULL;
        if (asprintf(&body,
                     "{'token_type':'Bearer','access_token':'a','expires_in':3600,"
                     "'refresh_in':%s}",
                     cases[i]) < 0 ||
            !parse(200, body, &token, &error))
            fail_msg("%s: %s", body, error.message);
        assert_int_equal(token.refresh_on, 0);
    }
}

/* As App Service sends it, with a clock half an hour ahead of ours. */
static void an_expiry_is_judged_by_the_senders_clock(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    struct error error = { 0 };
    autofree char *text = NULL;
    if (asprintf(&text, "{'token_type':'Bearer','expires_on':'%d','access_token':'a'}",
                 NOW + 1800 + 3600) < 0)
        fail();
    autofree char *json = json_text(text);
    assert_true(token_answer_parse(200, json, strlen(json), TOKEN_TYPE_BEARER, NOW, NOW + 1800,
                                   &token, &error));
    assert_int_equal(token.received_on, NOW);
    assert_int_equal(token.expires_on, NOW + 3600);
}

static void a_lifetime_is_from_one_second_to_28_days(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    struct error error = { 0 };
    assert_true(parse(200, "{'token_type':'Bearer','access_token':'a','expires_in':2419200}",
                      &token, &error));
    assert_int_equal(token.expires_on, NOW + 2419200);

    static const char *const cases[] = {
        "0", "-1", "2419201", "9223372036854775807", "18446744073709551616", "'0'"
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *body = NULL;
        if (asprintf(&body, "{'token_type':'Bearer','access_token':'a','expires_in':%s}",
                     cases[i]) < 0)
            fail();
        struct error why = refusal(200, body);
        assert_error(&why, ERROR_NETWORK, "lifetime is not plausible");
    }
}

static void a_lifetime_is_a_number(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "-1.5",    "1e300", "''",     "'3599 '",      "' 3599'", "'+3599'",
        "'-3599'", "'1h'",  "'0x10'", "'36\\u00009'", "null",    "true",
        "[3599]",  "{}",    "'.5'",   "'1.5.'",       "'1.5h'",  "'99999999999999999999'"
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *body = NULL;
        if (asprintf(&body, "{'token_type':'Bearer','access_token':'a','expires_in':%s}",
                     cases[i]) < 0)
            fail();
        struct error error = refusal(200, body);
        assert_error(&error, ERROR_NETWORK, "expires_in is missing or not a number");
    }
    struct error error = refusal(200, "{'token_type':'Bearer','access_token':'a'}");
    assert_error(&error, ERROR_NETWORK, "expires_in");
}

/* As managed identities answer. */
static void an_expiry_counts_before_a_lifetime(void **state)
{
    (void)state;
    static const struct {
        const char *times;
        int64_t expires_on;
    } cases[] = {
        { "'expires_on':1767452644", 1767452644 },
        { "'expires_on':'1767452644'", 1767452644 },
        { "'expires_on':1767452644.5", 1767452644 },
        { "'expires_on':'1767452644.5'", 1767452644 },
        { "'expires_on':'2026-01-03T15:04:04+00:00'", 1767452644 },
        { "'expires_on':'2026-01-03T15:04:04.0000000+00:00'", 1767452644 },
        { "'expires_on':'2026-01-03T16:04:04.9999999+01:00'", 1767452644 },
        { "'expires_on':'1767452644','expires_in':null", 1767452644 },
        { "'expires_on':'1767452644','expires_in':'soon'", 1767452644 },
        { "'expires_on':'1767452644','expires_in':'100'", 1767452644 },
        { "'expires_on':'1767452644','expires_in':'0'", 1767452644 },
        { "'expires_on':'','expires_in':'100'", NOW + 100 },
        { "'expires_on':0,'expires_in':100", NOW + 100 },
        { "'expires_in':100.9", NOW + 100 },
        { "'expires_in':'100.9'", NOW + 100 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_token struct token token = { 0 };
        struct error error = { 0 };
        autofree char *body = NULL;
        if (asprintf(&body, "{'token_type':'Bearer','access_token':'a',%s}", cases[i].times) < 0 ||
            !parse(200, body, &token, &error))
            fail_msg("%s: %s", body, error.message);
        assert_int_equal(token.received_on, NOW);
        if (token.expires_on != cases[i].expires_on)
            fail_msg("%s: %lld", body, (long long)token.expires_on);
    }
}

/* {"alg":"none"}.{"exp":NOW+600}., and one whose exp is no number. */
static void a_token_lives_no_longer_than_it_says_itself(void **state)
{
    (void)state;
    static const struct {
        const char *claims, *times;
        int64_t life;
    } cases[] = {
        { "eyJleHAiOjE3NjczNjY4NDV9", "'expires_in':3600", 600 },
        { "eyJleHAiOjE3NjczNjY4NDV9", "'expires_on':1767452644", 600 },
        { "eyJleHAiOjE3NjczNjY4NDV9", "'expires_in':500", 500 },
        { "eyJleHAiOiJzb29uIn0", "'expires_in':3600", 3600 },
        { "e30", "'expires_in':3600", 3600 },
        { "x", "'expires_in':3600", 3600 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_token struct token token = { 0 };
        struct error error = { 0 };
        autofree char *body = NULL;
        if (asprintf(&body, "{'token_type':'Bearer','access_token':'eyJhbGciOiJub25lIn0.%s.c',%s}",
                     cases[i].claims, cases[i].times) < 0 ||
            !parse(200, body, &token, &error))
            fail_msg("%s: %s", body, error.message);
        assert_int_equal(token.expires_on, NOW + cases[i].life);
    }
}

static void an_expiry_that_is_past_or_too_far_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *member, *why;
    } cases[] = {
        { "'expires_on':0", "missing or not a number" },
        { "'expires_on':1767366245", "lifetime is not plausible" }, /* now */
        { "'expires_on':'1767366244'", "lifetime is not plausible" },
        { "'expires_on':'1767366244','expires_in':86400", "lifetime is not plausible" },
        { "'expires_on':-1", "missing or not a number" },
        { "'expires_on':-9223372036854775808", "missing or not a number" },
        { "'expires_on':9223372036854775807", "lifetime is not plausible" },
        { "'expires_on':1769785446", "lifetime is not plausible" }, /* 28 days and a second */
        { "'expires_on':'01/02/2026 15:04:05 +00:00'", "lifetime is not plausible" },
        { "'expires_on':'2026-01-03T15:04:04.0000000'", "missing or not a number" },
        { "'expires_on':null", "missing or not a number" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *body = NULL;
        if (asprintf(&body, "{'token_type':'Bearer','access_token':'a',%s}", cases[i].member) < 0)
            fail();
        struct error error = refusal(200, body);
        assert_error(&error, ERROR_NETWORK, cases[i].why);
    }
}

static void a_missing_token_type_is_bearer(void **state)
{
    (void)state;
    static const char *const cases[] = { "{'access_token':'a','expires_in':1}",
                                         "{'token_type':null,'access_token':'a','expires_in':1}" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_token struct token token = { 0 };
        struct error error = { 0 };
        assert_true(parse(200, cases[i], &token, &error));
    }
}

static void only_bearer_tokens_are_accepted(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{'token_type':'pop','access_token':'a','expires_in':1}",
        "{'token_type':'','access_token':'a','expires_in':1}",
        "{'token_type':['Bearer'],'access_token':'a','expires_in':1}",
        "{'token_type':'Bearer ','access_token':'a','expires_in':1}",
        "{'token_type':'Bearer\\u0000x','access_token':'a','expires_in':1}",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = refusal(200, cases[i]);
        assert_error(&error, ERROR_NETWORK, "its token_type is not Bearer");
    }
}

static void a_bound_token_is_accepted_only_if_it_was_asked_for(void **state)
{
    (void)state;
    static const struct {
        const char *type, *asked;
        bool accepted;
    } cases[] = {
        { "pop", TOKEN_TYPE_POP, true },     { "PoP", TOKEN_TYPE_POP, true },
        { "Bearer", TOKEN_TYPE_POP, false }, { "DPoP", TOKEN_TYPE_POP, false },
        { "pop", TOKEN_TYPE_BEARER, false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_token struct token token = { 0 };
        struct error error = { 0 };
        autofree char *json = text_format(
            "{\"token_type\":\"%s\",\"access_token\":\"a\",\"expires_in\":1}", cases[i].type);
        assert_int_equal(
            token_answer_parse(200, json, strlen(json), cases[i].asked, NOW, 0, &token, &error),
            cases[i].accepted);
        if (!cases[i].accepted)
            assert_error(&error, ERROR_NETWORK, "its token_type is not");
    }
}

static void text_that_cannot_be_a_token_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        { "null", "no access_token" },
        { "1", "no access_token" },
        { "['a']", "no access_token" },
        { "'a\\u0000b'", "no access_token" },
        { "''", "contains invalid characters" },
        { "'a b'", "contains invalid characters" },
        { "'a\\nhost=evil.example'", "contains invalid characters" },
        { "'a\\r'", "contains invalid characters" },
        { "'a\\u0022'", "contains invalid characters" },
        { "'a\\\\'", "contains invalid characters" },
        { "'\\u00e4'", "contains invalid characters" },
        { "'a=b'", "contains invalid characters" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *body = NULL;
        if (asprintf(&body, "{'token_type':'Bearer','expires_in':1,'access_token':%s}",
                     cases[i].text) < 0)
            fail();
        struct error error = refusal(200, body);
        assert_error(&error, ERROR_NETWORK, cases[i].message);
    }
    struct error error = refusal(200, "{'token_type':'Bearer','expires_in':1}");
    assert_error(&error, ERROR_NETWORK, "no access_token");
}

static void the_length_of_a_token_is_limited(void **state)
{
    (void)state;
    autofree char *text = repeated('a', TOKEN_LENGTH_MAX + 1);
    for (size_t length = TOKEN_LENGTH_MAX; length <= TOKEN_LENGTH_MAX + 1; length++) {
        auto_token struct token token = { 0 };
        struct error error = { 0 };
        autofree char *body = NULL;
        if (asprintf(&body, "{'token_type':'Bearer','expires_in':1,'access_token':'%.*s'}",
                     (int)length, text) < 0)
            fail();
        assert_int_equal(parse(200, body, &token, &error), length == TOKEN_LENGTH_MAX);
        if (length > TOKEN_LENGTH_MAX)
            assert_error(&error, ERROR_NETWORK, "too long");
    }
}

/* ---- refusals ---- */

#define INVALID_CLIENT                                                                             \
    "{'error':'invalid_client','error_description':'AADSTS7000215: Invalid client secret "         \
    "provided. Trace ID: 5e4a0d41-7c6c-4b3e-9f6e-1c6f0c7f5f00 Correlation ID: "                    \
    "2c4d5a1e-2d0b-4b43-bb60-9f8f4d6d7e0a Timestamp: 2026-01-02 15:04:05Z','error_codes':"         \
    "[7000215],'timestamp':'2026-01-02 15:04:05Z','trace_id':"                                     \
    "'5e4a0d41-7c6c-4b3e-9f6e-1c6f0c7f5f00','correlation_id':"                                     \
    "'2c4d5a1e-2d0b-4b43-bb60-9f8f4d6d7e0a','error_uri':"                                          \
    "'https://login.microsoftonline.com/error?code=7000215'}"

static void a_refusal_keeps_the_authoritys_text_and_ids(void **state)
{
    (void)state;
    struct error error = refusal(401, INVALID_CLIENT);
    assert_int_equal(error.kind, ERROR_REFUSED);
    assert_string_equal(error.message,
                        "the authority refused: AADSTS7000215: Invalid client secret provided. "
                        "(invalid_client, correlation id 2c4d5a1e-2d0b-4b43-bb60-9f8f4d6d7e0a, "
                        "2026-01-02 15:04:05Z)");
}

static void a_refusal_says_what_to_do(void **state)
{
    (void)state;
    static const struct {
        const char *body, *hint;
    } cases[] = {
        { INVALID_CLIENT, "that the secret is one of this app's" },
        /* Without error_codes, the code is in the description. */
        { "{'error':'x','error_description':'AADSTS700016: Application not found.'}", "ClientId" },
        { "{'error':'x','error_description':'AADSTS700016: x','error_codes':[]}", "ClientId" },
        { "{'error':'x','error_description':'AADSTS700016: x','error_codes':700016}", "ClientId" },
        { "{'error':'x','error_description':'AADSTS700016: x','error_codes':[null]}", "ClientId" },
        { "{'error':'x','error_description':'AADSTS1: x','error_codes':['700016']}", "ClientId" },
        { "{'error':'x','error_codes':[700016]}", "ClientId" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = refusal(400, cases[i].body);
        assert_has(error_advice(&error), cases[i].hint);
    }
}

static void a_refusal_keeps_the_fields_that_programs_read(void **state)
{
    (void)state;
    struct error error = refusal(401, INVALID_CLIENT);
    assert_string_equal(error.code, "AADSTS7000215");
    assert_string_equal(error.oauth_error, "invalid_client");
    assert_string_equal(error.correlation_id, "2c4d5a1e-2d0b-4b43-bb60-9f8f4d6d7e0a");
    assert_string_equal(error.timestamp, "2026-01-02 15:04:05Z");
    error = refusal(400, "{'error':'interaction_required','claims':'{}'}");
    assert_string_equal(error.claims, "{}");
    error = refusal(400, "{'error':'invalid_grant','suberror':'bad_token'}");
    assert_string_equal(error.code, "invalid_grant");
    assert_string_equal(error.suberror, "bad_token");
}

/* An unknown code may come with a known OAuth error. */
static void without_a_known_code_the_oauth_error_gives_the_remedy(void **state)
{
    (void)state;
    static const struct {
        const char *body, *code, *known;
    } cases[] = {
        { "{'error':'invalid_scope'}", "invalid_scope", "invalid_scope" },
        { "{'error':'invalid_scope','error_codes':[1]}", "AADSTS1", "invalid_scope" },
        { "{'error':'invalid_grant','suberror':'consent_required'}", "invalid_grant",
          "consent_required" },
        { "{'error':'invalid_grant','suberror':'new_word'}", "invalid_grant", "invalid_grant" },
        { "{'error':'invalid_grant','suberror':'bad_token','error_codes':[65001]}", "AADSTS65001",
          "AADSTS65001" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = refusal(400, cases[i].body);
        assert_string_equal(error.code, cases[i].code);
        assert_string_equal(error_advice(&error), remedies_text(cases[i].known));
    }
}

static void fields_that_are_too_long_are_left_out(void **state)
{
    (void)state;
    autofree char *text = repeated('y', 64);
    autofree char *body = NULL;
    if (asprintf(&body, "{'error':'%s','suberror':'%s','correlation_id':'%s','timestamp':'%s'}",
                 text, text, text, text) < 0)
        fail();
    struct error error = refusal(400, body);
    assert_string_equal(error.code, "");
    assert_string_equal(error.oauth_error, "");
    assert_string_equal(error.suberror, "");
    assert_string_equal(error.correlation_id, "");
    assert_string_equal(error.timestamp, "");
}

/* Entra writes to users in their language. */
static void a_refusal_is_shown_in_any_language(void **state)
{
    (void)state;
    struct error error = refusal(
        400, "{'error':'invalid_grant','error_description':'AADSTS50126: Ung\xc3\xbcltiger "
             "Benutzername \xe3\x81\xbe\xe3\x81\x9f\xe3\x81\xaf Kennwort.\\r\\nTrace ID: 1',"
             "'error_codes':[50126]," OTHER_MEMBERS "}");
    assert_error(&error, ERROR_REFUSED,
                 "AADSTS50126: Ung\xc3\xbcltiger Benutzername \xe3\x81\xbe\xe3\x81\x9f\xe3\x81\xaf "
                 "Kennwort. (invalid_grant)");
    assert_string_equal(error.code, "AADSTS50126");
}

/* What is no such code is not made one. */
static void the_code_is_that_of_the_description_if_the_number_is_none(void **state)
{
    (void)state;
    static const char *const numbers[] = { "99999999999999999999", "-1", "0",   "1e400", "'x'",
                                           "1000000000",           "{}", "null" };
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        autofree char *body =
            text_format("{'error':'invalid_grant','error_description':'AADSTS50126: "
                        "wrong','error_codes':[%s]}",
                        numbers[i]);
        struct error error = refusal(400, body);
        assert_string_equal(error.code, "AADSTS50126");
    }
}

static void an_unknown_code_has_no_hint(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{'error':'x','error_description':'AADSTS1: no such code'}",
        "{'error':'x','error_description':'AADSTS: no number'}",
        "{'error':'x','error_description':'AADSTS700016999999999999999999: far too large'}",
        "{'error':'x','error_description':'AADSTS-700016: negative'}",
        "{'error':'x','error_codes':[1e300]}",
        "{'error':'x','error_codes':[{}]}",
        "{'error':'x','error_description':'it was AADSTS700016'}",
        "{'error':'x'}",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = refusal(400, cases[i]);
        assert_int_equal(error.kind, ERROR_REFUSED);
        assert_string_equal(error_advice(&error), "");
    }
}

static void the_first_line_of_a_description_is_kept_without_the_ids(void **state)
{
    (void)state;
    static const struct {
        const char *description, *message;
    } cases[] = {
        { "one\\r\\nTrace ID: 2", "the authority refused: one (x)" },
        { "one\\nTrace ID: 2", "the authority refused: one (x)" },
        { "one. Trace ID: 2\\r\\n3", "the authority refused: one. (x)" },
        { "one", "the authority refused: one (x)" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *body = NULL;
        if (asprintf(&body, "{'error':'x','error_description':'%s'}", cases[i].description) < 0)
            fail();
        struct error error = refusal(400, body);
        assert_string_equal(error.message, cases[i].message);
    }
}

static void a_refusal_without_a_reason_is_still_a_refusal(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{'error':'x'}",
        "{'error':'x','error_description':null}",
        "{'error':'x','error_description':7}",
        "{'error':'x','error_description':'a\\u0000b'}",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = refusal(400, cases[i]);
        assert_error(&error, ERROR_REFUSED, "the authority refused: no reason given (x)");
    }
}

static void a_very_long_refusal_is_truncated(void **state)
{
    (void)state;
    autofree char *text = repeated('y', 100000);
    autofree char *body = NULL;
    if (asprintf(&body,
                 "{'error':'%s','error_description':'%s','correlation_id':'%s','timestamp':'%s'}",
                 text, text, text, text) < 0)
        fail();
    struct error error = refusal(400, body);
    assert_int_equal(error.kind, ERROR_REFUSED);
    assert_true(strlen(error.message) < 1300);
    assert_has(error.message, "yy (yy"); /* the code is kept */
    assert_has(error.message, "correlation id y");
}

static void a_refusal_may_have_status_200(void **state)
{
    (void)state;
    struct error error = refusal(200, "{'error':'authorization_pending','token_type':'Bearer',"
                                      "'access_token':'a','expires_in':3599}");
    assert_error(&error, ERROR_REFUSED, "authorization_pending");
}

static void a_server_error_is_a_network_error(void **state)
{
    (void)state;
    struct error error =
        refusal(503, "{'error':'temporarily_unavailable','error_description':'AADSTS90033: A "
                     "transient error has occurred.'}");
    assert_error(&error, ERROR_NETWORK, "AADSTS90033");
    assert_has(error_advice(&error), "try again");
}

/* ---- other answers ---- */

static void throttling_may_be_plain_text(void **state)
{
    (void)state;
    struct error error = refusal(429, "Too Many Requests");
    assert_error(&error, ERROR_REFUSED, "throttling");
    assert_has(error.message, "429");
}

static void any_other_server_is_reported_by_its_status(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "<!DOCTYPE html><title>Sign in to the Wi-Fi</title>",
        "",
        " ",
        "[]",
        "'text'",
        "null",
        "7",
        "{",
        "{'access_token':'a'",
        "{'token_type':'Bearer'} {}",
        "{'a':}",
    };
    static const struct {
        long status;
        const char *message, *hint;
    } cases[] = {
        { 200, "not a token endpoint (HTTP 200)", "captive portal" },
        { 301, "answered with a redirect (HTTP 301)", "Instance" },
        { 302, "answered with a redirect (HTTP 302)", "Instance" },
        { 400, "not a token endpoint (HTTP 400)", "captive portal" },
        { 404, "not a token endpoint (HTTP 404)", "captive portal" },
        { 407, "not a token endpoint (HTTP 407)", "proxy" },
        { 500, "reported a server error (HTTP 500)", "" },
        { 502, "reported a server error (HTTP 502)", "" },
        { 503, "reported a server error (HTTP 503)", "" },
        { 0, "not a token endpoint (HTTP 0)", "captive portal" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        for (size_t b = 0; b < ARRAY_SIZE(bodies); b++) {
            struct error error = refusal(cases[i].status, bodies[b]);
            assert_error(&error, ERROR_NETWORK, cases[i].message);
            assert_has(error_advice(&error), cases[i].hint);
        }
    }
}

static void a_token_is_only_accepted_with_status_200(void **state)
{
    (void)state;
    static const long cases[] = { 100, 201, 204, 206, 302, 400, 401, 500 };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error =
            refusal(cases[i], "{'token_type':'Bearer','access_token':'a','expires_in':3599}");
        assert_int_equal(error.kind, ERROR_NETWORK);
    }
}

static void an_error_that_is_not_a_string_is_not_an_oauth_answer(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{'error':{'code':'Authorization_RequestDenied','message':'m'}}",
        "{'error':404}",
        "{'error':null}",
        "{'error':['x']}",
        "{'error':'a\\u0000b'}",
        "{'Message':'An error has occurred.'}",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = refusal(400, cases[i]);
        assert_error(&error, ERROR_NETWORK, "not a token endpoint");
    }
}

static void text_from_any_other_server_is_not_quoted(void **state)
{
    (void)state;
    static const long statuses[] = { 200, 302, 403, 429, 502 };
    static const char *const bodies[] = { "<p>s3cret</p>", "{'echo':'s3cret'}", "s3cret",
                                          "{'access_token':'s3cret'" };
    for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
        for (size_t b = 0; b < ARRAY_SIZE(bodies); b++) {
            struct error error = refusal(statuses[i], bodies[b]);
            assert_lacks(error.message, "s3cret");
            assert_lacks(error_advice(&error), "s3cret");
        }
    }
}

static void an_unusable_answer_is_not_quoted(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{'token_type':'Bearer','access_token':'s3cret'}",
        "{'token_type':'Bearer','access_token':'s3cret ','expires_in':1}",
        "{'token_type':'s3cret','access_token':'s3cret','expires_in':1}",
        "{'token_type':'Bearer','access_token':'s3cret','expires_in':'s3cret'}",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = refusal(200, cases[i]);
        assert_lacks(error.message, "s3cret");
        assert_lacks(error_advice(&error), "s3cret");
    }
}

static void an_answer_with_a_nul_byte_is_refused(void **state)
{
    (void)state;
    struct token token = { 0 };
    struct error error = { 0 };
    autofree char *json = json_text("{'token_type':'Bearer','access_token':'a','expires_in':1}");
    assert_false(
        token_answer_parse(200, json, strlen(json) + 1, TOKEN_TYPE_BEARER, NOW, 0, &token, &error));
    assert_error(&error, ERROR_NETWORK, "not a token endpoint");
}

static void an_answer_nested_too_deeply_is_refused(void **state)
{
    (void)state;
    autofree char *deep = repeated('[', 100000);
    struct error error = refusal(200, deep);
    assert_error(&error, ERROR_NETWORK, "not a token endpoint");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_becomes_a_token),
        cmocka_unit_test(numbers_may_be_strings),
        cmocka_unit_test(other_members_are_ignored),
        cmocka_unit_test(a_renewal_time_outside_the_lifetime_is_ignored),
        cmocka_unit_test(an_expiry_is_judged_by_the_senders_clock),
        cmocka_unit_test(a_lifetime_is_from_one_second_to_28_days),
        cmocka_unit_test(a_lifetime_is_a_number),
        cmocka_unit_test(an_expiry_counts_before_a_lifetime),
        cmocka_unit_test(a_token_lives_no_longer_than_it_says_itself),
        cmocka_unit_test(an_expiry_that_is_past_or_too_far_is_refused),
        cmocka_unit_test(a_missing_token_type_is_bearer),
        cmocka_unit_test(only_bearer_tokens_are_accepted),
        cmocka_unit_test(a_bound_token_is_accepted_only_if_it_was_asked_for),
        cmocka_unit_test(text_that_cannot_be_a_token_is_refused),
        cmocka_unit_test(the_length_of_a_token_is_limited),
        cmocka_unit_test(a_refusal_keeps_the_authoritys_text_and_ids),
        cmocka_unit_test(a_refusal_says_what_to_do),
        cmocka_unit_test(a_refusal_keeps_the_fields_that_programs_read),
        cmocka_unit_test(without_a_known_code_the_oauth_error_gives_the_remedy),
        cmocka_unit_test(fields_that_are_too_long_are_left_out),
        cmocka_unit_test(an_unknown_code_has_no_hint),
        cmocka_unit_test(the_code_is_that_of_the_description_if_the_number_is_none),
        cmocka_unit_test(a_refusal_is_shown_in_any_language),
        cmocka_unit_test(the_first_line_of_a_description_is_kept_without_the_ids),
        cmocka_unit_test(a_refusal_without_a_reason_is_still_a_refusal),
        cmocka_unit_test(a_very_long_refusal_is_truncated),
        cmocka_unit_test(a_refusal_may_have_status_200),
        cmocka_unit_test(a_server_error_is_a_network_error),
        cmocka_unit_test(throttling_may_be_plain_text),
        cmocka_unit_test(any_other_server_is_reported_by_its_status),
        cmocka_unit_test(a_token_is_only_accepted_with_status_200),
        cmocka_unit_test(an_error_that_is_not_a_string_is_not_an_oauth_answer),
        cmocka_unit_test(text_from_any_other_server_is_not_quoted),
        cmocka_unit_test(an_unusable_answer_is_not_quoted),
        cmocka_unit_test(an_answer_with_a_nul_byte_is_refused),
        cmocka_unit_test(an_answer_nested_too_deeply_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
