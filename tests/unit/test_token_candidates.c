/* SPDX-License-Identifier: MIT */
/* tokens_get if no identity is configured: a managed identity and a user are candidates. */
#define _GNU_SOURCE
#include "common/store/token_store.h"
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/acquire/acquire.h"
#include "common/base/deadline.h"
#include "common/store/account_store.h"
#include "common/tokens/tokens.h"
#include "tests/unit/shelf.h"

/* ---- an authority, and an identity service ---- */

static struct {
    enum acquire_end machine; /* how the request of the managed identity ends */
    struct error failure;
    int machines, refreshes, sign_ins;
} authority;

static struct token token_of(const char *text)
{
    return (struct token){ .access_token = secret_from_text(text),
                           .received_on = time(NULL),
                           .expires_on = time(NULL) + 3600 };
}

static struct account account_of(const char *name)
{
    struct error unused = { 0 };
    struct account account = { .refresh_token = secret_from_text("refresh") };
    account_set(&account, name, name, &unused);
    return account;
}

static enum acquire_end acquire(const struct token_request *request, int64_t deadline,
                                struct token *ret_token, struct error *error)
{
    (void)request, (void)deadline;
    authority.machines++;
    if (authority.machine == ACQUIRED)
        *ret_token = token_of("machine-token");
    else
        *error = authority.failure;
    return authority.machine;
}

static bool refresh(const struct token_request *request, const struct account *known,
                    int64_t deadline, struct token *ret_token, struct account *ret_renewed,
                    struct error *error)
{
    (void)request, (void)deadline, (void)error;
    authority.refreshes++;
    *ret_token = token_of("user-token");
    *ret_renewed = account_of(known->username);
    return true;
}

static bool sign_in(const struct token_request *request, int64_t deadline, struct token *ret_token,
                    struct account *ret_account, struct sign_in_browser **ret_browser,
                    struct error *error)
{
    *ret_browser = NULL;
    (void)request, (void)deadline, (void)error;
    authority.sign_ins++;
    *ret_token = token_of("signed-in");
    *ret_account = account_of("grace");
    return true;
}

/* Replaces common/base/module.c's. */
const struct module *module_load(const char *file, struct error *error)
{
    static const struct network_source *network;
    static const struct acquire_module module = { .module = MODULE_HEAD,
                                                  .network_source = &network,
                                                  .acquire = acquire,
                                                  .refresh = refresh,
                                                  .sign_in = sign_in };
    (void)error;
    assert_string_equal(file, ACQUIRE_MODULE);
    return &module.module;
}

/* ---- set-up ---- */

static struct token_candidates candidates, before;
static struct options options;
static struct tokens tokens;
static struct tokens_result result;
static struct error error;

#define MACHINE (&candidates.items[0])
#define USER    (&candidates.items[1])

static int end(void **state)
{
    (void)state;
    tokens_result_clear(&result);
    shelf_clear();
    return 0;
}

static int begin(void **state)
{
    end(state);
    clear_environment(state);
    make_runtime_folder();
    memset(&authority, 0, sizeof authority);
    error = (struct error){ 0 };
    tokens = (struct tokens){ .options = &options,
                              .store = { .keyring = &shelf_module.keyring, .named = true },
                              .began = deadline_now(),
                              .deadline = deadline_in((int64_t)60 * 1000),
                              .sign_in_deadline = deadline_in((int64_t)60 * 1000) };
    candidates = (struct token_candidates){
        .items = { { .api = (char *)"Api",
                     .instance = (char *)"http://169.254.169.254",
                     .tenant = (char *)"managed-identity",
                     .client_id = (char *)"system-assigned",
                     .scope = (char *)"api://a/.default",
                     .credentials = { { .kind = CREDENTIAL_MANAGED_IDENTITY,
                                        .where = (char *)"the default" } },
                     .credential_count = 1,
                     .unconfigured = true },
                   { .api = (char *)"Api",
                     .instance = (char *)"https://login.microsoftonline.com",
                     .tenant = (char *)"organizations",
                     .client_id = (char *)"04b07795-8ddb-461a-bbee-02f9e1bf7b46",
                     .scope = (char *)"api://a/.default",
                     .for_user = true,
                     .unconfigured = true } },
        .count = 2
    };
    before = candidates;
    return 0;
}

static void sign_ada_in(void)
{
    struct error unused = { 0 };
    struct account ada = account_of("ada");
    assert_true(
        account_store_keep(&tokens.store, USER, &ada, ACCOUNT_FOR_ALL, tokens.deadline, &unused));
    account_clear(&ada);
}

static void let_machine_have_no_identity(void)
{
    authority.machine = ACQUIRE_NO_IDENTITY;
    error_set(&authority.failure, ERROR_USAGE, "there is no managed identity on this machine");
}

static bool user_is_there(void)
{
    return true;
}

/* Gets a token and returns its text; "" if there is none. The requests must stay as they are. */
static const char *get(void)
{
    tokens_result_clear(&result);
    bool ok = tokens_get(&tokens, &candidates, &result, &error);
    assert_int_equal(ok, error.kind == ERROR_NONE);
    assert_memory_equal(&candidates, &before, sizeof candidates);
    return ok ? result.token.access_token->bytes : "";
}

/* ---- the order ---- */

static void a_user_who_has_signed_in_goes_first(void **state)
{
    (void)state;
    sign_ada_in();
    assert_string_equal(get(), "user-token");
    assert_ptr_equal(result.request, USER);
    assert_string_equal(result.username, "ada");
    assert_string_equal(get(), "user-token");
    assert_int_equal(authority.refreshes, 1);
    assert_int_equal(authority.machines, 0);
}

static void then_the_managed_identity(void **state)
{
    (void)state;
    tokens.may_ask = user_is_there;
    assert_string_equal(get(), "machine-token");
    assert_ptr_equal(result.request, MACHINE);
    assert_null(result.username);
    assert_int_equal(authority.sign_ins, 0);
}

static void then_a_user_who_may_be_asked(void **state)
{
    (void)state;
    let_machine_have_no_identity();
    tokens.may_ask = user_is_there;
    assert_string_equal(get(), "signed-in");
    assert_ptr_equal(result.request, USER);
    assert_string_equal(result.username, "grace");
    assert_int_equal(authority.machines, 1);
}

static void without_any_the_error_says_so(void **state)
{
    (void)state;
    let_machine_have_no_identity();
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_SIGN_IN, "no identity is configured and nobody is signed in");
    assert_string_equal(error.code, "unconfigured");
}

static void a_managed_identity_that_is_refused_is_the_error(void **state)
{
    (void)state;
    authority.machine = ACQUIRE_FAILED;
    error_set(&authority.failure, ERROR_REFUSED, "the identity has no access");
    tokens.may_ask = user_is_there;
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_REFUSED, "the identity has no access");
    assert_int_equal(authority.sign_ins, 0);
}

static void the_last_candidate_without_an_identity_is_the_error(void **state)
{
    (void)state;
    let_machine_have_no_identity();
    candidates.count = before.count = 1;
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_USAGE, "there is no managed identity on this machine");
}

static void a_keyring_that_must_work_is_the_error_if_it_fails(void **state)
{
    (void)state;
    shelf_fails = true;
    assert_string_equal(get(), "");
    assert_int_equal(error.kind, ERROR_KEYRING);
    assert_int_equal(authority.machines, 0);
}

/* ---- renewal ---- */

/* Has the keyring keep a token for this request that is alive and due. */
static void keep_due(const struct token_request *request, const char *text)
{
    struct token_request kept = *request;
    auto_token struct token token = token_of(text);
    token.received_on -= 1800;
    token.refresh_on = time(NULL) - 100;
    if (kept.for_user)
        kept.home_account_id = kept.username = (char *)"ada";
    assert_true(token_store_keep(&tokens.store, &kept, &token, tokens.deadline, &error));
}

static void the_token_of_a_user_who_has_signed_in_is_renewed_alone(void **state)
{
    (void)state;
    sign_ada_in();
    keep_due(MACHINE, "old-machine-token");
    keep_due(USER, "old-user-token");
    let_machine_have_no_identity();
    assert_true(tokens_renew(&tokens, &candidates, &error));
    assert_int_equal(authority.refreshes, 1);
    assert_int_equal(authority.machines, 0);
    assert_string_equal(get(), "user-token");
}

static void the_token_of_the_managed_identity_is_renewed_if_nobody_is_signed_in(void **state)
{
    (void)state;
    keep_due(MACHINE, "old-machine-token");
    assert_true(tokens_renew(&tokens, &candidates, &error));
    assert_int_equal(authority.machines, 1);
    assert_string_equal(get(), "machine-token");
}

/* ---- a token that is known ---- */

static void a_token_is_found_and_erased_for_the_candidate_that_it_is_of(void **state)
{
    (void)state;
    get();
    sign_ada_in();
    get();
    assert_int_equal(shelf_count(STORE_KIND_TOKEN), 2);
    assert_true(tokens_has(&tokens, &candidates, "machine-token", strlen("machine-token")));
    assert_true(tokens_has(&tokens, &candidates, "user-token", strlen("user-token")));
    assert_false(tokens_has(&tokens, &candidates, "another", strlen("another")));
    int64_t received_on = 0;
    assert_true(tokens_erase(&tokens, &candidates, "another", &received_on, &error));
    assert_int_equal(received_on, 0);
    assert_true(tokens_erase(&tokens, &candidates, "user-token", &received_on, &error));
    assert_true(received_on > 0);
    assert_false(tokens_has(&tokens, &candidates, "user-token", strlen("user-token")));
    assert_true(tokens_has(&tokens, &candidates, "machine-token", strlen("machine-token")));
}

static void without_a_refused_token_all_are_erased(void **state)
{
    (void)state;
    get();
    sign_ada_in();
    get();
    assert_int_equal(shelf_count(STORE_KIND_TOKEN), 2);
    int64_t received_on = 0;
    assert_true(tokens_erase(&tokens, &candidates, NULL, &received_on, &error));
    assert_int_equal(shelf_count(STORE_KIND_TOKEN), 0);
    assert_true(tokens_erase(&tokens, &candidates, NULL, &received_on, &error));
}

static void a_new_token_is_of_the_same_candidate(void **state)
{
    (void)state;
    sign_ada_in();
    get();
    tokens_result_clear(&result);
    assert_true(tokens_get_new(&tokens, &candidates, &result, &error));
    assert_ptr_equal(result.request, USER);
    assert_int_equal(authority.refreshes, 2);
    assert_memory_equal(&candidates, &before, sizeof candidates);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_user_who_has_signed_in_goes_first),
        TEST(then_the_managed_identity),
        TEST(then_a_user_who_may_be_asked),
        TEST(without_any_the_error_says_so),
        TEST(a_managed_identity_that_is_refused_is_the_error),
        TEST(the_last_candidate_without_an_identity_is_the_error),
        TEST(a_keyring_that_must_work_is_the_error_if_it_fails),
        TEST(the_token_of_a_user_who_has_signed_in_is_renewed_alone),
        TEST(the_token_of_the_managed_identity_is_renewed_if_nobody_is_signed_in),
        TEST(a_token_is_found_and_erased_for_the_candidate_that_it_is_of),
        TEST(without_a_refused_token_all_are_erased),
        TEST(a_new_token_is_of_the_same_candidate),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
