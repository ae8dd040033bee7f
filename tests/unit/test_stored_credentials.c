/* SPDX-License-Identifier: MIT */
/* Credentials that a user typed: what is given back is what was stored, whatever was typed. */
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/deadline.h"
#include "common/store/stored_credentials.h"
#include "tests/unit/shelf.h"

#define KIND "git_credential"

static const struct credential_place place_of_ada = {
    .protocol = "https", .host = "git.example", .path = "", .username = "ada"
};
static struct store store;
static struct error error;
static int64_t deadline;

static int begin(void **state)
{
    (void)state;
    shelf_clear();
    store = (struct store){ .keyring = &shelf_module.keyring, .named = true };
    error = (struct error){ 0 };
    deadline = deadline_in((int64_t)3600 * 1000);
    return 0;
}

static int end(void **state)
{
    (void)state;
    shelf_clear();
    return 0;
}

static void keep(const char *password)
{
    auto_stored_credential struct stored_credential credential = {
        .username = secret_from_text("ada"), .password = secret_from_text(password)
    };
    assert_true(stored_credentials_keep(&store, &place_of_ada, &credential, deadline, &error));
}

static void assert_found(const char *password)
{
    auto_stored_credential struct stored_credential found = { 0 };
    assert_int_equal(
        stored_credentials_find(&store, &place_of_ada, false, deadline, &found, &error),
        KEYRING_FOUND);
    assert_string_equal(found.username->bytes, "ada");
    assert_string_equal(found.password->bytes, password);
}

static void a_credential_is_given_back_as_it_was_typed(void **state)
{
    (void)state;
    static const char *const passwords[] = {
        "s3cret",
        "p\xc3\xa4ssword",
        "\xe5\xb1\xb1\xe7\x94\xb0 \xf0\x9f\x94\x91",
        "\"quoted\\ '\\u00e4' {}",
        "\t\x01\x1b\x7f\xc2\x85",
    };
    for (size_t i = 0; i < ARRAY_SIZE(passwords); i++) {
        keep(passwords[i]);
        assert_found(passwords[i]);
        assert_true(
            stored_credentials_erase(&store, &place_of_ada, passwords[i], deadline, &error));
        assert_int_equal(shelf_count(KIND), 0);
    }
}

/* It could not be read again, so the one that is there stays. */
static void a_credential_that_is_not_utf_8_is_not_stored(void **state)
{
    (void)state;
    static const char *const passwords[] = { "p\xe4ssword", "\xc3", "\xed\xa0\x80", "\xff\xfe" };
    for (size_t i = 0; i < ARRAY_SIZE(passwords); i++) {
        keep(passwords[i]);
        assert_int_equal(shelf_count(KIND), 0);
    }
    keep("s3cret");
    keep(passwords[0]);
    assert_found("s3cret");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_credential_is_given_back_as_it_was_typed, begin, end),
        cmocka_unit_test_setup_teardown(a_credential_that_is_not_utf_8_is_not_stored, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
