/* SPDX-License-Identifier: MIT */
/* Organizations of Azure DevOps: where a URL names one, and that its name has no letter case. */
#include "tests/unit/support.h"

#include <string.h>

#include "common/base/array.h"
#include "common/entra/organization.h"

static struct url parsed(const char *text)
{
    struct url url;
    struct error error = { 0 };
    if (!url_parse_base(text, strlen(text), &url, &error))
        fail_msg("%s: %s", text, error.message);
    return url;
}

static void a_url_of_azure_devops_names_its_organization(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        enum organization_in in;
    } cases[] = {
        { "https://dev.azure.com/contoso", ORGANIZATION_IN_PATH },
        { "https://DEV.azure.com:443/", ORGANIZATION_IN_PATH },
        { "https://pkgs.dev.azure.com/contoso", ORGANIZATION_IN_PATH },
        { "https://*.dev.azure.com/contoso", ORGANIZATION_IN_PATH },
        { "https://contoso.visualstudio.com/", ORGANIZATION_IN_HOST },
        { "https://contoso.pkgs.visualstudio.com/", ORGANIZATION_IN_HOST },
        { "https://*.visualstudio.com/", ORGANIZATION_IN_HOST },
        { "https://dev.azure.com:8443/contoso", ORGANIZATION_NOWHERE },
        { "https://contoso.visualstudio.com:444/", ORGANIZATION_NOWHERE },
        { "https://visualstudio.com/", ORGANIZATION_NOWHERE },
        { "https://azure.com/contoso", ORGANIZATION_NOWHERE },
        { "https://evildev.azure.com/contoso", ORGANIZATION_NOWHERE },
        { "https://dev.azure.com.evil.example/contoso", ORGANIZATION_NOWHERE },
        { "https://evilvisualstudio.com/", ORGANIZATION_NOWHERE },
        { "http://localhost/dev.azure.com", ORGANIZATION_NOWHERE },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct url url = parsed(cases[i].url);
        if (organization_in(&url) != cases[i].in)
            fail_msg("%s: %d", cases[i].url, (int)organization_in(&url));
    }
}

static void http_is_not_azure_devops(void **state)
{
    (void)state;
    struct url url;
    struct error error = { 0 };
    assert_true(url_from_parts("http", "dev.azure.com", "Contoso", &url, &error));
    assert_int_equal(organization_in(&url), ORGANIZATION_NOWHERE);
    assert_true(url_from_parts("http", "dev.azure.com:443", "Contoso", &url, &error));
    assert_int_equal(organization_in(&url), ORGANIZATION_NOWHERE);
}

static void only_the_letters_of_the_organization_become_lower_case(void **state)
{
    (void)state;
    static const struct {
        const char *url, *path;
    } cases[] = {
        { "https://dev.azure.com/Contoso", "/contoso" },
        { "https://dev.azure.com/CONTOSO-9/My%20Project/_git/App",
          "/contoso-9/My Project/_git/App" },
        { "https://dev.azure.com/%43ontoso/", "/contoso/" },
        { "https://pkgs.dev.azure.com/Contoso/A", "/contoso/A" },
        { "https://dev.azure.com/", "/" },
        { "https://dev.azure.com//Contoso", "//Contoso" },
        /* no names of organizations: U+212A is a K to some, U+0130 an i */
        { "https://dev.azure.com/A%E2%84%AA/B", "/A\xe2\x84\xaa/B" },
        { "https://dev.azure.com/A%C4%B0/B", "/A\xc4\xb0/B" },
        { "https://dev.azure.com/A.B/C", "/A.B/C" },
        { "https://dev.azure.com/A%2fB/C", "/a/B/C" }, /* not plain, so below the root only */
        { "https://contoso.visualstudio.com/DefaultCollection", "/DefaultCollection" },
        { "https://git.contoso.com/Contoso", "/Contoso" },
        { "https://dev.azure.com:8443/Contoso", "/Contoso" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct url url = parsed(cases[i].url);
        organization_lower(&url);
        assert_string_equal(url.path, cases[i].path);
    }
}

static void a_path_that_is_not_known_stays_so(void **state)
{
    (void)state;
    struct url url;
    struct error error = { 0 };
    assert_true(url_from_parts("https", "dev.azure.com", NULL, &url, &error));
    organization_lower(&url);
    assert_false(url.has_path);
    assert_string_equal(url.path, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_of_azure_devops_names_its_organization),
        cmocka_unit_test(http_is_not_azure_devops),
        cmocka_unit_test(only_the_letters_of_the_organization_become_lower_case),
        cmocka_unit_test(a_path_that_is_not_known_stays_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
