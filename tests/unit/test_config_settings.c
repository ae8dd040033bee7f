/* SPDX-License-Identifier: MIT */
/* Settings: wrong types are errors where they have an effect, unknown keys are warnings. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/text.h"

#define NONE ((struct options){ 0 })
#define API  "'Api':{'Scopes':['api://a/.default']}"

/* The beginning of an identity that is used. */
#define APP "'AzureAd':{'TenantId':'t','ClientId':'c',"

static void the_error_for_a_wrong_type_has_the_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        { "{" API ",'AzureAd':{\n'TenantId':[]}}", ":2: TenantId must be a string" },
        { "{" API "," APP "\n'ClientSecret':['a']}}", ":2: ClientSecret must be a str" },
        { "{" API "," APP "\n'instance':{}}}", ":2: Instance must be a string" },
        { "{" API "," APP "\n\n'SendX5C':'yes'}}", ":3: SendX5C must be true or false" },
        { "{" API "," APP "\n\n'SendX5C':1}}", ":3: SendX5C must be true or false" },
        { "{" API "," APP "\n'ClientCredentials':{}}}",
          ":2: ClientCredentials must be an array of objects" },
        { "{" API "," APP "\n'ClientCredentials':[{},'x']}}",
          ":2: ClientCredentials must be an array of objects" },
        { "{" API "," APP "'ClientCredentials':[{},\n{'SourceType':\n[7]}]}}",
          ":3: SourceType must be a string" },
        { "{'Api':{\n'Scopes':[{}]}}", ":2: Scopes must be an array of strings" },
        { "{'Api':{\n'Scopes':['a',[]]}}", ":2: Scopes must be an array of strings" },
        { "{'Api':{\n'Scopes':{'Read':'a'},'BaseUrl':'https://a.example'}}",
          ":2: Scopes must be an array of strings" },
        { "{'Api':{'Scopes':'a',\n'RequestAppToken':1}}", ":2: RequestAppToken must be true or" },
        { "{'Api':{'Scopes':'a',\n'RequestAppToken':''}}", ":2: RequestAppToken must be true or" },
        { "{'Api':{'Scopes':'a',\n'BaseUrl':['x']}}", ":2: BaseUrl must be a string" },
        { "{'Api':{'Scopes':'a',\n'AcquireTokenOptions':'x'}}",
          ":2: AcquireTokenOptions must be an object" },
        { "{'Api':{'Scopes':'a','AcquireTokenOptions':{\n'ForceRefresh':'yes'}}}",
          ":2: ForceRefresh must be true or false" },
        { "{'Api':{'Scopes':'a','AcquireTokenOptions':{\n'Claims':{}}}}",
          ":2: Claims must be a string" },
        { "{'Api':{'Scopes':'a','AcquireTokenOptions':{'ManagedIdentity':{\n"
          "'UserAssignedClientId':[]}}}}",
          ":2: UserAssignedClientId must be a string" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask(cases[i].text, NONE);
        assert_error(&asked.error, ERROR_USAGE, cases[i].message);
        assert_string_equal(asked.said, "");
    }
}

/* An app and an API that are used, and others that are not. */
#define USED "'AzureAd':{'TenantId':'t','ClientId':'c','ClientSecret':'s'}," API

static void a_wrong_type_that_has_no_effect_is_a_warning_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *warning;
    } cases[] = {
        { "{" USED ",'B':{'TenantId':'t',\n'SendX5C':'yes'}}", ":2: SendX5C must be true or fal" },
        { "{" USED ",'B':{'TenantId':'t',\n'ClientCredentials':'x'}}",
          ":2: ClientCredentials must be an array of objects" },
        { "{" USED ",'B':{'Scopes':'b',\n'RequestAppToken':'no'}}",
          ":2: RequestAppToken must be true or false" },
        { "{" USED ",'B':{'Scopes':'b',\n'BaseUrl':['https://b.example']}}",
          ":2: BaseUrl must be a string" },
        { "{" USED ",'B':{'BaseUrl':'https://b.example',\n'Scopes':{'Read':'b'}}}",
          ":2: Scopes must be an array of strings" },
        { "{" API "," APP "'ClientSecret':'s',\n'ClientCapabilities':'cp1'}}",
          ":2: ClientCapabilities must be an array of strings" },
        { "{" API "," APP "'ClientSecret':'s',\n'ClientCapabilities':['cp1',{}]}}",
          ":2: ClientCapabilities must be an array of strings" },
        { "{" API "," APP "'ClientSecret':'s',\n'AllowWebApiToBeAuthorizedByACL':'yes'}}",
          ":2: AllowWebApiToBeAuthorizedByACL must be true or false" },
        { "{" API "," APP "'ClientSecret':'s',\n'TokenDecryptionCredentials':[7]}}",
          ":2: TokenDecryptionCredentials must be an array of objects" },
        { "{" API "," APP "'ClientSecret':'s','TokenDecryptionCredentials':[{\n'SourceType':[]}]}}",
          ":2: SourceType must be a string" },
        { "{'AzureAd':{'TenantId':'t','ClientId':'c','ClientSecret':'s'},'Api':{'Scopes':"
          "['api://a/.default'],'AcquireTokenOptions':{\n'CorrelationId':[]}}}",
          ":2: CorrelationId must be a string" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask(cases[i].text, (struct options){ .api = "Api" });
        assert_string_equal(asked.error.message, "");
        assert_has(asked.said, cases[i].warning);
        assert_string_equal(asked.request.scope, "api://a/.default");
        assert_null(asked.request.claims);
        /* One warning, and no other. */
        assert_null(strchr(strchr(asked.said, '\n') + 1, '\n'));
    }
}

/* Scopes that a web API has of its own, and sections of other programs. */
static void what_is_not_meant_for_these_programs_causes_no_warning(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{" API "," APP "'ClientSecret':'s','Scopes':{'Read':['a','b'],'Write':['c']}}}",
        "{" API "," APP "'ClientSecret':'s','Scope':['a'],'AllowWebApiToBeAuthorizedByACL':'True'}"
        "}",
        "{" USED ",'Swagger':{'Scopes':{'api://other/Read':'Read'},'Title':7}}",
        "{" USED ",'Swagger':{'ClientId':'swagger-ui','Scopes':{'a:b':'Read'},'UsePkce':true}}",
        "{'Swagger':{'ClientId':'swagger-ui','Scopes':{'a:b':'Read'},'SendX5C':'never'},"
        "'EntraId':{'TenantId':'t','ClientId':'c','ClientSecret':'s'}," API "}",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask(cases[i], NONE);
        assert_string_equal(asked.error.message, "");
        assert_string_equal(asked.said, "");
        assert_string_equal(asked.request.client_id, "c");
    }
}

/* .NET's configuration has texts only, and makes booleans of them regardless of case. */
static void booleans_and_numbers_may_be_strings_and_strings_may_be_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        bool is_true;
    } cases[] = {
        { "true", true },   { "'true'", true },   { "'True'", true },   { "'TRUE'", true },
        { "false", false }, { "'false'", false }, { "'False'", false }, { "'FALSE'", false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *text =
            text_format("{'AzureAd':{'TenantId':123,'ClientId':true,'ClientCredentials':[{"
                        "'SourceType':'Path','CertificateDiskPath':'/a.pem',"
                        "'CertificatePassword':12345678901234567890123.50}],'SendX5C':%s},"
                        "'Api':{'Scopes':7,'AcquireTokenOptions':{'ForceRefresh':%s}}}",
                        cases[i].value, cases[i].value);
        auto_asked struct asked asked = ask(text, NONE);
        assert_string_equal(asked.said, "");
        assert_has(asked.error.message, "'7'"); /* no scope of an app, but a text */
        assert_string_equal(asked.request.tenant, "123");
        assert_string_equal(asked.request.client_id, "True"); /* as in .NET */
        assert_string_equal(asked.request.credentials[0].password->bytes,
                            "12345678901234567890123.50");
        assert_int_equal(asked.request.credentials[0].send_x5c, cases[i].is_true);
        assert_int_equal(asked.request.force_refresh, cases[i].is_true);
    }
}

static void a_string_says_whose_token_is_requested(void **state)
{
    (void)state;
    auto_asked struct asked app =
        ask("{'AzureAd':{'TenantId':'t','ClientId':'c','ClientSecret':'s'},"
            "'Api':{'Scopes':['api://a/.default'],'RequestAppToken':'True'}}",
            NONE);
    assert_true(app.ok && !app.request.for_user);
    auto_asked struct asked user =
        ask("{'AzureAd':{'TenantId':'t','ClientId':'c','ClientSecret':'s'},"
            "'Api':{'Scopes':['api://a/.default'],'RequestAppToken':'False'}}",
            NONE);
    assert_true(user.ok && user.request.for_user);
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
            "'ConnectionStrings':'x','Urls':7,'Name':'x','Domain':'y',"
            "'AzureAd':{'TenantId':'t','ClientId':'c','ClientSecret':'s'}," API "}",
            NONE);
    assert_true(asked.ok);
    assert_string_equal(asked.said, "");
}

static void settings_of_an_identity_at_the_top_level_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *warning;
    } cases[] = {
        { "{\n'Instance':'https://login.microsoftonline.com/{0}','Tenant':'t','ClientId':'c',"
          "'ClientSecret':'s3cret'," API "}",
          ":2: Instance, Tenant, ClientId, ClientSecret at the top level: not read; what belongs "
          "to an identity is inside \"AzureAd\": { ... }, where the tenant is called TenantId\n" },
        { "{" USED ",\n'clientcredentials':[]}",
          ":2: clientcredentials at the top level: not read; what belongs to an identity is inside "
          "\"AzureAd\": { ... }\n" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask(cases[i].text, NONE);
        assert_has(asked.said, cases[i].warning);
        assert_lacks(asked.said, "s3cret");
        auto_asked struct asked of_none = ask(cases[i].text, (struct options){ .api = "None" });
        assert_error(&of_none.error, ERROR_USAGE, "no API");
        assert_has(of_none.said, cases[i].warning);
    }
}

#define OF_API                                                                                     \
    "at the top level: not read; what belongs to an API is inside an object with the API's name"

static void settings_of_an_api_at_the_top_level_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *warning;
    } cases[] = {
        { "{" APP "'ClientSecret':'s'},\n'BaseUrl':'https://a.example/','Scopes':['a'],"
          "'HttpMethod':'GET'}",
          ":2: BaseUrl, Scopes, HttpMethod " OF_API "\n" },
        { "{" APP "'ClientSecret':'s'},\n'BaseUrl':'https://a.example/'}",
          ":2: BaseUrl " OF_API "\n" },
        { "{" API ",\n'acquiretokenoptions':{'Tenant':'t'}}", ":2: acquiretokenoptions " OF_API },
        { "{" API ",'BaseUrl':'https://other.example/'}", NULL },
        { "{" API ",'Scopes':{'Todo.Read':'x'}}", NULL },
        { "{" API ",'Scopes':null}", NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask(cases[i].text, (struct options){ .api = "AKS" });
        if (cases[i].warning != NULL)
            assert_has(asked.said, cases[i].warning);
        else
            assert_lacks(asked.said, "at the top level");
    }
}

static void the_name_of_a_variable_in_a_file_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *warning;
    } cases[] = {
        { "{" API ",\n'AzureAd__ClientSecret':'s3cret'}",
          ":2: 'AzureAd__ClientSecret' is the name of a variable: not read; in a file, it is "
          "'AzureAd:ClientSecret'\n" },
        { "{" API "," APP "\n'ClientCredentials__0__ClientSecrt':'s3cret'}}",
          ":2: 'ClientCredentials__0__ClientSecrt' is the name of a variable: not read; in a file, "
          "it is 'ClientCredentials:0:ClientSecrt'\n" },
        { "{" API ",'Other':{'Api__BaseUrl':'https://a.example'}}",
          "in a file, it is 'Api:BaseUrl'\n" },
        { "{" API ",'My__Name':'x','__Scopes':'x','A__':'x','Serilog__MinimumLevel':'x'}", NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask(cases[i].text, NONE);
        if (cases[i].warning != NULL)
            assert_has(asked.said, cases[i].warning);
        else
            assert_lacks(asked.said, "variable");
        assert_lacks(asked.said, "unknown key");
        assert_lacks(asked.said, "s3cret");
    }
}

static void a_mistyped_variable_of_a_section_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *name, *warning;
    } cases[] = {
        { "AzureAd__ClientSecrt", "the environment variable AzureAd__ClientSecrt: unknown key, did "
                                  "you mean 'ClientSecret'?" },
        { "api__BaseUrls", "the environment variable api__BaseUrls: unknown key, did you mean "
                           "'BaseUrl'?" },
        { "AzureAd__Anything", NULL },
        { "Serilog__ClientSecrt", NULL },
        { "AzureAd__Other__ClientSecrt", NULL },
        { "AzureAd__ClientSecret", NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        setenv(cases[i].name, "s3cret", 1);
        auto_asked struct asked asked = ask("{" API "," APP "'ClientSecret':'s'}}", NONE);
        unsetenv(cases[i].name);
        if (cases[i].warning != NULL)
            assert_has(asked.said, cases[i].warning);
        else
            assert_string_equal(asked.said, "");
        assert_lacks(asked.said, "s3cret");
    }
}

static void a_section_that_does_not_change_the_built_in_api_is_named(void **state)
{
    (void)state;
    static const char *const sections[] = {
        "'graph':{'BaseUrl':'https://graph.microsoft.com/beta/'}",
        "'graph':{'RelativePath':'v1.0/me'}",
        "'graph':{'AcquireTokenOptions':{'Tenant':'t'},'Scopes':null}",
    };
    static const char *const others[] = {
        "'graph':{'Scopes':['https://graph.microsoft.com/.default'],'RelativePath':'me'}",
        "'KeyVault':{'VaultUri':'https://contoso.vault.azure.net/'}",
        "'Storage':'UseDevelopmentStorage=true'",
        "'Todo':{'BaseUrl':'https://localhost/'}",
        "'Todo':{'Scope':'x'}",
    };
    for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
        autofree char *text = text_format("{" USED ",\n%s}", sections[i]);
        auto_asked struct asked asked = ask(text, NONE);
        assert_true(asked.ok);
        assert_has(asked.said, ":2: graph has no Scopes: not read; the built-in API");
    }
    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        autofree char *text = text_format("{" USED ",\n%s}", others[i]);
        auto_asked struct asked asked = ask(text, (struct options){ .api = "Api" });
        assert_string_equal(asked.said, "");
    }
}

static void a_base_url_beside_a_mistyped_scopes_is_that_of_an_api(void **state)
{
    (void)state;
    static const char *const sections[][2] = {
        { "'Todo':{'BaseUrl':'https://localhost/','Scope':['x']}",
          ":2: Todo has no Scopes, only 'Scope': not read" },
        { "'graph':{'BaseUrl':'https://graph.microsoft.com/','Socpes':'x'}",
          ":2: graph has no Scopes, only 'Socpes': not read; the built-in API" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
        autofree char *text = text_format("{" USED ",\n%s}", sections[i][0]);
        auto_asked struct asked asked = ask(text, (struct options){ .api = "Api" });
        assert_true(asked.ok);
        assert_has(asked.said, sections[i][1]);
    }
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
        TEST(a_wrong_type_that_has_no_effect_is_a_warning_with_its_line),
        TEST(what_is_not_meant_for_these_programs_causes_no_warning),
        TEST(booleans_and_numbers_may_be_strings_and_strings_may_be_numbers),
        TEST(a_string_says_whose_token_is_requested),
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
        TEST(settings_of_an_identity_at_the_top_level_are_named),
        TEST(settings_of_an_api_at_the_top_level_are_named),
        TEST(the_name_of_a_variable_in_a_file_is_named),
        TEST(a_mistyped_variable_of_a_section_is_named),
        TEST(a_section_that_does_not_change_the_built_in_api_is_named),
        TEST(a_base_url_beside_a_mistyped_scopes_is_that_of_an_api),
        TEST(a_key_in_a_warning_cannot_control_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
