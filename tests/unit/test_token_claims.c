/* SPDX-License-Identifier: MIT */
/* Whether an API would accept a token, by its claims. */
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "helpers/entra/token_claims.h"

#define GRAPH "https://graph.microsoft.com"
#define GUID  "11111111-2222-3333-4444-555555555555"

/* Judges the claims (by json_text) of a token for a scope, at a host. "" if they are accepted,
 * else the error's code or advice. */
static const char *judge(const char *text, const char *scope, const char *host)
{
    static struct error error;
    struct error unused;
    autofree char *json = json_text(text);
    auto_json json_object *claims = json_parse(json, strlen(json), &unused);
    error = (struct error){ 0 };
    assert_non_null(claims);
    bool accepted = token_claims_check(claims, scope, host, &error);
    assert_true(accepted == (error.kind == ERROR_NONE));
    return accepted ? "" : error.code[0] != '\0' ? error.code : error_advice(&error);
}

static void claims_that_the_api_accepts_pass(void **state)
{
    (void)state;
    assert_string_equal(judge("{'aud':'api://a','roles':['r']}", "api://a/.default", NULL), "");
    assert_string_equal(judge("{'aud':'" GUID "','roles':['r']}", "api://a/.default", "a.b"), "");
    assert_string_equal(judge("{'aud':'api://" GUID "','roles':['r']}", GUID "/.default", NULL),
                        "");
    assert_string_equal(
        judge("{'aud':'" GRAPH "/','roles':['r']}", GRAPH "//.default", "graph.microsoft.com"), "");
    assert_string_equal(judge("{'aud':'api://a','scp':'s'}", "api://a/.default", NULL), "");
    assert_string_equal(judge("{}", "api://a/.default", NULL), ""); /* nothing to check */
    assert_string_equal(judge("{'aud':['api://b']}", "api://a/.default", NULL), "");
}

static void another_audience_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *claims, *scope, *host;
    } cases[] = {
        { "{'aud':'api://b','roles':['r']}", "api://a/.default", NULL },
        { "{'aud':'https://a.b','roles':['r']}", "https://a.b//.default", NULL },
        { "{'aud':'api://a','roles':['r']}", "api://a/.default", "graph.microsoft.com" },
        { "{'aud':'" GRAPH "','roles':['r']}", GRAPH "/.default", "x.vault.azure.net" },
        { "{'aud':'" GRAPH "','roles':['r']}", GRAPH "/.default", "dev.azure.com" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_string_equal(judge(cases[i].claims, cases[i].scope, cases[i].host), "invalid_token");
}

/* Only the host itself, or one below the domain, is the API's. */
static void a_host_that_looks_like_that_of_an_api_is_a_different_one(void **state)
{
    (void)state;
    static const char *const hosts[] = { "graph.microsoft.com.evil.example", "xgraph.microsoft.com",
                                         "vault.azure.net" };
    for (size_t i = 0; i < ARRAY_SIZE(hosts); i++)
        assert_string_equal(judge("{'aud':'api://a','roles':['r']}", "api://a/.default", hosts[i]),
                            "");
}

static void the_missing_slash_of_azure_sql_is_reported(void **state)
{
    (void)state;
    assert_has(judge("{'aud':'https://database.windows.net'}",
                     "https://database.windows.net/.default", NULL),
               "https://database.windows.net//.default");
    assert_string_equal(judge("{'aud':'https://database.windows.net/'}",
                              "https://database.windows.net//.default", NULL),
                        "");
}

static void a_token_without_roles_is_refused_by_an_api_that_needs_them(void **state)
{
    (void)state;
    static const char *const claims[] = { "{'aud':'api://a'}", "{'aud':'api://a','roles':[]}",
                                          "{'aud':'api://a','roles':'r'}",
                                          "{'aud':'api://a','roles':null}" };
    for (size_t i = 0; i < ARRAY_SIZE(claims); i++)
        assert_string_equal(judge(claims[i], "api://a/.default", NULL), "no_app_roles");
    assert_string_equal(judge("{'aud':'" GRAPH "'}", GRAPH "/.default", NULL),
                        "Authorization_RequestDenied");
    assert_string_equal(judge("{'aud':'https://vault.azure.net'}",
                              "https://vault.azure.net/.default", "x.vault.azure.net"),
                        "");
}

/* Those of the built-in APIs that keep access lists of their own. */
static void a_token_of_azure_needs_no_roles(void **state)
{
    (void)state;
    static const struct {
        const char *resource, *host;
    } cases[] = {
        { "https://management.azure.com", "management.azure.com" },
        { "https://management.usgovcloudapi.net", "management.usgovcloudapi.net" },
        { "https://management.chinacloudapi.cn", "management.chinacloudapi.cn" },
        { "https://vault.azure.net", "x.vault.azure.net" },
        { "https://vault.usgovcloudapi.net", "x.vault.usgovcloudapi.net" },
        { "https://vault.azure.cn", "x.vault.azure.cn" },
        { "https://storage.azure.com", "x.blob.core.windows.net" },
        { "https://containerregistry.azure.net", "x.azurecr.io" },
        { "https://containerregistry.azure.us", "x.azurecr.us" },
        { "https://containerregistry.azure.cn", "x.azurecr.cn" },
        { "https://database.windows.net/", NULL },
        { "https://database.usgovcloudapi.net/", NULL },
        { "https://database.chinacloudapi.cn/", NULL },
        { "https://ossrdbms-aad.database.windows.net", NULL },
        { "https://ossrdbms-aad.database.usgovcloudapi.net", NULL },
        { "https://ossrdbms-aad.database.chinacloudapi.cn", NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *claims = text_format("{'aud':'%s'}", cases[i].resource);
        autofree char *scope = text_format("%s/.default", cases[i].resource);
        assert_string_equal(judge(claims, scope, cases[i].host), "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(claims_that_the_api_accepts_pass),
        cmocka_unit_test(another_audience_is_refused),
        cmocka_unit_test(a_host_that_looks_like_that_of_an_api_is_a_different_one),
        cmocka_unit_test(the_missing_slash_of_azure_sql_is_reported),
        cmocka_unit_test(a_token_without_roles_is_refused_by_an_api_that_needs_them),
        cmocka_unit_test(a_token_of_azure_needs_no_roles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
