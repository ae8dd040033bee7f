/* SPDX-License-Identifier: MIT */
/* The identity: authority, tenant and client ID, from flags, API, file and environment. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/text.h"

#define NONE  ((struct options){ 0 })
#define API   "'Api':{'Scopes':['api://a/.default']}"
#define GUID_ "97e0a5b7-d745-40b6-94fe-5f77d35c6e05"
#define FILE_                                                                                      \
    "{'AzureAd':{'Instance':'https://file.example/','TenantId':'file-tenant',"                     \
    "'ClientId':'file-app','ClientSecret':'s'},'Api':{'Scopes':['api://a/.default'],"              \
    "'AcquireTokenOptions':{'Tenant':'api-tenant'}}}"

/* A configuration with an API and an identity with this member. */
static char *file_with(const char *member)
{
    char *text = NULL;
    if (asprintf(&text,
                 "{'AzureAd':{'ClientId':'c','ClientSecret':'s'%s%s},"
                 "'Api':{'Scopes':['api://a/.default']}}",
                 member[0] != '\0' ? "," : "", member) < 0)
        abort();
    return text;
}

/* ---- precedence ---- */

static void the_tenant_comes_from_flag_api_environment_file_in_this_order(void **state)
{
    (void)state;
    setenv("AZURE_TENANT_ID", "azure-tenant", 1);
    setenv("AzureAd__TenantId", "variable-tenant", 1);
    auto_asked struct asked by_flag = ask(FILE_, (struct options){ .tenant = "flag-tenant" });
    assert_string_equal(by_flag.request.tenant, "flag-tenant");
    auto_asked struct asked by_path =
        ask(FILE_, (struct options){ .authority = "https://flag.example/path-tenant" });
    assert_string_equal(by_path.request.tenant, "path-tenant");
    auto_asked struct asked by_api = ask(FILE_, NONE);
    assert_string_equal(by_api.request.tenant, "api-tenant");

    setenv("Api__AcquireTokenOptions__Tenant", "", 1);
    auto_asked struct asked by_variable = ask(FILE_, NONE);
    assert_string_equal(by_variable.request.tenant, "variable-tenant");
    unsetenv("AzureAd__TenantId");
    auto_asked struct asked by_file = ask(FILE_, NONE);
    assert_string_equal(by_file.request.tenant, "file-tenant");
    setenv("AzureAd__TenantId", "", 1);
    auto_asked struct asked by_azure = ask(FILE_, NONE);
    assert_string_equal(by_azure.request.tenant, "azure-tenant");
}

static void two_tenants_are_a_contradiction(void **state)
{
    (void)state;
    const char *authority = "https://flag.example/path-tenant";
    auto_asked struct asked two =
        ask(FILE_, (struct options){ .tenant = "flag-tenant", .authority = authority });
    assert_int_equal(two.error.kind, ERROR_USAGE);
    assert_has(two.error.message, "cannot be used together");
    auto_asked struct asked one =
        ask(FILE_, (struct options){ .tenant = "Path-Tenant", .authority = authority });
    assert_string_equal(one.request.tenant, "path-tenant");
}

/* Otherwise its secret would be ignored, or sent to another authority. */
static void the_environment_completes_the_default_identity_of_the_file(void **state)
{
    (void)state;
    setenv("AZURE_TENANT_ID", "azure.example", 1);
    setenv("AZURE_CLIENT_ID", "azure-app", 1);
    auto_asked struct asked asked =
        ask("{'AzureAd':{'Instance':'https://file.example/','ClientSecret':'s'}," API "}", NONE);
    assert_string_equal(asked.error.message, "");
    assert_string_equal(asked.request.instance, "https://file.example");
    assert_string_equal(asked.request.tenant, "azure.example");
    assert_string_equal(asked.request.client_id, "azure-app");
    assert_string_equal(asked.request.credentials[0].secret->bytes, "s");
}

static void the_client_id_comes_from_flag_environment_file_in_this_order(void **state)
{
    (void)state;
    setenv("AZURE_CLIENT_ID", "azure-app", 1);
    setenv("AzureAd__ClientId", "variable-app", 1);
    auto_asked struct asked by_flag = ask(FILE_, (struct options){ .client_id = "flag-app" });
    assert_string_equal(by_flag.request.client_id, "flag-app");
    auto_asked struct asked by_variable = ask(FILE_, NONE);
    assert_string_equal(by_variable.request.client_id, "variable-app");
    unsetenv("AzureAd__ClientId");
    auto_asked struct asked by_file = ask(FILE_, NONE);
    assert_string_equal(by_file.request.client_id, "file-app");
    setenv("AzureAd__ClientId", "", 1);
    auto_asked struct asked by_azure = ask(FILE_, NONE);
    assert_string_equal(by_azure.request.client_id, "azure-app");
}

static void the_instance_comes_from_flag_environment_file_in_this_order(void **state)
{
    (void)state;
    setenv("AZURE_AUTHORITY_HOST", "https://azure.example/", 1);
    setenv("AzureAd__Instance", "https://variable.example/", 1);
    auto_asked struct asked by_flag =
        ask(FILE_, (struct options){ .authority = "https://flag.example" });
    assert_string_equal(by_flag.request.instance, "https://flag.example");
    auto_asked struct asked by_variable = ask(FILE_, NONE);
    assert_string_equal(by_variable.request.instance, "https://variable.example");
    unsetenv("AzureAd__Instance");
    auto_asked struct asked by_file = ask(FILE_, NONE);
    assert_string_equal(by_file.request.instance, "https://file.example");
    setenv("AzureAd__Instance", "", 1);
    auto_asked struct asked by_azure = ask(FILE_, NONE);
    assert_string_equal(by_azure.request.instance, "https://azure.example");
    unsetenv("AZURE_AUTHORITY_HOST");
    auto_asked struct asked without = ask(FILE_, NONE);
    assert_string_equal(without.request.instance, "https://login.microsoftonline.com");
}

/* ---- the authority ---- */

static void an_authority_sets_instance_and_tenant(void **state)
{
    (void)state;
    autofree char *text = file_with("'Authority':'https://login.microsoftonline.us/Contoso/v2.0'");
    auto_asked struct asked asked = ask(text, NONE);
    assert_string_equal(asked.error.message, "");
    assert_string_equal(asked.request.instance, "https://login.microsoftonline.us");
    assert_string_equal(asked.request.tenant, "contoso");
}

static void instance_and_tenant_take_precedence_over_the_authority(void **state)
{
    (void)state;
    autofree char *text = file_with("'Authority':'https://a.example/tenant-a','Instance':"
                                    "'https://b.example/','TenantId':'tenant-b'");
    auto_asked struct asked asked = ask(text, NONE);
    assert_string_equal(asked.request.instance, "https://b.example");
    assert_string_equal(asked.request.tenant, "tenant-b");
}

static void what_instance_and_tenant_take_the_place_of_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *members, *warning;
    } cases[] = {
        { "'Authority':'https://login.microsoftonline.com/a.example','TenantId':'b.example'",
          ":1: Authority has the tenant 'a.example', which is not used: TenantId has 'b.example'" },
        { "'Authority':'https://a.example/t','Instance':'https://b.example','TenantId':'T'",
          ":1: Authority has the instance 'https://a.example', which is not used: Instance has "
          "'https://b.example'" },
        { "'Instance':'https://login.microsoftonline.com/a.example','TenantId':'b.example'",
          ":1: Instance has the tenant 'a.example', which is not used: TenantId has 'b.example'" },
        { "'Authority':'https://login.microsoftonline.com/a.example',"
          "'Instance':'https://login.microsoftonline.com/b.example/'",
          ":1: Authority has the tenant 'a.example', which is not used: Instance has 'b.example'" },
        { "'Authority':'https://login.microsoftonline.com/A.example','TenantId':'a.Example'",
          NULL },
        { "'Authority':'https://login.microsoftonline.com/{0}',"
          "'Instance':'https://login.microsoftonline.com/','TenantId':'b.example'",
          NULL },
        { "'Instance':'https://contoso.ciamlogin.com/','TenantId':'" GUID_ "'", NULL },
        { "'Authority':'https://contoso.ciamlogin.com/','TenantId':'" GUID_ "'", NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *text = file_with(cases[i].members);
        auto_asked struct asked asked = ask(text, NONE);
        assert_string_equal(asked.error.message, "");
        if (cases[i].warning != NULL)
            assert_has(asked.said, cases[i].warning);
        else
            assert_string_equal(asked.said, "");
    }
}

static void a_variable_takes_the_place_of_a_tenant_without_a_word(void **state)
{
    (void)state;
    setenv("AzureAd__TenantId", "b.example", 1);
    autofree char *text = file_with("'Authority':'https://login.microsoftonline.com/a.example'");
    auto_asked struct asked asked = ask(text, NONE);
    assert_string_equal(asked.request.tenant, "b.example");
    assert_string_equal(asked.said, "");
}

static void an_authority_without_a_tenant_needs_a_tenant_id(void **state)
{
    (void)state;
    static const struct {
        const char *members, *tenant;
    } cases[] = {
        { "'Authority':'https://login.microsoftonline.us/','TenantId':'t.example'", "t.example" },
        { "'Authority':'https://login.microsoftonline.us/{tenant}/v2.0','TenantId':'t.example'",
          "t.example" },
        { "'Instance':'https://login.microsoftonline.us/{0}','TenantId':'t.example'", "t.example" },
        { "'Instance':'https://login.microsoftonline.us/a.example','TenantId':'t.example'",
          "t.example" },
        { "'Instance':'https://login.microsoftonline.us/a.example'", "a.example" },
        { "'Authority':'https://login.microsoftonline.us/a.example/oauth2/v2.0/token'",
          "a.example" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *text = file_with(cases[i].members);
        auto_asked struct asked asked = ask(text, NONE);
        assert_string_equal(asked.error.message, "");
        assert_string_equal(asked.request.instance, "https://login.microsoftonline.us");
        assert_string_equal(asked.request.tenant, cases[i].tenant);
    }
    autofree char *text = file_with("'Authority':'https://login.microsoftonline.us/{tenant}'");
    auto_asked struct asked asked = ask(text, NONE);
    assert_error(&asked.error, ERROR_USAGE, "names no tenant");
}

static void the_tenant_of_an_authority_may_come_from_elsewhere(void **state)
{
    (void)state;
    autofree char *text = file_with("'Authority':'https://login.microsoftonline.us/'");
    const struct options options[] = {
        { .tenant = "b.example" },
        { .authority = "https://login.microsoftonline.us/b.example" },
        { .authority = "https://login.microsoftonline.us", .tenant = "b.example" },
        { 0 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
        if (i + 1 == ARRAY_SIZE(options)) /* the weakest */
            setenv("AZURE_TENANT_ID", "b.example", 1);
        auto_asked struct asked asked = ask(text, options[i]);
        assert_string_equal(asked.error.message, "");
        assert_string_equal(asked.request.instance, "https://login.microsoftonline.us");
        assert_string_equal(asked.request.tenant, "b.example");
    }
    autofree char *of_both = file_with("'Authority':'https://login.microsoftonline.us/a.example'");
    auto_asked struct asked asked = ask(of_both, NONE);
    assert_string_equal(asked.request.tenant, "a.example");
}

static void an_external_id_needs_no_tenant(void **state)
{
    (void)state;
    static const struct {
        const char *members, *tenant;
    } cases[] = {
        { "'Authority':'https://contoso.ciamlogin.com/'", "contoso.onmicrosoft.com" },
        { "'Instance':'https://contoso.ciamlogin.com/'", "contoso.onmicrosoft.com" },
        { "'Instance':'https://contoso.ciamlogin.com/','TenantId':'a.example'", "a.example" },
        { "'Authority':'https://contoso.ciamlogin.com/','TenantId':'a.example'", "a.example" },
        { "'Authority':'https://contoso.ciamlogin.com/a.example/v2.0'", "a.example" },
    };
    setenv("AZURE_TENANT_ID", "azure.example", 1); /* weaker than the file */
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *text = file_with(cases[i].members);
        auto_asked struct asked asked = ask(text, NONE);
        assert_string_equal(asked.error.message, "");
        assert_string_equal(asked.request.instance, "https://contoso.ciamlogin.com");
        assert_string_equal(asked.request.tenant, cases[i].tenant);
    }
    autofree char *none = file_with("");
    auto_asked struct asked by_flag =
        ask(none, (struct options){ .authority = "contoso.ciamlogin.com" });
    assert_string_equal(by_flag.request.tenant, "contoso.onmicrosoft.com");

    setenv("AZURE_AUTHORITY_HOST", "https://contoso.ciamlogin.com/", 1);
    auto_asked struct asked by_both = ask(none, NONE);
    assert_string_equal(by_both.request.tenant, "azure.example");
    unsetenv("AZURE_TENANT_ID");
    auto_asked struct asked by_host = ask(none, NONE);
    assert_string_equal(by_host.request.tenant, "contoso.onmicrosoft.com");
}

static void an_authority_flag_may_have_only_the_instance(void **state)
{
    (void)state;
    static const char *const cases[] = { "https://flag.example", "https://flag.example/",
                                         "flag.example", "flag.example/" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask(FILE_, (struct options){ .authority = cases[i] });
        assert_string_equal(asked.request.instance, "https://flag.example");
        assert_string_equal(asked.request.tenant, "api-tenant");
    }
}

static void an_invalid_authority_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *member, *message;
    } cases[] = {
        { "'TenantId':'t','Instance':'http://login.example/'", "use https" },
        { "'TenantId':'t','Instance':'https://user@login.example/'", "not an authority" },
        { "'TenantId':'t','Instance':'login example'", "not an authority" },
        { "'Authority':'https://login.example/'", "names no tenant" },
        { "'Authority':'https://login.example/a/../b'", "not an authority" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *text = file_with(cases[i].member);
        auto_asked struct asked asked = ask(text, NONE);
        assert_error(&asked.error, ERROR_USAGE, cases[i].message);
    }
    auto_asked struct asked by_flag =
        ask(FILE_, (struct options){ .authority = "http://login.example/t" });
    assert_error(&by_flag.error, ERROR_USAGE, "use https");
}

/* ---- tenant and client ID ---- */

static void the_error_of_an_authority_names_what_has_it(void **state)
{
    (void)state;
    autofree char *both = file_with("'Authority':'https://a.example/b c'");
    auto_asked struct asked by_both = ask(both, NONE);
    assert_error(&by_both.error, ERROR_USAGE, ":1: Authority: 'https://a.example/b c' is not an");
    autofree char *instance = file_with("'Instance':'https://a.example?x','TenantId':'t'");
    auto_asked struct asked by_instance = ask(instance, NONE);
    assert_error(&by_instance.error, ERROR_USAGE,
                 ":1: Instance: the authority 'https://a.example' "
                 "has a query");
    auto_asked struct asked by_flag =
        ask(FILE_, (struct options){ .authority = "http://a.example" });
    assert_error(&by_flag.error, ERROR_USAGE, "--authority: the authority 'http://a.example' must");
    setenv("AZURE_AUTHORITY_HOST", "a b", 1);
    autofree char *neither = file_with("'TenantId':'t'");
    auto_asked struct asked by_host = ask(neither, NONE);
    assert_error(&by_host.error, ERROR_USAGE, "AZURE_AUTHORITY_HOST: 'a b' is not an authority");
    assert_string_equal(by_host.error.code, "authority_malformed");
}

static void a_tenant_is_lowercased(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask(FILE_, (struct options){ .tenant = "97E0A5B7-D745-40B6-94FE-5F77D35C6E05" });
    assert_string_equal(asked.request.tenant, "97e0a5b7-d745-40b6-94fe-5f77d35c6e05");
}

static void a_tenant_that_would_change_the_url_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = { "../common", "a/b", "a?b", "a#b", "a b", "a%2fb", "." };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask(FILE_, (struct options){ .tenant = cases[i] });
        assert_error(&asked.error, ERROR_USAGE, "is not a tenant");
    }
}

static void an_app_needs_a_specific_tenant(void **state)
{
    (void)state;
    static const char *const cases[] = { "common", "organizations", "Consumers" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask(FILE_, (struct options){ .tenant = cases[i] });
        assert_error(&asked.error, ERROR_USAGE, "does not name a single tenant");
    }
}

static void a_client_id_has_no_character_that_needs_escaping(void **state)
{
    (void)state;
    static const char *const taken[] = { "97e0a5b7-d745-40b6-94fe-5f77d35c6e05", "urn:contoso:app",
                                         "https://contoso.example/app", "A_b~c" };
    static const char *const refused[] = { "a b", "a\"b",  "a\\b",     "a\nb", "a&b",
                                           "a=b", "a%20b", "\xc3\xa4", "a{b" };
    for (size_t i = 0; i < ARRAY_SIZE(taken); i++) {
        auto_asked struct asked asked = ask(FILE_, (struct options){ .client_id = taken[i] });
        assert_string_equal(asked.request.client_id, taken[i]);
    }
    for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
        auto_asked struct asked asked = ask(FILE_, (struct options){ .client_id = refused[i] });
        assert_error(&asked.error, ERROR_USAGE, "is not a client id");
    }
}

/* A GUID is none of anybody's secrets, whatever was copied along with it. */
static void what_was_copied_along_with_an_id_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *id, *oddity;
    } cases[] = {
        { GUID_ " ", "it has a blank or line break at an end" },
        { "\n" GUID_, "it has a blank or line break at an end" },
        { GUID_ "\xc2\xa0", "it has a character at an end that is not ASCII" },
        { "{" GUID_ "}", "it is in braces" },
        { "\"" GUID_ "\"", "it is in quotation marks" },
        { "https://login.microsoftonline.com/contoso.com", "it is a URL" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *tenant_fault =
            text_format("--tenant: '%s' is not a tenant: %s", cases[i].id, cases[i].oddity);
        auto_asked struct asked by_tenant = ask(FILE_, (struct options){ .tenant = cases[i].id });
        assert_error(&by_tenant.error, ERROR_USAGE, tenant_fault);
        if (strstr(cases[i].id, "://") != NULL) /* an app of AD FS may have such a name */
            continue;
        autofree char *client_fault =
            text_format("--client-id: '%s' is not a client id: %s", cases[i].id, cases[i].oddity);
        auto_asked struct asked by_client =
            ask(FILE_, (struct options){ .client_id = cases[i].id });
        assert_error(&by_client.error, ERROR_USAGE, client_fault);
    }
}

static void a_secret_is_not_shown_whatever_is_beside_it(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "Ab8Q~dEfGhIjKlMnOpQrStUvWxYz0123456789. ",
        GUID_ " Ab8Q~dEfGhIjKlMnOpQrStUvWxYz0123456789.",
        GUID_ "=abcDEFghiJKLmnopqrstuvwxyz0123456789ABCD",
        "https://login.microsoftonline.com/?client_secret=abcDEFghiJKLmnopqrstuvwxyz0123456789",
        "https://app:abcDEFghiJKLmnopqrstuvwxyz0123456789@login.microsoftonline.com/",
        "https://login.microsoftonline.com/#abcDEFghiJKLmnopqrstuvwxyz0123456789",
        "+/://abcDEFghiJKLmnopqrstuvwxyz0123456789ABCD",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask(FILE_, (struct options){ .tenant = cases[i] });
        assert_error(&asked.error, ERROR_USAGE, "--tenant: '...' is not a tenant");
    }
}

static void the_error_of_a_tenant_names_what_has_it(void **state)
{
    (void)state;
    autofree char *text = file_with("'TenantId':'a b'");
    auto_asked struct asked by_file = ask(text, NONE);
    assert_error(&by_file.error, ERROR_USAGE, ":1: TenantId: 'a b' is not a tenant");
    setenv("AZURE_TENANT_ID", "a/b", 1);
    auto_asked struct asked by_azure = ask("{" API "}", (struct options){ .client_id = "c" });
    assert_error(&by_azure.error, ERROR_USAGE, "AZURE_TENANT_ID: 'a/b' is not a tenant");
    setenv("Api__AcquireTokenOptions__Tenant", "b b", 1);
    auto_asked struct asked by_api = ask(FILE_, NONE);
    assert_error(&by_api.error, ERROR_USAGE,
                 "the environment variable Api__AcquireTokenOptions__Tenant: Tenant: 'b b' is not");
}

static void a_client_id_has_at_most_512_characters(void **state)
{
    (void)state;
    autofree char *id = repeated('a', 513);
    auto_asked struct asked too_long = ask(FILE_, (struct options){ .client_id = id });
    assert_error(&too_long.error, ERROR_USAGE, "is not a client id");
    auto_asked struct asked fits = ask(FILE_, (struct options){ .client_id = id + 1 });
    assert_true(fits.ok);
}

static void the_error_names_what_is_missing(void **state)
{
    (void)state;
    auto_asked struct asked no_tenant =
        ask("{'AzureAd':{'ClientId':'c','ClientSecret':'s'}," API "}", NONE);
    assert_error(&no_tenant.error, ERROR_USAGE, "no tenant (TenantId, or AZURE_TENANT_ID)");
    auto_asked struct asked no_client =
        ask("{'AzureAd':{'TenantId':'t','ClientSecret':'s'}," API "}", NONE);
    assert_error(&no_client.error, ERROR_USAGE, "no client id (ClientId, or AZURE_CLIENT_ID)");
    assert_has(error_advice(&no_client.error), "; see entra-appsettings(5).");
}

static void the_error_for_a_placeholder_of_the_sample_has_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *member, *key;
    } cases[] = {
        { "\n'TenantId':'[Enter here the tenantID or domain name]'", "TenantId" },
        { "'TenantId':'t',\n'Instance':'[Enter the instance]'", "Instance" },
        { "'TenantId':'t',\n'Authority':'[Enter the authority]'", "Authority" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *text = file_with(cases[i].member);
        autofree char *message = NULL;
        if (asprintf(&message, ":2: %s still has the placeholder of the sample file",
                     cases[i].key) < 0)
            fail();
        auto_asked struct asked asked = ask(text, NONE);
        assert_error(&asked.error, ERROR_USAGE, message);
    }
    auto_asked struct asked asked =
        ask("{'AzureAd':{'TenantId':'t','ClientId':\n'[Enter here the ClientId]','ClientSecret':"
            "'s'}," API "}",
            NONE);
    assert_error(&asked.error, ERROR_USAGE,
                 ":2: ClientId still has the placeholder of the sample file");
}

/* ---- several identities ---- */

#define TWO                                                                                        \
    "'First':{'TenantId':'first','ClientId':'c','ClientSecret':'s'},"                              \
    "'Second':{'TenantId':'second','ClientId':'c','ClientSecret':'s'}"

static void an_api_names_its_identity(void **state)
{
    (void)state;
    auto_asked struct asked asked = ask("{" TWO ",'AzureAd':{'TenantId':'t'},'Api':{'Scopes':"
                                        "['api://a/.default'],'AcquireTokenOptions':"
                                        "{'AuthenticationOptionsName':'second'}}}",
                                        NONE);
    assert_string_equal(asked.error.message, "");
    assert_string_equal(asked.request.tenant, "second");
}

static void an_api_without_an_identity_uses_azure_ad(void **state)
{
    (void)state;
    auto_asked struct asked asked = ask(
        "{" TWO ",'azuread':{'TenantId':'third','ClientId':'c','ClientSecret':'s'}," API "}", NONE);
    assert_string_equal(asked.request.tenant, "third");
}

static void the_only_identity_may_have_any_name(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask("{'Contoso':{'TenantId':'t','ClientId':'c','ClientSecret':'s'}," API "}", NONE);
    assert_string_equal(asked.request.tenant, "t");
}

static void an_identity_may_be_inside_another_object(void **state)
{
    (void)state;
    auto_asked struct asked asked = ask("{'Authentication':{'Schemes':{'Entra':{'TenantId':'t',"
                                        "'ClientId':'c','ClientSecret':'s'}}}," API "}",
                                        NONE);
    assert_string_equal(asked.request.tenant, "t");
}

static void one_of_several_identities_must_be_named(void **state)
{
    (void)state;
    auto_asked struct asked asked = ask("{" TWO "," API "}", NONE);
    assert_error(&asked.error, ERROR_USAGE, "2 identities and none of them is called AzureAd");
    assert_has(error_advice(&asked.error), "AuthenticationOptionsName");
}

static void an_unknown_identity_is_an_error(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask("{" TWO ",'Api':{'Scopes':['api://a/.default'],'AcquireTokenOptions':"
            "{'AuthenticationOptionsName':'Third'}}}",
            NONE);
    assert_error(&asked.error, ERROR_USAGE, "there is no identity 'Third'");
}

/* ---- an identity without an API ---- */

static void an_identity_can_be_requested_without_an_api(void **state)
{
    (void)state;
    struct error error = { 0 };
    auto_token_request struct token_request request = { 0 };
    struct options options = { .config = file_of(FILE_), .api = "Api" };
    auto_config struct config *config = config_load(&options, NULL, &error);
    assert_true(config_identity(config, &request, &error));
    assert_string_equal(request.instance, "https://file.example");
    assert_string_equal(request.tenant, "api-tenant");
    assert_string_equal(request.client_id, "file-app");
    assert_null(request.scope);
}

static void an_identity_must_be_complete(void **state)
{
    (void)state;
    struct error error = { 0 };
    auto_token_request struct token_request request = { 0 };
    struct options options = { .config = file_of("{'AzureAd':{'TenantId':'t'}}") };
    auto_config struct config *config = config_load(&options, NULL, &error);
    assert_false(config_identity(config, &request, &error));
    assert_error(&error, ERROR_USAGE, "no client id");
}

#define TEST(function) cmocka_unit_test_setup(function, clear_environment)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_tenant_comes_from_flag_api_environment_file_in_this_order),
        TEST(two_tenants_are_a_contradiction),
        TEST(the_environment_completes_the_default_identity_of_the_file),
        TEST(the_client_id_comes_from_flag_environment_file_in_this_order),
        TEST(the_instance_comes_from_flag_environment_file_in_this_order),
        TEST(an_authority_sets_instance_and_tenant),
        TEST(instance_and_tenant_take_precedence_over_the_authority),
        TEST(what_instance_and_tenant_take_the_place_of_is_named),
        TEST(a_variable_takes_the_place_of_a_tenant_without_a_word),
        TEST(an_authority_without_a_tenant_needs_a_tenant_id),
        TEST(the_tenant_of_an_authority_may_come_from_elsewhere),
        TEST(an_external_id_needs_no_tenant),
        TEST(an_authority_flag_may_have_only_the_instance),
        TEST(an_invalid_authority_is_refused),
        TEST(the_error_of_an_authority_names_what_has_it),
        TEST(a_tenant_is_lowercased),
        TEST(a_tenant_that_would_change_the_url_is_refused),
        TEST(an_app_needs_a_specific_tenant),
        TEST(a_client_id_has_no_character_that_needs_escaping),
        TEST(what_was_copied_along_with_an_id_is_named),
        TEST(a_secret_is_not_shown_whatever_is_beside_it),
        TEST(the_error_of_a_tenant_names_what_has_it),
        TEST(a_client_id_has_at_most_512_characters),
        TEST(the_error_names_what_is_missing),
        TEST(the_error_for_a_placeholder_of_the_sample_has_its_line),
        TEST(an_api_names_its_identity),
        TEST(an_api_without_an_identity_uses_azure_ad),
        TEST(the_only_identity_may_have_any_name),
        TEST(an_identity_may_be_inside_another_object),
        TEST(one_of_several_identities_must_be_named),
        TEST(an_unknown_identity_is_an_error),
        TEST(an_identity_can_be_requested_without_an_api),
        TEST(an_identity_must_be_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
