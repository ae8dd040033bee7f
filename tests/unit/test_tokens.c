/* SPDX-License-Identifier: MIT */
/* The one way to a token: the keyring first, then one flight to the authority. The authority is a
 * table here, and what another process does, it does while this one waits (ld --wrap=poll). */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "common/acquire/acquire.h"
#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/deadline.h"
#include "common/base/runtime_folder.h"
#include "common/entra/claims.h"
#include "common/tokens/shared_failures.h"
#include "common/tokens/single_flight.h"
#include "common/tokens/tokens.h"

/* ---- an authority that says what it is told to ---- */

static struct {
    const char *text; /* of its token; NULL: it fails so: */
    struct error failure;
    int asked;
    int64_t deadline;
} authority;

static bool ask_authority(const struct token_request *request, int64_t deadline,
                          struct token *token, struct error *error)
{
    (void)request;
    authority.asked++;
    authority.deadline = deadline;
    if (authority.text == NULL) {
        *error = authority.failure;
        return false;
    }
    *token = (struct token){ .access_token = secret_new(authority.text, strlen(authority.text)),
                             .received_on = time(NULL),
                             .expires_on = time(NULL) + 3600 };
    return true;
}

/* In the place of common/base/module.c's. */
const struct module *module_load(const char *file, struct error *error)
{
    static const struct acquire_module module = { .module = MODULE_HEAD, .acquire = ask_authority };
    assert_string_equal(file, ACQUIRE_MODULE);
    (void)error;
    return &module.module;
}

static void let_it_fail(enum error_kind kind, int64_t retry_after)
{
    authority.text = NULL;
    error_set(&authority.failure, kind, "the authority failed");
    authority.failure.retry_after = retry_after;
}

/* ---- what the tests begin with ---- */

static struct token_request request;
static struct options options;
static struct tokens tokens;
static struct error error;
static const char *said; /* on stderr, by the last get */

/* A pilot in another process. While this one waits, it does something and lands. */
static struct single_flight pilot = { .fd = -1 };
static void (*before_landing)(void);

int __wrap_poll(struct pollfd *fds, nfds_t count, int milliseconds);
int __wrap_poll(struct pollfd *fds, nfds_t count, int milliseconds)
{
    (void)fds, (void)count, (void)milliseconds;
    if (before_landing != NULL)
        before_landing();
    single_flight_leave(&pilot);
    return 0;
}

static int begin(void **state)
{
    clear_environment(state);
    make_runtime_folder(); /* no notice of another test is in it */
    setenv("ENTRA_RENEWAL", "inline", 1);
    place_clear();
    memset(&authority, 0, sizeof authority);
    authority.text = "new";
    single_flight_leave(&pilot);
    before_landing = NULL;
    options = (struct options){ 0 };
    tokens = (struct tokens){ .options = &options,
                              .store = { .keyring = &keyring_place },
                              .began = deadline_now(),
                              .deadline = deadline_in((int64_t)3600 * 1000) };
    request = (struct token_request){
        .api = (char *)"Api",
        .instance = (char *)"https://login.microsoftonline.com",
        .tenant = (char *)"contoso.example",
        .client_id = (char *)"97e0a5b7-d745-40b6-94fe-5f77d35c6e05",
        .scope = (char *)"api://my-web-api/.default",
    };
    return 0;
}

/* Puts a token that came so long ago, and has this long to live, into the keyring. */
static void keep(const char *text, int64_t age, int64_t left)
{
    int64_t now = time(NULL);
    auto_token struct token token = { .access_token = secret_new(text, strlen(text)),
                                      .received_on = now - age,
                                      .expires_on = now + left };
    auto_secret struct secret *record = token_to_json(&token);
    place_put(record->bytes, record->length);
}

/* Likewise one that is fresh, but whose time of renewal has come. */
static void keep_due(const char *text)
{
    int64_t now = time(NULL);
    auto_token struct token token = { .access_token = secret_new(text, strlen(text)),
                                      .received_on = now - 3000,
                                      .refresh_on = now - 1,
                                      .expires_on = now + 3000 };
    auto_secret struct secret *record = token_to_json(&token);
    place_put(record->bytes, record->length);
}

/* Whether the keyring has this token. */
static bool kept(const char *text)
{
    return place.record != NULL && strstr(place.record->bytes, text) != NULL;
}

/* Gets a token; its text is "" where there is none. */
static const char *get(void)
{
    static char text[64];
    auto_token struct token token = { 0 };
    error = (struct error){ 0 };
    catch_output(STDERR_FILENO);
    bool ok = tokens_get(&tokens, &request, &token, &error);
    said = caught_output();
    snprintf(text, sizeof text, "%s", ok ? token.access_token->bytes : "");
    if (!ok)
        assert_null(token.access_token);
    return text;
}

/* ---- getting ---- */

static void a_fresh_token_of_the_keyring_is_the_answer(void **state)
{
    (void)state;
    keep("old", 100, 3000);
    assert_string_equal(get(), "old");
    assert_int_equal(authority.asked, 0);
    assert_int_equal(place.stores, 0);
}

static void what_the_keyring_does_not_have_the_authority_gives_and_it_is_kept(void **state)
{
    (void)state;
    assert_string_equal(get(), "new");
    assert_int_equal(authority.asked, 1);
    assert_true(kept("new"));
    assert_string_equal(get(), "new");
    assert_int_equal(authority.asked, 1);
}

static void a_token_that_is_not_fresh_is_replaced(void **state)
{
    (void)state;
    static const struct {
        int64_t age, left;
    } cases[] = {
        { 3500, 100 },     /* within its margin */
        { 7200, -3600 },   /* over */
        { -86400, 90000 }, /* from the future: the clock was set back */
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        keep("old", cases[i].age, cases[i].left);
        assert_string_equal(get(), "new");
        assert_true(kept("new"));
    }
}

static void forcing_goes_past_the_keyring_and_replaces_what_is_there(void **state)
{
    (void)state;
    request.force_refresh = true;
    keep("old", 100, 3000);
    assert_string_equal(get(), "new");
    assert_int_equal(authority.asked, 1);
    assert_true(kept("new"));
}

/* The token that is there did not satisfy them. */
static void a_claims_challenge_goes_past_the_keyring_too(void **state)
{
    (void)state;
    request.challenged = true;
    keep("old", 100, 3000);
    assert_string_equal(get(), "new");
    assert_true(kept("new"));
}

static void a_refusal_is_passed_on_and_leaves_the_keyring_alone(void **state)
{
    (void)state;
    let_it_fail(ERROR_REFUSED, 0);
    keep("old", 3500, 100);
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_REFUSED, "the authority failed");
    assert_int_equal(place.stores, 0);
    assert_true(kept("old"));
}

static void the_authority_has_all_of_the_time(void **state)
{
    (void)state;
    get();
    assert_int_equal(authority.deadline, tokens.deadline);
}

/* ---- a keyring that fails ---- */

static void a_keyring_that_fails_does_not_stand_in_the_way(void **state)
{
    (void)state;
    place.answer = KEYRING_FAILED;
    assert_string_equal(get(), "new");
    assert_has(said, "the keyring is locked");
}

static void one_asked_for_by_name_must_work(void **state)
{
    (void)state;
    tokens.store.named = true;
    place.answer = KEYRING_FAILED;
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_KEYRING, "the keyring is locked");
    assert_int_equal(authority.asked, 0);
    assert_string_equal(said, "");
}

/* ---- making do ---- */

static void a_token_past_its_margin_serves_where_the_authority_cannot_be_reached(void **state)
{
    (void)state;
    let_it_fail(ERROR_NETWORK, 0);
    keep("old", 3500, 100);
    assert_string_equal(get(), "old");
    assert_has(said, "could not be renewed: the authority failed");
    assert_int_equal(error.kind, ERROR_NONE);
}

static void it_serves_where_the_authority_throttles(void **state)
{
    (void)state;
    let_it_fail(ERROR_REFUSED, 60);
    keep("old", 3500, 100);
    assert_string_equal(get(), "old");
}

static void it_does_not_serve_once_it_has_ended(void **state)
{
    (void)state;
    let_it_fail(ERROR_NETWORK, 0);
    keep("old", 3700, -100);
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_NETWORK, "the authority failed");
}

static void it_does_not_serve_who_asks_for_a_new_one(void **state)
{
    (void)state;
    let_it_fail(ERROR_NETWORK, 0);
    keep("old", 3500, 100);
    request.force_refresh = true;
    assert_string_equal(get(), "");
}

/* ---- one flight for all ---- */

/* The name under which all who want this token meet. */
static struct runtime_name name_of(const char *ending)
{
    return shared_name(ending, &request);
}

static void board_other_pilot(void (*then)(void))
{
    before_landing = then;
    assert_int_equal(single_flight_join(&pilot, name_of("flight").text, 0), SINGLE_FLIGHT_LEADER);
}

static void put_theirs(void)
{
    keep("theirs", 0, 3600);
}

static void post_their_failure(void)
{
    struct error theirs = { 0 };
    error_set(&theirs, ERROR_REFUSED, "their secret is wrong");
    shared_failures_report(&request, deadline_in(60 * 1000), false, &theirs);
}

/* By another secret than this process has. */
static void post_anothers_failure(void)
{
    struct secret *ours = request.credentials[0].secret;
    auto_secret struct secret *theirs = secret_from_text("wrong");
    request.credentials[0].secret = theirs;
    post_their_failure();
    request.credentials[0].secret = ours;
}

/* A token that was asked for without claims, while the pilot's own request was refused. */
static void put_anothers_and_fail(void)
{
    put_theirs();
    post_their_failure();
}

static void put_one_of_a_short_life(void)
{
    keep("theirs", 0, TOKEN_MARGIN / 2);
}

static void put_one_past_its_margin(void)
{
    keep("old", 3500, 100);
}

static void put_one_of_our_claims(void)
{
    int64_t now = time(NULL);
    auto_token struct token token = { .access_token = secret_from_text("theirs"),
                                      .received_on = now,
                                      .expires_on = now + 3600,
                                      .claims = claims_hash(request.claims) };
    auto_secret struct secret *record = token_to_json(&token);
    place_put(record->bytes, record->length);
}

static void a_passenger_takes_what_the_pilot_got(void **state)
{
    (void)state;
    board_other_pilot(put_theirs);
    assert_string_equal(get(), "theirs");
    assert_int_equal(authority.asked, 0);
}

static void a_passenger_who_wants_a_new_one_takes_the_pilots_too(void **state)
{
    (void)state;
    request.force_refresh = true;
    board_other_pilot(put_theirs);
    assert_string_equal(get(), "theirs");
    assert_int_equal(authority.asked, 0);
}

static void but_not_one_that_was_there_before(void **state)
{
    (void)state;
    request.force_refresh = true;
    keep("old", 100, 3000);
    board_other_pilot(NULL);
    assert_string_equal(get(), "new");
}

static void a_passenger_shares_the_pilots_failure(void **state)
{
    (void)state;
    board_other_pilot(post_their_failure);
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_REFUSED, "their secret is wrong");
    assert_int_equal(authority.asked, 0);
}

static void a_passenger_takes_what_came_just_now_however_short_its_life(void **state)
{
    (void)state;
    board_other_pilot(put_one_of_a_short_life);
    assert_string_equal(get(), "theirs");
    assert_int_equal(authority.asked, 0);
}

static void what_a_passenger_finds_serves_where_the_authority_cannot_be_reached(void **state)
{
    (void)state;
    let_it_fail(ERROR_NETWORK, 0);
    board_other_pilot(put_one_past_its_margin);
    assert_string_equal(get(), "old");
    assert_has(said, "could not be renewed");
}

static void a_token_of_other_claims_is_not_taken_for_a_challenge(void **state)
{
    (void)state;
    request.challenged = true;
    request.claims = (char *)"{\"access_token\":{}}";
    board_other_pilot(put_anothers_and_fail);
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_REFUSED, "their secret is wrong");
    assert_int_equal(authority.asked, 0);
}

static void one_of_the_same_claims_is(void **state)
{
    (void)state;
    request.challenged = true;
    request.claims = (char *)"{\"access_token\":{}}";
    board_other_pilot(put_one_of_our_claims);
    assert_string_equal(get(), "theirs");
    assert_int_equal(authority.asked, 0);
}

static void the_claims_of_a_token_are_kept_with_it(void **state)
{
    (void)state;
    request.challenged = true;
    request.claims = (char *)"{\"access_token\":{}}";
    get();
    auto_token struct token token = { 0 };
    assert_true(token_from_json(place.record->bytes, place.record->length, &token, &error));
    assert_int_equal(token.claims, claims_hash(request.claims));
    assert_int_not_equal(token.claims, 0);
}

static void the_refusal_of_another_secret_is_not_shared(void **state)
{
    (void)state;
    auto_secret struct secret *ours = secret_from_text("right");
    request.credential_count = 1;
    request.credentials[0] = (struct credential){ .where = (char *)"x", .secret = ours };
    board_other_pilot(post_anothers_failure);
    assert_string_equal(get(), "new");
    assert_int_equal(authority.asked, 1);
}

static void a_time_limit_that_ran_out_is_nobody_elses(void **state)
{
    (void)state;
    struct error unused = { 0 };
    let_it_fail(ERROR_NETWORK, 0);
    tokens.deadline = deadline_now();
    assert_string_equal(get(), "");
    assert_false(shared_failures_read(name_of("failure").text, 0, &unused));
    tokens.deadline = deadline_in(60 * 1000);
    keep_due("old");
    assert_string_equal(get(), "old"); /* but no renewal is tried at once */
    assert_int_equal(authority.asked, 1);
}

static void an_earlier_failure_is_nobodys(void **state)
{
    (void)state;
    post_their_failure();
    tokens.began = deadline_now() + 1;
    assert_string_equal(get(), "new");
}

static void where_a_pilot_is_killed_a_passenger_takes_over(void **state)
{
    (void)state;
    board_other_pilot(NULL);
    assert_string_equal(get(), "new");
    assert_int_equal(authority.asked, 1);
}

static void who_waits_past_the_deadline_is_told(void **state)
{
    (void)state;
    board_other_pilot(NULL);
    tokens.deadline = deadline_now();
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_NETWORK, "another process is asking");
    request.credential_count = 1;
    request.credentials[0] = (struct credential){ .kind = CREDENTIAL_MANAGED_IDENTITY };
    setenv("MSI_ENDPOINT", "http://127.0.0.1:1", 1);
    get();
    assert_error(&error, ERROR_NETWORK, "another process is asking Cloud Shell for this token");
}

static void a_lock_that_nobody_flies_under_is_not_tried_for_ever(void **state)
{
    (void)state;
    autoclose int folder = runtime_folder_open();
    autoclose int lock = openat(folder, name_of("flight").text, O_RDWR | O_CREAT, 0600);
    assert_int_equal(flock(lock, LOCK_SH), 0);
    tokens.deadline = deadline_in(100);
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_NETWORK, "another process is asking");
}

static void where_nothing_can_be_kept_everybody_flies(void **state)
{
    (void)state;
    struct error why;
    board_other_pilot(NULL);
    assert_true(token_store_open(&tokens.store, "none", &why));
    assert_string_equal(get(), "new");
    assert_int_not_equal(pilot.fd, -1); /* it was not waited for */
}

/* ---- throttling ---- */

static void an_authority_that_throttles_is_left_alone(void **state)
{
    (void)state;
    let_it_fail(ERROR_REFUSED, 60);
    get();
    authority.text = "new";
    tokens.began = deadline_now() + 1;
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_REFUSED, "the authority failed");
    assert_int_equal(authority.asked, 1);
}

static void it_is_for_the_same_clients_other_scopes_too(void **state)
{
    (void)state;
    let_it_fail(ERROR_REFUSED, 60);
    get();
    request.scope = (char *)"api://another-api/.default";
    assert_string_equal(get(), "");
    assert_int_equal(authority.asked, 1);
}

static void it_is_not_for_other_clients(void **state)
{
    (void)state;
    let_it_fail(ERROR_REFUSED, 60);
    get();
    authority.text = "new";
    request.client_id = (char *)"00000000-0000-0000-0000-000000000001";
    assert_string_equal(get(), "new");
}

/* ---- renewal ---- */

static void a_token_that_is_due_is_renewed_in_line_where_that_is_wanted(void **state)
{
    (void)state;
    keep_due("old");
    assert_string_equal(get(), "new");
    assert_true(kept("new"));
    assert_true(authority.deadline < tokens.deadline);
}

static void one_that_cannot_be_renewed_serves_without_a_word(void **state)
{
    (void)state;
    let_it_fail(ERROR_NETWORK, 0);
    keep_due("old");
    assert_string_equal(get(), "old");
    assert_string_equal(said, "");
}

static void after_a_renewal_that_failed_there_is_a_pause(void **state)
{
    (void)state;
    let_it_fail(ERROR_REFUSED, 0);
    keep_due("old");
    get();
    assert_string_equal(get(), "old");
    assert_int_equal(authority.asked, 1);
}

static void while_another_renews_nobody_does(void **state)
{
    (void)state;
    keep_due("old");
    board_other_pilot(NULL);
    assert_string_equal(get(), "old");
    assert_int_equal(authority.asked, 0);
}

static void a_word_that_means_nothing_there_is_named_once(void **state)
{
    (void)state;
    struct tokens opened;
    struct options none = { .keyring = "none" };
    static const char *const values[] = { "", "inline", "off", "off" };
    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        setenv("ENTRA_RENEWAL", values[i], 1);
        catch_output(STDERR_FILENO);
        tokens_open(&opened, &none, &error);
        const char *text = caught_output();
        if (i == 2)
            assert_has(text, "ENTRA_RENEWAL is inline or empty, not 'off'");
        else
            assert_string_equal(text, "");
    }
}

/* Here no `entra` stands beside the program: whatever comes of the start, the answer is the same.
 */
static void where_it_is_not_in_line_the_caller_does_not_wait(void **state)
{
    (void)state;
    unsetenv("ENTRA_RENEWAL");
    keep_due("old");
    assert_string_equal(get(), "old");
    assert_int_equal(authority.asked, 0);
}

static void renewing_asks_only_where_there_is_something_due(void **state)
{
    (void)state;
    assert_true(tokens_renew(&tokens, &request, &error));
    assert_int_equal(authority.asked, 0);
    keep("old", 100, 3000);
    assert_true(tokens_renew(&tokens, &request, &error));
    assert_int_equal(authority.asked, 0);
    keep_due("old");
    assert_true(tokens_renew(&tokens, &request, &error));
    assert_true(kept("new"));
}

/* ---- opening ---- */

static void opening_takes_the_keyring_and_the_time_of_the_options(void **state)
{
    (void)state;
    struct tokens opened;
    struct options named = { .keyring = "none", .timeout = 3600 };
    assert_true(tokens_open(&opened, &named, &error));
    assert_string_equal(opened.store.keyring->name, "none");
    assert_true(deadline_left(opened.deadline) <= 3600 * 1000);
    assert_true(deadline_left(opened.deadline) > TOKENS_TIMEOUT_SECONDS * 1000);
    named.timeout = 0;
    assert_true(tokens_open(&opened, &named, &error));
    assert_true(deadline_left(opened.deadline) <= TOKENS_TIMEOUT_SECONDS * 1000);
}

static void opening_a_keyring_that_is_not_known_is_refused(void **state)
{
    (void)state;
    struct tokens opened;
    assert_false(tokens_open(&opened, &(struct options){ .keyring = "wallet" }, &error));
    assert_error(&error, ERROR_USAGE, "there is no keyring 'wallet'");
}

#define TEST(function) cmocka_unit_test_setup(function, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_fresh_token_of_the_keyring_is_the_answer),
        TEST(what_the_keyring_does_not_have_the_authority_gives_and_it_is_kept),
        TEST(a_token_that_is_not_fresh_is_replaced),
        TEST(forcing_goes_past_the_keyring_and_replaces_what_is_there),
        TEST(a_claims_challenge_goes_past_the_keyring_too),
        TEST(a_refusal_is_passed_on_and_leaves_the_keyring_alone),
        TEST(the_authority_has_all_of_the_time),
        TEST(a_keyring_that_fails_does_not_stand_in_the_way),
        TEST(one_asked_for_by_name_must_work),
        TEST(a_token_past_its_margin_serves_where_the_authority_cannot_be_reached),
        TEST(it_serves_where_the_authority_throttles),
        TEST(it_does_not_serve_once_it_has_ended),
        TEST(it_does_not_serve_who_asks_for_a_new_one),
        TEST(a_passenger_takes_what_the_pilot_got),
        TEST(a_passenger_who_wants_a_new_one_takes_the_pilots_too),
        TEST(but_not_one_that_was_there_before),
        TEST(a_passenger_shares_the_pilots_failure),
        TEST(a_passenger_takes_what_came_just_now_however_short_its_life),
        TEST(what_a_passenger_finds_serves_where_the_authority_cannot_be_reached),
        TEST(a_token_of_other_claims_is_not_taken_for_a_challenge),
        TEST(one_of_the_same_claims_is),
        TEST(the_claims_of_a_token_are_kept_with_it),
        TEST(the_refusal_of_another_secret_is_not_shared),
        TEST(a_time_limit_that_ran_out_is_nobody_elses),
        TEST(an_earlier_failure_is_nobodys),
        TEST(where_a_pilot_is_killed_a_passenger_takes_over),
        TEST(who_waits_past_the_deadline_is_told),
        TEST(a_lock_that_nobody_flies_under_is_not_tried_for_ever),
        TEST(where_nothing_can_be_kept_everybody_flies),
        TEST(an_authority_that_throttles_is_left_alone),
        TEST(it_is_for_the_same_clients_other_scopes_too),
        TEST(it_is_not_for_other_clients),
        TEST(a_token_that_is_due_is_renewed_in_line_where_that_is_wanted),
        TEST(one_that_cannot_be_renewed_serves_without_a_word),
        TEST(after_a_renewal_that_failed_there_is_a_pause),
        TEST(while_another_renews_nobody_does),
        TEST(a_word_that_means_nothing_there_is_named_once),
        TEST(where_it_is_not_in_line_the_caller_does_not_wait),
        TEST(renewing_asks_only_where_there_is_something_due),
        TEST(opening_takes_the_keyring_and_the_time_of_the_options),
        TEST(opening_a_keyring_that_is_not_known_is_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
