/* SPDX-License-Identifier: MIT */
/* What processes store that were at work when an account was signed out. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/deadline.h"
#include "common/store/sign_out.h"

#define ADA   "ada-object.home-tenant"
#define GRACE "grace-object.home-tenant"

#define CLIENT "80faf920-1908-4b52-b5ef-a8e7bedfc67a"
#define OTHER  "04b07795-8ddb-461a-bbee-02f9e1bf7b46"

static int begin(void **state)
{
    clear_environment(state);
    make_runtime_folder();
    place_clear();
    return 0;
}

static int end(void **state)
{
    (void)state;
    place_clear();
    return 0;
}

/* ---- a keyring, and a sign-out that comes when it has stored something ---- */

static const struct store here = { .keyring = &keyring_place, .named = true };

static const char *signs_out;

static bool store_and_sign_out(const struct keyring_key *key, const char *label,
                               const struct secret *record, int64_t expires_on, int64_t deadline,
                               struct error *error)
{
    bool stored = keyring_place.store(key, label, record, expires_on, deadline, error);
    sign_out_note(&here, signs_out, NULL);
    return stored;
}

/* ---- */

/* Whether a process that opened the store at this time leaves something there of an account, or of
 * an app, that it got with a client. */
static bool leaves_something_by(const char *client, const struct keyring *keyring, int64_t opened,
                                const char *account)
{
    const struct token_request request = { .for_user = account != NULL,
                                           .home_account_id = (char *)account,
                                           .client_id = (char *)client };
    static const struct keyring_key key = { { { STORE_KIND, STORE_KIND_TOKEN } } };
    struct store store = { .keyring = keyring, .opened = opened };
    struct error error = { 0 };
    auto_secret struct secret *record = secret_from_text("eyJ0");
    secret_free(place.record);
    place.record = NULL;
    assert_true(
        sign_out_put(&store, &request, &key, "a token", record, 0, deadline_in(1000), &error));
    return place.record != NULL;
}

static bool leaves_something(const struct keyring *keyring, int64_t opened, const char *account)
{
    return leaves_something_by(CLIENT, keyring, opened, account);
}

static void what_is_of_an_account_that_was_signed_out_since_is_not_stored(void **state)
{
    (void)state;
    int64_t before = deadline_now();
    assert_true(leaves_something(&keyring_place, before, ADA));
    sign_out_note(&here, ADA, NULL);
    place.stores = 0;
    assert_false(leaves_something(&keyring_place, before, ADA));
    assert_int_equal(place.stores, 0);
}

static void another_account_and_an_app_may_be_stored(void **state)
{
    (void)state;
    int64_t before = deadline_now();
    sign_out_note(&here, ADA, NULL);
    assert_true(leaves_something(&keyring_place, before, GRACE));
    assert_true(leaves_something(&keyring_place, before, NULL));
}

static void with_another_client_the_account_stays_signed_in(void **state)
{
    (void)state;
    int64_t before = deadline_now();
    sign_out_note(&here, ADA, CLIENT);
    assert_false(leaves_something_by(CLIENT, &keyring_place, before, ADA));
    assert_true(leaves_something_by(OTHER, &keyring_place, before, ADA));
    assert_true(leaves_something_by(CLIENT, &keyring_place, before, GRACE));
    assert_true(leaves_something_by(CLIENT, &keyring_place, before, NULL));
    sign_out_lift(&here, ADA, OTHER);
    assert_false(leaves_something_by(CLIENT, &keyring_place, before, ADA));
    sign_out_lift(&here, ADA, CLIENT);
    assert_true(leaves_something_by(CLIENT, &keyring_place, before, ADA));
}

static void of_apps_the_one_whose_tokens_were_deleted_stores_none(void **state)
{
    (void)state;
    int64_t before = deadline_now();
    sign_out_note(&here, NULL, "80FAF920-1908-4B52-B5EF-A8E7BEDFC67A");
    assert_false(leaves_something_by(CLIENT, &keyring_place, before, NULL));
    assert_true(leaves_something_by(OTHER, &keyring_place, before, NULL));
    assert_true(leaves_something_by(CLIENT, &keyring_place, before, ADA));
}

static void what_is_in_another_keyring_is_not_signed_out(void **state)
{
    (void)state;
    int64_t before = deadline_now();
    struct keyring other = keyring_place;
    other.name = "other";
    const struct store there = { .keyring = &other, .named = true };
    sign_out_note(&there, ADA, NULL);
    sign_out_note(&there, NULL, NULL);
    assert_true(leaves_something(&keyring_place, before, ADA));
    assert_false(leaves_something(&other, before, ADA));
    sign_out_note_all(keyring_place.name);
    assert_false(leaves_something(&keyring_place, before, GRACE));
}

static void a_sign_in_in_another_keyring_leaves_it_signed_out(void **state)
{
    (void)state;
    int64_t before = deadline_now();
    struct keyring other = keyring_place;
    other.name = "other";
    const struct store there = { .keyring = &other, .named = true };
    sign_out_note(&here, ADA, NULL);
    sign_out_lift(&there, ADA, CLIENT);
    assert_false(leaves_something(&keyring_place, before, ADA));
}

static void after_everything_was_deleted_nothing_is_stored(void **state)
{
    (void)state;
    int64_t before = deadline_now();
    sign_out_note(&here, NULL, NULL);
    assert_false(leaves_something(&keyring_place, before, ADA));
    assert_false(leaves_something(&keyring_place, before, NULL));
}

static void a_process_that_began_later_may_store(void **state)
{
    (void)state;
    sign_out_note(&here, ADA, NULL);
    sign_out_note(&here, NULL, NULL);
    assert_true(leaves_something(&keyring_place, deadline_now() + 1, ADA));
    assert_true(leaves_something(&keyring_place, deadline_now() + 1, NULL));
}

static void who_signs_in_again_is_signed_in(void **state)
{
    (void)state;
    int64_t before = deadline_now();
    sign_out_note(&here, ADA, NULL);
    sign_out_note(&here, GRACE, NULL);
    sign_out_lift(&here, ADA, CLIENT);
    sign_out_lift(&here, ADA, CLIENT); /* and again */
    assert_true(leaves_something(&keyring_place, before, ADA));
    assert_false(leaves_something(&keyring_place, before, GRACE));
}

static void what_was_stored_while_it_was_signed_out_is_deleted(void **state)
{
    static const char *const sign_outs[] = { ADA, NULL };
    (void)state;
    struct keyring keyring = keyring_place;
    keyring.store = store_and_sign_out;
    for (size_t i = 0; i < ARRAY_SIZE(sign_outs); i++) {
        signs_out = sign_outs[i];
        sign_out_lift(&here, ADA, CLIENT);
        place.stores = place.erasures = 0;
        assert_false(leaves_something(&keyring, deadline_now(), ADA));
        assert_int_equal(place.stores, 1);
        assert_int_equal(place.erasures, 1);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(what_is_of_an_account_that_was_signed_out_since_is_not_stored),
        TEST(another_account_and_an_app_may_be_stored),
        TEST(with_another_client_the_account_stays_signed_in),
        TEST(of_apps_the_one_whose_tokens_were_deleted_stores_none),
        TEST(what_is_in_another_keyring_is_not_signed_out),
        TEST(a_sign_in_in_another_keyring_leaves_it_signed_out),
        TEST(after_everything_was_deleted_nothing_is_stored),
        TEST(a_process_that_began_later_may_store),
        TEST(who_signs_in_again_is_signed_in),
        TEST(what_was_stored_while_it_was_signed_out_is_deleted),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
