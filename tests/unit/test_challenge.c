/* SPDX-License-Identifier: MIT */
/* Challenges: what is read from WWW-Authenticate, and which tenants are trusted. */
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/entra/challenge.h"

#define TENANT "8f1c9d52-6f0a-4c3b-9a51-2d7e4b0c6a13"
#define CLOUD  "https://login.microsoftonline.com/"

static void a_parameter_is_found_only_in_its_scheme(void **state)
{
    (void)state;
    static const struct {
        const char *field, *value; /* NULL if there is none */
    } cases[] = {
        { "Bearer a=1", "1" },
        { "bearer A=1", "1" },
        { "Basic a=2, Bearer a=1", "1" },
        { "Bearer b=2, a=\"1, \\\"2\\\"\"", "1, \"2\"" },
        { "Bearer b=\"Bearer a=2\", a=1", "1" },
        { "Bearer, TFS-Federated, Bearer a=1,b=2", "1" },
        { "Bearer a=", "" },
        { "Basic a=1", NULL },
        { "Basic realm=\"Bearer a=1\"", NULL },
        { "Bearer a=\"never closed", NULL },
        { "Bearer b=\"never closed, a=1", NULL },
        { "Bearer", NULL },
        { "", NULL },
        { "a=1", NULL },
        { "Bearer a=12345678", NULL }, /* too long */
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char value[8];
        bool found = challenge_parameter(cases[i].field, "Bearer", "a", value, sizeof value);
        if (found != (cases[i].value != NULL) || (found && strcmp(value, cases[i].value) != 0))
            fail_msg("'%s' was misread", cases[i].field);
    }
}

static void a_tenant_in_a_known_cloud_is_used(void **state)
{
    (void)state;
    static const char *const fields[] = {
        "Bearer authorization_uri=" CLOUD TENANT,
        "Bearer authorization_uri=" CLOUD TENANT "/oauth2/authorize, resource_id=1",
        "Basic realm=\"x\", Bearer authorization_uri=\"" CLOUD TENANT "\"",
    };
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        char tenant[AUTHORITY_TENANT_MAX];
        assert_true(challenge_tenant(fields[i], tenant));
        assert_string_equal(tenant, TENANT);
    }
}

/* Personal Microsoft accounts have no tenant. */
static void a_tenant_of_zeros_is_all_organizations(void **state)
{
    (void)state;
    char tenant[AUTHORITY_TENANT_MAX];
    assert_true(challenge_tenant(
        "Bearer authorization_uri=" CLOUD "00000000-0000-0000-0000-000000000000", tenant));
    assert_string_equal(tenant, "organizations");
    assert_true(challenge_tenant_of_guid("00000000-0000-0000-0000-000000000000", tenant));
    assert_string_equal(tenant, "organizations");
    assert_true(challenge_tenant_of_guid("0000000A-0000-0000-0000-000000000000", tenant));
    assert_string_equal(tenant, "0000000a-0000-0000-0000-000000000000");
    assert_false(challenge_tenant_of_guid("00000000-0000", tenant));
    assert_false(challenge_tenant_of_guid("contoso.com", tenant));
}

static void any_other_tenant_is_ignored(void **state)
{
    (void)state;
    static const char *const fields[] = {
        "Bearer authorization_uri=https://evil.example/" TENANT,
        "Bearer authorization_uri=http://login.microsoftonline.com/" TENANT,
        "Bearer authorization_uri=https://login.microsoftonline.com:444/" TENANT,
        "Bearer authorization_uri=https://login.microsoftonline.com@evil.example/" TENANT,
        "Bearer authorization_uri=" CLOUD "common",
        "Bearer authorization_uri=" CLOUD,
        "Bearer authorization_uri=" CLOUD "a/../b c",
        "Bearer",
    };
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        char tenant[AUTHORITY_TENANT_MAX];
        if (challenge_tenant(fields[i], tenant))
            fail_msg("'%s' was accepted", fields[i]);
    }
}

static void claims_are_decoded(void **state)
{
    (void)state;
    autofree char *claims =
        challenge_claims("Bearer error=\"insufficient_claims\", claims=\"eyJhIjoiPz8/fn5+In0=\"");
    assert_string_equal(claims, "{\"a\":\"???~~~\"}");
    autofree char *letters =
        challenge_claims("Bearer error=\"insufficient_claims\", claims=\"eyLDpCI6IvCflJEifQ==\"");
    assert_string_equal(letters, "{\"\xc3\xa4\":\"\xf0\x9f\x94\x91\"}");
}

static void anything_else_is_not_a_claims_challenge(void **state)
{
    (void)state;
    static const char *const fields[] = {
        "Bearer error=\"invalid_token\", claims=\"eyJhIjoxfQ\"",
        "Bearer claims=\"eyJhIjoxfQ\"",
        "Bearer error=\"insufficient_claims\"",
        "Bearer error=\"insufficient_claims\", claims=\"WzFd\"",
        "Bearer error=\"insufficient_claims\", claims=\"not base64\"",
        "Basic error=\"insufficient_claims\", claims=\"eyJhIjoxfQ\"",
    };
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
        assert_null(challenge_claims(fields[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_parameter_is_found_only_in_its_scheme),
        cmocka_unit_test(a_tenant_in_a_known_cloud_is_used),
        cmocka_unit_test(a_tenant_of_zeros_is_all_organizations),
        cmocka_unit_test(any_other_tenant_is_ignored),
        cmocka_unit_test(claims_are_decoded),
        cmocka_unit_test(anything_else_is_not_a_claims_challenge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
