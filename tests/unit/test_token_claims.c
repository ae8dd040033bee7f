/* SPDX-License-Identifier: MIT */
/* What a token's claims say of its fate at an API. */
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/json.h"
#include "helpers/entra/token_claims.h"

#define GRAPH "https://graph.microsoft.com"
#define GUID  "11111111-2222-3333-4444-555555555555"

/* What becomes of claims (by json_text) that came of a scope, at a host. "": they are taken. */
static const char *fate(const char *text, const char *scope, const char *host)
{
    static struct error error;
    struct error unused;
    autofree char *json = json_text(text);
    auto_json json_object *claims = json_parse(json, strlen(json), &unused);
    error = (struct error){ 0 };
    assert_non_null(claims);
    bool taken = token_claims_check(claims, scope, host, &error);
    assert_true(taken == (error.kind == ERROR_NONE));
    return taken ? "" : error.code[0] != '\0' ? error.code : error_advice(&error);
}

static void what_the_api_wants_is_taken(void **state)
{
    (void)state;
    assert_string_equal(fate("{'aud':'api://a','roles':['r']}", "api://a/.default", NULL), "");
    assert_string_equal(fate("{'aud':'" GUID "','roles':['r']}", "api://a/.default", "a.b"), "");
    assert_string_equal(fate("{'aud':'api://" GUID "','roles':['r']}", GUID "/.default", NULL), "");
    assert_string_equal(
        fate("{'aud':'" GRAPH "/','roles':['r']}", GRAPH "//.default", "graph.microsoft.com"), "");
    assert_string_equal(fate("{'aud':'api://a','scp':'s'}", "api://a/.default", NULL), "");
    assert_string_equal(fate("{}", "api://a/.default", NULL), ""); /* nothing is known */
    assert_string_equal(fate("{'aud':['api://b']}", "api://a/.default", NULL), "");
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
        assert_string_equal(fate(cases[i].claims, cases[i].scope, cases[i].host), "invalid_token");
}

/* Only a whole host, or one below the domain, is the API's. */
static void a_host_that_looks_like_an_apis_is_another(void **state)
{
    (void)state;
    static const char *const hosts[] = { "graph.microsoft.com.evil.example", "xgraph.microsoft.com",
                                         "vault.azure.net" };
    for (size_t i = 0; i < ARRAY_SIZE(hosts); i++)
        assert_string_equal(fate("{'aud':'api://a','roles':['r']}", "api://a/.default", hosts[i]),
                            "");
}

static void a_lost_slash_of_azure_sql_is_named(void **state)
{
    (void)state;
    assert_has(fate("{'aud':'https://database.windows.net'}",
                    "https://database.windows.net/.default", NULL),
               "https://database.windows.net//.default");
    assert_string_equal(fate("{'aud':'https://database.windows.net/'}",
                             "https://database.windows.net//.default", NULL),
                        "");
}

static void no_roles_are_refused_where_an_api_goes_by_them(void **state)
{
    (void)state;
    static const char *const claims[] = { "{'aud':'api://a'}", "{'aud':'api://a','roles':[]}",
                                          "{'aud':'api://a','roles':'r'}",
                                          "{'aud':'api://a','roles':null}" };
    for (size_t i = 0; i < ARRAY_SIZE(claims); i++)
        assert_string_equal(fate(claims[i], "api://a/.default", NULL), "no_app_roles");
    assert_string_equal(fate("{'aud':'" GRAPH "'}", GRAPH "/.default", NULL),
                        "Authorization_RequestDenied");
    assert_string_equal(fate("{'aud':'https://vault.azure.net'}",
                             "https://vault.azure.net/.default", "x.vault.azure.net"),
                        "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_api_wants_is_taken),
        cmocka_unit_test(another_audience_is_refused),
        cmocka_unit_test(a_host_that_looks_like_an_apis_is_another),
        cmocka_unit_test(a_lost_slash_of_azure_sql_is_named),
        cmocka_unit_test(no_roles_are_refused_where_an_api_goes_by_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
