/* SPDX-License-Identifier: MIT */
/* The item that says which account is used where none is named. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/text.h"
#include "common/store/default_account.h"

#define CONTOSO  "8f1c9d52-6f0a-4c3b-9a51-2d7e4b0c6a13"
#define FABRIKAM "c2a4e6f8-1b3d-4f5a-8c7e-9d0b1a2c3e4f"

static struct account ada = { .home_account_id = (char *)"a." CONTOSO,
                              .username = (char *)"ada@contoso.com" };
static struct account grace = { .home_account_id = (char *)"g." CONTOSO,
                                .username = (char *)"grace@contoso.com" };
static struct account bob = { .home_account_id = (char *)"b." FABRIKAM,
                              .username = (char *)"bob@fabrikam.com" };

static struct default_account def;

static int begin(void **state)
{
    (void)state;
    def = (struct default_account){ 0 };
    default_account_set(&def, &ada);
    return 0;
}

static int end(void **state)
{
    (void)state;
    default_account_clear(&def);
    return 0;
}

static bool read_text(const char *text, struct default_account *ret)
{
    auto_secret struct secret *record = secret_from_text(text);
    return default_account_read(record, ret);
}

/* The home account ID of the account for a tenant. */
static const char *account_for(const char *tenant)
{
    static char id[HOME_ACCOUNT_MAX + 1];
    auto_account struct account account = { 0 };
    default_account_for(&def, tenant, &account);
    snprintf(id, sizeof id, "%s", account.home_account_id);
    return id;
}

/* The home account ID of a folder's account for a tenant; NULL if it has none. */
static const char *account_in(const char *folder, const char *tenant)
{
    static char id[HOME_ACCOUNT_MAX + 1];
    auto_account struct account account = { 0 };
    bool found = default_account_for_folder(&def, folder, tenant, &account);
    assert_int_equal(found, account.home_account_id != NULL);
    snprintf(id, sizeof id, "%s", found ? account.home_account_id : "");
    return found ? id : NULL;
}

static void without_a_sign_in_for_a_tenant_it_is_the_default_account(void **state)
{
    (void)state;
    assert_string_equal(account_for(FABRIKAM), ada.home_account_id);
    assert_string_equal(account_for(NULL), ada.home_account_id);
}

static void the_account_of_a_tenant_is_that_of_its_sign_in(void **state)
{
    (void)state;
    assert_true(default_account_remember(&def, "C2A4E6F8-1B3D-4F5A-8C7E-9D0B1A2C3E4F", &bob, true));
    assert_string_equal(account_for(FABRIKAM), bob.home_account_id);
    assert_string_equal(account_for(CONTOSO), ada.home_account_id);
    assert_string_equal(account_for("organizations"), ada.home_account_id);
    assert_string_equal(account_for(NULL), ada.home_account_id);
    assert_false(default_account_remember(&def, FABRIKAM, &bob, true)); /* nothing is new */
}

static void an_account_that_is_no_longer_the_default_one_stays_that_of_its_tenant(void **state)
{
    (void)state;
    default_account_set(&def, &bob);
    assert_string_equal(account_for(NULL), bob.home_account_id);
    assert_string_equal(account_for(CONTOSO), ada.home_account_id);
    default_account_remember(&def, FABRIKAM, &grace, true);
    default_account_set(&def, &ada);
    assert_string_equal(account_for(FABRIKAM), grace.home_account_id);
}

static void no_account_is_remembered_for_what_is_no_single_tenant(void **state)
{
    (void)state;
    static const char *const names[] = { NULL, "common", "Organizations", "consumers", "adfs" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        assert_false(default_account_remember(&def, names[i], &bob, true));
}

static void who_was_not_chosen_takes_only_a_place_that_is_free(void **state)
{
    (void)state;
    assert_false(default_account_remember(&def, CONTOSO, &grace, false)); /* Ada's, by default */
    assert_true(default_account_remember(&def, FABRIKAM, &bob, false));
    assert_false(default_account_remember(&def, FABRIKAM, &grace, false));
    assert_string_equal(account_for(FABRIKAM), bob.home_account_id);
    assert_true(default_account_remember(&def, FABRIKAM, &grace, true));
    assert_string_equal(account_for(FABRIKAM), grace.home_account_id);
}

static void who_is_switched_to_is_the_account_of_its_own_tenant_by_every_name(void **state)
{
    (void)state;
    default_account_remember(&def, "contoso.com", &ada, true);
    default_account_remember(&def, FABRIKAM, &ada, true);
    default_account_remember(&def, "fabrikam.com", &bob, true);
    default_account_remember_folder(&def, "/a", "contoso.com", &ada, true);
    assert_true(default_account_switch(&def, &grace));
    assert_string_equal(account_for(NULL), grace.home_account_id);
    assert_string_equal(account_for(CONTOSO), grace.home_account_id);
    assert_string_equal(account_for("contoso.com"), grace.home_account_id);
    assert_string_equal(account_for(FABRIKAM), ada.home_account_id);
    assert_string_equal(account_for("fabrikam.com"), bob.home_account_id);
    assert_string_equal(account_in("/a", "contoso.com"), ada.home_account_id);
    assert_false(default_account_switch(&def, &grace));
}

static bool is_bob(const void *context, const char *home_account_id)
{
    (void)context;
    return strcmp(home_account_id, bob.home_account_id) == 0;
}

static void who_has_signed_out_is_forgotten(void **state)
{
    (void)state;
    assert_false(default_account_prune(&def, is_bob, NULL));
    default_account_remember(&def, FABRIKAM, &bob, true);
    default_account_remember(&def, "fabrikam.com", &bob, true);
    default_account_remember(&def, CONTOSO, &grace, true);
    assert_true(default_account_prune(&def, is_bob, NULL));
    assert_string_equal(account_for(FABRIKAM), ada.home_account_id);
    assert_string_equal(account_for("fabrikam.com"), ada.home_account_id);
    assert_string_equal(account_for(CONTOSO), grace.home_account_id);
    assert_false(default_account_prune(&def, is_bob, NULL));
}

static void the_first_of_too_many_tenants_is_forgotten(void **state)
{
    (void)state;
    char tenant[32];
    for (int i = 0; i <= DEFAULT_ACCOUNT_TENANTS_MAX; i++) {
        snprintf(tenant, sizeof tenant, "t%d.example", i);
        assert_true(default_account_remember(&def, tenant, &bob, true));
    }
    assert_string_equal(account_for("t0.example"), ada.home_account_id);
    assert_string_equal(account_for("t1.example"), bob.home_account_id);
    assert_string_equal(account_for(tenant), bob.home_account_id);
}

static void a_record_of_an_earlier_version_has_no_tenants(void **state)
{
    default_account_clear(&def);
    assert_true(read_text("{\"home_account_id\":\"a.b\",\"username\":\"ada@contoso.com\"}", &def));
    assert_string_equal(account_for(FABRIKAM), "a.b");
    (void)state;
}

static void a_damaged_tenant_is_passed_over(void **state)
{
    (void)state;
    static const char *const tenants[] = {
        "null",
        "[]",
        "1",
        "{\"" FABRIKAM "\":null}",
        "{\"" FABRIKAM "\":\"b\"}",
        "{\"" FABRIKAM "\":{\"home_account_id\":\"b.c\"}}",
        "{\"" FABRIKAM "\":{\"home_account_id\":\"b c\",\"username\":\"b\"}}",
        "{\"" FABRIKAM "\":{\"home_account_id\":\"b.c\",\"username\":\"*\"}}",
    };
    for (size_t i = 0; i < ARRAY_SIZE(tenants); i++) {
        default_account_clear(&def);
        autofree char *text = text_format("{\"home_account_id\":\"a.b\",\"username\":\"ada@c\","
                                          "\"tenants\":%s}",
                                          tenants[i]);
        assert_true(read_text(text, &def));
        assert_string_equal(account_for(FABRIKAM), "a.b");
        assert_true(default_account_remember(&def, FABRIKAM, &bob, false));
        assert_string_equal(account_for(FABRIKAM), bob.home_account_id);
    }
}

static void a_folder_has_its_own_accounts_or_none(void **state)
{
    (void)state;
    assert_null(account_in("/a", CONTOSO));
    assert_true(default_account_remember_folder(&def, "/a", CONTOSO, &grace, true));
    assert_string_equal(account_in("/a", CONTOSO), grace.home_account_id);
    assert_string_equal(account_in("/a", FABRIKAM), grace.home_account_id);
    assert_string_equal(account_in("/a", NULL), grace.home_account_id);
    assert_null(account_in("/b", CONTOSO));
    assert_string_equal(account_for(CONTOSO), ada.home_account_id);

    assert_false(default_account_remember_folder(&def, "/a", CONTOSO, &bob, false));
    assert_true(default_account_remember_folder(&def, "/a", FABRIKAM, &bob, true));
    assert_string_equal(account_in("/a", CONTOSO), grace.home_account_id);
    assert_string_equal(account_in("/a", FABRIKAM), bob.home_account_id);
    assert_false(default_account_remember_folder(&def, "/a", FABRIKAM, &bob, true));

    assert_true(default_account_prune(&def, is_bob, NULL));
    assert_null(account_in("/a", FABRIKAM));
    assert_string_equal(account_in("/a", CONTOSO), grace.home_account_id);
}

static void a_damaged_default_account_is_none(void **state)
{
    (void)state;
    struct default_account none = { 0 };
    assert_false(read_text("", &none));
    assert_false(read_text("{\"tenants\":{}}", &none));
    assert_false(
        read_text("[{\"home_account_id\":\"a.b\",\"username\":\"ada@contoso.com\"}]", &none));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_a_sign_in_for_a_tenant_it_is_the_default_account),
        TEST(the_account_of_a_tenant_is_that_of_its_sign_in),
        TEST(an_account_that_is_no_longer_the_default_one_stays_that_of_its_tenant),
        TEST(no_account_is_remembered_for_what_is_no_single_tenant),
        TEST(who_was_not_chosen_takes_only_a_place_that_is_free),
        TEST(who_is_switched_to_is_the_account_of_its_own_tenant_by_every_name),
        TEST(who_has_signed_out_is_forgotten),
        TEST(the_first_of_too_many_tenants_is_forgotten),
        TEST(a_record_of_an_earlier_version_has_no_tenants),
        TEST(a_damaged_tenant_is_passed_over),
        TEST(a_folder_has_its_own_accounts_or_none),
        TEST(a_damaged_default_account_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
