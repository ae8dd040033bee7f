/* SPDX-License-Identifier: MIT */
/* The tokens and client secrets in a keyring, and what happens if the keyring fails. */
#define _GNU_SOURCE
#include "common/store/client_secret_store.h"
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

/* ---- instead of common/base/module.c: the kernel keyring is the one in memory ---- */

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

/* ---- an absent desktop keyring ---- */

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

/* ---- a desktop keyring that hangs ---- */

static enum keyring_answer silent_list(const struct keyring_key *key, int64_t deadline,
                                       struct keyring_list *list, struct error *error)
{
    (void)key, (void)deadline, (void)list;
    error_set(error, ERROR_KEYRING, "the keyring did not answer in time");
    return KEYRING_FAILED;
}

static enum keyring_answer silent_lookup(const struct keyring_key *key, int64_t deadline,
                                         struct secret **ret_record, struct error *error)
{
    (void)key, (void)deadline, (void)ret_record;
    error_set(error, ERROR_KEYRING, "the keyring did not answer in time");
    return KEYRING_FAILED;
}

static const struct keyring keyring_silent = { .name = "secret-service",
                                               .lookup = silent_lookup,
                                               .list = silent_list };

/* ---- */

static const struct token_request request = {
    .api = (char *)"Api",
    .instance = (char *)"https://login.microsoftonline.com",
    .tenant = (char *)"contoso.example",
    .client_id = (char *)"97e0a5b7-d745-40b6-94fe-5f77d35c6e05",
    .scope = (char *)"api://my-web-api/.default",
};

static struct store store;
static int64_t deadline;
static struct error error;

static int begin(void **state)
{
    (void)state;
    place_clear();
    kernel_is_there = true;
    store = (struct store){ .keyring = &keyring_place };
    deadline = deadline_in((int64_t)3600 * 1000);
    error = (struct error){ 0 };
    return 0;
}

static int end(void **state)
{
    place_clear();
    return remove_folder(state);
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

static void a_stored_token_is_found_again(void **state)
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

static void a_token_is_stored_under_the_whole_request(void **state)
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

static void a_token_is_stored_until_it_expires(void **state)
{
    (void)state;
    keep("eyJ0");
    assert_int_equal(place.expires_on, RECEIVED + 3600);
}

static void the_label_names_the_api_and_has_no_token(void **state)
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

/* ---- tokens of container registries ---- */

/* {"aud":"contoso.azurecr.io","exp":1795010800} */
#define REGISTRY_TOKEN "e30.eyJhdWQiOiJjb250b3NvLmF6dXJlY3IuaW8iLCJleHAiOjE3OTUwMTA4MDB9.c2ln"

static struct token_request request_of(const char *registry)
{
    struct token_request of_registry = request;
    of_registry.registry = (char *)registry;
    return of_registry;
}

static void a_registry_token_is_stored_under_its_registry(void **state)
{
    (void)state;
    static const struct keyring_attribute expected[] = {
        { "kind", "registry_token" },
        { "authority", "https://login.microsoftonline.com" },
        { "tenant", "contoso.example" },
        { "client_id", "97e0a5b7-d745-40b6-94fe-5f77d35c6e05" },
        { "account", "app" },
        { "scope", "api://my-web-api/.default" },
        { "registry", "contoso.azurecr.io" },
    };
    const struct token_request wanted = request_of("contoso.azurecr.io");
    auto_token struct token token = { .access_token = secret_from_text(REGISTRY_TOKEN),
                                      .received_on = RECEIVED,
                                      .expires_on = RECEIVED + 3600 };
    assert_true(token_store_keep(&store, &wanted, &token, deadline, &error));
    assert_key(expected, ARRAY_SIZE(expected));
    assert_has(place.label, "registry token for contoso.azurecr.io (app");
    assert_int_equal(token_store_find(&store, &wanted, deadline, &token, &error), KEYRING_FOUND);
    assert_key(expected, ARRAY_SIZE(expected));
    assert_string_equal(token.access_token->bytes, REGISTRY_TOKEN);
}

static void a_token_of_another_registry_is_ignored(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    const struct token_request wanted = request_of("fabrikam.azurecr.io");
    keep(REGISTRY_TOKEN);
    assert_int_equal(token_store_find(&store, &wanted, deadline, &token, &error), KEYRING_NOTHING);
    assert_null(token.access_token);
    keep("eyJ0");
    assert_int_equal(token_store_find(&store, &wanted, deadline, &token, &error), KEYRING_NOTHING);
}

/* ---- records ---- */

static void an_invalid_record_is_ignored(void **state)
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

static void a_lookup_frees_the_old_token(void **state)
{
    (void)state;
    auto_token struct token token = { .access_token = secret_new("before", 6) };
    assert_int_equal(find(&token), KEYRING_NOTHING);
    assert_null(token.access_token);
}

static void a_lookup_may_take_half_of_the_timeout(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    find(&token);
    assert_true(place.deadline < deadline);
    keep("eyJ0");
    assert_int_equal(place.deadline, deadline);
}

static void a_keyring_that_works_may_take_more(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    place.answer = KEYRING_FAILED;
    place.code = "keyring_silent";
    find(&token);
    assert_true(deadline_left(place.deadline) <= deadline_left(deadline) / 2);
    assert_true(store_try_again(&store, true));
    place.answer = KEYRING_FOUND;
    find(&token);
    assert_true(deadline_left(place.deadline) > deadline_left(deadline) / 4 * 3);
    assert_true(place.deadline < deadline);
}

/* ---- a keyring that fails ---- */

static int refusals;

static enum keyring_answer crowded_lookup(const struct keyring_key *key, int64_t until,
                                          struct secret **ret_record, struct error *why)
{
    (void)key, (void)until, (void)ret_record;
    if (refusals-- <= 0)
        return KEYRING_NOTHING;
    error_set(why, ERROR_KEYRING, "the bus has no room");
    error_known_as(why, "keyring_limited");
    return KEYRING_FAILED;
}

static void a_bus_that_has_no_room_is_asked_for_a_while(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    static const struct keyring crowded = { .name = "secret-service", .lookup = crowded_lookup };
    store.keyring = &crowded;
    refusals = 2;
    assert_int_equal(find(&token), KEYRING_NOTHING);
    assert_true(store_can_keep(&store));
    refusals = 1000000;
    deadline = deadline_in(400);
    assert_int_equal(find(&token), KEYRING_NOTHING);
    assert_string_equal(store.trouble.message, "the bus has no room");
    assert_true(refusals > 1000000 - 20);
}

static void a_keyring_is_asked_again_once(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    place.answer = KEYRING_FAILED;
    place.code = "keyring_silent";
    assert_false(store_try_again(&store, false));
    for (int i = 0; i < 2; i++) {
        find(&token);
        assert_true(store_try_again(&store, false) == (i == 0));
    }
    assert_int_equal(place.lookups, 2);
    assert_false(store_can_keep(&store));
}

static void a_failed_keyring_is_not_used_again(void **state)
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
    assert_false(store_can_keep(&store));
}

static void a_failure_to_store_is_not_an_error(void **state)
{
    (void)state;
    place.answer = KEYRING_FAILED;
    assert_true(keep("eyJ0"));
    assert_false(store_can_keep(&store));
}

static const char *warn(void)
{
    catch_output(STDERR_FILENO);
    store_warn(&store);
    return caught_output();
}

static void a_keyring_failure_is_reported_once(void **state)
{
    begin(state);
    make_runtime_folder();
    place.answer = KEYRING_FAILED;
    keep("eyJ0");
    assert_has(warn(), "could not be stored: the keyring is locked\n");
    assert_string_equal(warn(), "");
    begin(state); /* as if by another process */
    place.answer = KEYRING_FAILED;
    keep("eyJ0");
    assert_string_equal(warn(), "");
}

static void without_a_failure_nothing_is_reported(void **state)
{
    (void)state;
    keep("eyJ0");
    catch_output(STDERR_FILENO);
    store_warn(&store);
    assert_string_equal(caught_output(), "");
}

static void a_named_keyring_must_work(void **state)
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

static void if_the_first_keyring_is_absent_the_next_is_used(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    store.keyring = &keyring_absent;
    assert_int_equal(find(&token), KEYRING_NOTHING);
    assert_true(keep("eyJ0"));
    assert_int_equal(place.stores, 1);
    assert_int_equal(find(&token), KEYRING_FOUND);
    assert_true(store_can_keep(&store));
}

static void without_any_keyring_nothing_is_stored(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    kernel_is_there = false;
    store.keyring = &keyring_absent;
    assert_int_equal(find(&token), KEYRING_NOTHING);
    assert_string_equal(store.trouble.message, "the session bus offers no keyring");

    begin(NULL);
    store.keyring = &keyring_absent;
    place.answer = KEYRING_ABSENT; /* the next keyring is absent too */
    assert_int_equal(find(&token), KEYRING_NOTHING);
    assert_false(store_can_keep(&store));
}

static void a_named_keyring_has_no_fallback(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    store.keyring = &keyring_absent;
    store.named = true;
    assert_int_equal(find(&token), KEYRING_FAILED);
    assert_error(&error, ERROR_KEYRING, "the session bus offers no keyring");
    assert_int_equal(place.lookups, 0);
}

static void the_none_keyring_stores_nothing(void **state)
{
    (void)state;
    assert_true(store_open(&store, "none", &error));
    assert_false(store_can_keep(&store));
    assert_true(store.named);
    assert_false(store_open(&store, "wallet", &error));
    assert_error(&error, ERROR_USAGE, "there is no keyring 'wallet'");
}

/* ---- erasing ---- */

static bool erase(const char *refused)
{
    return token_store_erase(&store, &request, refused, strlen(refused), deadline, &error);
}

static void a_refused_token_is_erased(void **state)
{
    (void)state;
    keep("eyJ0");
    assert_true(erase("eyJ0"));
    assert_null(place.record);
}

/* A token stored since then by another process is good. */
static void any_other_token_stays(void **state)
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

static void nothing_to_erase_is_not_an_error(void **state)
{
    (void)state;
    assert_true(erase("eyJ0"));
    assert_int_equal(place.erasures, 0);
}

static void a_failure_to_erase_is_an_error_only_if_the_keyring_was_named(void **state)
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

static void a_client_secret_is_stored_under_its_app(void **state)
{
    (void)state;
    static const struct keyring_attribute expected[] = {
        { "kind", "client_secret" },
        { "authority", "https://login.microsoftonline.com" },
        { "tenant", "contoso.example" },
        { "client_id", "97e0a5b7-d745-40b6-94fe-5f77d35c6e05" },
    };
    auto_secret struct secret *secret = secret_new("s3cret", 6);
    assert_true(client_secret_store_keep(&store, &request, secret, deadline, &error));
    assert_key(expected, ARRAY_SIZE(expected));
    assert_int_equal(place.expires_on, 0);
    assert_lacks(place.label, "s3cret");
    bool was_there = false;
    assert_true(client_secret_store_drop(&store, &request, deadline, &was_there, &error));
    assert_null(place.record);
    assert_true(was_there);
    assert_true(client_secret_store_drop(&store, &request, deadline, &was_there, &error));
    assert_false(was_there);
}

static void a_client_secret_fills_the_credentials_that_need_it(void **state)
{
    (void)state;
    auto_token_request struct token_request asking = {
        .credentials = { { .kind = CREDENTIAL_ASSERTION_FILE }, { .kind = CREDENTIAL_KEYRING } },
        .credential_count = 2,
    };
    place_put("s3cret", 6);
    assert_true(client_secret_store_fill(&store, &asking, deadline, &error));
    assert_int_equal(asking.credentials[0].kind, CREDENTIAL_ASSERTION_FILE);
    assert_int_equal(asking.credentials[1].kind, CREDENTIAL_CLIENT_SECRET);
    assert_string_equal(asking.credentials[1].secret->bytes, "s3cret");
}

static void a_missing_client_secret_or_one_with_a_nul_byte_fills_nothing(void **state)
{
    (void)state;
    for (int round = 0; round < 2; round++) {
        auto_token_request struct token_request asking = {
            .credentials = { { .kind = CREDENTIAL_KEYRING } }, .credential_count = 1
        };
        assert_true(client_secret_store_fill(&store, &asking, deadline, &error));
        assert_int_equal(asking.credentials[0].kind, CREDENTIAL_KEYRING);
        place_put("s3\0cret", 7);
    }
}

/* Another credential may work. */
static void a_keyring_failure_is_kept_with_the_credential(void **state)
{
    (void)state;
    auto_token_request struct token_request asking = {
        .credentials = { { .kind = CREDENTIAL_KEYRING } }, .credential_count = 1
    };
    place.answer = KEYRING_FAILED;
    assert_true(client_secret_store_fill(&store, &asking, deadline, &error));
    assert_int_equal(asking.credentials[0].kind, CREDENTIAL_KEYRING);
    assert_error(asking.credentials[0].trouble, ERROR_KEYRING, "the keyring is locked");
}

static void a_named_keyring_that_fails_to_read_a_client_secret_is_an_error(void **state)
{
    (void)state;
    auto_token_request struct token_request asking = {
        .credentials = { { .kind = CREDENTIAL_KEYRING } }, .credential_count = 1
    };
    store.named = true;
    place.answer = KEYRING_FAILED;
    assert_false(client_secret_store_fill(&store, &asking, deadline, &error));
    assert_error(&error, ERROR_KEYRING, "the keyring is locked");
}

static void if_the_first_keyring_is_absent_the_next_stores_and_erases_client_secrets(void **state)
{
    (void)state;
    auto_secret struct secret *secret = secret_new("s3cret", 6);
    store.keyring = &keyring_absent;
    assert_true(client_secret_store_keep(&store, &request, secret, deadline, &error));
    assert_string_equal(place.record->bytes, "s3cret");
    store = (struct store){ .keyring = &keyring_absent };
    bool was_there = false;
    assert_true(client_secret_store_drop(&store, &request, deadline, &was_there, &error));
    assert_null(place.record);
}

static void a_failure_to_store_a_client_secret_is_an_error(void **state)
{
    (void)state;
    auto_secret struct secret *secret = secret_new("s3cret", 6);
    place.answer = KEYRING_FAILED;
    assert_false(client_secret_store_keep(&store, &request, secret, deadline, &error));
    assert_error(&error, ERROR_KEYRING, "the keyring is locked");
    store_open(&store, "none", &error);
    assert_false(client_secret_store_keep(&store, &request, secret, deadline, &error));
    assert_error(&error, ERROR_USAGE, "stores nothing");
    error_set(&store.trouble, ERROR_KEYRING, "there is no session bus here");
    assert_false(client_secret_store_keep(&store, &request, secret, deadline, &error));
    assert_error(&error, ERROR_KEYRING, "there is no session bus here");
}

/* ---- listing ---- */

static void every_token_is_listed_with_its_keyring(void **state)
{
    (void)state;
    auto_keyring_list struct keyring_list list = { 0 };
    keep("eyJ0");
    assert_true(store_list(&store, STORE_KIND_TOKEN, deadline, &list, &error));
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].store, "place");
    assert_string_equal(place.key.attributes[0].name, "kind");
    assert_string_equal(place.key.attributes[0].value, "access_token");
    assert_null(place.key.attributes[1].name);
}

static void tokens_of_the_next_keyring_are_listed_too(void **state)
{
    (void)state;
    auto_keyring_list struct keyring_list list = { 0 };
    keep("eyJ0");
    store.keyring = &keyring_absent;
    assert_true(store_list(&store, STORE_KIND_TOKEN, deadline, &list, &error));
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].store, "kernel");
}

/* Its items are unknown, so the list must not be taken as complete. */
static void a_keyring_that_does_not_answer_is_not_listed_as_empty(void **state)
{
    (void)state;
    auto_keyring_list struct keyring_list list = { 0 };
    keep("eyJ0");
    store.keyring = &keyring_silent;
    assert_false(store_list(&store, STORE_KIND_TOKEN, deadline, &list, &error));
    assert_error(&error, ERROR_OTHER, "did not answer in time");
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].store, "kernel");
}

static void a_failure_to_list_is_an_error(void **state)
{
    (void)state;
    auto_keyring_list struct keyring_list list = { 0 };
    place.answer = KEYRING_FAILED;
    assert_false(store_list(&store, STORE_KIND_TOKEN, deadline, &list, &error));
    assert_error(&error, ERROR_OTHER, "the keyring is locked");
    store.named = true;
    assert_false(store_list(&store, STORE_KIND_TOKEN, deadline, &list, &error));
    assert_error(&error, ERROR_KEYRING, "the keyring is locked");
    store.named = false;
    error_set(&store.trouble, ERROR_KEYRING, "there is no session bus here");
    assert_false(store_list(&store, STORE_KIND_TOKEN, deadline, &list, &error));
    assert_error(&error, ERROR_OTHER, "there is no session bus here");
}

#define TEST(function) cmocka_unit_test_setup(function, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_stored_token_is_found_again),
        TEST(a_token_is_stored_under_the_whole_request),
        TEST(a_token_is_stored_until_it_expires),
        TEST(the_label_names_the_api_and_has_no_token),
        TEST(a_registry_token_is_stored_under_its_registry),
        TEST(a_token_of_another_registry_is_ignored),
        TEST(an_invalid_record_is_ignored),
        TEST(a_lookup_frees_the_old_token),
        TEST(a_lookup_may_take_half_of_the_timeout),
        TEST(a_keyring_that_works_may_take_more),
        TEST(a_bus_that_has_no_room_is_asked_for_a_while),
        TEST(a_keyring_is_asked_again_once),
        TEST(a_failed_keyring_is_not_used_again),
        TEST(a_failure_to_store_is_not_an_error),
        TEST(a_keyring_failure_is_reported_once),
        TEST(without_a_failure_nothing_is_reported),
        TEST(a_named_keyring_must_work),
        TEST(if_the_first_keyring_is_absent_the_next_is_used),
        TEST(without_any_keyring_nothing_is_stored),
        TEST(a_named_keyring_has_no_fallback),
        TEST(the_none_keyring_stores_nothing),
        TEST(a_refused_token_is_erased),
        TEST(any_other_token_stays),
        TEST(nothing_to_erase_is_not_an_error),
        TEST(a_failure_to_erase_is_an_error_only_if_the_keyring_was_named),
        TEST(a_client_secret_is_stored_under_its_app),
        TEST(a_client_secret_fills_the_credentials_that_need_it),
        TEST(a_missing_client_secret_or_one_with_a_nul_byte_fills_nothing),
        TEST(a_keyring_failure_is_kept_with_the_credential),
        TEST(a_named_keyring_that_fails_to_read_a_client_secret_is_an_error),
        TEST(if_the_first_keyring_is_absent_the_next_stores_and_erases_client_secrets),
        TEST(a_failure_to_store_a_client_secret_is_an_error),
        TEST(every_token_is_listed_with_its_keyring),
        TEST(tokens_of_the_next_keyring_are_listed_too),
        TEST(a_keyring_that_does_not_answer_is_not_listed_as_empty),
        TEST(a_failure_to_list_is_an_error),
    };
    return cmocka_run_group_tests(tests, make_folder, end);
}
