/* SPDX-License-Identifier: MIT */
/* The claims parameter: a challenge and the client's capabilities, merged. */
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/entra/claims.h"

/* Merges the claims of a challenge with capabilities, both by json_text; "" if there are none. */
static char *merge(const char *challenge, const char *capabilities, struct error *error)
{
    autofree char *asked = challenge != NULL ? json_text(challenge) : NULL;
    autofree char *offered = json_text(capabilities != NULL ? capabilities : "[]");
    auto_json json_object *array = json_parse(offered, strlen(offered), error);
    char *claims = NULL;
    if (!claims_merge(asked, capabilities != NULL ? array : NULL, &claims, error))
        assert_null(claims);
    return claims != NULL ? claims : strdup("");
}

static void challenge_and_capabilities_are_merged(void **state)
{
    (void)state;
    static const struct {
        const char *challenge, *capabilities, *claims;
    } cases[] = {
        { NULL, NULL, "" },
        { "{}", NULL, "" },
        { "{'a':1}", NULL, "{'a':1}" },
        { NULL, "['cp1']", "{'access_token':{'xms_cc':{'values':['cp1']}}}" },
        { "{'access_token':{'nbf':{'essential':true,'value':'1'}}}", "['cp1']",
          "{'access_token':{'nbf':{'essential':true,'value':'1'},'xms_cc':{'values':['cp1']}}}" },
        { "{'access_token':{'xms_cc':{'values':['old'],'essential':true}}}", "['cp1','cp2']",
          "{'access_token':{'xms_cc':{'values':['cp1','cp2'],'essential':true}}}" },
        /* A member that is not an object is replaced. */
        { "{'access_token':7}", "['cp1']", "{'access_token':{'xms_cc':{'values':['cp1']}}}" },
        { "{'access_token':null}", "['cp1']", "{'access_token':{'xms_cc':{'values':['cp1']}}}" },
        { "{'u':'https://a/b'}", NULL, "{'u':'https://a/b'}" },
        { "{'\xc3\xa4':'\xf0\x9f\x94\x91','n':1e400}", "['cp1']",
          "{'\xc3\xa4':'\xf0\x9f\x94\x91','n':1e400,'access_token':{'xms_cc':{'values':['cp1']}}"
          "}" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { 0 };
        autofree char *claims = merge(cases[i].challenge, cases[i].capabilities, &error);
        autofree char *expected = json_text(cases[i].claims);
        assert_string_equal(error.message, "");
        assert_string_equal(claims, expected);
    }
}

static void demanded_claims_are_merged_into_the_others(void **state)
{
    (void)state;
    static const struct {
        const char *claims, *demand, *both;
    } cases[] = {
        { NULL, "{'a':1}", "{'a':1}" },
        { "{'a':1}", "{}", "{'a':1}" },
        { "{'a':1,'b':2}", "{'a':{'c':3}}", "{'a':{'c':3},'b':2}" },
        { "{'access_token':{'xms_cc':{'values':['cp1']}}}",
          "{'access_token':{'capolids':{'essential':true,'values':['c1']}}}",
          "{'access_token':{'xms_cc':{'values':['cp1']},"
          "'capolids':{'essential':true,'values':['c1']}}}" },
        { "{'a':{'b':1}}", "{'a':null}", "{'a':null}" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *claims = cases[i].claims != NULL ? json_text(cases[i].claims) : NULL;
        autofree char *demand = json_text(cases[i].demand);
        autofree char *expected = json_text(cases[i].both);
        autofree char *both = claims_add_demand(claims, demand);
        assert_non_null(both);
        assert_string_equal(both, expected);
    }
}

static void demanded_claims_must_be_an_object(void **state)
{
    (void)state;
    static const char *const cases[] = { "", "x", "[]", "null", "{", "{} x" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_null(claims_add_demand("{}", cases[i]));
}

static void a_challenge_that_is_not_an_object_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = { "",     "x", "[]",   "'a'",
                                         "null", "{", "{} x", "eyJhY2Nlc3NfdG9rZW4iOnt9fQ==" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { 0 };
        autofree char *claims = merge(cases[i], "['cp1']", &error);
        assert_error(&error, ERROR_USAGE, "the claims are not a JSON object");
        assert_has(error_advice(&error), "Base64");
        assert_string_equal(claims, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(challenge_and_capabilities_are_merged),
        cmocka_unit_test(a_challenge_that_is_not_an_object_is_refused),
        cmocka_unit_test(demanded_claims_are_merged_into_the_others),
        cmocka_unit_test(demanded_claims_must_be_an_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
