/* SPDX-License-Identifier: MIT */
#include "common/tokens/token_flight.h"

#include <time.h>

#include "common/base/deadline.h"
#include "common/base/single_flight.h"
#include "common/entra/identity_source.h"
#include "common/store/token_store.h"
#include "common/tokens/advice.h"
#include "common/tokens/shared_failures.h"
#include "common/tokens/sign_in_needed.h"
#include "common/tokens/token_lookup.h"
#include "common/tokens/user_locks.h"

/* How often a follower looks whether the leader is asking the user. */
#define LOOK_AGAIN_MILLISECONDS 1000

/* The flight of those that mean the same account in other ways: as the default one, by its name, or
 * by a folder. Its leader is the leader of the flight of one of these ways. */
static bool has_account_flight(const struct token_request *request)
{
    return request->for_user && request->home_account_id != NULL;
}

static bool has_succeeded(const struct token_request *request, int64_t since)
{
    return single_flight_has_succeeded(shared_failures_name("flight", request).text, since) ||
           (has_account_flight(request) &&
            single_flight_has_succeeded(shared_failures_account_name("flight", request).text,
                                        since));
}

static void note_success(const struct token_request *request)
{
    single_flight_note_success(shared_failures_name("flight", request).text);
    if (has_account_flight(request)) /* also if only this sign-in has told whose token it is */
        single_flight_note_success(shared_failures_account_name("flight", request).text);
}

/* Whether another process is asking the user to sign in. */
static bool is_user_asked(const struct token_request *request)
{
    return request->for_user && single_flight_is_running(user_locks_sign_in(request).text);
}

static bool may_ask_user(const struct attempt *attempt)
{
    return attempt->may_ask != NULL && attempt->may_ask();
}

/* Joins a flight; *limit is when to give up. If its leader asks the user to sign in, a follower
 * that could do so too waits as long as that may take, and says so. */
static enum single_flight_role join(const struct attempt *attempt, const char *name, int64_t *limit,
                                    struct single_flight *ret_flight)
{
    for (;;) {
        int64_t soon = deadline_in(LOOK_AGAIN_MILLISECONDS);
        enum single_flight_role role =
            single_flight_join(ret_flight, name, soon < *limit ? soon : *limit);
        if (role != SINGLE_FLIGHT_LATE)
            return role;
        if (is_user_asked(&attempt->request) && may_ask_user(attempt)) {
            sign_in_say_pending();
            *limit = attempt->tokens->sign_in_deadline;
        }
        if (deadline_left(*limit) == 0)
            return role;
    }
}

/* After a wait that a sign-in has made longer. */
static void begin_anew(struct attempt *attempt, int64_t limit)
{
    if (limit != attempt->deadline)
        token_source_extend_deadline(attempt);
}

static bool lead_account_flight(struct attempt *attempt, struct single_flight *ret_flight)
{
    struct runtime_name name = shared_failures_account_name("flight", &attempt->request);
    int64_t limit = attempt->deadline;
    enum single_flight_role role = SINGLE_FLIGHT_LEADER;
    if (has_account_flight(&attempt->request))
        while ((role = join(attempt, name.text, &limit, ret_flight)) == SINGLE_FLIGHT_FOLLOWER)
            ;
    begin_anew(attempt, limit);
    return role == SINGLE_FLIGHT_LEADER;
}

static enum acquire_end fail_late(const struct token_request *request, struct error *error)
{
    if (is_user_asked(request))
        sign_in_fail_pending(error);
    else
        error_set(error, ERROR_NETWORK,
                  "another process has requested this token from %s and got no answer in time",
                  token_request_is_for_managed_identity(request) ? identity_source_find()->name
                                                                 : request->instance);
    return ACQUIRE_FAILED;
}

/* On a busy machine, the keyring may fail a process and serve another one. If it has failed this
 * one, but the flight's leader has stored the token since this process began, has the keyring asked
 * again: a request would only make the machine busier. */
static bool find_keyring_works(struct attempt *attempt)
{
    struct tokens *tokens = attempt->tokens;
    return store_can_try_again(&tokens->store) && has_succeeded(&attempt->request, tokens->began) &&
           store_try_again(&tokens->store, true);
}

/* Stores a new token. The keyring may have failed the leader before the request, when all asked it;
 * by now, followers only wait. */
static bool store_new(struct attempt *attempt, bool is_leader, const struct token *fresh,
                      struct error *error)
{
    struct store *store = &attempt->tokens->store;
    int64_t deadline = attempt->deadline;
    if (is_leader && store_try_again(store, false))
        deadline = deadline_in(deadline_left(deadline) / 4);
    return token_store_keep(store, &attempt->request, fresh, deadline, error);
}

/* Looks once more if another flight has ended since this process looked, unless it wants a token
 * that no other has got. */
static enum keyring_answer look_up_as_leader(struct attempt *attempt, int64_t since,
                                             struct token *token, struct error *error)
{
    bool wants_own = attempt->wants_new && attempt->was_received_on == 0;
    enum keyring_answer answer = KEYRING_NOTHING;
    if (!wants_own && has_succeeded(&attempt->request, attempt->looked_at))
        do
            answer = token_look_up_again(attempt, since, token, error);
        while (answer == KEYRING_NOTHING && find_keyring_works(attempt));
    return answer;
}

/* The leader's part: acquires the token and stores it, unless another process just has. If it
 * cannot be stored, tells the followers not to wait for it. */
static enum acquire_end lead(struct attempt *attempt, bool is_leader, int64_t since,
                             struct token *token, struct error *error)
{
    const struct store *store = &attempt->tokens->store;
    auto_single_flight struct single_flight flight = { -1 };
    auto_token struct token fresh = { 0 };
    if (is_leader && !lead_account_flight(attempt, &flight))
        return fail_late(&attempt->request, error);
    enum keyring_answer answer = look_up_as_leader(attempt, since, token, error);
    if (answer != KEYRING_NOTHING)
        return answer == KEYRING_FOUND ? ACQUIRED : ACQUIRE_FAILED;
    enum acquire_end end = token_source_acquire(attempt, &fresh, error);
    if (end != ACQUIRED)
        return end;
    bool stored = store_new(attempt, is_leader, &fresh, error);
    if (store->trouble.message[0] != '\0')
        shared_failures_report_not_stored(&attempt->request, &store->trouble);
    else
        note_success(&attempt->request);
    if (!stored)
        return ACQUIRE_FAILED;
    token_move(token, &fresh);
    return ACQUIRED;
}

/* Whether a leader could not store the token, so that others cannot either. If the keyring serves
 * this process, it may have been busy when it failed the leader. */
static bool is_waiting_in_vain(const struct attempt *attempt)
{
    const struct tokens *tokens = attempt->tokens;
    struct error why = { 0 };
    return shared_failures_was_not_stored(&attempt->request, tokens->began, &why) &&
           !(store_failure_may_pass(&why) && store_can_keep(&tokens->store));
}

static enum acquire_end fly(struct attempt *attempt, struct token *token, struct error *error)
{
    const struct tokens *tokens = attempt->tokens;
    struct runtime_name name = shared_failures_name("flight", &attempt->request);
    int64_t limit = attempt->deadline;
    int64_t renewed = attempt->was_received_on;
    int64_t since = renewed > 0 ? renewed + 1 : time(NULL);
    while (store_can_keep(&tokens->store) || store_can_try_again(&tokens->store)) {
        auto_single_flight struct single_flight flight;
        switch (join(attempt, name.text, &limit, &flight)) {
        case SINGLE_FLIGHT_LEADER:
            if (!find_keyring_works(attempt))
                return lead(attempt, true, since, token, error);
            single_flight_leave(&flight);
            break;
        case SINGLE_FLIGHT_LATE:
            return fail_late(&attempt->request, error);
        case SINGLE_FLIGHT_FOLLOWER:
            find_keyring_works(attempt);
            break;
        }
        trace("network: another process has just requested this token");
        begin_anew(attempt, limit);
        enum keyring_answer answer = token_look_up_again(attempt, since, token, error);
        if (answer == KEYRING_FOUND)
            return ACQUIRED;
        if (answer == KEYRING_FAILED ||
            shared_failures_found(&attempt->request, tokens->began, error))
            return ACQUIRE_FAILED;
        if (is_waiting_in_vain(attempt))
            break;
        if (deadline_left(limit) == 0)
            return fail_late(&attempt->request, error);
    }
    return lead(attempt, false, since, token, error);
}

enum acquire_end token_flight_acquire(struct attempt *attempt, struct token *token,
                                      struct error *error)
{
    enum acquire_end end = fly(attempt, token, error);
    if (end != ACQUIRED)
        advice_name_settings(&attempt->request, error);
    return end;
}
