/* SPDX-License-Identifier: MIT */
/* Which audiences a token for a scope may have. */
#include "tests/unit/support.h"

#include "common/entra/audience.h"
#include "common/entra/known_apps.h"

#define OTHER_ID "97e0a5b7-d745-40b6-94fe-5f77d35c6e05"
#define DEVOPS   KNOWN_APP_AZURE_DEVOPS "/.default"
#define GRAPH    "https://graph.microsoft.com/.default"

static const struct {
    const char *audience, *scope;
    bool fits;
} cases[] = {
    /* As it was requested, in either case, with or without the slash or scheme. */
    { KNOWN_APP_AZURE_DEVOPS, DEVOPS, true },
    { "499B84AC-1321-427F-AA17-267CA6975798", DEVOPS, true },
    { "https://graph.microsoft.com", GRAPH, true },
    { "https://graph.microsoft.com/", GRAPH, true },
    { "https://database.windows.net/", "https://database.windows.net//.default", true },
    { "api://" OTHER_ID, OTHER_ID "/access", true },
    { OTHER_ID, "api://" OTHER_ID "/access", true },
    /* By the client ID of the API. */
    { KNOWN_APP_GRAPH, GRAPH, true },
    { KNOWN_APP_GRAPH, "User.Read", true },
    { "https://graph.microsoft.com", "User.Read", true },
    { KNOWN_APP_RESOURCES, "https://management.core.windows.net//.default", true },
    /* Another API's. */
    { "https://graph.microsoft.com", DEVOPS, false },
    { KNOWN_APP_GRAPH, DEVOPS, false },
    { OTHER_ID, GRAPH, false },
    { OTHER_ID, "User.Read", false },
    { KNOWN_APP_AZURE_DEVOPS, GRAPH, false },
    { "https://vault.azure.net", GRAPH, false },
    { KNOWN_APP_AZURE_DEVOPS, "api://my-web-api/.default", false },
    { KNOWN_APP_GRAPH, "https://vault.azure.net/.default", false },
    { OTHER_ID, "api://my-web-api/.default", false },
    { "https://graph.microsoft.com.evil.example", GRAPH, false },
    { "", GRAPH, false },
    { "", DEVOPS, false },
};

static void an_audience_fits_the_scope_or_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        if (audience_fits_scope(cases[i].audience, false, cases[i].scope) != cases[i].fits)
            fail_msg("'%s' for '%s'", cases[i].audience, cases[i].scope);
    }
}

/* The client ID of an API that is not known here. */
static void a_token_of_version_2_may_be_for_any_client_id(void **state)
{
    (void)state;
    const char *scope = "api://my-web-api/.default";
    assert_true(audience_fits_scope(OTHER_ID, true, scope));
    assert_false(audience_fits_scope("api://" OTHER_ID, true, scope));
    assert_false(audience_fits_scope("api://other", true, scope));
    assert_false(audience_fits_scope(KNOWN_APP_GRAPH, true, scope));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_audience_fits_the_scope_or_not),
        cmocka_unit_test(a_token_of_version_2_may_be_for_any_client_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
