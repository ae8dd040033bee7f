/* SPDX-License-Identifier: MIT */
/* Environment variables over the file: Section__Key, as in .NET. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"

#define NONE ((struct options){ 0 })
#define FILE_                                                                                      \
    "{'AzureAd':{'Instance':'https://login.microsoftonline.com/','TenantId':'file.example',"       \
    "'ClientId':'file-app','ClientSecret':'file-secret'},"                                         \
    "'Api':{'BaseUrl':'https://api.example/','Scopes':['api://file/.default']}}"

static void a_variable_takes_precedence_over_the_file(void **state)
{
    (void)state;
    setenv("AzureAd__Instance", "https://login.microsoftonline.us/", 1);
    setenv("AzureAd__TenantId", "environment.example", 1);
    setenv("AzureAd__ClientId", "environment-app", 1);
    setenv("AzureAd__ClientSecret", "environment-secret", 1);
    setenv("Api__Scopes__0", "api://environment/.default", 1);
    auto_asked struct asked asked = ask(FILE_, NONE);
    assert_string_equal(asked.error.message, "");
    assert_string_equal(asked.request.instance, "https://login.microsoftonline.us");
    assert_string_equal(asked.request.tenant, "environment.example");
    assert_string_equal(asked.request.client_id, "environment-app");
    assert_string_equal(asked.request.credentials[0].secret->bytes, "environment-secret");
    assert_string_equal(asked.request.scope, "api://environment/.default");
}

static void names_of_variables_ignore_case(void **state)
{
    (void)state;
    setenv("AZUREAD__TENANTID", "upper.example", 1);
    setenv("api__acquiretokenoptions__tenant", "lower.example", 1);
    auto_asked struct asked asked = ask(FILE_, NONE);
    assert_string_equal(asked.request.tenant, "lower.example");
    unsetenv("api__acquiretokenoptions__tenant");
    auto_asked struct asked again = ask(FILE_, NONE);
    assert_string_equal(again.request.tenant, "upper.example");
}

static void variables_alone_can_define_identities_and_apis(void **state)
{
    (void)state;
    setenv("AzureAd__TenantId", "t", 1);
    setenv("AzureAd__ClientId", "c", 1);
    setenv("AzureAd__ClientCredentials__0__SourceType", "ClientSecret", 1);
    setenv("AzureAd__ClientCredentials__0__ClientSecret", "s", 1);
    setenv("Api__Scopes", "api://a/.default", 1);
    setenv("Api__AcquireTokenOptions__ForceRefresh", "true", 1);
    auto_asked struct asked asked = ask("{}", NONE);
    assert_string_equal(asked.error.message, "");
    assert_string_equal(asked.request.tenant, "t");
    assert_string_equal(asked.request.credentials[0].secret->bytes, "s");
    assert_string_equal(asked.request.scope, "api://a/.default");
    assert_true(asked.request.force_refresh);
}

static void a_variable_may_set_what_is_null_in_the_file(void **state)
{
    (void)state;
    setenv("AzureAd__ClientSecret", "s", 1);
    setenv("Api__AcquireTokenOptions__Tenant", "api.example", 1);
    auto_asked struct asked asked =
        ask("{'AzureAd':{'TenantId':'t','ClientId':'c','ClientSecret':null},"
            "'Api':{'Scopes':['api://a/.default'],'AcquireTokenOptions':null}}",
            NONE);
    assert_string_equal(asked.error.message, "");
    assert_string_equal(asked.request.tenant, "api.example");
}

static void an_empty_variable_unsets_the_setting(void **state)
{
    (void)state;
    setenv("AzureAd__TenantId", "", 1);
    auto_asked struct asked asked = ask(FILE_, NONE);
    assert_error(&asked.error, ERROR_USAGE, "no tenant");
}

static void true_and_false_ignore_case(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool value;
    } cases[] = { { "true", true }, { "True", true }, { "TRUE", true }, { "false", false } };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        setenv("Api__AcquireTokenOptions__ForceRefresh", cases[i].text, 1);
        auto_asked struct asked asked = ask(FILE_, NONE);
        assert_true(asked.ok);
        assert_int_equal(asked.request.force_refresh, cases[i].value);
    }
}

static void the_error_for_a_wrong_value_names_the_variable(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value, *message;
    } cases[] = {
        { "Api__RequestAppToken", "yes", "RequestAppToken must be true or false" },
        { "Api__AcquireTokenOptions__ForceRefresh", "", "ForceRefresh must be true or false" },
        { "Api__BaseUrl", "http://api.example", "BaseUrl 'http://api.example' cannot be used" },
        { "AzureAd__TenantId", "[Enter the tenant]", "TenantId still has the placeholder" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *where = NULL;
        if (asprintf(&where, "the environment variable %s: ", cases[i].name) < 0)
            fail();
        setenv(cases[i].name, cases[i].value, 1);
        auto_asked struct asked asked = ask_for_url(FILE_, NONE, "https://api.example/");
        unsetenv(cases[i].name);
        assert_error(&asked.error, ERROR_USAGE, cases[i].message);
        assert_has(asked.error.message, where);
    }
}

/* Nothing in the file has a line to name. */
static void an_error_made_by_several_variables_has_no_line(void **state)
{
    (void)state;
    setenv("Other__Scopes__0", "api://a/.default", 1);
    setenv("Other__Scopes__1", "api://b/.default", 1);
    auto_asked struct asked asked = ask(FILE_, (struct options){ .api = "Other" });
    assert_error(&asked.error, ERROR_USAGE, "has several scopes");
    assert_lacks(asked.error.message, ":0:");
}

static void a_single_item_that_comes_too_early_fits_later(void **state)
{
    (void)state;
    setenv("Other__Scopes__1", "api://b/.default", 1);
    setenv("Other__Scopes__0", "api://a/.default", 1);
    const struct config_context user = { .for_user = true };
    auto_asked struct asked asked = ask_with(FILE_, (struct options){ .api = "Other" }, &user);
    assert_string_equal(asked.error.message, "");
    assert_has(asked.request.scope, "api://a/.default api://b/.default");
}

static void a_name_of_255_bytes_is_read_and_a_longer_one_is_not(void **state)
{
    (void)state;
    for (size_t length = 255; length <= 256; length++) {
        autofree char *api = repeated('a', length - strlen("__Scopes"));
        char name[300];
        snprintf(name, sizeof name, "%s__Scopes", api);
        setenv(name, "api://a/.default", 1);
        auto_asked struct asked asked = ask(FILE_, (struct options){ .api = api });
        assert_int_equal(asked.ok, length == 255);
    }
}

static void array_items_may_be_set_in_any_order(void **state)
{
    (void)state;
    setenv("AzureAd__ClientCredentials__2__ClientSecret", "third", 1);
    setenv("AzureAd__ClientCredentials__2__SourceType", "ClientSecret", 1);
    setenv("AzureAd__ClientCredentials__1__ClientSecret", "second", 1);
    setenv("AzureAd__ClientCredentials__1__SourceType", "ClientSecret", 1);
    setenv("AzureAd__ClientCredentials__0__ClientSecret", "first", 1);
    setenv("AzureAd__ClientCredentials__0__SourceType", "ClientSecret", 1);
    auto_asked struct asked asked =
        ask("{'AzureAd':{'TenantId':'t.example','ClientId':'c'},'Api':{'Scopes':['a/.default']}}",
            NONE);
    assert_string_equal(asked.error.message, "");
    static const char *const secrets[] = { "first", "second", "third" };
    for (size_t i = 0; i < ARRAY_SIZE(secrets); i++)
        assert_string_equal(asked.request.credentials[i].secret->bytes, secrets[i]);
}

/* As .NET's binder does: what counts is the order of the indices. */
static void a_gap_in_an_array_is_closed(void **state)
{
    (void)state;
    setenv("Other__Scopes__7", "api://b/.default", 1);
    auto_asked struct asked asked = ask(FILE_, (struct options){ .api = "Other" });
    assert_string_equal(asked.error.message, "");
    assert_string_equal(asked.request.scope, "api://b/.default");
}

static void a_variable_takes_the_place_of_what_is_of_another_kind(void **state)
{
    (void)state;
    static const struct {
        const char *name, *file;
    } cases[] = {
        { "AzureAd__TenantId", "{'AzureAd':'x'}" },
        { "AzureAd__TenantId", "{'AzureAd':[]}" },
        { "AzureAd__TenantId", "{'AzureAd':null}" },
        { "AzureAd__TenantId", "{'AzureAd':{'TenantId':{'x':'y'}}}" },
    };
    setenv("AzureAd__ClientId", "c", 1);
    setenv("AzureAd__ClientSecret", "s3cret", 1);
    setenv("Api__Scopes__0", "api://a/.default", 1);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        setenv(cases[i].name, "t.example", 1);
        auto_asked struct asked asked = ask(cases[i].file, NONE);
        unsetenv(cases[i].name);
        assert_string_equal(asked.error.message, "");
        assert_string_equal(asked.request.tenant, "t.example");
        assert_string_equal(asked.request.scope, "api://a/.default");
    }
}

static void a_variable_below_a_setting_that_has_nothing_below_is_named(void **state)
{
    (void)state;
    static const char *const names[] = { "AzureAd__TenantId__ClientId", "Api__Scopes__Scopes" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        setenv(names[i], "s3cret", 1);
        auto_asked struct asked asked = ask(FILE_, NONE);
        unsetenv(names[i]);
        assert_error(&asked.error, ERROR_USAGE, names[i]);
        assert_has(asked.error.message, " must be a");
        assert_lacks(asked.error.message, "s3cret");
    }
}

static void an_item_that_is_too_far_away_is_passed_over(void **state)
{
    (void)state;
    setenv("Api__Scopes__0999", "api://far/.default", 1);
    setenv("Api__Scopes__99999999", "api://far/.default", 1);
    auto_asked struct asked asked = ask(FILE_, NONE);
    assert_string_equal(asked.request.scope, "api://file/.default");
}

/* .NET reads "__" and ":" alike. */
static void a_colon_separates_too(void **state)
{
    (void)state;
    setenv("AzureAd:TenantId", "colon.example", 1);
    setenv("AzureAd:ClientCredentials__0:SourceType", "ClientSecret", 1);
    setenv("AzureAd:ClientCredentials:0__ClientSecret", "colon-secret", 1);
    setenv("api:scopes:0", "api://colon/.default", 1);
    auto_asked struct asked asked =
        ask("{'AzureAd':{'ClientId':'c'},'Api':{'Scopes':['api://file/.default']}}", NONE);
    assert_string_equal(asked.error.message, "");
    assert_string_equal(asked.request.tenant, "colon.example");
    assert_string_equal(asked.request.scope, "api://colon/.default");
    assert_string_equal(asked.request.credentials[0].secret->bytes, "colon-secret");
    assert_has(asked.request.credentials[0].where, "the environment variable AzureAd:ClientC");
}

static void variables_of_other_programs_are_ignored(void **state)
{
    (void)state;
    static const char *const names[] = {
        "AzureAd_TenantId",
        "AzureAd__",
        "__TenantId",
        "__",
        "____TenantId",
        "AzureAd____TenantId",
        "TenantId",
        "Logging__LogLevel__Default",
        "AzureAd__NoSuchKey",
        "AzureAd__0",
        "A__B__C__D__E__F__TenantId",
        "GIT__PS1",
        "AzureAd__TenantId__0000",
    };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        setenv(names[i], "other.example", 1);
        auto_asked struct asked asked = ask(FILE_, NONE);
        if (!asked.ok || strcmp(asked.request.tenant, "file.example") != 0)
            fail_msg("%s changed the configuration: %s", names[i], asked.error.message);
        assert_string_equal(asked.said, "");
        unsetenv(names[i]);
    }
}

static void a_variable_with_a_very_long_name_is_ignored(void **state)
{
    (void)state;
    autofree char *name = repeated('a', 300);
    memcpy(name + 280, "__TenantId", 11);
    setenv(name, "other.example", 1);
    auto_asked struct asked asked = ask(FILE_, NONE);
    assert_string_equal(asked.request.tenant, "file.example");
}

/* ---- variables of the Azure SDKs ---- */

static void azure_variables_set_what_nothing_else_sets(void **state)
{
    (void)state;
    setenv("AZURE_TENANT_ID", "azure.example", 1);
    setenv("AZURE_CLIENT_ID", "azure-app", 1);
    setenv("AZURE_CLIENT_SECRET", "azure-secret", 1);
    setenv("AZURE_AUTHORITY_HOST", "https://login.chinacloudapi.cn/", 1);
    auto_asked struct asked asked = ask("{'Api':{'Scopes':['api://a/.default']}}", NONE);
    assert_string_equal(asked.error.message, "");
    assert_string_equal(asked.request.tenant, "azure.example");
    assert_string_equal(asked.request.client_id, "azure-app");
    assert_string_equal(asked.request.credentials[0].secret->bytes, "azure-secret");
    assert_string_equal(asked.request.instance, "https://login.chinacloudapi.cn");
}

static void the_file_takes_precedence_over_azure_variables(void **state)
{
    (void)state;
    setenv("AZURE_TENANT_ID", "azure.example", 1);
    setenv("AZURE_CLIENT_ID", "azure-app", 1);
    setenv("AZURE_CLIENT_SECRET", "azure-secret", 1);
    setenv("AZURE_AUTHORITY_HOST", "https://login.chinacloudapi.cn/", 1);
    auto_asked struct asked asked = ask(FILE_, NONE);
    assert_string_equal(asked.request.tenant, "file.example");
    assert_string_equal(asked.request.client_id, "file-app");
    assert_string_equal(asked.request.credentials[0].secret->bytes, "file-secret");
    assert_string_equal(asked.request.instance, "https://login.microsoftonline.com");
}

static void an_empty_azure_variable_is_the_same_as_none(void **state)
{
    (void)state;
    setenv("AZURE_TENANT_ID", "", 1);
    setenv("AZURE_CLIENT_ID", "app", 1);
    setenv("AZURE_CLIENT_SECRET", "s", 1);
    setenv("AZURE_AUTHORITY_HOST", "", 1);
    auto_asked struct asked asked = ask("{'Api':{'Scopes':['api://a/.default']}}", NONE);
    assert_error(&asked.error, ERROR_USAGE, "no tenant");
    assert_string_equal(asked.request.instance, "https://login.microsoftonline.com");
}

/* With the variable in the environment, as NAME=value. */
static bool has_secret_of(const char *text, const char *variable)
{
    const struct options options = { .config = file_of(text) };
    struct error error = { 0 };
    autofree char *name = strndup(variable, strcspn(variable, "="));
    setenv(name, variable + strlen(name) + 1, 1);
    auto_config struct config *config = config_load(&options, NULL, &error);
    assert_string_equal(error.message, "");
    bool has_secret = config_is_credential(config, variable);
    unsetenv(name);
    return has_secret;
}

static void a_secret_of_an_identity_is_told_from_those_of_other_programs(void **state)
{
    (void)state;
    static const char file[] =
        "{'AzureAd':{'TenantId':'t','ClientId':'c'},"
        "'Daemon':{'ClientId':'d','Authority':'https://login.microsoftonline.com/t'},"
        "'Contoso':{'Named':{'ClientId':'n'}},"
        "'Authentication':{'Google':{'ClientId':'g'}},"
        "'Api':{'Scopes':['api://a/.default'],"
        "'AcquireTokenOptions':{'AuthenticationOptionsName':'Named'}}}";
    static const char *const ours[] = {
        "AzureAd__ClientSecret=s",
        "AZUREAD:CLIENTSECRET=s",
        "AzureAd__ClientCredentials__0__ClientSecret=s",
        "AzureAd__ClientCredentials:0__CertificatePassword=s",
        "AzureAd__ClientCertificates__0__Base64EncodedValue=s",
        "AzureAd__ClientCredentials__0__CertificateDiskPath=pkcs11:object=x?pin-value=1",
        "Daemon__ClientSecret=s",
        "Contoso__Named__ClientSecret=s",
    };
    static const char *const others[] = {
        "Authentication__Google__ClientSecret=s",
        "OAuth__ClientSecret=s",
        "Smtp__CertificatePassword=s",
        "AzureAd__ClientId=s",
        "AzureAd__ClientCredentials__0__CertificateDiskPath=pkcs11:object=x",
        "Named__ClientSecret=s",
        "AzureAdClientSecret=s",
        "KEY=pkcs11:object=x?pin-value=1",
    };
    for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
        if (!has_secret_of(file, ours[i]))
            fail_msg("%s is not taken for ours", ours[i]);
    for (size_t i = 0; i < ARRAY_SIZE(others); i++)
        if (has_secret_of(file, others[i]))
            fail_msg("%s is taken for ours", others[i]);
}

static void variables_alone_are_an_identity_if_it_has_a_tenant(void **state)
{
    (void)state;
    setenv("Other__ClientId", "c", 1);
    setenv("Other__Authority", "https://accounts.example", 1);
    assert_false(has_secret_of("{}", "Other__ClientSecret=s"));
    setenv("Other__TenantId", "t", 1);
    assert_true(has_secret_of("{}", "Other__ClientSecret=s"));
    assert_true(has_secret_of("{}", "AzureAd__ClientSecret=s"));
}

static void an_invalid_authority_host_is_an_error(void **state)
{
    (void)state;
    setenv("AZURE_AUTHORITY_HOST", "http://login.example/", 1);
    auto_asked struct asked asked = ask("{'AzureAd':{'TenantId':'t','ClientId':'c','ClientSecret':"
                                        "'s'},'Api':{'Scopes':['api://a/.default']}}",
                                        NONE);
    assert_error(&asked.error, ERROR_USAGE, "use https");
}

#define TEST(function) cmocka_unit_test_setup(function, clear_environment)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_variable_takes_precedence_over_the_file),
        TEST(names_of_variables_ignore_case),
        TEST(variables_alone_can_define_identities_and_apis),
        TEST(a_variable_may_set_what_is_null_in_the_file),
        TEST(an_empty_variable_unsets_the_setting),
        TEST(true_and_false_ignore_case),
        TEST(the_error_for_a_wrong_value_names_the_variable),
        TEST(an_error_made_by_several_variables_has_no_line),
        TEST(a_single_item_that_comes_too_early_fits_later),
        TEST(a_name_of_255_bytes_is_read_and_a_longer_one_is_not),
        TEST(array_items_may_be_set_in_any_order),
        TEST(a_gap_in_an_array_is_closed),
        TEST(a_variable_takes_the_place_of_what_is_of_another_kind),
        TEST(a_variable_below_a_setting_that_has_nothing_below_is_named),
        TEST(an_item_that_is_too_far_away_is_passed_over),
        TEST(a_colon_separates_too),
        TEST(variables_of_other_programs_are_ignored),
        TEST(a_variable_with_a_very_long_name_is_ignored),
        TEST(azure_variables_set_what_nothing_else_sets),
        TEST(the_file_takes_precedence_over_azure_variables),
        TEST(an_empty_azure_variable_is_the_same_as_none),
        TEST(an_invalid_authority_host_is_an_error),
        TEST(a_secret_of_an_identity_is_told_from_those_of_other_programs),
        TEST(variables_alone_are_an_identity_if_it_has_a_tenant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
