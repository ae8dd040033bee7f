/* SPDX-License-Identifier: MIT */
/* Requests for a user: client, tenant, account and scopes. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/entra/account.h"
#include "common/entra/scope.h"

#define NONE       ((struct options){ 0 })
#define FOR_USER   (&(const struct config_context){ .for_user = true })
#define AZURE_CLI  "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
#define AZURE_APP  "97e0a5b7-d745-40b6-94fe-5f77d35c6e05"
#define TENANT     "'TenantId':'contoso.example',"
#define CLIENT     "'ClientId':'" AZURE_APP "'"
#define API        "'Api':{'Scopes':['api://a/.default']}"
#define APP        "'AzureAd':{" TENANT CLIENT ",'ClientSecret':'s'}"
#define PUBLIC_APP "'AzureAd':{" TENANT CLIENT "}"

/* A configuration with a public client, and an API with these members. */
static char *file_with(const char *members)
{
    char *text = NULL;
    if (asprintf(&text, "{" PUBLIC_APP ",'Api':{%s}}", members) < 0)
        abort();
    return text;
}

/* ---- user or app ---- */

static void a_client_without_a_credential_gets_a_user_token(void **state)
{
    (void)state;
    auto_asked struct asked app = ask("{" APP "," API "}", NONE);
    assert_false(app.request.for_user);
    auto_asked struct asked user = ask("{" PUBLIC_APP "," API "}", NONE);
    assert_string_equal(user.error.message, "");
    assert_true(user.request.for_user);
    assert_string_equal(user.request.tenant, "contoso.example");
    assert_string_equal(user.request.client_id, AZURE_APP);
    assert_int_equal(user.request.credential_count, 0);
    assert_int_equal(user.candidates.count, 1);
}

static void an_app_gets_a_user_token_if_the_api_or_the_caller_wants_one(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool forced, user;
    } cases[] = {
        { "{" APP ",'Api':{'Scopes':'api://a/.default','RequestAppToken':false}}", false, true },
        { "{" APP ",'Api':{'Scopes':'api://a/.default','RequestAppToken':true}}", true, true },
        { "{" APP ",'Api':{'Scopes':'api://a/.default','RequestAppToken':true}}", false, false },
        { "{" APP "," API "}", true, true },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask_with(
            cases[i].text, NONE, &(const struct config_context){ .for_user = cases[i].forced });
        assert_string_equal(asked.error.message, "");
        assert_int_equal(asked.request.for_user, cases[i].user);
        assert_int_equal(asked.request.credential_count, cases[i].user ? 0 : 1);
    }
}

static void the_sign_in_method_is_passed_on(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask_with("{" PUBLIC_APP "," API "}", NONE,
                 &(const struct config_context){ .sign_in = SIGN_IN_DEVICE_CODE });
    assert_int_equal(asked.request.sign_in, SIGN_IN_DEVICE_CODE);
}

/* ---- without a configured identity ---- */

static void without_an_identity_it_is_a_managed_identity_or_a_user(void **state)
{
    (void)state;
    auto_asked struct asked asked = ask("{" API "}", NONE);
    assert_string_equal(asked.error.message, "");
    assert_true(asked.request.unconfigured);
    assert_false(asked.request.for_user);
    assert_int_equal(asked.request.credentials[0].kind, CREDENTIAL_MANAGED_IDENTITY);

    assert_int_equal(asked.candidates.count, 2);
    const struct token_request *user = &asked.candidates.items[1];
    assert_true(user->for_user);
    assert_int_equal(user->credential_count, 0);
    assert_string_equal(user->api, "Api");
    assert_string_equal(user->tenant, "organizations");
    assert_string_equal(user->client_id, AZURE_CLI);
    assert_string_equal(user->scope, "api://a/.default");
    assert_true(user->unconfigured);
}

static void without_an_identity_an_api_for_apps_has_no_user(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask("{'Api':{'Scopes':['api://a/.default'],'RequestAppToken':true}}", NONE);
    assert_string_equal(asked.error.message, "");
    assert_true(asked.request.unconfigured);
    assert_int_equal(asked.candidates.count, 1);
}

static void without_an_identity_an_api_for_users_has_no_managed_identity(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask("{'Api':{'Scopes':['api://a/.default'],'RequestAppToken':false}}", NONE);
    assert_string_equal(asked.error.message, "");
    assert_true(asked.request.for_user);
    assert_false(asked.request.unconfigured);
    assert_int_equal(asked.request.credential_count, 0);
}

/* An app gets what its registration has, with a single scope. */
static void a_scope_that_no_app_can_request_is_for_a_user(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "{'Api':{'Scopes':['User.Read']}}", "User.Read" },
        { "{'Api':{'Scopes':['User.Read','Mail.Read'],'Account':'Ada'}}", "User.Read Mail.Read" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask(cases[i][0], NONE);
        assert_string_equal(asked.error.message, "");
        assert_true(asked.request.for_user);
        assert_string_equal(asked.request.scope, cases[i][1]);
        assert_string_equal(asked.request.client_id, AZURE_CLI);
        assert_int_equal(asked.candidates.count, 1);
    }
    auto_asked struct asked by_flag =
        ask("{}", (struct options){ .scopes = { "User.Read" }, .scope_count = 1 });
    assert_true(by_flag.request.for_user);
    auto_asked struct asked of_app =
        ask("{'Api':{'Scopes':['User.Read'],'RequestAppToken':true}}", NONE);
    assert_error(&of_app.error, ERROR_USAGE, "does not end in /.default");
    auto_asked struct asked of_machine =
        ask("{'Api':{'Scopes':['User.Read']}}", (struct options){ .managed_identity = true });
    assert_error(&of_machine.error, ERROR_USAGE, "does not end in /.default");
}

/* There it names the managed identity. */
static void without_a_tenant_the_client_id_of_the_environment_is_not_for_users(void **state)
{
    (void)state;
    setenv("AZURE_CLIENT_ID", AZURE_APP, 1);
    auto_asked struct asked asked = ask("{" API "}", NONE);
    assert_string_equal(asked.request.credentials[0].id, AZURE_APP);
    assert_string_equal(asked.candidates.items[1].client_id, AZURE_CLI);
    auto_asked struct asked user = ask_with("{" API "}", NONE, FOR_USER);
    assert_string_equal(user.request.client_id, AZURE_CLI);
    auto_asked struct asked with_tenant =
        ask_with("{" API "}", (struct options){ .tenant = "contoso.example" }, FOR_USER);
    assert_string_equal(with_tenant.request.client_id, AZURE_APP);
}

/* ---- the tenant ---- */

static const char *name_tenant(void *learner)
{
    return learner;
}

static void the_tenant_is_configured_learned_or_organizations(void **state)
{
    (void)state;
    static const struct {
        const char *text, *flag, *learned, *tenant;
    } cases[] = {
        { "{" PUBLIC_APP "," API "}", NULL, NULL, "contoso.example" },
        { "{" PUBLIC_APP "," API "}", NULL, "learned.example", "contoso.example" },
        { "{" PUBLIC_APP "," API "}", "Flag.example", "learned.example", "flag.example" },
        { "{'AzureAd':{" CLIENT "}," API "}", NULL, "Learned.example", "learned.example" },
        { "{'AzureAd':{" CLIENT "}," API "}", NULL, NULL, "organizations" },
        { "{" API "}", NULL, "learned.example", "learned.example" },
        { "{" API "}", NULL, NULL, "organizations" },
        { "{'AzureAd':{'TenantId':'common'," CLIENT "}," API "}", NULL, NULL, "common" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked =
            ask_with(cases[i].text, (struct options){ .tenant = cases[i].flag },
                     &(const struct config_context){ .for_user = true,
                                                     .learn_tenant = name_tenant,
                                                     .learner = (void *)cases[i].learned });
        assert_string_equal(asked.error.message, "");
        assert_int_equal(asked.request.tenant_learned,
                         cases[i].learned != NULL &&
                             strcasecmp(cases[i].learned, cases[i].tenant) == 0);
        assert_string_equal(asked.request.tenant, cases[i].tenant);
    }
}

/* learn_tenant may ask a server, which takes time. */
static const char *count_calls(void *learner)
{
    ++*(int *)learner;
    return "learned.example";
}

static void a_tenant_is_learned_only_if_it_is_needed(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int calls;
    } cases[] = {
        { "{'AzureAd':{" CLIENT ",'ClientSecret':'s'}," API "}", 1 },
        { "{'AzureAd':{" CLIENT "}," API "}", 1 },
        { "{" API "}", 1 },
        { "{" APP "," API "}", 0 },
        { "{'AzureAd':{'ClientSecret':'s'}," API "}", 0 },
        { "{'AzureAd':{" CLIENT "},'Api':{'Scopes':'api://a/.default','RequestAppToken':true}}",
          0 },
        /* A managed identity has no choice of its tenant. */
        { "{'Api':{'Scopes':'api://a/.default','RequestAppToken':true}}", 0 },
        { "{'Api':{'Scopes':'api://a/.default',"
          "'AcquireTokenOptions':{'ManagedIdentity':{}}}}",
          0 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        int calls = 0;
        auto_asked struct asked asked = ask_with(
            cases[i].text, NONE,
            &(const struct config_context){ .learn_tenant = count_calls, .learner = &calls });
        assert_true(asked.candidates.count > 0);
        assert_int_equal(calls, cases[i].calls);
    }
}

static void an_invalid_learned_tenant_is_refused(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask_with("{" API "}", NONE,
                 &(const struct config_context){
                     .for_user = true, .learn_tenant = name_tenant, .learner = (void *)"a/b" });
    assert_error(&asked.error, ERROR_USAGE, "'a/b' is not a tenant");
}

/* ---- the account ---- */

static void the_account_comes_from_flag_or_api_and_is_lowercased(void **state)
{
    (void)state;
    autofree char *text = file_with("'Scopes':['api://a/.default'],'Account':'Ada@Contoso.com'");
    auto_asked struct asked by_api = ask(text, NONE);
    assert_string_equal(by_api.error.message, "");
    assert_string_equal(by_api.said, "");
    assert_string_equal(by_api.request.account, "ada@contoso.com");
    auto_asked struct asked by_flag = ask(text, (struct options){ .account = "BOB@contoso.com" });
    assert_string_equal(by_flag.request.account, "bob@contoso.com");
    setenv("Api__Account", "Eve@Contoso.com", 1);
    auto_asked struct asked by_variable = ask(text, NONE);
    assert_string_equal(by_variable.request.account, "eve@contoso.com");
    setenv("Api__Account", "", 1);
    auto_asked struct asked without = ask(text, NONE);
    assert_null(without.request.account);
}

static void without_an_identity_the_account_is_the_users_too(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask("{'Api':{'Scopes':['api://a/.default'],'Account':'Ada@Contoso.com'}}", NONE);
    assert_string_equal(asked.candidates.items[1].account, "ada@contoso.com");
}

/* The account is part of a keyring key and of messages. */
static void an_invalid_account_is_refused(void **state)
{
    (void)state;
    autofree char *longer = repeated('a', USERNAME_MAX + 1);
    const char *const cases[] = { "",     "*",         "ada lovelace", "CONTOSO\\ada",  "a\"b",
                                  "a\nb", "a\033[2Jb", "a\xff",        "a\xe2\x80\xae", longer };
    autofree char *text = file_with("'Scopes':['api://a/.default'],'Account':'*'");
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked =
            ask("{" PUBLIC_APP "," API "}", (struct options){ .account = cases[i] });
        assert_error(&asked.error, ERROR_USAGE, "is not an account");
        assert_null(asked.request.account);
    }
    auto_asked struct asked by_api = ask(text, NONE);
    assert_error(&by_api.error, ERROR_USAGE, "'*' is not an account");
}

/* ---- the scopes ---- */

static void a_user_may_request_several_scopes(void **state)
{
    (void)state;
    static const struct {
        const char *members, *scope;
    } cases[] = {
        { "'Scopes':['User.Read','Mail.Read']", "User.Read Mail.Read" },
        { "'Scopes':['https://graph.microsoft.com/User.Read']",
          "https://graph.microsoft.com/User.Read" },
        { "'Scopes':'User.Read'", "User.Read" },
        { "'Scopes':['api://a/.default']", "api://a/.default" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *text = file_with(cases[i].members);
        auto_asked struct asked asked = ask(text, NONE);
        assert_string_equal(asked.error.message, "");
        assert_string_equal(asked.request.scope, cases[i].scope);
    }
    auto_asked struct asked by_flag =
        ask("{" PUBLIC_APP "}",
            (struct options){ .scopes = { "User.Read", "Mail.Read" }, .scope_count = 2 });
    assert_string_equal(by_flag.request.scope, "User.Read Mail.Read");
}

/* It is an app, and its service signs nobody in. */
static void an_api_for_users_ignores_its_managed_identity(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask("{" PUBLIC_APP ",'Api':{'Scopes':['User.Read'],'RequestAppToken':false,"
            "'AcquireTokenOptions':{'ManagedIdentity':{'UserAssignedClientId':'m'}}}}",
            (struct options){ .api = "Api" });
    assert_string_equal(asked.error.message, "");
    assert_true(asked.request.for_user);
    assert_string_equal(asked.request.instance, "https://login.microsoftonline.com");
    assert_int_equal(asked.request.credential_count, 0);
}

static void an_invalid_scope_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "'Scopes':[]",           "'Scopes':''",      "'Scopes':['']",
        "'Scopes':['a','']",     "'Scopes':['a b']", "'Scopes':['a\\nb']",
        "'Scopes':['a\\u0022']", "'Scopes':[null]",  "'Scopes':['a\\u0000']",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *text = file_with(cases[i]);
        auto_asked struct asked asked = ask(text, (struct options){ .api = "Api" });
        if (asked.ok)
            fail_msg("%s: %s", cases[i], asked.request.scope);
        assert_int_equal(asked.error.kind, ERROR_USAGE);
    }
}

static void the_length_of_all_scopes_together_is_limited(void **state)
{
    (void)state;
    autofree char *half = repeated('a', SCOPE_MAX / 2);
    struct options options = { .scopes = { half, half + 1 }, .scope_count = 2 };
    auto_asked struct asked longest = ask("{" PUBLIC_APP "}", options);
    assert_string_equal(longest.error.message, "");
    assert_int_equal(strlen(longest.request.scope), SCOPE_MAX);
    options.scopes[1] = half;
    auto_asked struct asked longer = ask("{" PUBLIC_APP "}", options);
    assert_error(&longer.error, ERROR_USAGE, "the scopes are longer than 2048 bytes");
}

#define TEST(function) cmocka_unit_test_setup(function, clear_environment)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_client_without_a_credential_gets_a_user_token),
        TEST(an_app_gets_a_user_token_if_the_api_or_the_caller_wants_one),
        TEST(the_sign_in_method_is_passed_on),
        TEST(without_an_identity_it_is_a_managed_identity_or_a_user),
        TEST(without_an_identity_an_api_for_apps_has_no_user),
        TEST(without_an_identity_an_api_for_users_has_no_managed_identity),
        TEST(a_scope_that_no_app_can_request_is_for_a_user),
        TEST(without_a_tenant_the_client_id_of_the_environment_is_not_for_users),
        TEST(the_tenant_is_configured_learned_or_organizations),
        TEST(a_tenant_is_learned_only_if_it_is_needed),
        TEST(an_invalid_learned_tenant_is_refused),
        TEST(the_account_comes_from_flag_or_api_and_is_lowercased),
        TEST(without_an_identity_the_account_is_the_users_too),
        TEST(an_invalid_account_is_refused),
        TEST(a_user_may_request_several_scopes),
        TEST(an_api_for_users_ignores_its_managed_identity),
        TEST(an_invalid_scope_is_refused),
        TEST(the_length_of_all_scopes_together_is_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
