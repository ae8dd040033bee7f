/* SPDX-License-Identifier: MIT */
/* Authorities: instance, tenant, endpoint. */
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/entra/authority.h"

static void an_instance_is_normalized(void **state)
{
    (void)state;
    static const struct {
        const char *text, *instance;
    } cases[] = {
        { "https://login.microsoftonline.com/", "https://login.microsoftonline.com" },
        { "https://login.microsoftonline.com", "https://login.microsoftonline.com" },
        { "https://login.microsoftonline.com///", "https://login.microsoftonline.com" },
        { "HTTPS://Login.MicrosoftOnline.COM/", "https://login.microsoftonline.com" },
        { "login.microsoftonline.us", "https://login.microsoftonline.us" },
        { "login.microsoftonline.us/", "https://login.microsoftonline.us" },
        { "https://login.microsoftonline.com:443", "https://login.microsoftonline.com" },
        { "https://localhost:8443/", "https://localhost:8443" },
        { "http://localhost:80", "http://localhost" },
        { "http://127.0.0.1:8080/", "http://127.0.0.1:8080" },
        { "http://[::1]:8080/", "http://[::1]:8080" },
        { "https://sts.contoso.example/adfs/", "https://sts.contoso.example/adfs" },
        { "https://sts.contoso.example/ADFS", "https://sts.contoso.example/ADFS" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { 0 };
        autofree char *instance = authority_instance(cases[i].text, &error);
        if (instance == NULL)
            fail_msg("'%s' was refused: %s", cases[i].text, error.message);
        assert_string_equal(instance, cases[i].instance);
    }
}

static void anything_else_is_not_an_instance(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "/",
        "https://",
        "ftp://login.microsoftonline.com",
        "https://user@login.microsoftonline.com",
        "https://login.microsoftonline.com@evil.example",
        "https://login.microsoftonline.com\\@evil.example",
        "https://login.microsoftonline.com/?x",
        "https://login.microsoftonline.com?x",
        "https://login.microsoftonline.com/#x",
        "https://login.microsoftonline.com/a/../b",
        "https://login.microsoftonline.com/%2e%2e/",
        "https://login.microsoftonline.com/a%2fb",
        "https://login.microsoftonline.com/a b",
        "https://login.microsoftonline.com/a%20b",
        "https://login.microsoftonline.com/a;b",
        "https://login.microsoftonline.com/\"",
        "https://login.microsoftonline.com:0",
        "https://login.microsoftonline.com:65536",
        "https://*.microsoftonline.com",
        "login.microsoftonline.com:",
        "https:login.microsoftonline.com",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { 0 };
        autofree char *instance = authority_instance(cases[i], &error);
        if (instance != NULL)
            fail_msg("'%s' was accepted as %s", cases[i], instance);
        assert_error(&error, ERROR_USAGE, "is not an authority");
        assert_has(error_advice(&error), "https://login.microsoftonline.com/");
    }
}

static void http_is_accepted_for_loopback_only(void **state)
{
    (void)state;
    struct error error = { 0 };
    assert_null(authority_instance("http://login.microsoftonline.com/", &error));
    assert_error(&error, ERROR_USAGE, "use https");
    assert_null(authority_instance("http://localhost.evil.example/", &error));
    assert_error(&error, ERROR_USAGE, "use https");
}

static void an_authority_is_an_instance_and_a_tenant(void **state)
{
    (void)state;
    static const struct {
        const char *text, *instance, *tenant;
    } cases[] = {
        { "https://login.microsoftonline.com/contoso.onmicrosoft.com",
          "https://login.microsoftonline.com", "contoso.onmicrosoft.com" },
        { "https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0",
          "https://login.microsoftonline.com", "contoso.onmicrosoft.com" },
        { "https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0/",
          "https://login.microsoftonline.com", "contoso.onmicrosoft.com" },
        { "https://login.microsoftonline.com/common/", "https://login.microsoftonline.com",
          "common" },
        { "login.microsoftonline.us/97e0a5b7-d745-40b6-94fe-5f77d35c6e05",
          "https://login.microsoftonline.us", "97e0a5b7-d745-40b6-94fe-5f77d35c6e05" },
        { "https://sts.contoso.example:8443/adfs/contoso", "https://sts.contoso.example:8443/adfs",
          "contoso" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { 0 };
        autofree char *instance = NULL;
        autofree char *tenant = NULL;
        if (!authority_split(cases[i].text, &instance, &tenant, &error))
            fail_msg("'%s' was refused: %s", cases[i].text, error.message);
        assert_string_equal(instance, cases[i].instance);
        assert_string_equal(tenant, cases[i].tenant);
    }
}

static void an_authority_without_a_tenant_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "https://login.microsoftonline.com",          "https://login.microsoftonline.com/",
        "https://login.microsoftonline.com/v2.0",     "https://login.microsoftonline.com//v2.0",
        "https://login.microsoftonline.com/con_toso", "https://login.microsoftonline.com/~/v2.0",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { 0 };
        char *instance = NULL, *tenant = NULL;
        if (authority_split(cases[i], &instance, &tenant, &error))
            fail_msg("'%s' was accepted", cases[i]);
        assert_error(&error, ERROR_USAGE, "names no tenant");
        assert_null(instance);
        assert_null(tenant);
    }
}

static void a_tenant_is_a_guid_a_domain_or_a_word(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "97e0a5b7-d745-40b6-94fe-5f77d35c6e05",
        "contoso.onmicrosoft.com",
        "CONTOSO.example",
        "xn--bcher-kva.example",
        "common",
        "organizations",
        "consumers",
        "a",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        if (!authority_is_tenant(cases[i]))
            fail_msg("'%s' was refused", cases[i]);
}

static void a_tenant_cannot_change_the_url_around_it(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",       "/",     "a/b",       "..",     ".",    "a..b", ".a",           "a?b",
        "a#b",    "a%2fb", "a\\b",      "a@b",    "a b",  "a\nb", "a\"b",         "a;b",
        "a:b",    "-a",    "a\xc3\xa4", "../../", "\x7f", "a_b",  "{tenant}",     "a,b",
        "a\r\nX", "a&b",   "a+b",       "~",      "a=b",  "[a]",  "contoso.com/", "(a)",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        if (authority_is_tenant(cases[i]))
            fail_msg("'%s' was accepted", cases[i]);
}

static void a_tenant_is_no_longer_than_a_domain(void **state)
{
    (void)state;
    autofree char *tenant = repeated('a', 254);
    assert_false(authority_is_tenant(tenant));
    assert_true(authority_is_tenant(tenant + 1));
}

static void an_app_needs_a_specific_tenant(void **state)
{
    (void)state;
    static const char *const of_many[] = { "common", "organizations", "consumers", "COMMON" };
    struct error error = { 0 };
    for (size_t i = 0; i < ARRAY_SIZE(of_many); i++) {
        if (authority_is_tenant_of_app(of_many[i], &error))
            fail_msg("'%s' was accepted", of_many[i]);
        assert_error(&error, ERROR_USAGE, "does not name a single tenant");
        assert_has(error_advice(&error), "TenantId");
    }
    assert_true(authority_is_tenant_of_app("contoso.onmicrosoft.com", &error));
    assert_true(authority_is_tenant_of_app("common.example", &error));
}

static void the_token_endpoint_is_below_instance_and_tenant(void **state)
{
    (void)state;
    autofree char *endpoint =
        authority_endpoint("https://login.microsoftonline.com", "contoso.onmicrosoft.com", "token");
    assert_string_equal(endpoint, "https://login.microsoftonline.com/contoso.onmicrosoft.com"
                                  "/oauth2/v2.0/token");
}

static void an_ad_fs_endpoint_has_no_version(void **state)
{
    (void)state;
    static const char *const tenants[] = { "adfs", "ADFS" };
    for (size_t i = 0; i < ARRAY_SIZE(tenants); i++) {
        autofree char *endpoint =
            authority_endpoint("https://sts.contoso.example", tenants[i], "token");
        assert_true(authority_is_adfs(tenants[i]));
        assert_has(endpoint, "https://sts.contoso.example/");
        assert_has(endpoint, "/oauth2/token");
    }
    assert_false(authority_is_adfs("adfs.example"));
    assert_false(authority_is_adfs(""));
}

static void each_cloud_has_its_own_audience_for_federated_tokens(void **state)
{
    (void)state;
    static const struct {
        const char *instance, *audience;
    } cases[] = {
        { "https://login.microsoftonline.com", "api://AzureADTokenExchange" },
        { "https://login.partner.microsoftonline.cn", "api://AzureADTokenExchangeChina" },
        { "https://login.chinacloudapi.cn", "api://AzureADTokenExchangeChina" },
        { "https://login.microsoftonline.us", "api://AzureADTokenExchangeUSGov" },
        { "https://login.usgovcloudapi.net", "api://AzureADTokenExchangeUSGov" },
        { "https://login.sovcloud-identity.fr", "api://AzureADTokenExchangeFrance" },
        { "https://login.sovcloud-identity.de", "api://AzureADTokenExchangeGermany" },
        { "https://sts.contoso.example", "api://AzureADTokenExchange" },
        { "https://login.microsoftonline.us.example", "api://AzureADTokenExchange" },
        { "https://usgovvirginia.login.microsoftonline.us", "api://AzureADTokenExchangeUSGov" },
        { "https://evil-login.microsoftonline.us", "api://AzureADTokenExchange" },
        { "https://localhost:8443", "api://AzureADTokenExchange" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_string_equal(authority_token_exchange_audience(cases[i].instance),
                            cases[i].audience);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_instance_is_normalized),
        cmocka_unit_test(anything_else_is_not_an_instance),
        cmocka_unit_test(http_is_accepted_for_loopback_only),
        cmocka_unit_test(an_authority_is_an_instance_and_a_tenant),
        cmocka_unit_test(an_authority_without_a_tenant_is_refused),
        cmocka_unit_test(a_tenant_is_a_guid_a_domain_or_a_word),
        cmocka_unit_test(a_tenant_cannot_change_the_url_around_it),
        cmocka_unit_test(a_tenant_is_no_longer_than_a_domain),
        cmocka_unit_test(an_app_needs_a_specific_tenant),
        cmocka_unit_test(the_token_endpoint_is_below_instance_and_tenant),
        cmocka_unit_test(an_ad_fs_endpoint_has_no_version),
        cmocka_unit_test(each_cloud_has_its_own_audience_for_federated_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
