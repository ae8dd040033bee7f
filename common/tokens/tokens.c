/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/tokens.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/base/deadline.h"
#include "common/base/environment.h"
#include "common/base/single_flight.h"
#include "common/entra/jwt.h"
#include "common/store/account_store.h"
#include "common/store/self_test.h"
#include "common/store/token_store.h"
#include "common/tokens/broker_memory.h"
#include "common/tokens/pop.h"
#include "common/tokens/renewal.h"
#include "common/tokens/request_trace.h"
#include "common/tokens/shared_failures.h"
#include "common/tokens/token_flight.h"
#include "common/tokens/token_lookup.h"
#include "common/tokens/token_source.h"
#include "common/tokens/user_tokens.h"

int tokens_timeout(const struct options *options)
{
    return options->timeout > 0 ? options->timeout : TOKENS_TIMEOUT_SECONDS;
}

static bool open_store(struct store *store, const struct options *options, struct error *error)
{
    const char *variable = environment("ENTRA_KEYRING");
    if (options->keyring != NULL || variable == NULL)
        return store_open(store, options->keyring != NULL ? options->keyring : "auto", error);
    return store_open(store, variable, error) || error_wanted(error, "ENTRA_KEYRING");
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

/* ---- the way to a token ---- */

static void renew_if_due(struct attempt *attempt, struct token *token);

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
        attempt->wants_new ? KEYRING_NOTHING : token_look_up(attempt, &token, error);
    if (answer == KEYRING_FAILED)
        return ACQUIRE_FAILED;
    if (answer == KEYRING_FOUND && token_is_fresh(&token, time(NULL))) {
        request_trace_stored(&attempt->request, attempt->tokens->store.keyring->name, &token);
        renew_if_due(attempt, &token);
    } else {
        enum acquire_end end = token_flight_acquire(attempt, &token, error);
        if (end != ACQUIRED && !use_old_token(attempt, &token, error))
            return end;
        store_warn(&attempt->tokens->store);
    }
    if (pop_is_wanted(attempt) && !pop_sign_token(attempt, &token, error))
        return ACQUIRE_FAILED;
    token_move(&result->token, &token);
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

/* ---- renewal ---- */

/* Does not ask the user to sign in, because the old token is still good. If there is no new one, or
 * it cannot be stored, the next renewal has to wait. */
static enum acquire_end renew_now(struct attempt *attempt, struct token *token, struct error *error)
{
    const struct store *store = &attempt->tokens->store;
    struct token old = { .received_on = token->received_on, .expires_on = token->expires_on };
    attempt->may_ask = NULL;
    attempt->was_received_on = token->received_on;
    attempt->was_due_on = shared_failures_end_pause(&attempt->request) ? 0 : token->refresh_on;
    enum acquire_end end = token_flight_acquire(attempt, token, error);
    if (end != ACQUIRED || !store_can_keep(store))
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
        enum keyring_answer answer = token_look_up(&attempt, &token, error);
        if (answer == KEYRING_FAILED)
            return false;
        if (answer == KEYRING_FOUND && token_is_due(&token, time(NULL)) &&
            renew_now(&attempt, &token, error) != ACQUIRED)
            return false;
        if (attempt.request.home_account_id != NULL)
            break;
    }
    return store_saw_all(&tokens->store, error);
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
        enum keyring_answer answer = token_look_up(&attempt, &token, &unused);
        if (answer == KEYRING_FAILED)
            return false;
        if (answer == KEYRING_FOUND && secret_equals(token.access_token, text, length))
            return true;
    }
    return false;
}

/* Where the keyring stores nothing, the broker's cache may have the token. What is not a JWT may be
 * a password. */
static void note_refused(const struct token_request *candidate, const char *refused)
{
    struct error unused;
    auto_json json_object *claims = jwt_claims(refused, strlen(refused), &unused);
    if (claims != NULL)
        broker_memory_note_refused(candidate, refused);
}

/* Erases the token of one candidate, if there is one: whichever it is if refused is NULL. */
static bool erase_of(struct tokens *tokens, const struct token_request *candidate,
                     const char *refused, int64_t *ret_received_on, struct error *error)
{
    auto_token struct token token = { 0 };
    auto_attempt struct attempt attempt;
    attempt_begin(&attempt, tokens, candidate, false);
    enum keyring_answer answer = token_look_up(&attempt, &token, error);
    if (answer == KEYRING_NOTHING && refused != NULL)
        note_refused(candidate, refused);
    if (answer != KEYRING_FOUND)
        return answer != KEYRING_FAILED;
    const struct secret *text = token.access_token;
    if (refused != NULL && !secret_equals(text, refused, strlen(refused)))
        return true;
    broker_memory_note_refused(candidate, text->bytes);
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
    return store_saw_all(&tokens->store, error);
}

/* ---- signing in ---- */

/* A sign-in that cannot be stored is of no use. */
static bool check_can_store(const struct tokens *tokens, struct error *error)
{
    return store_check(&tokens->store, error) &&
           (store_can_keep(&tokens->store) ||
            error_set(error, ERROR_USAGE, "the keyring 'none' stores nothing"));
}

bool tokens_sign_in(struct tokens *tokens, const struct token_request *request,
                    struct tokens_result *ret_result, struct error *error)
{
    *ret_result = (struct tokens_result){ 0 };
    auto_attempt struct attempt attempt;
    attempt_begin(&attempt, tokens, request, false);

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
