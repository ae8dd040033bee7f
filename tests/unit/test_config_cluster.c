/* SPDX-License-Identifier: MIT */
/* What a cluster may choose of the authority. Of the API: test_config_api.c. */
#include "tests/unit/support.h"

#define CLIENT    "97e0a5b7-d745-40b6-94fe-5f77d35c6e05"
#define PUBLIC    "https://login.microsoftonline.com"
#define CHINA     "https://login.partner.microsoftonline.cn"
#define USER_FILE "{'AzureAd':{'TenantId':'contoso.example','ClientId':'" CLIENT "'}}"
#define APP_FILE                                                                                   \
    "{'AzureAd':{'TenantId':'contoso.example','ClientId':'" CLIENT "','ClientSecret':'s'}}"
#define APP_WITHOUT_TENANT "{'AzureAd':{'ClientId':'" CLIENT "','ClientSecret':'s'}}"

static struct asked ask_of(const char *file, struct options options,
                           const struct config_cluster *cluster)
{
    const struct config_context context = { .cluster = *cluster };
    options.api = "AKS";
    return ask_with(file, options, &context);
}

/* ---- for a user ---- */

static void a_cluster_names_the_tenant_and_the_cloud_of_a_user(void **state)
{
    (void)state;
    const struct config_cluster cluster = { .tenant = "Fabrikam.Example", .instance = CHINA };
    auto_asked struct asked asked = ask_of(USER_FILE, (struct options){ 0 }, &cluster);
    assert_true(asked.ok);
    assert_string_equal(asked.request.tenant, "fabrikam.example");
    assert_string_equal(asked.request.instance, CHINA);
    assert_true(asked.request.tenant_learned && asked.request.instance_learned);
}

static void a_cluster_that_names_no_authority_leaves_it(void **state)
{
    (void)state;
    const struct config_cluster cluster = { .client_id = "client" };
    auto_asked struct asked asked = ask_of(USER_FILE, (struct options){ 0 }, &cluster);
    assert_true(asked.ok);
    assert_string_equal(asked.request.tenant, "contoso.example");
    assert_string_equal(asked.request.instance, PUBLIC);
    assert_false(asked.request.tenant_learned || asked.request.instance_learned);
}

static void options_take_precedence_over_a_cluster(void **state)
{
    (void)state;
    static const struct {
        struct options options;
        const char *tenant, *instance;
    } cases[] = {
        { { .tenant = "adatum.example" }, "adatum.example", CHINA },
        { { .authority = PUBLIC }, "fabrikam.example", PUBLIC },
        { { .authority = PUBLIC "/adatum.example" }, "adatum.example", PUBLIC },
    };
    const struct config_cluster cluster = { .tenant = "fabrikam.example", .instance = CHINA };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask_of(USER_FILE, cases[i].options, &cluster);
        assert_true(asked.ok);
        assert_string_equal(asked.request.tenant, cases[i].tenant);
        assert_string_equal(asked.request.instance, cases[i].instance);
    }
}

static void a_cluster_names_a_tenant_or_nothing(void **state)
{
    (void)state;
    static const char *const files[] = { USER_FILE, APP_FILE };
    const struct config_cluster cluster = { .tenant = "a/b" };
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        auto_asked struct asked asked = ask_of(files[i], (struct options){ 0 }, &cluster);
        assert_error(&asked.error, ERROR_USAGE, "'a/b' is not a tenant");
        assert_string_equal(asked.error.code, "tenant_malformed");
    }
}

/* ---- for an app ---- */

static void the_authority_of_an_app_may_be_that_of_the_cluster(void **state)
{
    (void)state;
    const struct config_cluster cluster = { .tenant = "CONTOSO.example", .instance = PUBLIC };
    auto_asked struct asked asked = ask_of(APP_FILE, (struct options){ 0 }, &cluster);
    assert_true(asked.ok);
    assert_false(asked.request.for_user);
    assert_string_equal(asked.request.tenant, "contoso.example");
}

static void a_cluster_does_not_choose_where_the_credential_of_an_app_is_sent(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        struct config_cluster cluster;
        const char *message;
    } cases[] = {
        { APP_FILE, { .instance = CHINA }, "is at " CHINA ", but the app's authority is " PUBLIC },
        { APP_FILE,
          { .tenant = "fabrikam.example" },
          "is fabrikam.example, but the app's tenant is contoso.example" },
        { APP_WITHOUT_TENANT,
          { .tenant = "fabrikam.example" },
          "only the cluster names a tenant, fabrikam.example" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked =
            ask_of(cases[i].file, (struct options){ 0 }, &cases[i].cluster);
        assert_error(&asked.error, ERROR_USAGE, cases[i].message);
        assert_has(asked.error.hint, "A cluster cannot choose where an app's credential is sent");
    }
}

static void options_say_that_the_authority_of_an_app_is_right(void **state)
{
    (void)state;
    const struct options options = { .authority = PUBLIC, .tenant = "contoso.example" };
    const struct config_cluster cluster = { .tenant = "fabrikam.example", .instance = CHINA };
    auto_asked struct asked asked = ask_of(APP_FILE, options, &cluster);
    assert_true(asked.ok);
    assert_string_equal(asked.request.tenant, "contoso.example");
    assert_string_equal(asked.request.instance, PUBLIC);
}

static void a_managed_identity_has_no_authority_to_choose(void **state)
{
    (void)state;
    const struct config_cluster cluster = { .tenant = "fabrikam.example", .instance = CHINA };
    const struct options options = { .managed_identity = true };
    auto_asked struct asked asked = ask_of("{}", options, &cluster);
    assert_true(asked.ok);
    assert_int_equal(asked.request.credentials[0].kind, CREDENTIAL_MANAGED_IDENTITY);
}

#define TEST(name) cmocka_unit_test_setup(name, clear_environment)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_cluster_names_the_tenant_and_the_cloud_of_a_user),
        TEST(a_cluster_that_names_no_authority_leaves_it),
        TEST(options_take_precedence_over_a_cluster),
        TEST(a_cluster_names_a_tenant_or_nothing),
        TEST(the_authority_of_an_app_may_be_that_of_the_cluster),
        TEST(a_cluster_does_not_choose_where_the_credential_of_an_app_is_sent),
        TEST(options_say_that_the_authority_of_an_app_is_right),
        TEST(a_managed_identity_has_no_authority_to_choose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
