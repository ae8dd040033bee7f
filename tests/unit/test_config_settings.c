/* SPDX-License-Identifier: MIT */
/* Settings: wrong types are errors, unknown keys are warnings. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"

#define NONE ((struct options){ 0 })
#define API  "'Api':{'Scopes':['api://a/.default']}"

static void the_error_for_a_wrong_type_has_the_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        { "{'AzureAd':{\n'TenantId':7}}", ":2: TenantId must be a string" },
        { "{'AzureAd':{'TenantId':'t',\n'ClientSecret':['a']}}", ":2: ClientSecret must be a str" },
        { "{'AzureAd':{'TenantId':'t',\n'instance':true}}", ":2: Instance must be a string" },
        { "{'AzureAd':{'TenantId':'t',\n\n'SendX5C':'true'}}",
          ":3: SendX5C must be true or false" },
        { "{'AzureAd':{'TenantId':'t',\n'ClientCredentials':{}}}",
          ":2: ClientCredentials must be an array of objects" },
        { "{'AzureAd':{'TenantId':'t',\n'ClientCredentials':[{},'x']}}",
          ":2: ClientCredentials must be an array of objects" },
        { "{'AzureAd':{'TenantId':'t','ClientCredentials':[{},\n{'SourceType':\n7}]}}",
          ":3: SourceType must be a string" },
        { "{'AzureAd':{'TenantId':'t',\n'ExtraQueryParameters':[]}}",
          ":2: ExtraQueryParameters must be an object" },
        { "{'Api':{\n'Scopes':7}}", ":2: Scopes must be an array of strings" },
        { "{'Api':{\n'Scopes':['a',7]}}", ":2: Scopes must be an array of strings" },
        { "{'Api':{\n'Scopes':['a',null]}}", ":2: Scopes must be an array of strings" },
        { "{'Api':{'Scopes':'a',\n'RequestAppToken':1}}", ":2: RequestAppToken must be true or" },
        { "{'Api':{'Scopes':'a',\n'BaseUrl':['x']}}", ":2: BaseUrl must be a string" },
        { "{'Api':{'Scopes':'a',\n'AcquireTokenOptions':'x'}}",
          ":2: AcquireTokenOptions must be an object" },
        { "{'Api':{'Scopes':'a','AcquireTokenOptions':{\n'ForceRefresh':'yes'}}}",
          ":2: ForceRefresh must be true or false" },
        { "{'Api':{'Scopes':'a','AcquireTokenOptions':{\n'Claims':{}}}}",
          ":2: Claims must be a string" },
        { "{'Api':{'Scopes':'a','AcquireTokenOptions':{'ManagedIdentity':{\n"
          "'UserAssignedClientId':7}}}}",
          ":2: UserAssignedClientId must be a string" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask(cases[i].text, NONE);
        assert_error(&asked.error, ERROR_USAGE, cases[i].message);
    }
}

static void a_string_with_a_nul_byte_is_not_a_string(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{'AzureAd':{'TenantId':'t\\u0000x'}," API "}",
        "{'AzureAd':{'TenantId':'t','ClientSecret':'\\u0000'}," API "}",
        "{'Api':{'Scopes':'a/.default\\u0000x'}}",
        "{'Api':{'Scopes':['a/.default'],'BaseUrl':'https://a\\u0000.evil.example'}}",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask(cases[i], NONE);
        assert_error(&asked.error, ERROR_USAGE, " must be a");
    }
}

static void a_string_with_a_nul_byte_in_an_array_is_not_a_string(void **state)
{
    (void)state;
    auto_asked struct asked asked = ask("{'Api':{'Scopes':['a/.default\\u0000x']}}", NONE);
    assert_error(&asked.error, ERROR_USAGE, "Scopes must be an array of strings");
}

static void the_error_does_not_quote_the_value(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask("{'AzureAd':{'TenantId':'t','ClientSecret':['s3cret']}}", NONE);
    assert_lacks(asked.error.message, "s3cret");
    assert_lacks(asked.said, "s3cret");
}

static void an_unknown_key_causes_a_warning_with_the_nearest_name(void **state)
{
    (void)state;
    static const struct {
        const char *text, *warning;
    } cases[] = {
        { "{'AzureAd':{'TenantId':'t',\n'ClientSecert':'x'}," API "}",
          ":2: unknown key 'ClientSecert', did you mean 'ClientSecret'?" },
        { "{'AzureAd':{'TenantId':'t',\n'clientid_':'x'}," API "}",
          ":2: unknown key 'clientid_', did you mean 'ClientId'?" },
        { "{'AzureAd':{'ClientId':'c',\n'Tenant':'x'}," API "}",
          ":2: unknown key 'Tenant', did you mean 'TenantId'?" },
        { "{'Api':{'Scopes':['a/.default'],\n'BaseUri':'x'}}",
          ":2: unknown key 'BaseUri', did you mean 'BaseUrl'?" },
        { "{'Api':{'Scopes':['a/.default'],'AcquireTokenOptions':{\n'Tenent':'x'}}}",
          ":2: unknown key 'Tenent', did you mean 'Tenant'?" },
        { "{'AzureAd':{'TenantId':'t','ClientCredentials':[{'SourceType':'ClientSecret',\n"
          "'ClientSecrets':'x'}]}," API "}",
          ":2: unknown key 'ClientSecrets', did you mean 'ClientSecret'?" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask(cases[i].text, NONE);
        assert_has(asked.said, cases[i].warning);
    }
}

static void an_unknown_key_unlike_any_other_gets_no_suggestion(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask("{'AzureAd':{'TenantId':'t','Zzzzzzzz':'x'}," API "}", NONE);
    assert_has(asked.said, ":1: unknown key 'Zzzzzzzz'\n");
}

static void a_very_long_key_is_unknown_too(void **state)
{
    (void)state;
    auto_asked struct asked asked = ask(
        "{'AzureAd':{'TenantId':'t','ClientSecretClientSecretClientSecretClientSecret':'x'}," API
        "}",
        NONE);
    assert_has(asked.said, "unknown key 'ClientSecretClientSecretClientSecretClientSecret'\n");
}

static void an_unknown_key_does_not_prevent_the_request(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask("{'AzureAd':{'TenantId':'t','ClientId':'c','ClientSecret':'s','X':1}," API "}", NONE);
    assert_true(asked.ok);
}

static void keys_ignore_case(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask("{'azuread':{'TENANTID':'t','clientid':'c','clientSecret':'s'},"
            "'API':{'scopes':['api://a/.default'],'requestapptoken':true}}",
            NONE);
    assert_string_equal(asked.error.message, "");
    assert_string_equal(asked.said, "");
    assert_string_equal(asked.request.tenant, "t");
    assert_string_equal(asked.request.client_id, "c");
    assert_string_equal(asked.request.scope, "api://a/.default");
}

static void null_is_the_same_as_not_set(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask("{'AzureAd':{'Instance':null,'TenantId':'t','ClientId':'c','ClientSecret':'s',"
            "'ClientCredentials':null,'SendX5C':null},"
            "'Api':{'Scopes':['api://a/.default'],'BaseUrl':null,'RequestAppToken':null,"
            "'AcquireTokenOptions':{'Claims':null,'ForceRefresh':null,'Tenant':null}}}",
            NONE);
    assert_string_equal(asked.error.message, "");
    assert_string_equal(asked.said, "");
    assert_string_equal(asked.request.instance, "https://login.microsoftonline.com");
    assert_null(asked.request.claims);
}

static void keys_that_only_dotnet_uses_are_known(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask("{'AzureAd':{'TenantId':'t','ClientId':'c','ClientSecret':'s','Domain':'d',"
            "'CallbackPath':'/signin-oidc','ClientCapabilities':['cp1'],'SendX5C':true,"
            "'EnablePiiLogging':false,'ExtraQueryParameters':{'dc':'ESTS'},'Audience':'a'},"
            "'Api':{'Scopes':['api://a/.default'],'HttpMethod':'GET','RelativePath':'x',"
            "'ExtraHeaderParameters':{'x':'y'},'AcceptHeader':'application/json',"
            "'AcquireTokenOptions':{'CorrelationId':'x','ExtraQueryParameters':{}}}}",
            NONE);
    assert_true(asked.ok);
    assert_string_equal(asked.said, "");
}

static void other_sections_are_not_checked(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask("{'Logging':{'LogLevel':{'Default':7}},'Kestrel':{'Endpoints':[{'Url':true}]},"
            "'ConnectionStrings':'x','Instance':7,"
            "'AzureAd':{'TenantId':'t','ClientId':'c','ClientSecret':'s'}," API "}",
            NONE);
    assert_true(asked.ok);
    assert_string_equal(asked.said, "");
}

static void a_key_in_a_warning_cannot_control_the_terminal(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask("{'AzureAd':{'TenantId':'t','a\\u001b[2J\\nb\\u009b':'x'}," API "}", NONE);
    assert_has(asked.said, "unknown key 'a?[2J?b?"
                           "?'");
}

#define TEST(function) cmocka_unit_test_setup(function, clear_environment)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_error_for_a_wrong_type_has_the_line),
        TEST(a_string_with_a_nul_byte_is_not_a_string),
        TEST(a_string_with_a_nul_byte_in_an_array_is_not_a_string),
        TEST(the_error_does_not_quote_the_value),
        TEST(an_unknown_key_causes_a_warning_with_the_nearest_name),
        TEST(an_unknown_key_unlike_any_other_gets_no_suggestion),
        TEST(a_very_long_key_is_unknown_too),
        TEST(an_unknown_key_does_not_prevent_the_request),
        TEST(keys_ignore_case),
        TEST(null_is_the_same_as_not_set),
        TEST(keys_that_only_dotnet_uses_are_known),
        TEST(other_sections_are_not_checked),
        TEST(a_key_in_a_warning_cannot_control_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
