/* SPDX-License-Identifier: MIT */
/* A person's grant: tokens in silence by a refresh token, a sign-in where that is of no use any
 * more. The authority is a table here, the keyring is in memory, and what another process does, it
 * does while this one waits (ld --wrap=poll). */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/deadline.h"
#include "common/base/runtime_folder.h"
#include "common/store/account_store.h"
#include "common/tokens/single_flight.h"
#include "common/tokens/user_tokens.h"
#include "tests/unit/shelf.h"

#define INSTANCE "https://login.microsoftonline.com"
#define CLIENT   "97e0a5b7-d745-40b6-94fe-5f77d35c6e05"

/* ---- an authority that says what it is told to ---- */

static struct {
    struct error refusal; /* of a refresh; of no kind: it gives a token */
    struct error decline; /* of a sign-in, likewise */
    const char *rotated;  /* the refresh token that comes with it; NULL: none */
    char used[64];        /* the refresh token that it was shown last */
    char claims[256];     /* the claims that the last sign-in was to bring */
    const char *person;   /* who signs in: home account id and user name in one */
    int64_t refresh_deadline, sign_in_deadline;
    int refreshes, sign_ins;
} authority;

static struct token token_of(const char *text)
{
    return (struct token){ .access_token = secret_new(text, strlen(text)),
                           .received_on = time(NULL),
                           .expires_on = time(NULL) + 3600 };
}

static struct account account_of(const char *person, const char *refresh_token)
{
    struct error unused = { 0 };
    struct account account = { 0 };
    account_set(&account, person, person, &unused);
    if (refresh_token != NULL)
        account.refresh_token = secret_new(refresh_token, strlen(refresh_token));
    return account;
}

static bool refresh(const struct token_request *request, const struct account *known,
                    int64_t deadline, struct token *token, struct account *renewed,
                    struct error *error)
{
    (void)request;
    authority.refreshes++;
    authority.refresh_deadline = deadline;
    snprintf(authority.used, sizeof authority.used, "%s", known->refresh_token->bytes);
    if (authority.refusal.kind != ERROR_NONE) {
        *error = authority.refusal;
        return false;
    }
    *token = token_of("refreshed");
    *renewed = account_of(known->home_account_id, authority.rotated);
    return true;
}

static bool sign_in(const struct token_request *request, int64_t deadline, struct token *token,
                    struct account *account, struct error *error)
{
    authority.sign_ins++;
    authority.sign_in_deadline = deadline;
    snprintf(authority.claims, sizeof authority.claims, "%s",
             request->claims != NULL ? request->claims : "");
    if (authority.decline.kind != ERROR_NONE) {
        *error = authority.decline;
        return false;
    }
    *token = token_of("signed-in");
    *account = account_of(authority.person, "fresh");
    return true;
}

static const struct acquire_module module = { .refresh = refresh, .sign_in = sign_in };

/* A refresh is refused by these words of the authority's. */
static void let_it_refuse(const char *oauth_error, const char *suberror, const char *claims)
{
    error_set(&authority.refusal, ERROR_REFUSED, "the grant has expired");
    snprintf(authority.refusal.code, sizeof authority.refusal.code, "AADSTS70043");
    snprintf(authority.refusal.oauth_error, sizeof authority.refusal.oauth_error, "%s",
             oauth_error);
    snprintf(authority.refusal.suberror, sizeof authority.refusal.suberror, "%s", suberror);
    snprintf(authority.refusal.claims, sizeof authority.refusal.claims, "%s", claims);
}

/* In the place of common/base/module.c's. */
const struct module *module_load(const char *file, struct error *error)
{
    (void)error;
    assert_string_equal(file, KEYRING_KERNEL_MODULE);
    return &shelf_module.module;
}

/* ---- what the tests begin with ---- */

static struct token_request request;
static struct options options;
static struct token_store store;
static struct user_tokens_wait wait;
static struct error error;
static bool asked;
static const char *said; /* on stderr, by the last get */

static int times_asked;
static bool somebody_is_there(void)
{
    times_asked++;
    return true;
}
static bool nobody_is_there(void)
{
    return false;
}

/* Another process that holds a lock. While this one waits, it does something and lands. */
static struct single_flight other = { .fd = -1 };
static void (*before_landing)(void);
static int waits;

int __wrap_poll(struct pollfd *fds, nfds_t count, int milliseconds);
int __wrap_poll(struct pollfd *fds, nfds_t count, int milliseconds)
{
    (void)fds, (void)count, (void)milliseconds;
    waits++;
    if (before_landing != NULL)
        before_landing();
    single_flight_leave(&other);
    return 0;
}

static int end(void **state)
{
    (void)state;
    free(steal(&request.home_account_id));
    free(steal(&request.username));
    single_flight_leave(&other);
    shelf_clear();
    return 0;
}

static int begin(void **state)
{
    end(state);
    clear_environment(state);
    make_runtime_folder(); /* no notice of another test is in it */
    memset(&authority, 0, sizeof authority);
    authority.person = "ada";
    before_landing = NULL;
    waits = times_asked = 0;
    options = (struct options){ 0 };
    store = (struct token_store){ .keyring = &shelf_module.keyring, .named = true };
    wait = (struct user_tokens_wait){ &options, deadline_now(), deadline_in((int64_t)60 * 1000),
                                      deadline_in((int64_t)900 * 1000) };
    request = (struct token_request){
        .instance = (char *)INSTANCE,
        .tenant = (char *)"organizations",
        .client_id = (char *)CLIENT,
        .scope = (char *)"api://a/.default",
        .for_user = true,
        .may_ask = somebody_is_there,
    };
    return 0;
}

/* Somebody has signed in before, or does so in another process. */
static void keep(const char *person, const char *refresh_token)
{
    struct error unused = { 0 };
    auto_account struct account known = account_of(person, refresh_token);
    account_store_keep(&store, &request, &known, false, wait.deadline, &unused);
}

/* The refresh token that the keyring has of somebody; "" for none. */
static const char *kept(const char *person)
{
    static char text[64];
    auto_account struct account read = { 0 };
    struct error unused = { 0 };
    const char *record = shelf_record(STORE_KIND_REFRESH_TOKEN, STORE_ACCOUNT, person);
    if (record != NULL)
        account_from_json(record, strlen(record), &read, &unused);
    snprintf(text, sizeof text, "%s", read.refresh_token != NULL ? read.refresh_token->bytes : "");
    return text;
}

/* Gets a token by the grant, or by a sign-in that is wanted; its text is "" where there is none. */
static const char *get_by(bool wants_to_sign_in)
{
    static char text[64];
    auto_token struct token token = { 0 };
    error = (struct error){ 0 };
    catch_output(STDERR_FILENO);
    bool ok = wants_to_sign_in
                  ? user_tokens_sign_in(&module, &store, &request, &wait, &token, &error)
                  : user_tokens_acquire(&module, &store, &request, &wait, &token, &asked, &error);
    said = caught_output();
    snprintf(text, sizeof text, "%s", ok ? token.access_token->bytes : "");
    assert_int_equal(ok, error.kind == ERROR_NONE);
    return text;
}

static const char *get(void)
{
    return get_by(false);
}

/* ---- silence ---- */

static void a_refresh_token_gives_a_token_and_nobody_is_asked(void **state)
{
    (void)state;
    keep("ada", "old");
    assert_string_equal(get(), "refreshed");
    assert_string_equal(authority.used, "old");
    assert_int_equal(authority.refresh_deadline, wait.deadline);
    assert_false(asked);
    assert_int_equal(times_asked + authority.sign_ins, 0);
    assert_string_equal(request.home_account_id, "ada");
    assert_string_equal(request.username, "ada");
    assert_string_equal(said, "");
}

static void a_new_refresh_token_takes_the_place_of_the_old_one(void **state)
{
    (void)state;
    keep("ada", "old");
    authority.rotated = "new";
    get();
    assert_string_equal(kept("ada"), "new");
    get();
    assert_string_equal(authority.used, "new");
}

static void where_no_new_one_comes_the_old_one_stays(void **state)
{
    (void)state;
    keep("ada", "old");
    get();
    assert_string_equal(kept("ada"), "old");
}

static void the_account_that_was_asked_for_is_used(void **state)
{
    (void)state;
    keep("ada", "adas");
    keep("bob", "bobs");
    request.account = (char *)"bob";
    get();
    assert_string_equal(authority.used, "bobs");
}

/* ---- where a sign-in is needed, and nobody may be asked ---- */

static void the_reason_is_the_authoritys_and_the_refresh_token_stays(void **state)
{
    (void)state;
    static const char *const errors[] = { "invalid_grant", "interaction_required", "login_required",
                                          "consent_required" };
    static bool (*const may_ask[])(void) = { NULL, nobody_is_there };
    for (size_t i = 0; i < ARRAY_SIZE(errors) * ARRAY_SIZE(may_ask); i++) {
        begin(NULL);
        keep("ada", "old");
        let_it_refuse(errors[i / 2], "", "");
        request.may_ask = may_ask[i % 2];
        assert_string_equal(get(), "");
        assert_error(&error, ERROR_SIGN_IN, "ada must sign in again: the grant has expired");
        assert_string_equal(error.code, "AADSTS70043");
        assert_string_equal(error.oauth_error, errors[i / 2]);
        assert_has(error_advice(&error), "Run 'entra login --scope api://a/.default'.");
        assert_string_equal(kept("ada"), "old");
        assert_false(asked);
    }
}

static void a_bad_token_is_dropped(void **state)
{
    (void)state;
    keep("ada", "old");
    let_it_refuse("invalid_grant", "bad_token", "");
    request.may_ask = NULL;
    get();
    assert_error(&error, ERROR_SIGN_IN, "must sign in again");
    assert_string_equal(kept("ada"), "");
    get();
    assert_error(&error, ERROR_SIGN_IN, "has not signed in yet for this API's client");
    assert_int_equal(authority.refreshes, 1);
}

/* A sign-in would not help. */
static void other_refusals_are_passed_on_and_nobody_is_asked(void **state)
{
    (void)state;
    keep("ada", "old");
    let_it_refuse("invalid_scope", "", "");
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_REFUSED, "the grant has expired");
    error_set(&authority.refusal, ERROR_NETWORK, "no answer");
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_NETWORK, "no answer");
    assert_int_equal(times_asked + authority.sign_ins, 0);
    assert_string_equal(kept("ada"), "old");
}

static void it_is_said_who_has_not_signed_in(void **state)
{
    (void)state;
    request.may_ask = NULL;
    get();
    assert_error(&error, ERROR_SIGN_IN, "nobody has signed in");
    request.account = (char *)"bob";
    get();
    assert_error(&error, ERROR_SIGN_IN, "bob has not signed in");
    assert_has(error_advice(&error), "--account bob");
    keep("bob", NULL);
    get();
    assert_error(&error, ERROR_SIGN_IN, "has not signed in yet for this API's client (" CLIENT ")");
}

/* A user name may come from a hostile URL. */
static void what_to_run_can_be_pasted_into_a_shell(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "ada@contoso.com", " --account ada@contoso.com" },
        { "o'hara", " --account \"o'hara\"" },
        { "a;reboot", " --account \"a;reboot\"" },
        { "$(reboot)", " --account \"...\"" },
        { "`reboot`", " --account \"...\"" },
        { "a\"b", " --account \"...\"" },
        { "a!b", " --account \"...\"" },
    };
    request.may_ask = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        request.account = (char *)cases[i][0];
        get();
        assert_has(error_advice(&error), cases[i][1]);
    }
}

static void a_keyring_asked_for_by_name_must_work(void **state)
{
    (void)state;
    shelf_fails = true;
    get();
    assert_error(&error, ERROR_KEYRING, "the keyring is locked");
    assert_int_equal(times_asked + authority.sign_ins, 0);
}

static void where_the_keyring_hides_who_has_signed_in_nobody_is_asked(void **state)
{
    (void)state;
    store.named = false;
    shelf_fails = true;
    get();
    assert_error(&error, ERROR_SIGN_IN, "who has signed in cannot be told: the keyring is locked");
    assert_string_equal(error.code, "keyring_locked");
    assert_int_equal(times_asked + authority.sign_ins, 0);
}

/* What it cannot take, it does not hide. */
static void where_it_is_full_somebody_is_asked(void **state)
{
    (void)state;
    store.named = false;
    error_set(&store.trouble, ERROR_KEYRING, "the quota is used up");
    error_known_as(&store.trouble, "keyring_full");
    assert_string_equal(get(), "signed-in");
}

/* ---- the sign-in ---- */

static void where_nobody_has_signed_in_somebody_is_asked_to(void **state)
{
    (void)state;
    assert_string_equal(get(), "signed-in");
    assert_true(asked);
    assert_int_equal(authority.sign_in_deadline, wait.sign_in_deadline);
    assert_string_equal(kept("ada"), "fresh");
    assert_string_equal(request.home_account_id, "ada");
    assert_string_equal(get(), "refreshed");
    assert_string_equal(authority.used, "fresh");
    assert_int_equal(authority.sign_ins, 1);
}

static void who_must_sign_in_again_is_told_why(void **state)
{
    (void)state;
    keep("ada", "old");
    let_it_refuse("invalid_grant", "", "");
    assert_string_equal(get(), "signed-in");
    assert_has(said, "ada must sign in again: the grant has expired");
    assert_string_equal(kept("ada"), "fresh");
    assert_int_equal(authority.refreshes, 1);
}

static void claims_that_are_demanded_are_brought_to_the_sign_in(void **state)
{
    (void)state;
    static const char demand[] = "{\"access_token\":{\"acrs\":{\"essential\":true}}}";
    keep("ada", "old");
    let_it_refuse("interaction_required", "", demand);
    get();
    assert_string_equal(authority.claims, demand);

    begin(NULL);
    keep("ada", "old");
    let_it_refuse("interaction_required", "", demand);
    request.claims = (char *)"{\"access_token\":{\"xms_cc\":{\"values\":[\"cp1\"]}}}";
    get();
    assert_has(authority.claims, "\"acrs\":{\"essential\":true}");
    assert_has(authority.claims, "\"xms_cc\":{\"values\":[\"cp1\"]}");
    assert_string_equal(request.claims, "{\"access_token\":{\"xms_cc\":{\"values\":[\"cp1\"]}}}");
}

static void a_demand_that_is_none_is_left_out(void **state)
{
    (void)state;
    keep("ada", "old");
    let_it_refuse("interaction_required", "", "garbled");
    assert_string_equal(get(), "signed-in");
    assert_string_equal(authority.claims, "");
}

/* Whose refresh token is used where no account is named. */
static const char *used_by_default(void)
{
    free(steal(&request.home_account_id));
    free(steal(&request.username));
    request.account = NULL;
    assert_string_equal(get(), "refreshed");
    return authority.used;
}

static void the_default_account_changes_only_where_a_person_wants_to_sign_in(void **state)
{
    (void)state;
    keep("ada", "adas");
    authority.person = "bob";
    request.account = (char *)"bob";
    assert_string_equal(get(), "signed-in");
    assert_string_equal(used_by_default(), "adas");
    request.account = (char *)"bob";
    assert_string_equal(get_by(true), "signed-in");
    assert_string_equal(used_by_default(), "fresh");
}

static void who_wants_to_sign_in_does_so_whatever_the_keyring_has(void **state)
{
    (void)state;
    keep("ada", "old");
    assert_string_equal(get_by(true), "signed-in");
    assert_int_equal(authority.refreshes, 0);
    assert_string_equal(kept("ada"), "fresh");
}

/* ---- among processes ---- */

static struct runtime_name name_of(const char *ending, const char *whose)
{
    const char *const of_account[] = { INSTANCE, whose, NULL };
    const char *const of_user[] = { INSTANCE, CLIENT, whose, NULL };
    return runtime_name(ending, strcmp(ending, "refresh") == 0 ? of_account : of_user);
}

static void board(const char *ending, const char *whose, void (*then)(void))
{
    before_landing = then;
    assert_int_equal(single_flight_join(&other, name_of(ending, whose).text, 0),
                     SINGLE_FLIGHT_LEADER);
}

static void they_sign_in(void)
{
    keep("ada", "theirs");
}

static void they_fail(void)
{
    auto_token struct token token = { 0 };
    struct error theirs = { 0 };
    error_set(&authority.decline, ERROR_SIGN_IN, "the sign-in was declined");
    user_tokens_sign_in(&module, &store, &request, &wait, &token, &theirs);
}

static void who_waited_for_a_sign_in_takes_what_came_of_it(void **state)
{
    (void)state;
    board("sign-in", ACCOUNT_DEFAULT, they_sign_in);
    assert_string_equal(get(), "refreshed");
    assert_string_equal(authority.used, "theirs");
    assert_true(asked);
    assert_int_equal(authority.sign_ins, 0);
}

static void its_failure_is_theirs_too(void **state)
{
    (void)state;
    board("sign-in", ACCOUNT_DEFAULT, they_fail);
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_SIGN_IN, "the sign-in was declined");
    assert_int_equal(authority.sign_ins, 1);
}

static void a_failure_is_shared_with_those_who_began_before_it(void **state)
{
    (void)state;
    error_set(&authority.decline, ERROR_REFUSED, "the sign-in was declined");
    get();
    assert_error(&error, ERROR_REFUSED, "the sign-in was declined");
    authority.decline.kind = ERROR_NONE;
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_REFUSED, "the sign-in was declined");
    assert_int_equal(authority.sign_ins, 1);
    wait.began = deadline_now() + 1;
    assert_string_equal(get(), "signed-in");
}

static void a_failure_is_of_its_account(void **state)
{
    (void)state;
    error_set(&authority.decline, ERROR_REFUSED, "the sign-in was declined");
    get();
    authority.decline.kind = ERROR_NONE;
    request.account = (char *)"ada";
    assert_string_equal(get(), "signed-in");
}

static void who_waits_for_a_sign_in_too_long_is_told(void **state)
{
    (void)state;
    board("sign-in", ACCOUNT_DEFAULT, NULL);
    wait.sign_in_deadline = deadline_now();
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_SIGN_IN, "another process is waiting for a person to sign in");
    assert_int_equal(authority.sign_ins, 0);
}

static void a_refresh_waits_for_no_prompt(void **state)
{
    (void)state;
    keep("ada", "old");
    board("sign-in", ACCOUNT_DEFAULT, NULL);
    assert_string_equal(get(), "refreshed");
    assert_int_equal(waits, 0);
}

static void nor_does_who_wants_to_sign_in(void **state)
{
    (void)state;
    board("sign-in", ACCOUNT_DEFAULT, NULL);
    assert_string_equal(get_by(true), "signed-in");
    assert_int_equal(waits, 0);
}

/* Else a new refresh token is lost to an older one. */
static void a_refresh_waits_for_another_and_takes_its_refresh_token(void **state)
{
    (void)state;
    keep("ada", "old");
    board("refresh", "ada", they_sign_in);
    assert_string_equal(get(), "refreshed");
    assert_string_equal(authority.used, "theirs");
    assert_true(waits > 0);
}

static void but_no_longer_than_it_has_time(void **state)
{
    (void)state;
    keep("ada", "old");
    board("refresh", "ada", NULL);
    wait.deadline = deadline_now();
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_NETWORK, "another process is asking " INSTANCE);
    assert_int_equal(authority.refreshes + authority.sign_ins, 0);
}

static void a_new_sign_in_is_kept_behind_a_refresh_under_way(void **state)
{
    (void)state;
    board("refresh", "ada", they_sign_in);
    assert_string_equal(get(), "signed-in");
    assert_string_equal(kept("ada"), "fresh");
    assert_true(waits > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_refresh_token_gives_a_token_and_nobody_is_asked),
        TEST(a_new_refresh_token_takes_the_place_of_the_old_one),
        TEST(where_no_new_one_comes_the_old_one_stays),
        TEST(the_account_that_was_asked_for_is_used),
        TEST(the_reason_is_the_authoritys_and_the_refresh_token_stays),
        TEST(a_bad_token_is_dropped),
        TEST(other_refusals_are_passed_on_and_nobody_is_asked),
        TEST(it_is_said_who_has_not_signed_in),
        TEST(what_to_run_can_be_pasted_into_a_shell),
        TEST(a_keyring_asked_for_by_name_must_work),
        TEST(where_the_keyring_hides_who_has_signed_in_nobody_is_asked),
        TEST(where_it_is_full_somebody_is_asked),
        TEST(where_nobody_has_signed_in_somebody_is_asked_to),
        TEST(who_must_sign_in_again_is_told_why),
        TEST(claims_that_are_demanded_are_brought_to_the_sign_in),
        TEST(a_demand_that_is_none_is_left_out),
        TEST(the_default_account_changes_only_where_a_person_wants_to_sign_in),
        TEST(who_wants_to_sign_in_does_so_whatever_the_keyring_has),
        TEST(who_waited_for_a_sign_in_takes_what_came_of_it),
        TEST(its_failure_is_theirs_too),
        TEST(a_failure_is_shared_with_those_who_began_before_it),
        TEST(a_failure_is_of_its_account),
        TEST(who_waits_for_a_sign_in_too_long_is_told),
        TEST(a_refresh_waits_for_no_prompt),
        TEST(nor_does_who_wants_to_sign_in),
        TEST(a_refresh_waits_for_another_and_takes_its_refresh_token),
        TEST(but_no_longer_than_it_has_time),
        TEST(a_new_sign_in_is_kept_behind_a_refresh_under_way),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
