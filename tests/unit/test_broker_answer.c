/* SPDX-License-Identifier: MIT */
/* What brokers answer: Microsoft's Java and native ones, and Himmelblau's. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <string.h>

#include "common/acquire/broker/broker_answer.h"
#include "common/base/text.h"
#include "common/entra/known_apps.h"
#include "tests/unit/broker_case.h"

#define IN_AN_HOUR (BROKER_NOW + 3600LL)
#define AUDIENCE   "'aud':'" KNOWN_APP_AZURE_DEVOPS "'"
#define USER       "'tid':'" BROKER_TID "','oid':'" BROKER_OID "'"
#define WHOLE      AUDIENCE "," USER ",'appid':'" BROKER_CLIENT "'"
#define OTHER_OID  "3d8a0f1e-2c3b-4a5d-9e6f-7b8c9d0e1f2a"
#define OTHER_TID  "c2a41d0e-5b6a-4f7c-8d9e-0f1a2b3c4d5e"

struct reading {
    enum broker_end end;
    struct token token;
    struct account account;
    struct error error;
};

static void reading_clear(struct reading *reading)
{
    token_clear(&reading->token);
    account_clear(&reading->account);
}
#define auto_reading CLEANUP(reading_clear)

static struct reading read_text(const struct broker_job *job, const char *text)
{
    size_t length;
    struct reading reading = { 0 };
    autofree char *bytes = json_bytes(text, &length);
    reading.end = broker_answer_token(bytes, length, job, BROKER_NOW, &reading.token,
                                      &reading.account, &reading.error);
    return reading;
}

/* Reads an answer with this token and further members of brokerTokenResponse. */
static struct reading read_answer(const struct broker_job *job, const char *token, const char *more)
{
    autofree char *text = text_format("{'brokerTokenResponse':{'accessToken':'%s'%s%s},"
                                      "'telemetry':{'auth_flow':'PRT'}}",
                                      token, more[0] != '\0' ? "," : "", more);
    return read_text(job, text);
}

/* ---- tokens ---- */

static void microsofts_answer_is_read(void **state)
{
    (void)state;
    autofree char *token = broker_case_token("'idtyp':'user'");
    autofree char *text = text_format(
        "{'brokerTokenResponse':{'accessToken':'%s','accessTokenType':0,'account':" BROKER_ACCOUNT
        ",'clientInfo':'','expiresOn':%lld000,'extendedExpiresOn':%lld000,"
        "'grantedScopes':'email openid " BROKER_SCOPE "','idToken':'','refreshToken':''},"
        "'telemetry':{}}",
        token, IN_AN_HOUR, IN_AN_HOUR);
    auto_reading struct reading reading = read_text(broker_case(), text);
    assert_int_equal(reading.end, BROKER_DONE);
    assert_string_equal(reading.token.access_token->bytes, token);
    assert_int_equal(reading.token.received_on, BROKER_NOW);
    assert_int_equal(reading.token.expires_on, IN_AN_HOUR);
    assert_int_equal(reading.token.source, TOKEN_FROM_AUTHORITY);
    assert_string_equal(reading.account.home_account_id, BROKER_ADA);
    assert_string_equal(reading.account.username, "ada@contoso.com");
    assert_null(reading.account.refresh_token);
}

/* Since 3.0, there is no account and no refresh token. */
static void an_answer_without_an_account_is_of_the_one_that_was_asked_for(void **state)
{
    (void)state;
    autofree char *token = broker_case_token("");
    auto_reading struct reading reading = read_answer(broker_case(), token, "");
    assert_int_equal(reading.end, BROKER_DONE);
    assert_string_equal(reading.account.home_account_id, BROKER_ADA);
}

static void himmelblaus_answer_is_read(void **state)
{
    (void)state;
    autofree char *token = broker_case_token("");
    autofree char *info = broker_case_base64("{'uid':'" BROKER_OID "','utid':'" BROKER_TID "'}");
    autofree char *id =
        broker_case_base64("{'aud':'" BROKER_CLIENT "','preferred_username':'Ada@contoso.com'}");
    autofree char *more =
        text_format("'accessTokenType':0,'clientInfo':'%s','expiresOn':%lld000,"
                    "'extendedExpiresOn':%lld,'grantedScopes':['x','y'],'idToken':'e30.%s.c2ln'",
                    info, IN_AN_HOUR, IN_AN_HOUR, id);
    auto_reading struct reading reading = read_answer(broker_case(), token, more);
    assert_int_equal(reading.end, BROKER_DONE);
    assert_int_equal(reading.token.expires_on, IN_AN_HOUR);
}

static void whoever_the_user_chose_is_the_account(void **state)
{
    (void)state;
    struct broker_job *job = broker_case();
    job->account = NULL;
    autofree char *token = broker_case_token("");
    autofree char *info = broker_case_base64("{'uid':'" BROKER_OID "','utid':'" BROKER_TID "'}");
    autofree char *id =
        broker_case_base64("{'aud':'" BROKER_CLIENT "','oid':'" BROKER_OID "','tid':'" BROKER_TID
                           "','preferred_username':'Ada@contoso.com'}");
    autofree char *by_account = strdup("'account':" BROKER_ACCOUNT);
    autofree char *by_info = text_format("'clientInfo':'%s','idToken':'e30.%s.c2ln'", info, id);
    autofree char *by_id = text_format("'idToken':'e30.%s.c2ln'", id);
    const char *const answers[] = { by_account, by_info, by_id };
    for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
        auto_reading struct reading reading = read_answer(job, token, answers[i]);
        assert_int_equal(reading.end, BROKER_DONE);
        assert_string_equal(reading.account.home_account_id, BROKER_ADA);
        assert_string_equal(reading.account.username, "ada@contoso.com");
    }
    auto_reading struct reading nobody = read_answer(job, token, "");
    assert_int_equal(nobody.end, BROKER_UNUSABLE);
    assert_error(&nobody.error, ERROR_NETWORK, "does not say whose");
}

/* ---- until when ---- */

static void assert_end(const char *token, const char *expires_on, int64_t expected)
{
    autofree char *more = text_format("'expiresOn':%s", expires_on);
    auto_reading struct reading reading = read_answer(broker_case(), token, more);
    if (expected == 0) {
        assert_int_equal(reading.end, BROKER_UNUSABLE);
        assert_error(&reading.error, ERROR_NETWORK, "lifetime is not plausible");
        return;
    }
    assert_int_equal(reading.end, BROKER_DONE);
    assert_int_equal(reading.token.expires_on, expected);
}

static void the_end_of_an_opaque_token_is_in_either_unit(void **state)
{
    (void)state;
    assert_end("opaque", "1795003600000", IN_AN_HOUR);
    assert_end("opaque", "1795003600", IN_AN_HOUR);
    assert_end("opaque", "'1795003600000'", IN_AN_HOUR);
    assert_end("opaque", "1795108000000", BROKER_NOW + 30LL * 3600);
    assert_end("opaque", "1795108001000", 0); /* longer than any token lives */
    assert_end("opaque", "1795000000000", 0); /* over */
    assert_end("opaque", "0", 0);
    assert_end("opaque", "-1", 0);
    assert_end("opaque", "null", 0);
    assert_end("opaque", "9223372036854775807", 0);
}

static void the_token_itself_knows_best_when_it_ends(void **state)
{
    (void)state;
    autofree char *token = broker_case_token("");
    assert_end(token, "1795000003600", IN_AN_HOUR); /* Himmelblau's before May 2026 */
    assert_end(token, "0", IN_AN_HOUR);
    assert_end(token, "1795086400000", IN_AN_HOUR);
}

static void a_token_that_has_ended_is_refused(void **state)
{
    (void)state;
    autofree char *letters = broker_case_base64("{" WHOLE ",'exp':1795000000}");
    autofree char *token = text_format("e30.%s.c2ln", letters);
    assert_end(token, "1795003600000", 0);
}

/* ---- tokens that were not asked for ---- */

static void assert_refused(struct broker_job *job, const char *claims, const char *why)
{
    autofree char *letters = broker_case_base64(claims);
    autofree char *token = text_format("e30.%s.c2ln", letters);
    auto_reading struct reading reading = read_answer(job, token, "'expiresOn':1795003600000");
    assert_int_equal(reading.end, BROKER_UNUSABLE);
    assert_error(&reading.error, ERROR_REFUSED, why);
    assert_string_equal(reading.error.code, "broker_other_token");
    assert_null(reading.token.access_token);
    assert_null(reading.account.username);
}

static void a_token_of_anything_else_is_refused(void **state)
{
    (void)state;
    struct broker_job *job = broker_case();
    assert_refused(job,
                   "{" USER ",'appid':'" BROKER_CLIENT "','aud':'https://graph.microsoft.com'}",
                   "another API");
    assert_refused(job,
                   "{" AUDIENCE ",'appid':'" BROKER_CLIENT "','tid':'" OTHER_TID
                   "','oid':'" BROKER_OID "'}",
                   "another tenant");
    assert_refused(job,
                   "{" AUDIENCE ",'appid':'" BROKER_CLIENT "','tid':'" BROKER_TID
                   "','oid':'" OTHER_OID "'}",
                   "another user");
    assert_refused(job, "{" WHOLE ",'idtyp':'app'}", "an app's");
    assert_refused(job, "{" AUDIENCE "," USER ",'appid':'" OTHER_OID "'}", "another client");
    assert_refused(job, "{" AUDIENCE "," USER ",'azp':'" OTHER_OID "'}", "another client");
    assert_refused(job, "{" WHOLE ",'cnf':{'kid':'" BROKER_KEY "'}}", "bound to a key");
}

static void a_token_that_does_not_say_enough_is_refused(void **state)
{
    (void)state;
    struct broker_job *job = broker_case();
    assert_refused(job, "{'tid':'" BROKER_TID "'}", "for which API");
    assert_refused(job, "{" AUDIENCE ",'appid':'" BROKER_CLIENT "'}", "whose it is");
    assert_refused(job, "{" AUDIENCE ",'tid':'" BROKER_TID "'}", "whose it is");
    assert_refused(job, "{" AUDIENCE "," USER "}", "who asked for it");
}

static void a_claim_that_is_there_is_a_string(void **state)
{
    (void)state;
    struct broker_job *job = broker_case();
    static const char *const odd[] = { "'tid':1", "'oid':['x']", "'appid':{}", "'azp':null",
                                       "'idtyp':true" };
    assert_refused(job, "{'aud':['https://graph.microsoft.com']}", "not a string");
    for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
        autofree char *claims = text_format("{" AUDIENCE ",%s}", odd[i]);
        assert_refused(job, claims, "not a string");
    }
    assert_refused(job, "{" AUDIENCE ",'cnf':{'kid':1}}", "cannot be read");
    assert_refused(job, "{" AUDIENCE ",'cnf':'x'}", "cannot be read");
}

static void a_guest_is_another_object_in_the_tenant(void **state)
{
    (void)state;
    struct broker_job *job = broker_case();
    broker_case_request()->tenant = OTHER_TID;
    autofree char *letters =
        broker_case_base64("{" AUDIENCE ",'appid':'" BROKER_CLIENT "','tid':'" OTHER_TID
                           "','oid':'" OTHER_OID "','exp':1795003600}");
    autofree char *token = text_format("e30.%s.c2ln", letters);
    auto_reading struct reading reading = read_answer(job, token, "");
    assert_int_equal(reading.end, BROKER_DONE);
    assert_refused(job, "{" WHOLE "}", "another tenant");
}

static void an_answer_of_another_account_is_refused(void **state)
{
    (void)state;
    autofree char *token = broker_case_token("");
    autofree char *info = broker_case_base64("{'uid':'" OTHER_OID "','utid':'" OTHER_TID "'}");
    autofree char *by_info = text_format("'clientInfo':'%s'", info);
    autofree char *by_both = text_format("'account':" BROKER_ACCOUNT ",'clientInfo':'%s'", info);
    const char *const answers[] = { "'account':{'homeAccountId':'" OTHER_OID "." OTHER_TID
                                    "','username':'ada@contoso.com'}",
                                    by_info, by_both };
    for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
        auto_reading struct reading reading = read_answer(broker_case(), token, answers[i]);
        assert_int_equal(reading.end, BROKER_UNUSABLE);
        assert_error(&reading.error, ERROR_REFUSED, "another user's");
    }
}

/* The only word on it, where there is no account, no clientInfo and an opaque token. */
static void an_id_token_of_another_user_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *claims;
        enum broker_end end;
    } cases[] = {
        { "{'oid':'" OTHER_OID "','tid':'" BROKER_TID "'}", BROKER_UNUSABLE },
        { "{'oid':'" BROKER_OID "','tid':'" BROKER_TID "'}", BROKER_DONE },
        { "{'oid':'" OTHER_OID "','tid':'" OTHER_TID "'}", BROKER_DONE }, /* as a guest */
        { "{'tid':'" BROKER_TID "'}", BROKER_DONE },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *letters = broker_case_base64(cases[i].claims);
        autofree char *more =
            text_format("'expiresOn':1795003600000,'idToken':'e30.%s.c2ln'", letters);
        auto_reading struct reading reading = read_answer(broker_case(), "opaque", more);
        assert_int_equal(reading.end, cases[i].end);
        if (reading.end != BROKER_DONE)
            assert_error(&reading.error, ERROR_REFUSED, "another user's");
    }
}

static void the_account_that_is_remembered_must_be_it(void **state)
{
    (void)state;
    struct broker_job *job = broker_case();
    autofree char *token = broker_case_token("");
    job->account = NULL;
    broker_case_request()->home_account_id = OTHER_OID "." OTHER_TID;
    auto_reading struct reading reading = read_answer(job, token, "'account':" BROKER_ACCOUNT);
    assert_int_equal(reading.end, BROKER_UNUSABLE);
    assert_error(&reading.error, ERROR_REFUSED, "another user's");
}

/* ---- proofs of possession ---- */

static struct broker_job *bound_case(void)
{
    struct broker_job *job = broker_case();
    memcpy(broker_case_request()->pop_key.id, BROKER_KEY, sizeof BROKER_KEY);
    return job;
}

static void a_bound_token_names_the_key(void **state)
{
    (void)state;
    autofree char *token = broker_case_token("'cnf':{'kid':'" BROKER_KEY "'}");
    for (int type = 0; type <= 1; type++) { /* Himmelblau's says 0 */
        autofree char *more = text_format("'accessTokenType':%d", type);
        auto_reading struct reading reading = read_answer(bound_case(), token, more);
        assert_int_equal(reading.end, BROKER_DONE);
        assert_string_equal(reading.token.key_id, BROKER_KEY);
    }
}

static void a_token_that_is_not_bound_to_the_key_is_refused(void **state)
{
    (void)state;
    struct broker_job *job = bound_case();
    assert_refused(job, "{" WHOLE ",'exp':1795003600}", "not bound to the key");
    assert_refused(job, "{" WHOLE ",'cnf':{'kid':'x'}}", "not bound to the key");
    auto_reading struct reading reading = read_answer(job, "opaque", "'expiresOn':1795003600000");
    assert_error(&reading.error, ERROR_REFUSED, "cannot be read");
}

static void a_bearer_token_is_of_that_type(void **state)
{
    (void)state;
    autofree char *token = broker_case_token("");
    auto_reading struct reading reading = read_answer(broker_case(), token, "'accessTokenType':1");
    assert_int_equal(reading.end, BROKER_UNUSABLE);
    assert_error(&reading.error, ERROR_NETWORK, "accessTokenType");
}

/* ---- what is no token ---- */

static void what_cannot_be_a_token_is_refused(void **state)
{
    (void)state;
    static const char *const tokens[] = { "",          "a b",   "a\\r\\nHost: x",
                                          "a\\u0000b", "a\\nb", "\xc3\xa4" };
    for (size_t i = 0; i < ARRAY_SIZE(tokens); i++) {
        auto_reading struct reading reading =
            read_answer(broker_case(), tokens[i], "'expiresOn':1795003600000");
        assert_int_equal(reading.end, BROKER_UNUSABLE);
        assert_error(&reading.error, ERROR_NETWORK, "accessToken");
    }
}

static void what_is_no_answer_is_unusable(void **state)
{
    (void)state;
    static const char *const texts[] = { "",
                                         "garbage eyJhbGciOi",
                                         "[]",
                                         "{}",
                                         "{'brokerTokenResponse':1}",
                                         "{'brokerTokenResponse':{}}",
                                         "{'brokerTokenResponse':{'accessToken':1}}" };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        auto_reading struct reading reading = read_text(broker_case(), texts[i]);
        assert_int_equal(reading.end, BROKER_UNUSABLE);
        assert_error(&reading.error, ERROR_NETWORK, "identity broker is unusable");
        assert_lacks(reading.error.message, "eyJ");
    }
}

/* ---- errors ---- */

static const struct {
    const char *text;
    enum broker_end end;
    enum error_kind kind;
    const char *message, *code, *oauth_error, *suberror;
} failures[] = {
    /* Java: the authority's whole text (linux-entra-sso#114). */
    { "{'brokerTokenResponse':{'accessTokenType':0,'expiresOn':0,'error':{'context':'AADSTS50078: "
      "Presented multi-factor authentication has expired.\\r\\nTrace ID: 1','diagnostics':{"
      "'raw_error_code':'invalid_grant','oauth2_sub_error_code':'basic_action',"
      "'exception_type':'com.microsoft.identity.common.exception.UiRequiredException'},"
      "'errorCode':0,'status':2,'subStatus':0,'tag':1},'subError':''},'telemetry':{}}",
      BROKER_NEEDS_USER, ERROR_SIGN_IN, "authentication has expired. (invalid_grant)",
      "AADSTS50078", "invalid_grant", "basic_action" },
    /* Native: blanked (linux-entra-sso#129). */
    { "{'brokerTokenResponse':{'error':{'context':'Recieved an error from AAD. Code: "
      "\\u0027invalid_grant\\u0027 description: \\u0027(pii)\\u0027 correlation id: "
      "\\u00270d5c8c1e-0000-4d2a-9b64-1c0e5f7a8b9c\\u0027 suberror: \\u0027token_expired\\u0027',"
      "'diagnostics':null,'errorCode':0,'status':2,'subStatus':0,'tag':595719680}}}",
      BROKER_NEEDS_USER, ERROR_SIGN_IN,
      "the user must sign in to the device again (invalid_grant, correlation id "
      "0d5c8c1e-0000-4d2a-9b64-1c0e5f7a8b9c)",
      "broker_needs_user", "invalid_grant", "token_expired" },
    /* Himmelblau: one status for everything. */
    { "{'brokerTokenResponse':{'error':{'context':'Failed to authenticate user','status':0,"
      "'subStatus':0}}}",
      BROKER_NEEDS_USER, ERROR_SIGN_IN, "Failed to authenticate user", "broker_needs_user", "",
      "" },
    { "{'error':{'context':'Not implemented','status':0,'subStatus':0}}", BROKER_UNUSABLE,
      ERROR_REFUSED, "Not implemented", "broker_refused", "", "" },
    /* By the status. */
    { "{'error':{'status':3}}", BROKER_OFFLINE, ERROR_NETWORK, "no network", "broker_offline", "",
      "" },
    { "{'error':{'status':4}}", BROKER_OFFLINE, ERROR_NETWORK, "network", "broker_offline", "",
      "" },
    { "{'error':{'status':5}}", BROKER_OFFLINE, ERROR_NETWORK, "authority", "broker_offline", "",
      "" },
    { "{'error':{'status':6}}", BROKER_UNUSABLE, ERROR_REFUSED, "such a request", "broker_refused",
      "", "" },
    { "{'error':{'status':7}}", BROKER_CANCELLED, ERROR_SIGN_IN, "cancelled", "broker_cancelled",
      "", "" },
    { "{'error':{'status':8}}", BROKER_CANCELLED, ERROR_SIGN_IN, "cancelled", "broker_cancelled",
      "", "" },
    { "{'error':{'status':9}}", BROKER_REFUSES_CLIENT, ERROR_REFUSED, "redirect URI",
      "broker_refuses_client", "", "" },
    { "{'error':{'status':11}}", BROKER_UNUSABLE, ERROR_REFUSED, "trust the authority",
      "broker_refused", "", "" },
    { "{'error':{'status':13}}", BROKER_NEEDS_USER, ERROR_SIGN_IN, "cannot be used",
      "broker_needs_user", "", "" },
    { "{'error':{'status':14}}", BROKER_UNUSABLE, ERROR_REFUSED, "no reason given",
      "broker_refused", "", "" },
    { "{'error':{}}", BROKER_UNUSABLE, ERROR_REFUSED, "no reason given", "broker_refused", "", "" },
    { "{'error':'no'}", BROKER_UNUSABLE, ERROR_REFUSED, "no reason given", "broker_refused", "",
      "" },
    /* The client. */
    { "{'brokerTokenResponse':{'error':{'context':'x AADSTS50011: The redirect URI','status':0}}}",
      BROKER_REFUSES_CLIENT, ERROR_REFUSED, "AADSTS50011", "AADSTS50011", "", "" },
    { "{'error':{'context':'AADSTS7000218: x','status':2}}", BROKER_REFUSES_CLIENT, ERROR_REFUSED,
      "AADSTS7000218", "AADSTS7000218", "", "" },
    { "{'error':{'context':'AADSTS65002: x','status':2}}", BROKER_REFUSES_CLIENT, ERROR_REFUSED,
      "AADSTS65002", "AADSTS65002", "", "" },
    { "{'error':{'context':'AADSTS65001: x','status':2}}", BROKER_NEEDS_USER, ERROR_SIGN_IN,
      "AADSTS65001", "AADSTS65001", "", "" },
    /* In both places, and beside a token: an error is one. */
    { "{'error':{'status':3},'brokerTokenResponse':{'error':{'status':7}}}", BROKER_OFFLINE,
      ERROR_NETWORK, "no network", "broker_offline", "", "" },
    { "{'brokerTokenResponse':{'accessToken':'x','expiresOn':1795003600,'error':{'status':2},"
      "'subError':'basic_action'}}",
      BROKER_NEEDS_USER, ERROR_SIGN_IN, "sign in", "broker_needs_user", "", "basic_action" },
    /* Nothing that may be a token is shown. */
    { "{'error':{'context':'token eyJhbGciOiJub25lIn0.e30.x','status':2}}", BROKER_NEEDS_USER,
      ERROR_SIGN_IN, "the user must sign in to the device again", "broker_needs_user", "", "" },
    { "{'error':{'context':'Code: \\u0027a b\\u0027 AADSTS suberror: ','status':2}}",
      BROKER_NEEDS_USER, ERROR_SIGN_IN, "Code", "broker_needs_user", "a", "" },
};

static void an_error_is_read_by_its_status_and_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(failures); i++) {
        auto_reading struct reading reading = read_text(broker_case(), failures[i].text);
        if (reading.end != failures[i].end)
            fail_msg("case %zu ends as %d: %s", i, (int)reading.end, reading.error.message);
        assert_error(&reading.error, failures[i].kind, failures[i].message);
        assert_string_equal(reading.error.code, failures[i].code);
        assert_string_equal(reading.error.oauth_error, failures[i].oauth_error);
        assert_string_equal(reading.error.suberror, failures[i].suberror);
        assert_lacks(reading.error.message, "eyJ");
        assert_lacks(reading.error.message, "Trace ID");
        assert_null(reading.token.access_token);
    }
}

static void an_error_that_is_null_is_none(void **state)
{
    (void)state;
    autofree char *token = broker_case_token("");
    auto_reading struct reading reading = read_answer(broker_case(), token, "'error':null");
    assert_int_equal(reading.end, BROKER_DONE);
}

/* ---- versions ---- */

static void the_version_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *version;
        enum broker_end end;
    } cases[] = {
        { "{'linuxBrokerVersion':'2.0.1'}", "2.0.1", BROKER_DONE },
        { "{'linuxBrokerVersion':'\\u001b[2J'}", "", BROKER_DONE },
        { "{'linuxBrokerVersion':2}", "", BROKER_DONE },
        { "{}", "", BROKER_DONE },
        { "{'error':{'context':'Not implemented','status':0}}", "", BROKER_UNUSABLE },
        { "x", "", BROKER_UNUSABLE },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        size_t length;
        char version[BROKER_VERSION_MAX + 1];
        struct error error = { 0 };
        autofree char *bytes = json_bytes(cases[i].text, &length);
        assert_int_equal(broker_answer_version(bytes, length, &version, &error), cases[i].end);
        assert_string_equal(version, cases[i].version);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(microsofts_answer_is_read),
        cmocka_unit_test(an_answer_without_an_account_is_of_the_one_that_was_asked_for),
        cmocka_unit_test(himmelblaus_answer_is_read),
        cmocka_unit_test(whoever_the_user_chose_is_the_account),
        cmocka_unit_test(the_end_of_an_opaque_token_is_in_either_unit),
        cmocka_unit_test(the_token_itself_knows_best_when_it_ends),
        cmocka_unit_test(a_token_that_has_ended_is_refused),
        cmocka_unit_test(a_token_of_anything_else_is_refused),
        cmocka_unit_test(a_token_that_does_not_say_enough_is_refused),
        cmocka_unit_test(a_claim_that_is_there_is_a_string),
        cmocka_unit_test(a_guest_is_another_object_in_the_tenant),
        cmocka_unit_test(an_answer_of_another_account_is_refused),
        cmocka_unit_test(an_id_token_of_another_user_is_refused),
        cmocka_unit_test(the_account_that_is_remembered_must_be_it),
        cmocka_unit_test(a_bound_token_names_the_key),
        cmocka_unit_test(a_token_that_is_not_bound_to_the_key_is_refused),
        cmocka_unit_test(a_bearer_token_is_of_that_type),
        cmocka_unit_test(what_cannot_be_a_token_is_refused),
        cmocka_unit_test(what_is_no_answer_is_unusable),
        cmocka_unit_test(an_error_is_read_by_its_status_and_text),
        cmocka_unit_test(an_error_that_is_null_is_none),
        cmocka_unit_test(the_version_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
