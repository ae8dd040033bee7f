/* SPDX-License-Identifier: MIT */
/* Getting a token: first from the keyring, then by a single flight from the authority, which is a
 * function of this test. The leader is in another process (ld --wrap=poll). */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <dirent.h>
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
#include "common/base/json.h"
#include "common/base/runtime_folder.h"
#include "common/base/shared_error.h"
#include "common/base/single_flight.h"
#include "common/entra/claims.h"
#include "common/tokens/shared_failures.h"
#include "common/tokens/tokens.h"

/* ---- an authority ---- */

static struct {
    const char *text; /* of its token; NULL: it fails with failure */
    struct error failure;
    int64_t life; /* seconds */
    int asked;
    bool by_leader;
    int64_t deadline;
} authority;

static bool others_wait(const struct token_request *request)
{
    return single_flight_is_running(shared_failures_name("flight", request).text);
}

static enum acquire_end ask_authority(const struct token_request *request, int64_t deadline,
                                      struct token *token, struct error *error)
{
    authority.asked++;
    authority.by_leader = others_wait(request);
    authority.deadline = deadline;
    if (authority.text == NULL) {
        *error = authority.failure;
        return ACQUIRE_FAILED;
    }
    *token = (struct token){ .access_token = secret_new(authority.text, strlen(authority.text)),
                             .received_on = time(NULL),
                             .expires_on = time(NULL) + authority.life };
    return ACQUIRED;
}

static bool sign_in(const struct token_request *request, int64_t deadline, struct token *token,
                    struct account *account, struct sign_in_browser **browser, struct error *error)
{
    *browser = NULL;
    account->refresh_token = secret_from_text("refresh");
    return account_set(account, "ada.c", "ada@contoso.com", error) &&
           ask_authority(request, deadline, token, error) == ACQUIRED;
}

/* Instead of common/base/module.c. */
const struct module *module_load(const char *file, struct error *error)
{
    static const struct network_source *network;
    static const struct acquire_module module = { .module = MODULE_HEAD,
                                                  .network_source = &network,
                                                  .acquire = ask_authority,
                                                  .sign_in = sign_in };
    assert_string_equal(file, ACQUIRE_MODULE);
    (void)error;
    return &module.module;
}

static void make_authority_fail(enum error_kind kind, int64_t retry_after)
{
    authority.text = NULL;
    error_set(&authority.failure, kind, "the authority failed");
    authority.failure.retry_after = retry_after;
}

/* ---- set-up ---- */

static struct token_candidates candidates = { .count = 1 };
static struct token_request *const request = &candidates.items[0];
static struct options options;
static struct tokens tokens;
static struct error error;
static const char *said; /* output of the last get on stderr */

/* A leader in another process. While this process waits, it does something and leaves. */
static struct single_flight leader = { .fd = -1 };
static void (*before_leaving)(void);

int __wrap_poll(struct pollfd *fds, nfds_t count, int milliseconds);
int __wrap_poll(struct pollfd *fds, nfds_t count, int milliseconds)
{
    (void)fds, (void)count, (void)milliseconds;
    if (before_leaving != NULL)
        before_leaving();
    single_flight_leave(&leader);
    return 0;
}

static int begin(void **state)
{
    clear_environment(state);
    make_runtime_folder(); /* without shared failures of other tests */
    setenv("ENTRA_RENEWAL", "inline", 1);
    place_clear();
    memset(&authority, 0, sizeof authority);
    authority.text = "new";
    authority.life = 3600;
    single_flight_leave(&leader);
    before_leaving = NULL;
    options = (struct options){ 0 };
    tokens = (struct tokens){ .options = &options,
                              .store = { .keyring = &keyring_place },
                              .began = deadline_now(),
                              .deadline = deadline_in((int64_t)3600 * 1000) };
    *request = (struct token_request){
        .api = (char *)"Api",
        .instance = (char *)"https://login.microsoftonline.com",
        .tenant = (char *)"contoso.example",
        .client_id = (char *)"97e0a5b7-d745-40b6-94fe-5f77d35c6e05",
        .scope = (char *)"api://my-web-api/.default",
    };
    return 0;
}

/* Stores a token that is age seconds old and expires in left seconds. */
static void keep(const char *text, int64_t age, int64_t left)
{
    int64_t now = time(NULL);
    auto_token struct token token = { .access_token = secret_new(text, strlen(text)),
                                      .received_on = now - age,
                                      .expires_on = now + left };
    auto_secret struct secret *record = token_to_json(&token);
    place_put(record->bytes, record->length);
}

/* Stores a fresh token that is due for renewal. */
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

/* Gets a token and returns its text; "" if there is none. */
static const char *get(void)
{
    static char text[64];
    auto_tokens_result struct tokens_result result = { 0 };
    error = (struct error){ 0 };
    catch_output(STDERR_FILENO);
    bool ok = tokens_get(&tokens, &candidates, &result, &error);
    said = caught_output();
    snprintf(text, sizeof text, "%s", ok ? result.token.access_token->bytes : "");
    if (ok)
        assert_ptr_equal(result.request, request);
    else
        assert_null(result.token.access_token);
    return text;
}

/* ---- getting a token ---- */

static void a_fresh_token_in_the_keyring_is_used(void **state)
{
    (void)state;
    keep("old", 100, 3000);
    assert_string_equal(get(), "old");
    assert_int_equal(authority.asked, 0);
    assert_int_equal(place.stores, 0);
}

static void a_token_missing_in_the_keyring_is_requested_and_stored(void **state)
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
        { 3500, 100 },     /* stale */
        { 7200, -3600 },   /* expired */
        { -86400, 90000 }, /* from the future, because the clock was set back */
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        keep("old", cases[i].age, cases[i].left);
        assert_string_equal(get(), "new");
        assert_true(kept("new"));
    }
}

static void a_forced_refresh_ignores_the_stored_token_and_replaces_it(void **state)
{
    (void)state;
    request->force_refresh = true;
    keep("old", 100, 3000);
    assert_string_equal(get(), "new");
    assert_int_equal(authority.asked, 1);
    assert_true(kept("new"));
}

/* The stored token did not satisfy the claims. */
static void a_claims_challenge_ignores_the_stored_token_too(void **state)
{
    (void)state;
    request->challenged = true;
    keep("old", 100, 3000);
    assert_string_equal(get(), "new");
    assert_true(kept("new"));
}

static void a_refusal_is_passed_on_and_the_stored_token_stays(void **state)
{
    (void)state;
    make_authority_fail(ERROR_REFUSED, 0);
    keep("old", 3500, 100);
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_REFUSED, "the authority failed");
    assert_int_equal(place.stores, 0);
    assert_true(kept("old"));
}

static void the_authority_gets_the_whole_timeout(void **state)
{
    (void)state;
    get();
    assert_int_equal(authority.deadline, tokens.deadline);
}

/* ---- a keyring that fails ---- */

/* Seconds from the receipt of a new token to its renewal. */
static int64_t time_to_renewal(void)
{
    auto_token struct token token = { 0 };
    struct error unused;
    assert_string_equal(get(), "new");
    assert_true(kept("new"));
    assert_true(token_from_json(place.record->bytes, place.record->length, &token, &unused));
    return token.refresh_on - token.received_on;
}

static void two_processes_do_not_renew_at_the_same_time(void **state)
{
    (void)state;
    request->force_refresh = true;
    authority.life = (int64_t)24 * 3600;
    int64_t first = time_to_renewal();
    int same = 0;
    for (int i = 0; i < 8; i++)
        same += time_to_renewal() == first;
    assert_true(first > 0 && same < 8);
}

static void a_failed_keyring_does_not_prevent_the_request(void **state)
{
    (void)state;
    place.answer = KEYRING_FAILED;
    assert_string_equal(get(), "new");
    assert_has(said, "the keyring is locked");
}

static void a_named_keyring_must_work(void **state)
{
    (void)state;
    tokens.store.named = true;
    place.answer = KEYRING_FAILED;
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_KEYRING, "the keyring is locked");
    assert_int_equal(authority.asked, 0);
    assert_string_equal(said, "");
}

/* ---- stale tokens ---- */

static void a_stale_token_is_used_if_the_authority_cannot_be_reached(void **state)
{
    (void)state;
    make_authority_fail(ERROR_NETWORK, 0);
    keep("old", 3500, 100);
    assert_string_equal(get(), "old");
    assert_has(said, "could not be renewed: the authority failed");
    assert_int_equal(error.kind, ERROR_NONE);
}

static void a_stale_token_is_used_if_the_authority_throttles(void **state)
{
    (void)state;
    make_authority_fail(ERROR_REFUSED, 60);
    keep("old", 3500, 100);
    assert_string_equal(get(), "old");
}

static void an_expired_token_is_never_used(void **state)
{
    (void)state;
    make_authority_fail(ERROR_NETWORK, 0);
    keep("old", 3700, -100);
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_NETWORK, "the authority failed");
}

static void a_stale_token_is_not_used_for_a_forced_refresh(void **state)
{
    (void)state;
    make_authority_fail(ERROR_NETWORK, 0);
    keep("old", 3500, 100);
    request->force_refresh = true;
    assert_string_equal(get(), "");
}

/* ---- single flight ---- */

/* The name that processes use for this token. */
static struct runtime_name name_of(const char *ending)
{
    return shared_failures_name(ending, request);
}

static void lead_elsewhere(void (*then)(void))
{
    before_leaving = then;
    assert_int_equal(single_flight_join(&leader, name_of("flight").text, 0), SINGLE_FLIGHT_LEADER);
}

static void store_theirs(void)
{
    keep("theirs", 0, 3600);
}

static void post_their_failure(void)
{
    struct error theirs = { 0 };
    error_set(&theirs, ERROR_REFUSED, "their secret is wrong");
    shared_failures_report(request, deadline_in(60 * 1000), false, &theirs);
}

/* With another secret than that of this process. */
static void post_anothers_failure(void)
{
    struct secret *ours = request->credentials[0].secret;
    auto_secret struct secret *theirs = secret_from_text("wrong");
    request->credentials[0].secret = theirs;
    post_their_failure();
    request->credentials[0].secret = ours;
}

/* Stores a token requested without claims, while the leader's own request was refused. */
static void store_anothers_and_fail(void)
{
    store_theirs();
    post_their_failure();
}

static void store_one_of_short_lifetime(void)
{
    keep("theirs", 0, TOKEN_MARGIN / 2);
}

static void store_stale(void)
{
    keep("old", 3500, 100);
}

static void store_one_for_our_claims(void)
{
    int64_t now = time(NULL);
    auto_token struct token token = { .access_token = secret_from_text("theirs"),
                                      .received_on = now,
                                      .expires_on = now + 3600,
                                      .claims = claims_hash(request->claims) };
    auto_secret struct secret *record = token_to_json(&token);
    place_put(record->bytes, record->length);
}

static void a_follower_uses_the_leaders_token(void **state)
{
    (void)state;
    lead_elsewhere(store_theirs);
    assert_string_equal(get(), "theirs");
    assert_int_equal(authority.asked, 0);
}

static void a_follower_with_a_forced_refresh_uses_the_leaders_token(void **state)
{
    (void)state;
    request->force_refresh = true;
    lead_elsewhere(store_theirs);
    assert_string_equal(get(), "theirs");
    assert_int_equal(authority.asked, 0);
}

static void a_follower_with_a_forced_refresh_uses_no_older_token(void **state)
{
    (void)state;
    request->force_refresh = true;
    keep("old", 100, 3000);
    lead_elsewhere(NULL);
    assert_string_equal(get(), "new");
}

/* Too late for the lookup in which it happens. */
static void store_and_succeed(void)
{
    store_theirs();
    single_flight_note_success(name_of("flight").text);
}

/* The other leader is gone before this process joins. */
static void a_leader_looks_again_if_another_has_succeeded_since_it_looked(void **state)
{
    (void)state;
    assert_string_equal(get(), "new");
    assert_int_equal(place.lookups, 1);

    begin(state);
    place.after_lookup = store_and_succeed;
    assert_string_equal(get(), "theirs");
    assert_int_equal(place.lookups, 2);
    assert_int_equal(authority.asked, 0);
}

static void fail_as(const char *code)
{
    place.answer = KEYRING_FAILED;
    place.code = code;
}

static void store_when_the_keyring_serves_again(void)
{
    place.answer = KEYRING_FOUND;
    store_and_succeed();
}

static void serve_again(void)
{
    place.answer = KEYRING_FOUND;
}

static const char *const passing[] = { "keyring_silent", "keyring_limited" };

static void a_follower_that_the_keyring_failed_uses_the_leaders_token(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(passing); i++) {
        begin(state);
        fail_as(passing[i]);
        tokens.deadline = deadline_in(2000);
        lead_elsewhere(store_when_the_keyring_serves_again);
        assert_string_equal(get(), "theirs");
        assert_string_equal(said, "");
        assert_int_equal(authority.asked, 0);
    }
}

static void a_leader_that_the_keyring_failed_stores_all_the_same(void **state)
{
    (void)state;
    fail_as("keyring_silent");
    lead_elsewhere(serve_again);
    assert_string_equal(get(), "new");
    assert_string_equal(said, "");
    assert_int_equal(authority.asked, 1);
    assert_int_equal(place.stores, 1);
    assert_true(single_flight_has_succeeded(name_of("flight").text, tokens.began));
}

static void a_leader_asks_a_keyring_that_goes_on_failing_once_more(void **state)
{
    (void)state;
    fail_as("keyring_silent");
    assert_string_equal(get(), "new");
    assert_has(said, "could not be stored");
    assert_int_equal(place.lookups + place.stores, 2);
    assert_false(single_flight_has_succeeded(name_of("flight").text, tokens.began));
}

static void a_keyring_that_is_locked_is_not_asked_again(void **state)
{
    (void)state;
    fail_as("keyring_locked");
    assert_string_equal(get(), "new");
    assert_int_equal(place.lookups + place.stores, 1);
}

static void post_that_the_bus_had_no_room(void)
{
    struct error why = { 0 };
    error_set(&why, ERROR_KEYRING, "a limit is reached");
    error_known_as(&why, "keyring_limited");
    shared_failures_report_not_stored(request, &why);
}

static void post_that_the_keyring_is_locked(void)
{
    struct error why = { 0 };
    error_set(&why, ERROR_KEYRING, "it is locked");
    error_known_as(&why, "keyring_locked");
    shared_failures_report_not_stored(request, &why);
}

static void a_follower_leads_the_others_if_only_the_leader_could_not_store(void **state)
{
    static void (*const ends[])(void) = { post_that_the_bus_had_no_room,
                                          post_that_the_keyring_is_locked };
    for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
        begin(state);
        lead_elsewhere(ends[i]);
        assert_string_equal(get(), "new");
        assert_true(authority.by_leader == (i == 0));
    }
}

static void a_follower_shares_the_leaders_failure(void **state)
{
    (void)state;
    lead_elsewhere(post_their_failure);
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_REFUSED, "their secret is wrong");
    assert_int_equal(authority.asked, 0);
}

/* Each of them tells one credential from another. */
static void a_failure_of_another_credential_is_not_shared(void **state)
{
    (void)state;
    struct credential *credential = &request->credentials[0];
    request->credential_count = 1;
    *credential = (struct credential){ .kind = CREDENTIAL_CLIENT_SECRET_FILE };
    char **const parts[] = { &credential->where, &credential->path, &credential->key_path,
                             &credential->id };
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        char *ours = *parts[i];
        *parts[i] = (char *)"another";
        post_their_failure();
        *parts[i] = ours;
        struct error shared = { 0 };
        assert_false(shared_failures_found(request, 0, &shared));
    }
}

static void a_follower_uses_a_new_token_however_short_its_lifetime(void **state)
{
    (void)state;
    lead_elsewhere(store_one_of_short_lifetime);
    assert_string_equal(get(), "theirs");
    assert_int_equal(authority.asked, 0);
}

static void a_follower_uses_a_stale_token_if_the_authority_cannot_be_reached(void **state)
{
    (void)state;
    make_authority_fail(ERROR_NETWORK, 0);
    lead_elsewhere(store_stale);
    assert_string_equal(get(), "old");
    assert_has(said, "could not be renewed");
}

static void a_token_for_other_claims_does_not_satisfy_a_challenge(void **state)
{
    (void)state;
    request->challenged = true;
    request->claims = (char *)"{\"access_token\":{}}";
    lead_elsewhere(store_anothers_and_fail);
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_REFUSED, "their secret is wrong");
    assert_int_equal(authority.asked, 0);
}

static void a_token_for_the_same_claims_satisfies_a_challenge(void **state)
{
    (void)state;
    request->challenged = true;
    request->claims = (char *)"{\"access_token\":{}}";
    lead_elsewhere(store_one_for_our_claims);
    assert_string_equal(get(), "theirs");
    assert_int_equal(authority.asked, 0);
}

static void the_claims_of_a_token_are_stored_with_it(void **state)
{
    (void)state;
    request->challenged = true;
    request->claims = (char *)"{\"access_token\":{}}";
    get();
    auto_token struct token token = { 0 };
    assert_true(token_from_json(place.record->bytes, place.record->length, &token, &error));
    assert_int_equal(token.claims, claims_hash(request->claims));
    assert_int_not_equal(token.claims, 0);
}

static void a_refusal_of_another_secret_is_not_shared(void **state)
{
    (void)state;
    auto_secret struct secret *ours = secret_from_text("right");
    request->credential_count = 1;
    request->credentials[0] = (struct credential){ .where = (char *)"x", .secret = ours };
    lead_elsewhere(post_anothers_failure);
    assert_string_equal(get(), "new");
    assert_int_equal(authority.asked, 1);
}

static void a_timeout_is_not_shared(void **state)
{
    (void)state;
    struct error unused = { 0 };
    make_authority_fail(ERROR_NETWORK, 0);
    tokens.deadline = deadline_now();
    assert_string_equal(get(), "");
    assert_false(shared_error_read(name_of("failure").text, 0, &unused));
    tokens.deadline = deadline_in(60 * 1000);
    authority.text = "new";
    keep_due("old");
    assert_string_equal(get(), "new");
}

static void an_earlier_failure_is_not_shared(void **state)
{
    (void)state;
    post_their_failure();
    tokens.began = deadline_now() + 1;
    assert_string_equal(get(), "new");
}

static void if_the_leader_is_killed_a_follower_takes_over(void **state)
{
    (void)state;
    lead_elsewhere(NULL);
    assert_string_equal(get(), "new");
    assert_int_equal(authority.asked, 1);
}

static void waiting_past_the_deadline_is_an_error(void **state)
{
    (void)state;
    lead_elsewhere(NULL);
    tokens.deadline = deadline_now();
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_NETWORK, "another process has requested");
    request->credential_count = 1;
    request->credentials[0] = (struct credential){ .kind = CREDENTIAL_CLIENT_SECRET };
    get();
    assert_error(&error, ERROR_NETWORK,
                 "another process has requested this token from https://login.microsoftonline.com");
    request->credentials[0] = (struct credential){ .kind = CREDENTIAL_MANAGED_IDENTITY };
    setenv("MSI_ENDPOINT", "http://127.0.0.1:1", 1);
    get();
    assert_error(&error, ERROR_NETWORK,
                 "another process has requested this token from Cloud Shell");
}

static void a_lock_held_by_another_program_is_not_tried_forever(void **state)
{
    (void)state;
    autoclose int folder = runtime_folder_open();
    autoclose int lock = openat(folder, name_of("flight").text, O_RDWR | O_CREAT, 0600);
    assert_int_equal(flock(lock, LOCK_SH), 0);
    tokens.deadline = deadline_in(100);
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_NETWORK, "another process has requested");
}

static void without_a_keyring_every_process_makes_its_own_request(void **state)
{
    (void)state;
    struct error why;
    lead_elsewhere(NULL);
    assert_true(store_open(&tokens.store, "none", &why));
    assert_string_equal(get(), "new");
    assert_int_not_equal(leader.fd, -1); /* the leader was not waited for */
}

/* ---- signing in ---- */

/* Signs in with so many milliseconds left, and returns how many are left then. */
static int64_t left_after_sign_in(int64_t milliseconds)
{
    auto_tokens_result struct tokens_result result = { 0 };
    tokens.deadline = deadline_in(milliseconds);
    catch_output(STDERR_FILENO);
    bool signed_in = tokens_sign_in(&tokens, request, &result, &error);
    caught_output();
    assert_true(signed_in);
    return deadline_left(tokens.deadline);
}

static void what_a_user_takes_to_sign_in_is_no_time_of_the_keyrings(void **state)
{
    (void)state;
    const int64_t limit = (int64_t)TOKENS_TIMEOUT_SECONDS * 1000;
    request->for_user = true;
    assert_true(left_after_sign_in(limit / 4) > limit / 2);
    assert_true(left_after_sign_in(4 * limit) > 2 * limit);
}

/* ---- throttling ---- */

static void after_throttling_the_client_backs_off(void **state)
{
    (void)state;
    make_authority_fail(ERROR_REFUSED, 60);
    get();
    authority.text = "new";
    tokens.began = deadline_now() + 1;
    assert_string_equal(get(), "");
    assert_error(&error, ERROR_REFUSED, "the authority failed");
    assert_int_equal(authority.asked, 1);
}

/* The time of day has whole seconds, of which the first may be almost over. */
static void backing_off_is_never_a_part_of_a_second_too_short(void **state)
{
    (void)state;
    int64_t before = time(NULL);
    make_authority_fail(ERROR_REFUSED, 60);
    get();
    get();
    assert_true(error.retry_after + time(NULL) >= before + 61);
}

static void backing_off_is_for_all_scopes_of_the_client(void **state)
{
    (void)state;
    make_authority_fail(ERROR_REFUSED, 60);
    get();
    request->scope = (char *)"api://another-api/.default";
    assert_string_equal(get(), "");
    assert_int_equal(authority.asked, 1);
}

static void backing_off_is_not_for_other_clients(void **state)
{
    (void)state;
    make_authority_fail(ERROR_REFUSED, 60);
    get();
    authority.text = "new";
    request->client_id = (char *)"00000000-0000-0000-0000-000000000001";
    assert_string_equal(get(), "new");
}

/* ---- renewal ---- */

static void a_token_that_is_due_is_renewed_inline_if_configured(void **state)
{
    (void)state;
    keep_due("old");
    assert_string_equal(get(), "new");
    assert_true(kept("new"));
    assert_true(authority.deadline < tokens.deadline);
}

/* How many of 64 renewals choose a time for the next that is early. */
static int early_renewals(void (*first)(void))
{
    int early = 0;
    for (int i = 0; i < 64; i++) {
        first();
        int64_t wait = time_to_renewal();
        assert_between(wait, 792, 3167);
        early += wait < 2914;
    }
    return early;
}

static void store_due(void)
{
    keep_due("old");
}

/* The authority fails once, and the pause after that is over. */
static void fail_to_renew(void)
{
    struct error failure = { .kind = ERROR_NETWORK, .message = "m", .retry_after = -2700 };
    const struct token old = { .expires_on = time(NULL) };
    keep_due("old");
    shared_failures_report_renewal(request, &old, &failure);
}

static void a_token_renewed_in_time_is_renewed_late_again(void **state)
{
    (void)state;
    assert_int_equal(early_renewals(store_due), 0);
}

static void a_token_that_was_waited_for_is_renewed_at_any_time(void **state)
{
    (void)state;
    assert_true(early_renewals(store_stale) > 0);
}

static void so_is_one_whose_renewal_failed_at_first(void **state)
{
    (void)state;
    assert_true(early_renewals(fail_to_renew) > 0);
    assert_int_equal(early_renewals(store_due), 0);
}

static void a_token_that_cannot_be_renewed_is_used_silently(void **state)
{
    (void)state;
    make_authority_fail(ERROR_NETWORK, 0);
    keep_due("old");
    assert_string_equal(get(), "old");
    assert_string_equal(said, "");
}

/* For how many seconds renewals pause. */
static int64_t renewal_pause(void)
{
    int64_t until = 0;
    autoclose int folder = runtime_folder_open();
    DIR *files = fdopendir(dup(folder));
    for (const struct dirent *file; (file = readdir(files)) != NULL;) {
        if (strstr(file->d_name, ".renewal") == NULL)
            continue;
        auto_secret struct secret *text = runtime_read(folder, file->d_name, 8192);
        auto_json json_object *record = json_parse(text->bytes, text->length, &error);
        assert_true(json_int64(record, "until", &until));
    }
    closedir(files);
    return until - time(NULL);
}

static void after_a_failed_renewal_there_is_a_pause(void **state)
{
    (void)state;
    make_authority_fail(ERROR_REFUSED, 0);
    keep_due("old");
    get();
    assert_string_equal(get(), "old");
    assert_int_equal(authority.asked, 1);
    assert_between(renewal_pause(), 29, 30 + 2700 - 300);
    make_runtime_folder(); /* the pause is over */
    get();
    assert_int_equal(authority.asked, 2);
}

static void a_throttled_renewal_pauses_for_longer_than_the_authority_demands(void **state)
{
    (void)state;
    make_authority_fail(ERROR_REFUSED, 600);
    keep_due("old");
    assert_string_equal(get(), "old");
    assert_between(renewal_pause(), 600 + 29, 600 + 30 + 2100 - 300);
}

/* Or else each caller would renew it. */
static void after_a_renewal_that_was_not_stored_there_is_a_pause(void **state)
{
    (void)state;
    keep_due("old");
    place.is_full = true;
    assert_string_equal(get(), "new");
    tokens.store.trouble = (struct error){ 0 }; /* as the next process has it */
    assert_string_equal(get(), "old");
    assert_int_equal(authority.asked, 1);
}

static void renewals_of_an_app_with_its_secret_in_the_keyring_pause_too(void **state)
{
    (void)state;
    make_authority_fail(ERROR_REFUSED, 0);
    request->credential_count = 1;
    request->credentials[0] = (struct credential){ .kind = CREDENTIAL_KEYRING };
    keep_due("old");
    get();
    assert_string_equal(get(), "old");
    assert_int_equal(authority.asked, 1);
}

static void only_one_process_renews_at_a_time(void **state)
{
    (void)state;
    keep_due("old");
    lead_elsewhere(NULL);
    assert_string_equal(get(), "old");
    assert_int_equal(authority.asked, 0);
}

static void an_invalid_renewal_setting_is_reported_once(void **state)
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
            assert_has(text, "ENTRA_RENEWAL must be inline or empty, not 'off'");
        else
            assert_string_equal(text, "");
    }
}

/* There is no entra beside this program: whatever starting it returns, the answer is the same. */
static void without_inline_renewal_the_caller_does_not_wait(void **state)
{
    (void)state;
    unsetenv("ENTRA_RENEWAL");
    keep_due("old");
    assert_string_equal(get(), "old");
    assert_int_equal(authority.asked, 0);
}

/* Between a lookup that finds the old token and the single flight, another process may renew it. */
static void a_token_that_was_renewed_in_the_meantime_is_not_requested(void **state)
{
    (void)state;
    keep_due("old");
    place.after_lookup = store_and_succeed;
    assert_true(tokens_renew(&tokens, &candidates, &error));
    assert_int_equal(authority.asked, 0);
    keep_due("old");
    place.after_lookup = store_and_succeed;
    assert_string_equal(get(), "theirs");
    assert_int_equal(authority.asked, 0);
}

static void renewing_requests_only_a_token_that_is_due(void **state)
{
    (void)state;
    assert_true(tokens_renew(&tokens, &candidates, &error));
    assert_int_equal(authority.asked, 0);
    keep("old", 100, 3000);
    assert_true(tokens_renew(&tokens, &candidates, &error));
    assert_int_equal(authority.asked, 0);
    keep_due("old");
    assert_true(tokens_renew(&tokens, &candidates, &error));
    assert_true(kept("new"));
}

/* ---- opening ---- */

static void opening_uses_the_keyring_and_timeout_of_the_options(void **state)
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

static void the_time_limits_begin_with_the_program(void **state)
{
    (void)state;
    struct tokens opened;
    struct options named = { .keyring = "none", .timeout = 7 };
    deadline_begin();
    assert_true(tokens_open(&opened, &named, &error));
    assert_int_equal(opened.began, deadline_began());
    assert_int_equal(opened.deadline, deadline_began() + 7000);
    assert_int_equal(opened.sign_in_deadline, deadline_began() + 7000);
}

static void opening_an_unknown_keyring_is_refused(void **state)
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
        TEST(a_fresh_token_in_the_keyring_is_used),
        TEST(a_token_missing_in_the_keyring_is_requested_and_stored),
        TEST(a_token_that_is_not_fresh_is_replaced),
        TEST(a_forced_refresh_ignores_the_stored_token_and_replaces_it),
        TEST(a_claims_challenge_ignores_the_stored_token_too),
        TEST(a_refusal_is_passed_on_and_the_stored_token_stays),
        TEST(the_authority_gets_the_whole_timeout),
        TEST(two_processes_do_not_renew_at_the_same_time),
        TEST(a_failed_keyring_does_not_prevent_the_request),
        TEST(a_named_keyring_must_work),
        TEST(a_stale_token_is_used_if_the_authority_cannot_be_reached),
        TEST(a_stale_token_is_used_if_the_authority_throttles),
        TEST(an_expired_token_is_never_used),
        TEST(a_stale_token_is_not_used_for_a_forced_refresh),
        TEST(a_follower_uses_the_leaders_token),
        TEST(a_follower_with_a_forced_refresh_uses_the_leaders_token),
        TEST(a_follower_with_a_forced_refresh_uses_no_older_token),
        TEST(a_leader_looks_again_if_another_has_succeeded_since_it_looked),
        TEST(a_follower_that_the_keyring_failed_uses_the_leaders_token),
        TEST(a_leader_that_the_keyring_failed_stores_all_the_same),
        TEST(a_leader_asks_a_keyring_that_goes_on_failing_once_more),
        TEST(a_keyring_that_is_locked_is_not_asked_again),
        TEST(a_follower_leads_the_others_if_only_the_leader_could_not_store),
        TEST(a_follower_shares_the_leaders_failure),
        TEST(a_failure_of_another_credential_is_not_shared),
        TEST(a_follower_uses_a_new_token_however_short_its_lifetime),
        TEST(a_follower_uses_a_stale_token_if_the_authority_cannot_be_reached),
        TEST(a_token_for_other_claims_does_not_satisfy_a_challenge),
        TEST(a_token_for_the_same_claims_satisfies_a_challenge),
        TEST(the_claims_of_a_token_are_stored_with_it),
        TEST(a_refusal_of_another_secret_is_not_shared),
        TEST(a_timeout_is_not_shared),
        TEST(an_earlier_failure_is_not_shared),
        TEST(if_the_leader_is_killed_a_follower_takes_over),
        TEST(waiting_past_the_deadline_is_an_error),
        TEST(a_lock_held_by_another_program_is_not_tried_forever),
        TEST(without_a_keyring_every_process_makes_its_own_request),
        TEST(what_a_user_takes_to_sign_in_is_no_time_of_the_keyrings),
        TEST(after_throttling_the_client_backs_off),
        TEST(backing_off_is_never_a_part_of_a_second_too_short),
        TEST(backing_off_is_for_all_scopes_of_the_client),
        TEST(backing_off_is_not_for_other_clients),
        TEST(a_token_that_is_due_is_renewed_inline_if_configured),
        TEST(a_token_renewed_in_time_is_renewed_late_again),
        TEST(a_token_that_was_waited_for_is_renewed_at_any_time),
        TEST(so_is_one_whose_renewal_failed_at_first),
        TEST(a_token_that_cannot_be_renewed_is_used_silently),
        TEST(after_a_failed_renewal_there_is_a_pause),
        TEST(a_throttled_renewal_pauses_for_longer_than_the_authority_demands),
        TEST(after_a_renewal_that_was_not_stored_there_is_a_pause),
        TEST(renewals_of_an_app_with_its_secret_in_the_keyring_pause_too),
        TEST(only_one_process_renews_at_a_time),
        TEST(an_invalid_renewal_setting_is_reported_once),
        TEST(without_inline_renewal_the_caller_does_not_wait),
        TEST(a_token_that_was_renewed_in_the_meantime_is_not_requested),
        TEST(renewing_requests_only_a_token_that_is_due),
        TEST(opening_uses_the_keyring_and_timeout_of_the_options),
        TEST(the_time_limits_begin_with_the_program),
        TEST(opening_an_unknown_keyring_is_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
