/* SPDX-License-Identifier: MIT */
/* Authorities: instance, tenant, endpoint. */
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/text.h"
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

/* What is shown of the text has no query. */
static void a_query_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *fault;
    } cases[] = {
        { "https://login.microsoftonline.com/?x",
          "the authority 'https://login.microsoftonline.com/' has a query" },
        { "login.microsoftonline.com?x=https://y/oauth2/token",
          "the authority 'login.microsoftonline.com' has a query" },
        { "https://login.microsoftonline.com/#x",
          "the authority 'https://login.microsoftonline.com/' has a fragment" },
        { "https://login.microsoftonline.com/contoso.com?x",
          "the authority 'https://login.microsoftonline.com/contoso.com' has a query" },
        { "https://sts.contoso.example/entra?x",
          "the authority 'https://sts.contoso.example/entra' has a query" },
        { "https://login.microsoftonline.com/a b?x", "is not an authority: the URL" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error by_instance = { 0 }, by_split = { 0 };
        char *instance = NULL, *tenant = NULL;
        assert_null(authority_instance(cases[i].text, &by_instance));
        assert_error(&by_instance, ERROR_USAGE, cases[i].fault);
        assert_false(authority_split(cases[i].text, &instance, &tenant, &by_split));
        assert_error(&by_split, ERROR_USAGE, cases[i].fault);
        assert_has(error_advice(&by_split), "https://login.microsoftonline.com/");
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

/* What people copy from the portal, from a sample or from documentation. */
static void a_pasted_endpoint_or_placeholder_is_understood(void **state)
{
    (void)state;
    static const struct {
        const char *text, *instance, *tenant;
    } cases[] = {
        { "/contoso.com/oauth2/v2.0/token", "", "contoso.com" },
        { "/contoso.com/oauth2/v2.0/token/", "", "contoso.com" },
        { "/contoso.com/oauth2/v2.0/authorize", "", "contoso.com" },
        { "/contoso.com/oauth2/v2.0/devicecode", "", "contoso.com" },
        { "/contoso.com/oauth2/v2.0", "", "contoso.com" },
        { "/contoso.com/OAuth2/token", "", "contoso.com" },
        { "/contoso.com/v2.0/.well-known/openid-configuration", "", "contoso.com" },
        { "/contoso.com/.well-known/openid-configuration", "", "contoso.com" },
        { "/contoso.com/discovery/v2.0/keys", "", "contoso.com" },
        { "/contoso.com/federationmetadata/2007-06/federationmetadata.xml", "", "contoso.com" },
        { "/contoso.com/v2.0/adminconsent", "", "contoso.com" },
        { "/contoso.com/saml2", "", "contoso.com" },
        { "/contoso.com/.well-known/openid-configuration?appid=x", "", "contoso.com" },
        { "/contoso.com/oauth2/v2.0/authorize?client_id=x&scope=a/b", "", "contoso.com" },
        { "/contoso.com/oauth2/v2.0/authorize/?redirect_uri=https://x/#y", "", "contoso.com" },
        { "/contoso.com/v2.0#x", "", "contoso.com" },
        { "/oauth2/v2.0/token?x", "", NULL },
        { "/{0}", "", NULL },
        { "/{tenant}/v2.0", "", NULL },
        { "/{tenant_id}/oauth2/v2.0/token", "", NULL },
        { "/oauth2/v2.0/token", "", NULL },
        { "/v2.0", "", NULL },
        { "", "", NULL },
        { "/", "", NULL },
    };
    static const char *const hosts[] = { "https://login.microsoftonline.com",
                                         "https://login.chinacloudapi.cn",
                                         "https://sts.contoso.example:8443" };
    for (size_t h = 0; h < ARRAY_SIZE(hosts); h++)
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
            struct error error = { 0 };
            autofree char *text = text_format("%s%s", hosts[h], cases[i].text);
            autofree char *instance = NULL;
            autofree char *tenant = NULL;
            if (!authority_read(text, &instance, &tenant, &error))
                fail_msg("'%s' was refused: %s", text, error.message);
            assert_string_equal(instance, hosts[h]);
            assert_string_equal(tenant != NULL ? tenant : "",
                                cases[i].tenant != NULL ? cases[i].tenant : "");
        }
}

static void an_ad_fs_keeps_its_path(void **state)
{
    (void)state;
    static const struct {
        const char *text, *instance, *tenant;
    } cases[] = {
        { "https://sts.contoso.example/adfs/oauth2/token", "https://sts.contoso.example", "adfs" },
        { "https://sts.contoso.example/adfs/.well-known/openid-configuration",
          "https://sts.contoso.example", "adfs" },
        { "https://sts.contoso.example/entra/contoso.com/v2.0", "https://sts.contoso.example/entra",
          "contoso.com" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { 0 };
        autofree char *instance = NULL;
        autofree char *tenant = NULL;
        assert_true(authority_split(cases[i].text, &instance, &tenant, &error));
        assert_string_equal(instance, cases[i].instance);
        assert_string_equal(tenant, cases[i].tenant);
    }
}

static void an_instance_may_have_the_tenant_in_entras_clouds_only(void **state)
{
    (void)state;
    static const struct {
        const char *text, *instance, *tenant;
    } cases[] = {
        { "https://login.microsoftonline.us/contoso.com/v2.0", "https://login.microsoftonline.us",
          "contoso.com" },
        { "https://login.microsoftonline.com/{0}", "https://login.microsoftonline.com", "" },
        { "https://contoso.ciamlogin.com/fabrikam.com/", "https://contoso.ciamlogin.com",
          "fabrikam.com" },
        { "https://sts.contoso.example/entra", "https://sts.contoso.example/entra", "" },
        { "https://sts.contoso.example/entra/{tenant}", "https://sts.contoso.example/entra", "" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { 0 };
        autofree char *instance = NULL;
        autofree char *tenant = NULL;
        if (!authority_read_instance(cases[i].text, &instance, &tenant, &error))
            fail_msg("'%s' was refused: %s", cases[i].text, error.message);
        assert_string_equal(instance, cases[i].instance);
        assert_string_equal(tenant != NULL ? tenant : "", cases[i].tenant);
    }
}

static void the_host_of_an_external_id_names_its_tenant(void **state)
{
    (void)state;
    static const struct {
        const char *text, *instance, *tenant;
    } cases[] = {
        { "https://contoso.ciamlogin.com/", "https://contoso.ciamlogin.com",
          "contoso.onmicrosoft.com" },
        { "Contoso.CIAMLOGIN.com", "https://contoso.ciamlogin.com", "contoso.onmicrosoft.com" },
        { "https://contoso.ciamlogin.com/v2.0", "https://contoso.ciamlogin.com",
          "contoso.onmicrosoft.com" },
        { "https://contoso.ciamlogin.com/{tenant}/oauth2/v2.0/token",
          "https://contoso.ciamlogin.com", "contoso.onmicrosoft.com" },
        { "https://contoso.ciamlogin.com/contoso.example/v2.0", "https://contoso.ciamlogin.com",
          "contoso.example" },
        { "https://8f1c9d52-6f0a-4c3b-9a51-2d7e4b0c6a13.ciamlogin.com/",
          "https://8f1c9d52-6f0a-4c3b-9a51-2d7e4b0c6a13.ciamlogin.com",
          "8f1c9d52-6f0a-4c3b-9a51-2d7e4b0c6a13" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        for (int whole = 0; whole <= 1; whole++) {
            struct error error = { 0 };
            autofree char *instance = NULL;
            autofree char *tenant = NULL;
            bool ok = whole ? authority_split(cases[i].text, &instance, &tenant, &error)
                            : authority_read_instance(cases[i].text, &instance, &tenant, &error);
            if (!ok)
                fail_msg("'%s' was refused: %s", cases[i].text, error.message);
            assert_string_equal(instance, cases[i].instance);
            assert_string_equal(tenant, cases[i].tenant);
        }
}

static void no_other_host_names_a_tenant(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "https://ciamlogin.com",
        "https://-.ciamlogin.com",
        "https://a_b.ciamlogin.com/",
        "https://contoso.ciamlogin.com.evil.example",
        "https://contosociamlogin.com",
        "https://a.contoso.ciamlogin.com",
        "https://login.microsoftonline.com",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { 0 };
        autofree char *instance = NULL;
        autofree char *tenant = NULL;
        assert_true(authority_read(cases[i], &instance, &tenant, &error));
        assert_null(tenant);
    }
}

static void more_than_a_tenant_is_refused_in_entras_clouds(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/nothing",
        "https://login.microsoftonline.com/a/contoso.com",
        "https://contoso.ciamlogin.com/contoso.com/token",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error by_split = { 0 }, by_instance = { 0 };
        char *instance = NULL, *tenant = NULL;
        assert_false(authority_split(cases[i], &instance, &tenant, &by_split));
        assert_error(&by_split, ERROR_USAGE, "has more than a tenant after its host");
        assert_null(authority_instance(cases[i], &by_instance));
        assert_error(&by_instance, ERROR_USAGE, cases[i]);
        assert_null(instance);
        assert_null(tenant);
    }
}

static void azure_ad_b2c_is_said_not_to_be_served(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "https://contoso.b2clogin.com",
        "https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_sign_in/v2.0",
        "https://contoso.b2clogin.com/tfp/contoso.onmicrosoft.com/b2c_1a_custom/",
        "https://login.microsoftonline.com/tfp/contoso.onmicrosoft.com/B2C_1_sign_in/v2.0/",
        "https://login.contoso.example/contoso.onmicrosoft.com/B2C_1_sign_in",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error by_split = { 0 }, by_instance = { 0 };
        char *instance = NULL, *tenant = NULL;
        assert_false(authority_split(cases[i], &instance, &tenant, &by_split));
        assert_error(&by_split, ERROR_USAGE, "is one of Azure AD B2C");
        assert_has(error_advice(&by_split), "https://login.microsoftonline.com/TENANT");
        assert_null(authority_instance(cases[i], &by_instance));
        assert_error(&by_instance, ERROR_USAGE, "is one of Azure AD B2C");
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
        cmocka_unit_test(a_query_is_named),
        cmocka_unit_test(http_is_accepted_for_loopback_only),
        cmocka_unit_test(an_authority_is_an_instance_and_a_tenant),
        cmocka_unit_test(a_pasted_endpoint_or_placeholder_is_understood),
        cmocka_unit_test(an_ad_fs_keeps_its_path),
        cmocka_unit_test(an_instance_may_have_the_tenant_in_entras_clouds_only),
        cmocka_unit_test(the_host_of_an_external_id_names_its_tenant),
        cmocka_unit_test(no_other_host_names_a_tenant),
        cmocka_unit_test(more_than_a_tenant_is_refused_in_entras_clouds),
        cmocka_unit_test(azure_ad_b2c_is_said_not_to_be_served),
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
