/* SPDX-License-Identifier: MIT */
/* User tokens: by refresh token without a prompt, or by a sign-in if that fails. The authority is
 * a function of this test, the keyring is in memory, and another process acts while this one waits
 * (ld --wrap=poll). */
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
#include "common/base/single_flight.h"
#include "common/base/user.h"
#include "common/store/account_store.h"
#include "common/tokens/user_tokens.h"
#include "tests/unit/shelf.h"

#define INSTANCE "https://login.microsoftonline.com"
#define CLIENT   "97e0a5b7-d745-40b6-94fe-5f77d35c6e05"

/* ---- an authority ---- */

static struct {
    struct error refusal; /* of a refresh; ERROR_NONE: it returns a token */
    struct error decline; /* of a sign-in; ERROR_NONE: it returns a token */
    const char *rotated;  /* the refresh token that comes with it; may be NULL */
    char used[64];        /* the refresh token of the last refresh */
    char claims[256];     /* the claims of the last sign-in */
    const char *user;     /* who signs in: both home account id and user name */
    int64_t refresh_deadline, sign_in_deadline;
    int refreshes, sign_ins;
    bool told_others; /* during the last sign-in, others could see that one is running */
} authority;

static struct runtime_name name_of(const char *ending)
{
    const char *const of_account[] = { INSTANCE, "ada", NULL };
    const char *const of_client[] = { INSTANCE, CLIENT, NULL };
    return runtime_name(ending, strcmp(ending, "refresh") == 0 ? of_account : of_client);
}

static struct token token_of(const char *text)
{
    return (struct token){ .access_token = secret_new(text, strlen(text)),
                           .received_on = time(NULL),
                           .expires_on = time(NULL) + 3600 };
}

static struct account account_of(const char *user, const char *refresh_token)
{
    struct error unused = { 0 };
    struct account account = { 0 };
    account_set(&account, user, user, &unused);
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
                    struct account *account, struct sign_in_browser **browser, struct error *error)
{
    *browser = NULL;
    authority.sign_ins++;
    authority.sign_in_deadline = deadline;
    authority.told_others = single_flight_is_running(name_of("sign-in").text);
    snprintf(authority.claims, sizeof authority.claims, "%s",
             request->claims != NULL ? request->claims : "");
    if (authority.decline.kind != ERROR_NONE) {
        *error = authority.decline;
        return false;
    }
    *token = token_of("signed-in");
    *account = account_of(authority.user, "fresh");
    return true;
}

static const struct acquire_module module = { .refresh = refresh, .sign_in = sign_in };

/* Makes the authority refuse a refresh with these fields. */
static void make_authority_refuse(const char *oauth_error, const char *suberror, const char *claims)
{
    error_set(&authority.refusal, ERROR_REFUSED, "the grant has expired");
    snprintf(authority.refusal.code, sizeof authority.refusal.code, "AADSTS70043");
    snprintf(authority.refusal.oauth_error, sizeof authority.refusal.oauth_error, "%s",
             oauth_error);
    snprintf(authority.refusal.suberror, sizeof authority.refusal.suberror, "%s", suberror);
    snprintf(authority.refusal.claims, sizeof authority.refusal.claims, "%s", claims);
}

/* Instead of common/base/module.c. */
const struct module *module_load(const char *file, struct error *error)
{
    (void)error;
    assert_string_equal(file, KEYRING_KERNEL_MODULE);
    return &shelf_module.module;
}

/* ---- set-up ---- */

static struct token_request request;
static struct options options;
static struct store store;
static struct user_tokens_wait wait;
static struct error error;
static bool asked;
static const char *said; /* output of the last get on stderr */

static int times_asked;
static bool user_is_there(void)
{
    times_asked++;
    return true;
}

/* Instead of common/base/user.c. */
static bool has_terminal;
bool user_has_terminal(void)
{
    return has_terminal;
}
bool user_is_ruled_out(void)
{
    return false;
}

static bool no_user_is_there(void)
{
    return false;
}

/* Another process that leads. While this process polls, it does something and leaves. */
static struct single_flight other = { .fd = -1 };
static void (*before_leaving)(void);
static int polls;

int __wrap_poll(struct pollfd *fds, nfds_t count, int milliseconds);
int __wrap_poll(struct pollfd *fds, nfds_t count, int milliseconds)
{
    (void)fds, (void)count, (void)milliseconds;
    polls++;
    if (before_leaving != NULL)
        before_leaving();
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
    has_terminal = true;
    make_runtime_folder(); /* without shared failures of other tests */
    memset(&authority, 0, sizeof authority);
    authority.user = "ada";
    before_leaving = NULL;
    polls = times_asked = 0;
    options = (struct options){ 0 };
    store = (struct store){ .keyring = &shelf_module.keyring, .named = true };
    wait = (struct user_tokens_wait){ .options = &options,
                                      .may_ask = user_is_there,
                                      .began = deadline_now(),
                                      .deadline = deadline_in((int64_t)60 * 1000),
                                      .sign_in_deadline = deadline_in((int64_t)900 * 1000) };
    request = (struct token_request){
        .instance = (char *)INSTANCE,
        .tenant = (char *)"organizations",
        .client_id = (char *)CLIENT,
        .scope = (char *)"api://a/.default",
        .for_user = true,
    };
    return 0;
}

/* Stores what a sign-in leaves, before this test or in another process. */
static void keep(const char *user, const char *refresh_token)
{
    struct error unused = { 0 };
    auto_account struct account known = account_of(user, refresh_token);
    account_store_keep(&store, &request, &known, ACCOUNT_FOR_TENANT, wait.deadline, &unused);
}

/* The refresh token of a user in the keyring, or "". */
static const char *kept(const char *user)
{
    static char text[64];
    auto_account struct account read = { 0 };
    struct error unused = { 0 };
    const char *record = shelf_record(STORE_KIND_REFRESH_TOKEN, STORE_ACCOUNT, user);
    if (record != NULL)
        account_from_json(record, strlen(record), &read, &unused);
    snprintf(text, sizeof text, "%s", read.refresh_token != NULL ? read.refresh_token->bytes : "");
    return text;
}

/* Gets a token by refresh or by an explicit sign-in, and returns its text; "" if there is none. */
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

/* ---- without a prompt ---- */

static void a_refresh_token_gets_a_token_without_a_prompt(void **state)
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

static void a_new_refresh_token_replaces_the_old_one(void **state)
{
    (void)state;
    keep("ada", "old");
    authority.rotated = "new";
    get();
    assert_string_equal(kept("ada"), "new");
    get();
    assert_string_equal(authority.used, "new");
}

static void without_a_new_refresh_token_the_old_one_stays(void **state)
{
    (void)state;
    keep("ada", "old");
    get();
    assert_string_equal(kept("ada"), "old");
}

static void the_requested_account_is_used(void **state)
{
    (void)state;
    keep("ada", "adas");
    keep("bob", "bobs");
    request.account = (char *)"bob";
    get();
    assert_string_equal(authority.used, "bobs");
}

/* ---- a sign-in is needed, but no prompt is possible ---- */

static void the_error_has_the_authoritys_reason_and_the_refresh_token_stays(void **state)
{
    (void)state;
    static const char *const errors[] = { "invalid_grant", "interaction_required", "login_required",
                                          "consent_required" };
    static bool (*const may_ask[])(void) = { NULL, no_user_is_there };
    for (size_t i = 0; i < ARRAY_SIZE(errors) * ARRAY_SIZE(may_ask); i++) {
        begin(NULL);
        keep("ada", "old");
        make_authority_refuse(errors[i / 2], "", "");
        wait.may_ask = may_ask[i % 2];
        assert_string_equal(get(), "");
        assert_error(&error, ERROR_SIGN_IN, "ada must sign in again: the grant has expired");
        assert_string_equal(error.code, "AADSTS70043");
        assert_string_equal(error.oauth_error, errors[i / 2]);
        assert_has(error_advice(&error), "Run 'entra login --scope api://a/.default'.");
        assert_string_equal(kept("ada"), "old");
        assert_false(asked);
    }
}

static void a_bad_refresh_token_is_dropped(void **state)
{
    (void)state;
    keep("ada", "old");
    make_authority_refuse("invalid_grant", "bad_token", "");
    wait.may_ask = NULL;
    get();
    assert_error(&error, ERROR_SIGN_IN, "must sign in again");
    assert_string_equal(kept("ada"), "");
    get();
    assert_error(&error, ERROR_SIGN_IN, "for this API's client");
    assert_int_equal(authority.refreshes, 1);
}

/* A sign-in would not help. */
static void other_refusals_are_passed_on_without_a_prompt(void **state)
{
    (void)state;
    keep("ada", "old");
    make_authority_refuse("invalid_scope", "", "");
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_REFUSED, "the grant has expired");
    error_set(&authority.refusal, ERROR_NETWORK, "no answer");
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_NETWORK, "no answer");
    assert_int_equal(times_asked + authority.sign_ins, 0);
    assert_string_equal(kept("ada"), "old");
}

static void the_error_says_who_has_not_signed_in(void **state)
{
    (void)state;
    wait.may_ask = NULL;
    get();
    assert_error(&error, ERROR_SIGN_IN, "nobody is signed in");
    request.account = (char *)"bob";
    get();
    assert_error(&error, ERROR_SIGN_IN, "bob has not signed in");
    assert_has(error_advice(&error), "--account bob");
    keep("bob", NULL);
    get();
    assert_error(&error, ERROR_SIGN_IN, "for this API's client (" CLIENT ")");
}

/* A user name may come from a hostile URL. */
static void the_suggested_command_can_be_pasted_into_a_shell(void **state)
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
    wait.may_ask = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        request.account = (char *)cases[i][0];
        get();
        assert_has(error_advice(&error), cases[i][1]);
    }
}

static void a_named_keyring_must_work(void **state)
{
    (void)state;
    shelf_fails = true;
    get();
    assert_error(&error, ERROR_KEYRING, "the keyring is locked");
    assert_int_equal(times_asked + authority.sign_ins, 0);
}

static void a_keyring_that_cannot_be_read_causes_no_prompt(void **state)
{
    (void)state;
    store.named = false;
    shelf_fails = true;
    get();
    assert_error(&error, ERROR_SIGN_IN,
                 "the keyring does not show who has signed in: the keyring is locked");
    assert_string_equal(error.code, "keyring_locked");
    assert_int_equal(times_asked + authority.sign_ins, 0);
}

/* A full keyring can still be read. */
static void a_full_keyring_does_not_prevent_a_prompt(void **state)
{
    (void)state;
    store.named = false;
    error_set(&store.trouble, ERROR_KEYRING, "the quota is used up");
    error_known_as(&store.trouble, "keyring_full");
    assert_string_equal(get(), "signed-in");
}

/* ---- the sign-in ---- */

static void if_nobody_has_signed_in_the_user_is_prompted(void **state)
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

static void a_user_who_must_sign_in_again_is_told_why(void **state)
{
    (void)state;
    keep("ada", "old");
    make_authority_refuse("invalid_grant", "", "");
    assert_string_equal(get(), "signed-in");
    assert_has(said, "ada must sign in again: the grant has expired");
    assert_string_equal(kept("ada"), "fresh");
    assert_int_equal(authority.refreshes, 1);
}

static void demanded_claims_are_passed_to_the_sign_in(void **state)
{
    (void)state;
    static const char demand[] = "{\"access_token\":{\"acrs\":{\"essential\":true}}}";
    keep("ada", "old");
    make_authority_refuse("interaction_required", "", demand);
    get();
    assert_string_equal(authority.claims, demand);

    begin(NULL);
    keep("ada", "old");
    make_authority_refuse("interaction_required", "", demand);
    request.claims = (char *)"{\"access_token\":{\"xms_cc\":{\"values\":[\"cp1\"]}}}";
    get();
    assert_has(authority.claims, "\"acrs\":{\"essential\":true}");
    assert_has(authority.claims, "\"xms_cc\":{\"values\":[\"cp1\"]}");
    assert_string_equal(request.claims, "{\"access_token\":{\"xms_cc\":{\"values\":[\"cp1\"]}}}");
}

static void invalid_demanded_claims_are_left_out(void **state)
{
    (void)state;
    keep("ada", "old");
    make_authority_refuse("interaction_required", "", "garbled");
    assert_string_equal(get(), "signed-in");
    assert_string_equal(authority.claims, "");
}

/* The refresh token that is used if no account is named. */
static const char *used_by_default(void)
{
    free(steal(&request.home_account_id));
    free(steal(&request.username));
    request.account = NULL;
    assert_string_equal(get(), "refreshed");
    return authority.used;
}

static void only_an_explicit_sign_in_changes_the_default_account(void **state)
{
    (void)state;
    keep("ada", "adas");
    authority.user = "bob";
    request.account = (char *)"bob";
    assert_string_equal(get(), "signed-in");
    assert_string_equal(used_by_default(), "adas");
    request.account = (char *)"bob";
    assert_string_equal(get_by(true), "signed-in");
    assert_string_equal(used_by_default(), "fresh");
}

static void an_explicit_sign_in_ignores_the_stored_refresh_token(void **state)
{
    (void)state;
    keep("ada", "old");
    assert_string_equal(get_by(true), "signed-in");
    assert_true(authority.told_others);
    assert_int_equal(authority.refreshes, 0);
    assert_string_equal(kept("ada"), "fresh");
}

/* ---- several processes ---- */

static void lead_elsewhere(const char *ending, void (*then)(void))
{
    before_leaving = then;
    assert_int_equal(single_flight_join(&other, name_of(ending).text, 0), SINGLE_FLIGHT_LEADER);
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

static void a_follower_uses_the_refresh_token_of_the_sign_in(void **state)
{
    (void)state;
    lead_elsewhere("sign-in", they_sign_in);
    assert_string_equal(get(), "refreshed");
    assert_string_equal(authority.used, "theirs");
    assert_true(asked);
    assert_int_equal(authority.sign_ins, 0);
}

static void a_follower_shares_the_failure_of_the_sign_in(void **state)
{
    (void)state;
    lead_elsewhere("sign-in", they_fail);
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_SIGN_IN, "the sign-in was declined");
    assert_int_equal(authority.sign_ins, 1);
}

static void a_failure_is_shared_with_processes_that_began_before_it(void **state)
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

static void without_a_terminal_a_prompt_is_not_repeated_until_somebody_signs_in(void **state)
{
    (void)state;
    has_terminal = false;
    error_set(&authority.decline, ERROR_SIGN_IN, "nobody signed in");
    get();
    authority.decline.kind = ERROR_NONE;
    wait.began = deadline_now() + 1;
    assert_string_equal(get(), "");
    assert_int_equal(error.kind, ERROR_SIGN_IN);
    assert_non_null(strstr(error.message, "nobody is signed in: "));
    assert_non_null(strstr(error.message, "; the prompt of "));
    assert_string_equal(error.code, "sign_in_unanswered");
    assert_false(asked);
    assert_int_equal(authority.sign_ins, 1);
    has_terminal = true;
    assert_string_equal(get(), "signed-in");
}

static void what_was_no_prompt_is_not_remembered(void **state)
{
    (void)state;
    has_terminal = false;
    error_set(&authority.decline, ERROR_NETWORK, "the authority cannot be reached");
    get();
    authority.decline.kind = ERROR_NONE;
    wait.began = deadline_now() + 1;
    assert_string_equal(get(), "signed-in");
}

static void a_failure_belongs_to_its_account(void **state)
{
    (void)state;
    error_set(&authority.decline, ERROR_REFUSED, "the sign-in was declined");
    get();
    authority.decline.kind = ERROR_NONE;
    request.account = (char *)"ada";
    assert_string_equal(get(), "signed-in");
}

static void waiting_too_long_for_a_sign_in_is_an_error(void **state)
{
    (void)state;
    lead_elsewhere("sign-in", NULL);
    wait.sign_in_deadline = deadline_now();
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_SIGN_IN, "another process is waiting for you to sign in");
    assert_int_equal(authority.sign_ins, 0);
}

static void a_refresh_does_not_wait_for_a_prompt(void **state)
{
    (void)state;
    keep("ada", "old");
    lead_elsewhere("sign-in", NULL);
    assert_string_equal(get(), "refreshed");
    assert_int_equal(polls, 0);
}

static void an_explicit_sign_in_does_not_wait_for_a_prompt(void **state)
{
    (void)state;
    lead_elsewhere("sign-in", NULL);
    assert_string_equal(get_by(true), "signed-in");
    assert_int_equal(polls, 0);
}

/* Otherwise an older refresh token could replace a new one. */
static void a_refresh_waits_for_another_and_takes_its_refresh_token(void **state)
{
    (void)state;
    keep("ada", "old");
    lead_elsewhere("refresh", they_sign_in);
    assert_string_equal(get(), "refreshed");
    assert_string_equal(authority.used, "theirs");
    assert_true(polls > 0);
}

static void a_refusal_is_shared_until_there_is_another_refresh_token(void **state)
{
    (void)state;
    keep("ada", "old");
    wait.may_ask = NULL;
    make_authority_refuse("invalid_grant", "", "{\"access_token\":{}}");
    get();
    get();
    assert_error(&error, ERROR_SIGN_IN, "the grant has expired");
    assert_int_equal(authority.refreshes, 1);
    keep("ada", "new");
    get();
    assert_int_equal(authority.refreshes, 2);
    wait.began = deadline_now() + 1;
    get();
    assert_int_equal(authority.refreshes, 3);
}

static void who_shares_a_refusal_knows_what_it_demands(void **state)
{
    (void)state;
    keep("ada", "old");
    wait.may_ask = NULL;
    make_authority_refuse("invalid_grant", "", "{\"access_token\":{\"a\":null}}");
    get();
    wait.may_ask = user_is_there;
    assert_string_equal(get(), "signed-in");
    assert_int_equal(authority.refreshes, 1);
    assert_has(authority.claims, "{\"a\":null}");
}

static void a_refresh_waits_no_longer_than_its_deadline(void **state)
{
    (void)state;
    keep("ada", "old");
    lead_elsewhere("refresh", NULL);
    wait.deadline = deadline_now();
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_NETWORK,
                 "another process has requested a token of ada from " INSTANCE);
    assert_int_equal(authority.refreshes + authority.sign_ins, 0);
}

static void a_sign_in_is_stored_after_a_refresh_in_progress(void **state)
{
    (void)state;
    lead_elsewhere("refresh", they_sign_in);
    assert_string_equal(get(), "signed-in");
    assert_string_equal(kept("ada"), "fresh");
    assert_true(polls > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_refresh_token_gets_a_token_without_a_prompt),
        TEST(a_new_refresh_token_replaces_the_old_one),
        TEST(without_a_new_refresh_token_the_old_one_stays),
        TEST(the_requested_account_is_used),
        TEST(the_error_has_the_authoritys_reason_and_the_refresh_token_stays),
        TEST(a_bad_refresh_token_is_dropped),
        TEST(other_refusals_are_passed_on_without_a_prompt),
        TEST(the_error_says_who_has_not_signed_in),
        TEST(the_suggested_command_can_be_pasted_into_a_shell),
        TEST(a_named_keyring_must_work),
        TEST(a_keyring_that_cannot_be_read_causes_no_prompt),
        TEST(a_full_keyring_does_not_prevent_a_prompt),
        TEST(if_nobody_has_signed_in_the_user_is_prompted),
        TEST(a_user_who_must_sign_in_again_is_told_why),
        TEST(demanded_claims_are_passed_to_the_sign_in),
        TEST(invalid_demanded_claims_are_left_out),
        TEST(only_an_explicit_sign_in_changes_the_default_account),
        TEST(an_explicit_sign_in_ignores_the_stored_refresh_token),
        TEST(a_follower_uses_the_refresh_token_of_the_sign_in),
        TEST(a_follower_shares_the_failure_of_the_sign_in),
        TEST(a_failure_is_shared_with_processes_that_began_before_it),
        TEST(without_a_terminal_a_prompt_is_not_repeated_until_somebody_signs_in),
        TEST(what_was_no_prompt_is_not_remembered),
        TEST(a_failure_belongs_to_its_account),
        TEST(waiting_too_long_for_a_sign_in_is_an_error),
        TEST(a_refresh_does_not_wait_for_a_prompt),
        TEST(an_explicit_sign_in_does_not_wait_for_a_prompt),
        TEST(a_refresh_waits_for_another_and_takes_its_refresh_token),
        TEST(a_refusal_is_shared_until_there_is_another_refresh_token),
        TEST(who_shares_a_refusal_knows_what_it_demands),
        TEST(a_refresh_waits_no_longer_than_its_deadline),
        TEST(a_sign_in_is_stored_after_a_refresh_in_progress),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
