/* SPDX-License-Identifier: MIT */
/* What the keyring keeps: tokens under their request, client secrets under their app; and what
 * happens where it fails. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/deadline.h"
#include "common/store/token_store.h"
#include "keyring/kernel.h"

#define RECEIVED 1767366245

/* ---- in the place of common/base/module.c: the kernel's keyring, which is the one in memory ----
 */

static bool kernel_is_there;

const struct module *module_load(const char *file, struct error *error)
{
    static struct keyring_module module;
    assert_string_equal(file, KEYRING_KERNEL_MODULE);
    module.keyring = keyring_place;
    module.keyring.name = "kernel";
    if (!kernel_is_there)
        error_set(error, ERROR_OTHER, "the module cannot be loaded");
    return kernel_is_there ? &module.module : NULL;
}

/* ---- a desktop keyring that is not here ---- */

static enum keyring_answer absent_lookup(const struct keyring_key *key, int64_t deadline,
                                         struct secret **record, struct error *error)
{
    (void)key, (void)deadline, (void)record;
    error_set(error, ERROR_KEYRING, "the session bus offers no keyring");
    return KEYRING_ABSENT;
}

static enum keyring_answer absent_list(const struct keyring_key *key, int64_t deadline,
                                       struct keyring_list *list, struct error *error)
{
    (void)key, (void)deadline, (void)list;
    error_set(error, ERROR_KEYRING, "the session bus offers no keyring");
    return KEYRING_ABSENT;
}

static const struct keyring keyring_absent = { .name = "secret-service",
                                               .lookup = absent_lookup,
                                               .list = absent_list };

/* ---- one that is here, and hangs ---- */

static enum keyring_answer silent_list(const struct keyring_key *key, int64_t deadline,
                                       struct keyring_list *list, struct error *error)
{
    (void)key, (void)deadline, (void)list;
    error_set(error, ERROR_KEYRING, "the keyring did not answer in time");
    return KEYRING_FAILED;
}

static const struct keyring keyring_silent = { .name = "secret-service", .list = silent_list };

/* ---- */

static const struct token_request request = {
    .api = (char *)"Api",
    .instance = (char *)"https://login.microsoftonline.com",
    .tenant = (char *)"contoso.example",
    .client_id = (char *)"97e0a5b7-d745-40b6-94fe-5f77d35c6e05",
    .scope = (char *)"api://my-web-api/.default",
};

static struct token_store store;
static int64_t deadline;
static struct error error;

static int begin(void **state)
{
    (void)state;
    place_clear();
    kernel_is_there = true;
    store = (struct token_store){ .keyring = &keyring_place };
    deadline = deadline_in((int64_t)3600 * 1000);
    error = (struct error){ 0 };
    return 0;
}

static bool keep(const char *text)
{
    auto_token struct token token = { .access_token = secret_new(text, strlen(text)),
                                      .received_on = RECEIVED,
                                      .expires_on = RECEIVED + 3600 };
    return token_store_keep(&store, &request, &token, deadline, &error);
}

static enum keyring_answer find(struct token *token)
{
    return token_store_find(&store, &request, deadline, token, &error);
}

static void assert_key(const struct keyring_attribute *expected, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(place.key.attributes[i].name, expected[i].name);
        assert_string_equal(place.key.attributes[i].value, expected[i].value);
    }
    assert_null(place.key.attributes[count].name);
}

/* ---- tokens ---- */

static void what_is_kept_is_found_again(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    assert_int_equal(find(&token), KEYRING_NOTHING);
    assert_true(keep("eyJ0"));
    assert_int_equal(find(&token), KEYRING_FOUND);
    assert_string_equal(token.access_token->bytes, "eyJ0");
    assert_int_equal(token.expires_on, RECEIVED + 3600);
    assert_int_equal(token.source, TOKEN_FROM_KEYRING);
    assert_int_equal(error.kind, ERROR_NONE);
}

static void a_token_is_kept_under_all_that_was_asked(void **state)
{
    (void)state;
    static const struct keyring_attribute expected[] = {
        { "kind", "access_token" },
        { "authority", "https://login.microsoftonline.com" },
        { "tenant", "contoso.example" },
        { "client_id", "97e0a5b7-d745-40b6-94fe-5f77d35c6e05" },
        { "account", "app" },
        { "scope", "api://my-web-api/.default" },
    };
    auto_token struct token token = { 0 };
    keep("eyJ0");
    assert_key(expected, ARRAY_SIZE(expected));
    place.key = (struct keyring_key){ 0 };
    find(&token);
    assert_key(expected, ARRAY_SIZE(expected));
}

static void it_is_kept_until_its_end(void **state)
{
    (void)state;
    keep("eyJ0");
    assert_int_equal(place.expires_on, RECEIVED + 3600);
}

static void what_people_read_of_it_names_the_api_and_no_token(void **state)
{
    (void)state;
    keep("eyJ0");
    assert_string_equal(place.label, "Microsoft Entra token for Api (app "
                                     "97e0a5b7-d745-40b6-94fe-5f77d35c6e05, tenant "
                                     "contoso.example)");
    struct token_request nameless = request;
    nameless.api = NULL;
    auto_token struct token token = { .access_token = secret_new("a", 1) };
    token_store_keep(&store, &nameless, &token, deadline, &error);
    assert_has(place.label, "token for api://my-web-api/.default (app");
}

static void a_record_that_is_none_is_nothing(void **state)
{
    (void)state;
    static const char *const cases[] = { "", "x", "{}", "{\"access_token\":\"a\\nb\"}" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_token struct token token = { 0 };
        place_put(cases[i], strlen(cases[i]));
        assert_int_equal(find(&token), KEYRING_NOTHING);
        assert_null(token.access_token);
        assert_int_equal(error.kind, ERROR_NONE);
    }
}

static void what_was_in_the_token_before_is_released(void **state)
{
    (void)state;
    auto_token struct token token = { .access_token = secret_new("before", 6) };
    assert_int_equal(find(&token), KEYRING_NOTHING);
    assert_null(token.access_token);
}

static void looking_up_may_take_half_of_the_time(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    find(&token);
    assert_true(place.deadline < deadline);
    keep("eyJ0");
    assert_int_equal(place.deadline, deadline);
}

/* ---- a keyring that fails ---- */

static void a_keyring_that_fails_is_asked_no_more(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    place.answer = KEYRING_FAILED;
    assert_int_equal(find(&token), KEYRING_NOTHING);
    assert_true(keep("eyJ0"));
    assert_int_equal(find(&token), KEYRING_NOTHING);
    assert_int_equal(place.lookups, 1);
    assert_int_equal(place.stores, 0);
    assert_int_equal(error.kind, ERROR_NONE);
    assert_false(token_store_can_keep(&store));
}

static void a_keyring_that_cannot_keep_is_no_error(void **state)
{
    (void)state;
    place.answer = KEYRING_FAILED;
    assert_true(keep("eyJ0"));
    assert_false(token_store_can_keep(&store));
}

static void of_its_trouble_people_are_told_once(void **state)
{
    (void)state;
    place.answer = KEYRING_FAILED;
    keep("eyJ0");
    catch_output(STDERR_FILENO);
    token_store_warn(&store);
    assert_has(caught_output(), "could not be stored: the keyring is locked\n");
    catch_output(STDERR_FILENO);
    token_store_warn(&store);
    assert_string_equal(caught_output(), "");
}

static void where_all_is_well_people_are_told_nothing(void **state)
{
    (void)state;
    keep("eyJ0");
    catch_output(STDERR_FILENO);
    token_store_warn(&store);
    assert_string_equal(caught_output(), "");
}

static void a_keyring_asked_for_by_name_must_work(void **state)
{
    (void)state;
    static const enum keyring_answer answers[] = { KEYRING_FAILED, KEYRING_ABSENT };
    for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
        auto_token struct token token = { 0 };
        begin(NULL);
        store.named = true;
        place.answer = answers[i];
        assert_int_equal(find(&token), KEYRING_FAILED);
        assert_error(&error, ERROR_KEYRING, "the keyring is locked");
        assert_false(keep("eyJ0"));
        assert_error(&error, ERROR_KEYRING, "the keyring is locked");
    }
}

static void where_the_best_keyring_is_absent_the_next_best_serves(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    store.keyring = &keyring_absent;
    assert_int_equal(find(&token), KEYRING_NOTHING);
    assert_true(keep("eyJ0"));
    assert_int_equal(place.stores, 1);
    assert_int_equal(find(&token), KEYRING_FOUND);
    assert_true(token_store_can_keep(&store));
}

static void where_none_is_left_nothing_can_be_kept(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    kernel_is_there = false;
    store.keyring = &keyring_absent;
    assert_int_equal(find(&token), KEYRING_NOTHING);
    assert_string_equal(store.trouble.message, "the session bus offers no keyring");

    begin(NULL);
    store.keyring = &keyring_absent;
    place.answer = KEYRING_ABSENT; /* nor is the next best */
    assert_int_equal(find(&token), KEYRING_NOTHING);
    assert_false(token_store_can_keep(&store));
}

static void one_asked_for_by_name_has_no_next_best(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    store.keyring = &keyring_absent;
    store.named = true;
    assert_int_equal(find(&token), KEYRING_FAILED);
    assert_error(&error, ERROR_KEYRING, "the session bus offers no keyring");
    assert_int_equal(place.lookups, 0);
}

static void none_keeps_nothing(void **state)
{
    (void)state;
    assert_true(token_store_open(&store, "none", &error));
    assert_false(token_store_can_keep(&store));
    assert_true(store.named);
    assert_false(token_store_open(&store, "wallet", &error));
    assert_error(&error, ERROR_USAGE, "there is no keyring 'wallet'");
}

/* ---- erasing ---- */

static bool erase(const char *refused)
{
    return token_store_erase(&store, &request, refused, strlen(refused), deadline, &error);
}

static void the_token_that_was_refused_goes(void **state)
{
    (void)state;
    keep("eyJ0");
    assert_true(erase("eyJ0"));
    assert_null(place.record);
}

/* One that came since, from another process, is good. */
static void another_token_than_the_refused_one_stays(void **state)
{
    (void)state;
    static const char *const cases[] = { "other", "eyJ", "eyJ00", "", "EYJ0" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        keep("eyJ0");
        assert_true(erase(cases[i]));
        assert_non_null(place.record);
    }
    assert_int_equal(place.erasures, 0);
}

static void that_there_is_nothing_to_erase_is_no_error(void **state)
{
    (void)state;
    assert_true(erase("eyJ0"));
    assert_int_equal(place.erasures, 0);
}

static void erasing_from_a_keyring_that_fails_is_an_error_only_by_name(void **state)
{
    (void)state;
    place.answer = KEYRING_FAILED;
    assert_true(erase("eyJ0"));
    begin(NULL);
    place.answer = KEYRING_FAILED;
    store.named = true;
    assert_false(erase("eyJ0"));
    assert_error(&error, ERROR_KEYRING, "the keyring is locked");
}

/* ---- client secrets ---- */

static void a_client_secret_is_kept_under_its_app(void **state)
{
    (void)state;
    static const struct keyring_attribute expected[] = {
        { "kind", "client_secret" },
        { "authority", "https://login.microsoftonline.com" },
        { "tenant", "contoso.example" },
        { "client_id", "97e0a5b7-d745-40b6-94fe-5f77d35c6e05" },
    };
    auto_secret struct secret *secret = secret_new("s3cret", 6);
    assert_true(token_store_keep_secret(&store, &request, secret, deadline, &error));
    assert_key(expected, ARRAY_SIZE(expected));
    assert_int_equal(place.expires_on, 0);
    assert_lacks(place.label, "s3cret");
    assert_true(token_store_keep_secret(&store, &request, NULL, deadline, &error));
    assert_null(place.record);
}

static void it_fills_the_credentials_that_ask_for_it(void **state)
{
    (void)state;
    auto_token_request struct token_request asking = {
        .credentials = { { .kind = CREDENTIAL_ASSERTION_FILE }, { .kind = CREDENTIAL_KEYRING } },
        .credential_count = 2,
    };
    place_put("s3cret", 6);
    assert_true(token_store_fill_credentials(&store, &asking, deadline, &error));
    assert_int_equal(asking.credentials[0].kind, CREDENTIAL_ASSERTION_FILE);
    assert_int_equal(asking.credentials[1].kind, CREDENTIAL_CLIENT_SECRET);
    assert_string_equal(asking.credentials[1].secret->bytes, "s3cret");
}

static void one_that_is_not_there_or_has_a_nul_byte_fills_nothing(void **state)
{
    (void)state;
    for (int round = 0; round < 2; round++) {
        auto_token_request struct token_request asking = {
            .credentials = { { .kind = CREDENTIAL_KEYRING } }, .credential_count = 1
        };
        assert_true(token_store_fill_credentials(&store, &asking, deadline, &error));
        assert_int_equal(asking.credentials[0].kind, CREDENTIAL_KEYRING);
        place_put("s3\0cret", 7);
    }
}

/* Another credential may be good. */
static void a_keyring_that_fails_to_give_one_has_its_trouble_kept_with_it(void **state)
{
    (void)state;
    auto_token_request struct token_request asking = {
        .credentials = { { .kind = CREDENTIAL_KEYRING } }, .credential_count = 1
    };
    place.answer = KEYRING_FAILED;
    assert_true(token_store_fill_credentials(&store, &asking, deadline, &error));
    assert_int_equal(asking.credentials[0].kind, CREDENTIAL_KEYRING);
    assert_error(asking.credentials[0].trouble, ERROR_KEYRING, "the keyring is locked");
}

static void a_keyring_that_must_work_and_fails_to_give_one_is_an_error(void **state)
{
    (void)state;
    auto_token_request struct token_request asking = {
        .credentials = { { .kind = CREDENTIAL_KEYRING } }, .credential_count = 1
    };
    store.named = true;
    place.answer = KEYRING_FAILED;
    assert_false(token_store_fill_credentials(&store, &asking, deadline, &error));
    assert_error(&error, ERROR_KEYRING, "the keyring is locked");
}

static void where_the_best_keyring_is_absent_the_next_best_keeps_and_drops_one(void **state)
{
    (void)state;
    auto_secret struct secret *secret = secret_new("s3cret", 6);
    store.keyring = &keyring_absent;
    assert_true(token_store_keep_secret(&store, &request, secret, deadline, &error));
    assert_string_equal(place.record->bytes, "s3cret");
    store = (struct token_store){ .keyring = &keyring_absent };
    assert_true(token_store_keep_secret(&store, &request, NULL, deadline, &error));
    assert_null(place.record);
}

static void a_keyring_that_cannot_keep_one_is_an_error(void **state)
{
    (void)state;
    auto_secret struct secret *secret = secret_new("s3cret", 6);
    place.answer = KEYRING_FAILED;
    assert_false(token_store_keep_secret(&store, &request, secret, deadline, &error));
    assert_error(&error, ERROR_KEYRING, "the keyring is locked");
    token_store_open(&store, "none", &error);
    assert_false(token_store_keep_secret(&store, &request, secret, deadline, &error));
    assert_error(&error, ERROR_USAGE, "stores nothing");
    error_set(&store.trouble, ERROR_KEYRING, "there is no session bus here");
    assert_false(token_store_keep_secret(&store, &request, secret, deadline, &error));
    assert_error(&error, ERROR_KEYRING, "there is no session bus here");
}

/* ---- listing ---- */

static void every_token_is_listed_with_its_keyring(void **state)
{
    (void)state;
    auto_keyring_list struct keyring_list list = { 0 };
    keep("eyJ0");
    assert_true(token_store_list(&store, STORE_KIND_TOKEN, deadline, &list, &error));
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].store, "place");
    assert_string_equal(place.key.attributes[0].name, "kind");
    assert_string_equal(place.key.attributes[0].value, "access_token");
    assert_null(place.key.attributes[1].name);
}

static void those_of_the_next_best_keyring_are_listed_too(void **state)
{
    (void)state;
    auto_keyring_list struct keyring_list list = { 0 };
    keep("eyJ0");
    store.keyring = &keyring_absent;
    assert_true(token_store_list(&store, STORE_KIND_TOKEN, deadline, &list, &error));
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].store, "kernel");
}

/* What is in it is not known, so nobody may take the list for the whole. */
static void one_that_does_not_answer_is_no_empty_one(void **state)
{
    (void)state;
    auto_keyring_list struct keyring_list list = { 0 };
    keep("eyJ0");
    store.keyring = &keyring_silent;
    assert_false(token_store_list(&store, STORE_KIND_TOKEN, deadline, &list, &error));
    assert_error(&error, ERROR_OTHER, "did not answer in time");
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].store, "kernel");
}

static void a_list_that_cannot_be_had_is_an_error(void **state)
{
    (void)state;
    auto_keyring_list struct keyring_list list = { 0 };
    place.answer = KEYRING_FAILED;
    assert_false(token_store_list(&store, STORE_KIND_TOKEN, deadline, &list, &error));
    assert_error(&error, ERROR_OTHER, "the keyring is locked");
    store.named = true;
    assert_false(token_store_list(&store, STORE_KIND_TOKEN, deadline, &list, &error));
    assert_error(&error, ERROR_KEYRING, "the keyring is locked");
    store.named = false;
    error_set(&store.trouble, ERROR_KEYRING, "there is no session bus here");
    assert_false(token_store_list(&store, STORE_KIND_TOKEN, deadline, &list, &error));
    assert_error(&error, ERROR_OTHER, "there is no session bus here");
}

#define TEST(function) cmocka_unit_test_setup(function, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_kept_is_found_again),
        TEST(a_token_is_kept_under_all_that_was_asked),
        TEST(it_is_kept_until_its_end),
        TEST(what_people_read_of_it_names_the_api_and_no_token),
        TEST(a_record_that_is_none_is_nothing),
        TEST(what_was_in_the_token_before_is_released),
        TEST(looking_up_may_take_half_of_the_time),
        TEST(a_keyring_that_fails_is_asked_no_more),
        TEST(a_keyring_that_cannot_keep_is_no_error),
        TEST(of_its_trouble_people_are_told_once),
        TEST(where_all_is_well_people_are_told_nothing),
        TEST(a_keyring_asked_for_by_name_must_work),
        TEST(where_the_best_keyring_is_absent_the_next_best_serves),
        TEST(where_none_is_left_nothing_can_be_kept),
        TEST(one_asked_for_by_name_has_no_next_best),
        TEST(none_keeps_nothing),
        TEST(the_token_that_was_refused_goes),
        TEST(another_token_than_the_refused_one_stays),
        TEST(that_there_is_nothing_to_erase_is_no_error),
        TEST(erasing_from_a_keyring_that_fails_is_an_error_only_by_name),
        TEST(a_client_secret_is_kept_under_its_app),
        TEST(it_fills_the_credentials_that_ask_for_it),
        TEST(one_that_is_not_there_or_has_a_nul_byte_fills_nothing),
        TEST(a_keyring_that_fails_to_give_one_has_its_trouble_kept_with_it),
        TEST(a_keyring_that_must_work_and_fails_to_give_one_is_an_error),
        TEST(where_the_best_keyring_is_absent_the_next_best_keeps_and_drops_one),
        TEST(a_keyring_that_cannot_keep_one_is_an_error),
        TEST(every_token_is_listed_with_its_keyring),
        TEST(those_of_the_next_best_keyring_are_listed_too),
        TEST(one_that_does_not_answer_is_no_empty_one),
        TEST(a_list_that_cannot_be_had_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, begin);
}
