/* SPDX-License-Identifier: MIT */
/* The accounts in the keyring: which account a user name is, and which refresh token a client
 * uses. */
#define _GNU_SOURCE
#include "common/store/token_store.h"
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/deadline.h"
#include "common/store/account_store.h"
#include "tests/unit/shelf.h"

#define AUTHORITY     "https://login.microsoftonline.com"
#define AZURE_CLI     "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
#define VISUAL_STUDIO "872cd9fa-d31f-45e0-9eab-6e460a02d1f1"
#define OUR_OWN       "97e0a5b7-d745-40b6-94fe-5f77d35c6e05"

/* ---- instead of common/base/module.c: the keyring of shelf.h, and a desktop keyring before it
 * for auto ---- */

static struct keyring_module desktop;

const struct module *module_load(const char *file, struct error *error)
{
    (void)error;
    return strcmp(file, KEYRING_KERNEL_MODULE) == 0 ? &shelf_module.module : &desktop.module;
}

/* ---- */

static struct store store;
static struct token_request request;
static struct error error;
static int64_t deadline;

static int begin(void **state)
{
    clear_environment(state);
    shelf_clear();
    place_clear();
    token_request_clear(&request);
    request = (struct token_request){
        .instance = strdup(AUTHORITY),
        .tenant = strdup("organizations"),
        .client_id = strdup(AZURE_CLI),
        .scope = strdup("api://a/.default"),
        .for_user = true,
    };
    store = (struct store){ .keyring = &shelf_module.keyring, .named = true };
    error = (struct error){ 0 };
    deadline = deadline_in((int64_t)3600 * 1000);
    return 0;
}

static int end(void **state)
{
    (void)state;
    token_request_clear(&request);
    shelf_clear();
    return 0;
}

static void set(char **text, const char *value)
{
    free(*text);
    *text = value != NULL ? strdup(value) : NULL;
}

static struct account account_of(const char *id, const char *username, const char *refresh_token,
                                 bool family)
{
    struct account account = { .family = family };
    assert_true(account_set(&account, id, username, &error));
    if (refresh_token != NULL)
        account.refresh_token = secret_new(refresh_token, strlen(refresh_token));
    return account;
}

/* Stores what a sign-in by the request's client leaves. */
static void keep(const char *id, const char *username, const char *refresh_token, bool family,
                 bool make_default)
{
    auto_account struct account account = account_of(id, username, refresh_token, family);
    assert_true(account_store_keep(&store, &request, &account,
                                   make_default ? ACCOUNT_FOR_ALL : ACCOUNT_FOR_TENANT, deadline,
                                   &error));
}

static bool rotate(const char *id, const char *username, const char *refresh_token, bool family)
{
    auto_account struct account account = account_of(id, username, refresh_token, family);
    return account_store_rotate(&store, &request, &account, deadline, &error);
}

static bool drop(const char *refresh_token)
{
    auto_secret struct secret *secret = secret_new(refresh_token, strlen(refresh_token));
    return account_store_drop(&store, &request, secret, deadline, &error);
}

/* The home account id of a user name (NULL: the default account), or "". */
static const char *resolve(const char *username)
{
    set(&request.account, username);
    set(&request.home_account_id, NULL);
    set(&request.username, NULL);
    enum keyring_answer answer = account_store_resolve(&store, &request, deadline, &error);
    assert_int_equal(error.kind, ERROR_NONE);
    assert_int_equal(answer, request.home_account_id != NULL ? KEYRING_FOUND : KEYRING_NOTHING);
    return request.home_account_id != NULL ? request.home_account_id : "";
}

/* The refresh token that this client uses for the resolved account, or "". */
static const char *refresh_token_for(const char *client_id)
{
    static char text[64];
    auto_account struct account account = { 0 };
    set(&request.client_id, client_id);
    enum keyring_answer answer = account_store_find(&store, &request, deadline, &account, &error);
    assert_int_equal(answer, account.refresh_token != NULL ? KEYRING_FOUND : KEYRING_NOTHING);
    snprintf(text, sizeof text, "%s",
             account.refresh_token != NULL ? account.refresh_token->bytes : "");
    return text;
}

/* ---- accounts ---- */

static void there_is_no_account_before_a_sign_in(void **state)
{
    (void)state;
    assert_string_equal(resolve(NULL), "");
    assert_string_equal(resolve("ada@contoso.com"), "");
}

static void an_account_is_found_by_user_name(void **state)
{
    (void)state;
    keep("ada.c", "Ada@Contoso.com", "a", false, false);
    keep("bob.c", "bob@contoso.com", "b", false, false);
    assert_string_equal(resolve("bob@contoso.com"), "bob.c");
    assert_string_equal(request.username, "bob@contoso.com");
    assert_string_equal(resolve("ada@contoso.com"), "ada.c");
    assert_string_equal(resolve("eve@contoso.com"), "");
}

static void the_first_account_is_the_default_until_another_is_chosen(void **state)
{
    (void)state;
    keep("ada.c", "ada@contoso.com", "a", false, false);
    assert_string_equal(resolve(NULL), "ada.c");
    keep("bob.c", "bob@contoso.com", "b", false, false);
    assert_string_equal(resolve(NULL), "ada.c");
    assert_string_equal(request.username, "ada@contoso.com");
    keep("bob.c", "bob@contoso.com", "b", false, true);
    assert_string_equal(resolve(NULL), "bob.c");
}

static void an_account_belongs_to_its_authority(void **state)
{
    (void)state;
    keep("ada.c", "ada@contoso.com", "a", false, false);
    set(&request.instance, "https://login.microsoftonline.us");
    assert_string_equal(resolve(NULL), "");
    assert_string_equal(resolve("ada@contoso.com"), "");
    keep("eve.c", "eve@contoso.us", "e", false, false);
    assert_string_equal(resolve(NULL), "eve.c");
    set(&request.instance, AUTHORITY);
    assert_string_equal(resolve(NULL), "ada.c");
}

static void a_garbled_account_record_is_ignored(void **state)
{
    (void)state;
    keep("ada.c", "ada@contoso.com", "a", false, false);
    shelf_garble(STORE_KIND_ACCOUNT, NULL, "{\"home_account_id\":\"a b\",\"username\":\"ada\"}");
    assert_string_equal(resolve(NULL), "");
    keep("bob.c", "bob@contoso.com", "b", false, false); /* it is not left as the default either */
    assert_string_equal(resolve(NULL), "bob.c");
}

static void an_account_label_has_no_secret(void **state)
{
    (void)state;
    store.keyring = &keyring_place;
    assert_true(rotate("ada.c", "ada@contoso.com", "s3cret", false));
    assert_string_equal(place.label,
                        "Microsoft Entra sign-in of ada@contoso.com (client " AZURE_CLI ")");
    assert_int_equal(place.expires_on, 0);
}

/* ---- refresh tokens ---- */

static void a_refresh_token_belongs_to_its_client(void **state)
{
    (void)state;
    keep("ada.c", "ada@contoso.com", "a", false, false);
    resolve(NULL);
    assert_string_equal(refresh_token_for(AZURE_CLI), "a");
    assert_string_equal(refresh_token_for(VISUAL_STUDIO), "");
    assert_string_equal(refresh_token_for(OUR_OWN), "");
}

static void a_refresh_token_belongs_to_its_account(void **state)
{
    (void)state;
    keep("ada.c", "ada@contoso.com", "a", false, false);
    keep("bob.c", "bob@contoso.com", NULL, false, false);
    resolve("bob@contoso.com");
    assert_string_equal(refresh_token_for(AZURE_CLI), "");
}

static void a_family_refresh_token_serves_every_client_of_the_family_and_no_other(void **state)
{
    (void)state;
    keep("ada.c", "ada@contoso.com", "a", true, false);
    resolve(NULL);
    assert_string_equal(refresh_token_for(AZURE_CLI), "a");
    assert_string_equal(refresh_token_for(VISUAL_STUDIO), "a");
    assert_string_equal(refresh_token_for(OUR_OWN), "");
    assert_non_null(shelf_record(STORE_KIND_REFRESH_TOKEN, STORE_CLIENT_ID, "family-1"));
}

static void the_family_refresh_token_is_preferred_to_the_clients_own(void **state)
{
    (void)state;
    keep("ada.c", "ada@contoso.com", "own", false, false);
    keep("ada.c", "ada@contoso.com", "family", true, false);
    resolve(NULL);
    assert_string_equal(refresh_token_for(AZURE_CLI), "family");
}

static void a_new_refresh_token_replaces_the_old_one(void **state)
{
    (void)state;
    for (int family = 0; family < 2; family++) {
        begin(NULL);
        keep("ada.c", "ada@contoso.com", "old", family, false);
        assert_true(rotate("ada.c", "ada@contoso.com", "new", family));
        resolve(NULL);
        assert_string_equal(refresh_token_for(AZURE_CLI), "new");
        assert_int_equal(shelf_count(STORE_KIND_REFRESH_TOKEN), 1);
    }
}

static void without_a_new_refresh_token_the_old_one_stays(void **state)
{
    (void)state;
    keep("ada.c", "ada@contoso.com", "old", false, false);
    assert_true(rotate("ada.c", "ada@contoso.com", NULL, false));
    resolve(NULL);
    assert_string_equal(refresh_token_for(AZURE_CLI), "old");
}

static void only_the_same_refresh_token_is_dropped(void **state)
{
    (void)state;
    static const char *const others[] = { "tok", "token2", "TOKEN", "" };
    for (int family = 0; family < 2; family++) {
        begin(NULL);
        keep("ada.c", "ada@contoso.com", "token", family, false);
        resolve(NULL);
        for (size_t i = 0; i < ARRAY_SIZE(others); i++)
            assert_true(drop(others[i]));
        assert_string_equal(refresh_token_for(AZURE_CLI), "token");
        assert_true(drop("token"));
        assert_string_equal(refresh_token_for(AZURE_CLI), "");
        assert_string_equal(resolve(NULL), "ada.c"); /* the record still names its account */
    }
}

static void the_clients_own_refresh_token_is_dropped_behind_the_familys(void **state)
{
    (void)state;
    keep("ada.c", "ada@contoso.com", "own", false, false);
    keep("ada.c", "ada@contoso.com", "family", true, false);
    resolve(NULL);
    assert_true(drop("own"));
    assert_int_equal(shelf_count(STORE_KIND_REFRESH_TOKEN), 1);
    assert_true(drop("family"));
    assert_int_equal(shelf_count(STORE_KIND_REFRESH_TOKEN), 0);
}

static void a_record_without_a_refresh_token_is_ignored(void **state)
{
    (void)state;
    keep("ada.c", "ada@contoso.com", "a", true, false);
    resolve(NULL);
    shelf_garble(STORE_KIND_REFRESH_TOKEN, NULL,
                 "{\"home_account_id\":\"ada.c\",\"username\":\"ada@contoso.com\"}");
    assert_string_equal(refresh_token_for(AZURE_CLI), "");
}

/* ---- forgetting ---- */

/* Stores an access token of the resolved account, or of the app. */
static void keep_token(bool for_user)
{
    auto_token struct token token = { .access_token = secret_new("t", 1), .expires_on = 1 };
    request.for_user = for_user;
    assert_true(token_store_keep(&store, &request, &token, deadline, &error));
    request.for_user = true;
}

static size_t forget(const char *username)
{
    size_t count = 99;
    assert_true(account_store_forget(&store, username, deadline, &count, &error));
    return count;
}

/* Ada is the default account. Both accounts have tokens, and so does an app. */
static void keep_ada_and_bob(void)
{
    keep("ada.c", "ada@contoso.com", "a", true, false);
    keep("bob.c", "bob@contoso.com", "b", true, false);
    keep_token(false);
    resolve("bob@contoso.com");
    keep_token(true);
    resolve("ada@contoso.com");
    keep_token(true);
}

static void an_account_is_forgotten_with_all_its_tokens(void **state)
{
    (void)state;
    keep_ada_and_bob();
    set(&request.client_id, OUR_OWN);
    keep("bob.c", "bob@contoso.com", "b2", false, false);
    assert_int_equal(forget("bob@contoso.com"), 1);
    assert_string_equal(resolve("bob@contoso.com"), "");
    assert_null(shelf_record(STORE_KIND_REFRESH_TOKEN, STORE_ACCOUNT, "bob.c"));
    assert_null(shelf_record(STORE_KIND_TOKEN, STORE_ACCOUNT, "bob.c"));
    assert_string_equal(resolve(NULL), "ada.c");
    assert_string_equal(refresh_token_for(AZURE_CLI), "a");
    assert_non_null(shelf_record(STORE_KIND_TOKEN, STORE_ACCOUNT, "ada.c"));
}

static void when_the_default_account_goes_another_becomes_the_default(void **state)
{
    (void)state;
    static const char *const names[] = { ACCOUNT_DEFAULT, "ada@contoso.com", "ADA@CONTOSO.COM" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        begin(NULL);
        keep_ada_and_bob();
        assert_int_equal(forget(names[i]), 1);
        assert_string_equal(resolve("ada@contoso.com"), "");
        assert_string_equal(resolve(NULL), "bob.c");
        assert_string_equal(refresh_token_for(AZURE_CLI), "b");
    }
}

static void an_account_of_another_authority_does_not_become_the_default(void **state)
{
    (void)state;
    keep("ada.c", "ada@contoso.com", "a", false, false);
    set(&request.instance, "https://login.microsoftonline.us");
    keep("eve.c", "eve@contoso.us", "e", false, false);
    assert_int_equal(forget("ada@contoso.com"), 1);
    assert_string_equal(resolve(NULL), "eve.c");
    set(&request.instance, AUTHORITY);
    assert_string_equal(resolve(NULL), "");
}

/* With auto, the desktop keyring and the kernel keyring may each have a default account. */
static void the_default_is_replaced_in_the_keyring_it_was_in(void **state)
{
    (void)state;
    keep_ada_and_bob();
    setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere", 1);
    desktop.keyring = keyring_place;
    desktop.keyring.name = "secret-service";
    store = (struct store){ .keyring = &desktop.keyring };
    assert_int_equal(forget("ada@contoso.com"), 1);
    assert_int_equal(place.stores, 0);
    store = (struct store){ .keyring = &shelf_module.keyring, .named = true };
    assert_string_equal(resolve(NULL), "bob.c");
}

static void forgetting_all_accounts_keeps_the_tokens_of_apps(void **state)
{
    (void)state;
    keep_ada_and_bob();
    assert_int_equal(forget(NULL), 2);
    assert_int_equal(shelf_count(STORE_KIND_ACCOUNT), 0);
    assert_int_equal(shelf_count(STORE_KIND_REFRESH_TOKEN), 0);
    assert_int_equal(shelf_count(STORE_KIND_TOKEN), 1);
    assert_non_null(shelf_record(STORE_KIND_TOKEN, STORE_ACCOUNT, "app"));
}

static void an_unknown_account_cannot_be_forgotten(void **state)
{
    (void)state;
    keep_ada_and_bob();
    assert_int_equal(forget("eve@contoso.com"), 0);
    assert_int_equal(shelf_count(STORE_KIND_REFRESH_TOKEN), 2);
    shelf_clear();
    assert_int_equal(forget(NULL), 0);
    assert_int_equal(forget(ACCOUNT_DEFAULT), 0);
}

static void a_garbled_account_is_forgotten_with_all(void **state)
{
    (void)state;
    keep_ada_and_bob();
    shelf_garble(STORE_KIND_ACCOUNT, NULL, "garbled");
    assert_int_equal(forget(NULL), 2);
    assert_int_equal(shelf_count(STORE_KIND_ACCOUNT), 0);
    assert_int_equal(shelf_count(STORE_KIND_REFRESH_TOKEN), 0);
}

/* Its ID is not known then, but Bob's is. */
static void a_garbled_account_is_forgotten_by_name_with_its_tokens(void **state)
{
    (void)state;
    keep_ada_and_bob();
    shelf_garble(STORE_KIND_ACCOUNT, "ada@contoso.com", "garbled");
    shelf_garble(STORE_KIND_ACCOUNT, ACCOUNT_DEFAULT, "null");
    assert_int_equal(forget("ada@contoso.com"), 1);
    assert_null(shelf_record(STORE_KIND_ACCOUNT, STORE_USERNAME, "ada@contoso.com"));
    assert_null(shelf_record(STORE_KIND_REFRESH_TOKEN, STORE_ACCOUNT, "ada.c"));
    assert_null(shelf_record(STORE_KIND_TOKEN, STORE_ACCOUNT, "ada.c"));
    assert_non_null(shelf_record(STORE_KIND_ACCOUNT, STORE_USERNAME, "bob@contoso.com"));
    assert_non_null(shelf_record(STORE_KIND_REFRESH_TOKEN, STORE_ACCOUNT, "bob.c"));
    assert_non_null(shelf_record(STORE_KIND_TOKEN, STORE_ACCOUNT, "app"));
}

/* Nobody knows which of the accounts was meant, so it is not said that it is signed out. */
static void a_garbled_default_account_is_not_taken_for_signed_out(void **state)
{
    (void)state;
    size_t count;
    keep_ada_and_bob();
    shelf_garble(STORE_KIND_ACCOUNT, ACCOUNT_DEFAULT, "garbled");
    assert_false(account_store_forget(&store, ACCOUNT_DEFAULT, deadline, &count, &error));
    assert_error(&error, ERROR_OTHER, "which account is the default");
    assert_int_equal(shelf_count(STORE_KIND_REFRESH_TOKEN), 2);
    error = (struct error){ 0 };
    /* Nothing has changed, so that repeating it does not pick one. */
    assert_false(account_store_forget(&store, ACCOUNT_DEFAULT, deadline, &count, &error));
    assert_int_equal(shelf_count(STORE_KIND_REFRESH_TOKEN), 2);
    error = (struct error){ 0 };
}

static void a_garbled_default_account_without_others_is_forgotten(void **state)
{
    (void)state;
    keep("ada.c", "ada@contoso.com", "rt-ada", false, true);
    shelf_garble(STORE_KIND_ACCOUNT, NULL, "[]");
    assert_int_equal(forget("ada@contoso.com"), 1);
    assert_int_equal(shelf_count(STORE_KIND_REFRESH_TOKEN), 0);
    assert_int_equal(forget(ACCOUNT_DEFAULT), 1);
    assert_int_equal(shelf_count(STORE_KIND_ACCOUNT), 0);
    assert_int_equal(forget(ACCOUNT_DEFAULT), 0);
}

static void the_user_name_is_found_by_home_account_id(void **state)
{
    (void)state;
    auto_keyring_list struct keyring_list accounts = { 0 };
    keep_ada_and_bob();
    assert_true(store_list(&store, STORE_KIND_ACCOUNT, deadline, &accounts, &error));
    assert_string_equal(account_store_username(&accounts, "ada.c"), "ada@contoso.com");
    assert_string_equal(account_store_username(&accounts, "bob.c"), "bob@contoso.com");
    assert_null(account_store_username(&accounts, "eve.c"));
}

/* ---- a keyring that fails ---- */

static void a_named_keyring_that_fails_is_an_error(void **state)
{
    (void)state;
    size_t count;
    auto_account struct account account = { 0 };
    keep("ada.c", "ada@contoso.com", "a", true, false);
    resolve(NULL);
    shelf_fails = true;
    assert_int_equal(account_store_resolve(&store, &request, deadline, &error), KEYRING_FAILED);
    assert_int_equal(account_store_find(&store, &request, deadline, &account, &error),
                     KEYRING_FAILED);
    assert_false(rotate("ada.c", "ada@contoso.com", "b", true));
    auto_account struct account bob = account_of("bob.c", "bob@contoso.com", "b", true);
    assert_false(account_store_keep(&store, &request, &bob, ACCOUNT_FOR_ALL, deadline, &error));
    assert_false(drop("a"));
    assert_false(account_store_forget(&store, NULL, deadline, &count, &error));
    assert_error(&error, ERROR_KEYRING, "the keyring is locked");
}

static void a_keyring_that_was_not_named_may_fail(void **state)
{
    (void)state;
    store.named = false;
    shelf_fails = true;
    keep("ada.c", "ada@contoso.com", "a", true, false);
    assert_string_equal(resolve(NULL), "");
    assert_string_equal(store.trouble.message, "the keyring is locked");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(there_is_no_account_before_a_sign_in),
        TEST(an_account_is_found_by_user_name),
        TEST(the_first_account_is_the_default_until_another_is_chosen),
        TEST(an_account_belongs_to_its_authority),
        TEST(a_garbled_account_record_is_ignored),
        TEST(an_account_label_has_no_secret),
        TEST(a_refresh_token_belongs_to_its_client),
        TEST(a_refresh_token_belongs_to_its_account),
        TEST(a_family_refresh_token_serves_every_client_of_the_family_and_no_other),
        TEST(the_family_refresh_token_is_preferred_to_the_clients_own),
        TEST(a_new_refresh_token_replaces_the_old_one),
        TEST(without_a_new_refresh_token_the_old_one_stays),
        TEST(only_the_same_refresh_token_is_dropped),
        TEST(the_clients_own_refresh_token_is_dropped_behind_the_familys),
        TEST(a_record_without_a_refresh_token_is_ignored),
        TEST(an_account_is_forgotten_with_all_its_tokens),
        TEST(when_the_default_account_goes_another_becomes_the_default),
        TEST(an_account_of_another_authority_does_not_become_the_default),
        TEST(the_default_is_replaced_in_the_keyring_it_was_in),
        TEST(forgetting_all_accounts_keeps_the_tokens_of_apps),
        TEST(an_unknown_account_cannot_be_forgotten),
        TEST(a_garbled_account_is_forgotten_with_all),
        TEST(a_garbled_account_is_forgotten_by_name_with_its_tokens),
        TEST(a_garbled_default_account_is_not_taken_for_signed_out),
        TEST(a_garbled_default_account_without_others_is_forgotten),
        TEST(the_user_name_is_found_by_home_account_id),
        TEST(a_named_keyring_that_fails_is_an_error),
        TEST(a_keyring_that_was_not_named_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
