/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/tokens.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/base/deadline.h"
#include "common/base/environment.h"
#include "common/base/single_flight.h"
#include "common/entra/claims.h"
#include "common/entra/identity_source.h"
#include "common/store/account_store.h"
#include "common/store/self_test.h"
#include "common/tokens/client_choice.h"
#include "common/tokens/pop.h"
#include "common/tokens/renewal.h"
#include "common/tokens/request_trace.h"
#include "common/tokens/shared_failures.h"
#include "common/tokens/sign_in_needed.h"
#include "common/tokens/token_source.h"
#include "common/tokens/user_tokens.h"

int tokens_timeout(const struct options *options)
{
    return options->timeout > 0 ? options->timeout : TOKENS_TIMEOUT_SECONDS;
}

static bool open_store(struct token_store *store, const struct options *options,
                       struct error *error)
{
    const char *variable = environment("ENTRA_KEYRING");
    if (options->keyring != NULL || variable == NULL)
        return token_store_open(store, options->keyring != NULL ? options->keyring : "auto", error);
    return token_store_open(store, variable, error) || error_wanted(error, "ENTRA_KEYRING");
}

bool tokens_open(struct tokens *ret_tokens, const struct options *options, struct error *error)
{
    int64_t began = deadline_began();
    int sign_in_seconds = options->timeout > 0 ? options->timeout : USER_TOKENS_SIGN_IN_SECONDS;
    *ret_tokens = (struct tokens){ .options = options,
                                   .began = began,
                                   .deadline = began + (int64_t)tokens_timeout(options) * 1000,
                                   .sign_in_deadline = began + (int64_t)sign_in_seconds * 1000 };
    renewal_check_environment();
    return open_store(&ret_tokens->store, options, error);
}

void tokens_extend_deadline(struct tokens *tokens)
{
    if (deadline_left(tokens->deadline) < TOKENS_TIMEOUT_SECONDS * 1000 / 2)
        tokens->deadline = deadline_in(TOKENS_TIMEOUT_SECONDS * 1000);
}

void tokens_result_clear(struct tokens_result *result)
{
    token_clear(&result->token);
    free(result->username);
    *result = (struct tokens_result){ 0 };
}

static void move_token(struct token *to, struct token *from)
{
    token_clear(to);
    *to = *from;
    *from = (struct token){ 0 };
}

/* ---- the way to a token ---- */

static enum keyring_answer look_up(struct attempt *attempt, struct token *token,
                                   struct error *error);
static void renew_if_due(struct attempt *attempt, struct token *token);
static enum acquire_end acquire_once(struct attempt *attempt, struct token *token,
                                     struct error *error);

/* A token within its margin is still used if the authority cannot be reached, or throttles. */
static bool use_old_token(const struct attempt *attempt, const struct token *token,
                          struct error *error)
{
    int64_t now = time(NULL);
    bool is_temporary = error->kind == ERROR_NETWORK || error->retry_after > 0;
    if (!is_temporary || attempt->wants_new || token->access_token == NULL ||
        !token_is_alive(token, now))
        return false;
    warning("the token expires in %lld seconds and could not be renewed: %s",
            (long long)(token->expires_on - now), error->message);
    *error = (struct error){ 0 };
    return true;
}

enum acquire_end tokens_get_for_attempt(struct attempt *attempt, struct tokens_result *result,
                                        struct error *error)
{
    auto_token struct token token = { 0 };
    request_trace(&attempt->request);
    enum keyring_answer answer =
        attempt->wants_new ? KEYRING_NOTHING : look_up(attempt, &token, error);
    if (answer == KEYRING_FAILED)
        return ACQUIRE_FAILED;
    if (answer == KEYRING_FOUND && token_is_fresh(&token, time(NULL))) {
        request_trace_stored(&attempt->request, attempt->tokens->store.keyring->name, &token);
        renew_if_due(attempt, &token);
    } else {
        enum acquire_end end = acquire_once(attempt, &token, error);
        if (end != ACQUIRED && !use_old_token(attempt, &token, error))
            return end;
        token_store_warn(&attempt->tokens->store);
    }
    if (pop_is_wanted(attempt) && !pop_sign_token(attempt, &token, error))
        return ACQUIRE_FAILED;
    move_token(&result->token, &token);
    result->request = attempt->original;
    result->client_id = attempt->request.client_id;
    result->username = steal(&attempt->request.username);
    return ACQUIRED;
}

static bool get_for_candidates(struct tokens *tokens, const struct token_candidates *candidates,
                               bool wants_new, struct tokens_result *result, struct error *error)
{
    *result = (struct tokens_result){ 0 };
    /* Of several candidates, a user who has signed in comes first. */
    for (size_t i = 0; candidates->count > 1 && i < candidates->count; i++) {
        if (!candidates->items[i].for_user)
            continue;
        auto_attempt struct attempt attempt;
        attempt_begin(&attempt, tokens, &candidates->items[i], wants_new);
        switch (account_store_resolve(&tokens->store, &attempt.request, attempt.deadline, error)) {
        case KEYRING_FOUND:
            return tokens_get_for_attempt(&attempt, result, error) == ACQUIRED;
        case KEYRING_NOTHING:
            break;
        default:
            return false;
        }
    }
    for (size_t i = 0; i < candidates->count; i++) {
        auto_attempt struct attempt attempt;
        attempt_begin(&attempt, tokens, &candidates->items[i], wants_new);
        enum acquire_end end = tokens_get_for_attempt(&attempt, result, error);
        if (end != ACQUIRE_NO_IDENTITY || i + 1 == candidates->count)
            return end == ACQUIRED;
        trace("network: %s", error->message);
        snprintf(tokens->no_identity, sizeof tokens->no_identity, "%.150s", error->message);
        *error = (struct error){ 0 };
    }
    return false;
}

bool tokens_get(struct tokens *tokens, const struct token_candidates *candidates,
                struct tokens_result *ret_result, struct error *error)
{
    return get_for_candidates(tokens, candidates, false, ret_result, error);
}

bool tokens_get_new(struct tokens *tokens, const struct token_candidates *candidates,
                    struct tokens_result *ret_result, struct error *error)
{
    return get_for_candidates(tokens, candidates, true, ret_result, error);
}

/* ---- keyring lookup ---- */

/* Finds the key that a token from the keyring is bound to. Without that key, the token is of no
 * use, and there is none. */
static enum keyring_answer find_key_of(struct attempt *attempt, struct token *token,
                                       struct error *error)
{
    enum keyring_answer answer = pop_find_key(attempt, error);
    if (answer == KEYRING_FOUND && strcmp(attempt->request.pop_key.id, token->key_id) == 0)
        return KEYRING_FOUND;
    token_clear(token);
    return answer == KEYRING_FAILED ? KEYRING_FAILED : KEYRING_NOTHING;
}

/* Finds the token of the attempt's request, fresh or not. */
static enum keyring_answer look_up(struct attempt *attempt, struct token *token,
                                   struct error *error)
{
    struct token_store *store = &attempt->tokens->store;
    struct token_request *request = &attempt->request;
    attempt->looked_at = deadline_now();
    if (request->for_user && request->home_account_id == NULL) {
        enum keyring_answer answer =
            account_store_resolve(store, request, attempt->deadline, error);
        if (answer != KEYRING_FOUND)
            return answer;
    }
    enum keyring_answer answer = token_store_find(store, request, attempt->deadline, token, error);
    return answer == KEYRING_FOUND && pop_is_wanted(attempt) ? find_key_of(attempt, token, error)
                                                             : answer;
}

/* Looks again, because another process may have stored a token since the first lookup. Accepts a
 * fresh token, or one received at `since` (Unix seconds) or later, however soon it expires. If the
 * attempt wants a new token, accepts only the latter, and if there is a challenge, only with its
 * claims. Leaves a token that is not accepted in *token if use_old_token may need it. */
static enum keyring_answer look_up_again(struct attempt *attempt, int64_t since,
                                         struct token *token, struct error *error)
{
    auto_token struct token found = { 0 };
    int64_t now = time(NULL);
    client_choice_make(&attempt->request);
    enum keyring_answer answer = look_up(attempt, &found, error);
    if (answer != KEYRING_FOUND)
        return answer;
    bool is_new = found.received_on >= since && token_is_alive(&found, now);
    bool has_claims =
        !attempt->request.challenged || found.claims == claims_hash(attempt->request.claims);
    bool accepted = has_claims && (is_new || (!attempt->wants_new && token_is_fresh(&found, now)));
    if (accepted || !attempt->wants_new)
        move_token(token, &found);
    return accepted ? KEYRING_FOUND : KEYRING_NOTHING;
}

/* ---- single flight ---- */

/* On a busy machine, the keyring may fail a process and serve another one. If it has failed this
 * one, but the flight's leader has stored the token since this process began, has the keyring asked
 * again: a request would only make the machine busier. */
static bool find_keyring_works(struct attempt *attempt)
{
    struct tokens *tokens = attempt->tokens;
    return token_store_can_try_again(&tokens->store) &&
           single_flight_has_succeeded(shared_failures_name("flight", &attempt->request).text,
                                       tokens->began) &&
           token_store_try_again(&tokens->store, true);
}

/* Stores a new token. The keyring may have failed the leader before the request, when all asked it;
 * by now, followers only wait. */
static bool store_new(struct attempt *attempt, bool is_leader, const struct token *fresh,
                      struct error *error)
{
    struct token_store *store = &attempt->tokens->store;
    int64_t deadline = attempt->deadline;
    if (is_leader && token_store_try_again(store, false))
        deadline = deadline_in(deadline_left(deadline) / 4);
    return token_store_keep(store, &attempt->request, fresh, deadline, error);
}

/* Looks once more if another flight has ended since this process looked, unless it wants a token
 * that no other has got. */
static enum keyring_answer look_up_as_leader(struct attempt *attempt, int64_t since,
                                             struct token *token, struct error *error)
{
    struct runtime_name name = shared_failures_name("flight", &attempt->request);
    bool wants_own = attempt->wants_new && attempt->was_received_on == 0;
    enum keyring_answer answer = KEYRING_NOTHING;
    if (!wants_own && single_flight_has_succeeded(name.text, attempt->looked_at))
        do
            answer = look_up_again(attempt, since, token, error);
        while (answer == KEYRING_NOTHING && find_keyring_works(attempt));
    return answer;
}

/* The leader's part: acquires the token and stores it, unless another process just has. If it
 * cannot be stored, tells the followers not to wait for it. */
static enum acquire_end lead(struct attempt *attempt, bool is_leader, int64_t since,
                             struct token *token, struct error *error)
{
    const struct token_store *store = &attempt->tokens->store;
    struct runtime_name name = shared_failures_name("flight", &attempt->request);
    auto_token struct token fresh = { 0 };
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
        single_flight_note_success(name.text);
    if (!stored)
        return ACQUIRE_FAILED;
    move_token(token, &fresh);
    return ACQUIRED;
}

/* Whether a leader could not store the token, so that others cannot either. If the keyring serves
 * this process, it may have been busy when it failed the leader. */
static bool is_waiting_in_vain(const struct attempt *attempt)
{
    const struct tokens *tokens = attempt->tokens;
    struct error why = { 0 };
    return shared_failures_was_not_stored(&attempt->request, tokens->began, &why) &&
           !(token_store_failure_may_pass(&why) && token_store_can_keep(&tokens->store));
}

static enum acquire_end fail_late(const struct token_request *request, struct error *error)
{
    bool is_machine = request->credential_count == 1 &&
                      request->credentials[0].kind == CREDENTIAL_MANAGED_IDENTITY;
    if (request->for_user)
        sign_in_fail_pending(error);
    else
        error_set(error, ERROR_NETWORK,
                  "another process has requested this token from %s and got no answer in time",
                  is_machine ? identity_source_find()->name : request->instance);
    return ACQUIRE_FAILED;
}

/* Of all processes that want the same token, one leads. The others follow, and then find its token
 * or its failure, or neither if it was killed. If the keyring cannot store the token, followers
 * would not find it, so each process leads. A keyring that has failed may just be slow, so a
 * process that it has failed follows too. */
static enum acquire_end acquire_once(struct attempt *attempt, struct token *token,
                                     struct error *error)
{
    const struct tokens *tokens = attempt->tokens;
    struct runtime_name name = shared_failures_name("flight", &attempt->request);
    int64_t wait_until = attempt->deadline;
    int64_t renewed = attempt->was_received_on;
    int64_t since = renewed > 0 ? renewed + 1 : time(NULL);
    while (token_store_can_keep(&tokens->store) || token_store_can_try_again(&tokens->store)) {
        auto_single_flight struct single_flight flight;
        switch (single_flight_join(&flight, name.text, wait_until)) {
        case SINGLE_FLIGHT_LEADER:
            if (!find_keyring_works(attempt))
                return lead(attempt, true, since, token, error);
            single_flight_leave(&flight);
            break;
        case SINGLE_FLIGHT_LATE:
            /* The leader may be asking the user to sign in. A follower that could do so too waits
             * as long as a sign-in may take. */
            if (!attempt->request.for_user || wait_until >= tokens->sign_in_deadline ||
                attempt->may_ask == NULL || !attempt->may_ask())
                return fail_late(&attempt->request, error);
            wait_until = tokens->sign_in_deadline;
            continue;
        case SINGLE_FLIGHT_FOLLOWER:
            find_keyring_works(attempt);
            break;
        }
        trace("network: another process has just requested this token");
        if (wait_until != attempt->deadline)
            token_source_extend_deadline(attempt);
        enum keyring_answer answer = look_up_again(attempt, since, token, error);
        if (answer == KEYRING_FOUND)
            return ACQUIRED;
        if (answer == KEYRING_FAILED ||
            shared_failures_found(&attempt->request, tokens->began, error))
            return ACQUIRE_FAILED;
        if (is_waiting_in_vain(attempt))
            break;
        if (deadline_left(wait_until) == 0)
            return fail_late(&attempt->request, error);
    }
    return lead(attempt, false, since, token, error);
}

/* ---- renewal ---- */

/* Does not ask the user to sign in, because the old token is still good. If there is no new one, or
 * it cannot be stored, the next renewal has to wait. */
static enum acquire_end renew_now(struct attempt *attempt, struct token *token, struct error *error)
{
    const struct token_store *store = &attempt->tokens->store;
    struct token old = { .received_on = token->received_on, .expires_on = token->expires_on };
    attempt->may_ask = NULL;
    attempt->was_received_on = token->received_on;
    attempt->was_due_on = shared_failures_end_pause(&attempt->request) ? 0 : token->refresh_on;
    enum acquire_end end = acquire_once(attempt, token, error);
    if (end != ACQUIRED || !token_store_can_keep(store))
        shared_failures_report_renewal(&attempt->request, &old,
                                       end != ACQUIRED ? error : &store->trouble);
    return end;
}

/* Starts the renewal of a token that is due in another process, so that the caller does not wait;
 * or renews it here, within a second. */
static void renew_if_due(struct attempt *attempt, struct token *token)
{
    struct tokens *tokens = attempt->tokens;
    const struct token_request *request = &attempt->request;
    struct error unused = { 0 };
    if (!token_is_due(token, time(NULL)) || shared_failures_pause_renewal(request) ||
        single_flight_is_running(shared_failures_name("flight", request).text))
        return;
    if (!renewal_is_inline(request)) {
        renewal_start(tokens->options, request);
        return;
    }
    auto_attempt struct attempt renewal;
    attempt_begin(&renewal, tokens, attempt->original, true);
    if (deadline_left(renewal.deadline) > RENEWAL_INLINE_MILLISECONDS)
        renewal.deadline = deadline_in(RENEWAL_INLINE_MILLISECONDS);
    if (renew_now(&renewal, token, &unused) == ACQUIRED) {
        /* A new token may be bound to another key, if the keyring has another one by now. */
        struct pop_key before = attempt->request.pop_key;
        attempt->request.pop_key = renewal.request.pop_key;
        renewal.request.pop_key = before;
    }
}

/* The token that tokens_get gives is renewed. So a user who has signed in, the last candidate, goes
 * first, and alone: the machine may have an older token in the keyring and no identity any more. */
bool tokens_renew(struct tokens *tokens, const struct token_candidates *candidates,
                  struct error *error)
{
    for (size_t i = candidates->count; i-- > 0;) {
        auto_token struct token token = { 0 };
        auto_attempt struct attempt attempt;
        attempt_begin(&attempt, tokens, &candidates->items[i], true);
        enum keyring_answer answer = look_up(&attempt, &token, error);
        if (answer == KEYRING_FAILED)
            return false;
        if (answer == KEYRING_FOUND && token_is_due(&token, time(NULL)) &&
            renew_now(&attempt, &token, error) != ACQUIRED)
            return false;
        if (attempt.request.home_account_id != NULL)
            break;
    }
    return token_store_saw_all(&tokens->store, error);
}

/* ---- a token that the caller has ---- */

bool tokens_has(struct tokens *tokens, const struct token_candidates *candidates, const char *text,
                size_t length)
{
    struct error unused = { 0 };
    for (size_t i = 0; i < candidates->count; i++) {
        auto_attempt struct attempt attempt;
        attempt_begin(&attempt, tokens, &candidates->items[i], false);
        auto_token struct token token = { 0 };
        enum keyring_answer answer = look_up(&attempt, &token, &unused);
        if (answer == KEYRING_FAILED)
            return false;
        if (answer == KEYRING_FOUND && secret_equals(token.access_token, text, length))
            return true;
    }
    return false;
}

/* Erases the token of one candidate, if there is one: whichever it is if refused is NULL. */
static bool erase_of(struct tokens *tokens, const struct token_request *candidate,
                     const char *refused, int64_t *ret_received_on, struct error *error)
{
    auto_token struct token token = { 0 };
    auto_attempt struct attempt attempt;
    attempt_begin(&attempt, tokens, candidate, false);
    enum keyring_answer answer = look_up(&attempt, &token, error);
    if (answer != KEYRING_FOUND)
        return answer != KEYRING_FAILED;
    const struct secret *text = token.access_token;
    if (refused != NULL && !secret_equals(text, refused, strlen(refused)))
        return true;
    if (!token_store_erase(&tokens->store, &attempt.request, text->bytes, text->length,
                           attempt.deadline, error))
        return false;
    *ret_received_on = token.received_on;
    return true;
}

bool tokens_erase(struct tokens *tokens, const struct token_candidates *candidates,
                  const char *refused, int64_t *ret_received_on, struct error *error)
{
    for (size_t i = 0; i < candidates->count; i++)
        if (!erase_of(tokens, &candidates->items[i], refused, ret_received_on, error))
            return false;
    return token_store_saw_all(&tokens->store, error);
}

/* ---- signing in ---- */

/* A sign-in that cannot be stored is of no use. */
static bool check_can_store(const struct tokens *tokens, struct error *error)
{
    return token_store_check(&tokens->store, error) &&
           (token_store_can_keep(&tokens->store) ||
            error_set(error, ERROR_USAGE, "the keyring 'none' stores nothing"));
}

bool tokens_sign_in(struct tokens *tokens, const struct token_request *request,
                    struct tokens_result *ret_result, struct error *error)
{
    *ret_result = (struct tokens_result){ 0 };
    auto_attempt struct attempt attempt;
    attempt_begin(&attempt, tokens, request, true);

    /* Before the user has to sign in: check that the keyring works, and find the account of the
     * user name, if one was given. */
    auto_attempt struct attempt lookup;
    attempt_begin(&lookup, tokens, request, false);
    enum keyring_answer answer =
        account_store_resolve(&tokens->store, &lookup.request, lookup.deadline, error);
    if (answer == KEYRING_FAILED)
        return false;
    if (answer == KEYRING_FOUND)
        notice("%s is already signed in. Sign in again, or with another account.",
               lookup.request.username);
    attempt.signs_in_again = answer == KEYRING_FOUND && request->account == NULL;
    if (request->account != NULL) {
        attempt.request.home_account_id = steal(&lookup.request.home_account_id);
        attempt.request.username = steal(&lookup.request.username);
    }
    if (!check_can_store(tokens, error) || !self_test_run(&tokens->store, tokens->deadline, error))
        return false;

    if (!token_source_sign_in(&attempt, &ret_result->token, error) ||
        (request->scope != NULL &&
         !token_store_keep(&tokens->store, &attempt.request, &ret_result->token, attempt.deadline,
                           error)) ||
        !check_can_store(tokens, error))
        return false;
    ret_result->request = request;
    ret_result->client_id = attempt.request.client_id;
    ret_result->username = steal(&attempt.request.username);
    return true;
}
