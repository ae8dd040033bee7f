/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/tokens.h"

#include <string.h>
#include <time.h>

#include "common/base/deadline.h"
#include "common/base/single_flight.h"
#include "common/entra/claims.h"
#include "common/entra/identity_source.h"
#include "common/store/account_store.h"
#include "common/store/self_test.h"
#include "common/tokens/renewal.h"
#include "common/tokens/shared_failures.h"
#include "common/tokens/token_source.h"
#include "common/tokens/user_tokens.h"

bool tokens_open(struct tokens *ret_tokens, const struct options *options, struct error *error)
{
    int seconds = options->timeout > 0 ? options->timeout : TOKENS_TIMEOUT_SECONDS;
    int sign_in_seconds = options->timeout > 0 ? options->timeout : USER_TOKENS_SIGN_IN_SECONDS;
    *ret_tokens =
        (struct tokens){ .options = options,
                         .began = deadline_now(),
                         .deadline = deadline_in((int64_t)seconds * 1000),
                         .sign_in_deadline = deadline_in((int64_t)sign_in_seconds * 1000) };
    renewal_check_environment();
    return token_store_open(&ret_tokens->store,
                            options->keyring != NULL ? options->keyring : "auto", error);
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

/* ---- keyring lookup ---- */

/* Finds the token of the attempt's request, fresh or not. */
static enum keyring_answer look_up(struct attempt *attempt, struct token *token,
                                   struct error *error)
{
    struct token_store *store = &attempt->tokens->store;
    struct token_request *request = &attempt->request;
    if (request->for_user && request->home_account_id == NULL) {
        enum keyring_answer answer =
            account_store_resolve(store, request, attempt->deadline, error);
        if (answer != KEYRING_FOUND)
            return answer;
    }
    return token_store_find(store, request, attempt->deadline, token, error);
}

/* Looks again for a token, while others may be asking for it too: a fresh one will do, or one that
 * came at `since` (Unix seconds) or later, however short its life. If a new one is wanted, only the
 * latter will do, and only with the challenge's claims. A token that will not do, but may serve if
 * the authority cannot be reached, is left in *token. */
static enum keyring_answer look_up_again(struct attempt *attempt, int64_t since,
                                         struct token *token, struct error *error)
{
    auto_token struct token found = { 0 };
    int64_t now = time(NULL);
    enum keyring_answer answer = look_up(attempt, &found, error);
    if (answer != KEYRING_FOUND)
        return answer;
    bool is_new = found.received_on >= since && token_is_alive(&found, now);
    bool has_claims =
        !attempt->request.challenged || found.claims == claims_hash(attempt->request.claims);
    bool will_do = has_claims && (is_new || (!attempt->anew && token_is_fresh(&found, now)));
    if (will_do || !attempt->anew)
        move_token(token, &found);
    return will_do ? KEYRING_FOUND : KEYRING_NOTHING;
}

/* ---- single flight ---- */

/* The leader looks once more, since another flight may have ended just now; then it acquires the
 * token and stores it. If the token cannot be kept, followers are told not to wait for it. */
static enum acquire_end lead(struct attempt *attempt, int64_t since, struct token *token,
                             struct error *error)
{
    struct token_store *store = &attempt->tokens->store;
    auto_token struct token fresh = { 0 };
    if (!attempt->anew) {
        enum keyring_answer answer = look_up_again(attempt, since, token, error);
        if (answer != KEYRING_NOTHING)
            return answer == KEYRING_FOUND ? ACQUIRED : ACQUIRE_FAILED;
    }
    enum acquire_end end = token_source_acquire(attempt, &fresh, error);
    if (end != ACQUIRED)
        return end;
    bool kept = token_store_keep(store, &attempt->request, &fresh, attempt->deadline, error);
    if (store->trouble.message[0] != '\0')
        shared_failures_report_unkept(&attempt->request, &store->trouble);
    if (!kept)
        return ACQUIRE_FAILED;
    move_token(token, &fresh);
    return ACQUIRED;
}

static enum acquire_end fail_late(const struct token_request *request, struct error *error)
{
    bool is_machine = request->credential_count == 1 &&
                      request->credentials[0].kind == CREDENTIAL_MANAGED_IDENTITY;
    if (request->for_user)
        user_tokens_sign_in_pending(error);
    else
        error_set(error, ERROR_NETWORK,
                  "another process is asking %s for this token already, and had no answer in time",
                  is_machine ? identity_source_find()->name : request->instance);
    return ACQUIRE_FAILED;
}

/* A follower whose time is up waits on, as long as for a sign-in, if it could ask the user too: the
 * leader may be doing that. */
static bool may_wait_for_sign_in(const struct attempt *attempt, int64_t waited_until)
{
    return attempt->request.for_user && waited_until < attempt->tokens->sign_in_deadline &&
           attempt->may_ask != NULL && attempt->may_ask();
}

/* Of all processes that want the same token, one leads; the others follow, and find its token or
 * its failure, or neither if it was killed. Without a keyring to find it in, each leads. */
static enum acquire_end acquire_once(struct attempt *attempt, struct token *token,
                                     struct error *error)
{
    const struct tokens *tokens = attempt->tokens;
    struct runtime_name name = shared_name("flight", &attempt->request);
    int64_t wait_until = attempt->deadline;
    int64_t since = time(NULL);
    while (token_store_can_keep(&tokens->store)) {
        auto_single_flight struct single_flight flight;
        switch (single_flight_join(&flight, name.text, wait_until)) {
        case SINGLE_FLIGHT_LEADER:
            return lead(attempt, since, token, error);
        case SINGLE_FLIGHT_LATE:
            if (!may_wait_for_sign_in(attempt, wait_until))
                return fail_late(&attempt->request, error);
            wait_until = tokens->sign_in_deadline;
            continue;
        case SINGLE_FLIGHT_FOLLOWER:
            break;
        }
        trace("network: another process has just asked for this token");
        if (wait_until != attempt->deadline)
            token_source_extend_deadline(attempt);
        enum keyring_answer answer = look_up_again(attempt, since, token, error);
        if (answer == KEYRING_FOUND)
            return ACQUIRED;
        if (answer == KEYRING_FAILED ||
            shared_failures_found(&attempt->request, tokens->began, error))
            return ACQUIRE_FAILED;
        if (shared_failures_is_unkept(&attempt->request, tokens->began))
            break;
        if (deadline_left(wait_until) == 0)
            return fail_late(&attempt->request, error);
    }
    return lead(attempt, since, token, error);
}

/* ---- renewal ---- */

/* No user is asked to sign in while the token is good. */
static enum acquire_end renew_now(struct attempt *attempt, struct token *token, struct error *error)
{
    attempt->anew = true;
    attempt->may_ask = NULL;
    return acquire_once(attempt, token, error);
}

/* A token whose time of renewal has come is renewed by another process, so the caller does not
 * wait; or here, within a second. */
static void renew_if_due(struct attempt *attempt, struct token *token)
{
    struct tokens *tokens = attempt->tokens;
    const struct token_request *request = &attempt->request;
    struct error unused = { 0 };
    if (!token_is_due(token, time(NULL)) || shared_failures_pause_renewal(request) ||
        single_flight_is_running(shared_name("flight", request).text))
        return;
    if (!renewal_is_inline(request)) {
        renewal_start(tokens->options, request);
        return;
    }
    auto_attempt struct attempt renewal;
    attempt_begin(&renewal, tokens, attempt->asked);
    if (deadline_left(renewal.deadline) > RENEWAL_INLINE_MILLISECONDS)
        renewal.deadline = deadline_in(RENEWAL_INLINE_MILLISECONDS);
    renew_now(&renewal, token, &unused);
}

/* The token that tokens_get gives is renewed. So a user who has signed in, the last candidate, goes
 * first, and alone: the machine may have an older token in the keyring and no identity any more. */
bool tokens_renew(struct tokens *tokens, const struct token_candidates *candidates,
                  struct error *error)
{
    for (size_t i = candidates->count; i-- > 0;) {
        auto_attempt struct attempt attempt;
        attempt_begin(&attempt, tokens, &candidates->items[i]);
        auto_token struct token token = { 0 };
        enum keyring_answer answer = look_up(&attempt, &token, error);
        if (answer == KEYRING_FAILED)
            return false;
        if (answer == KEYRING_FOUND && token_is_due(&token, time(NULL)) &&
            renew_now(&attempt, &token, error) != ACQUIRED)
            return false;
        if (attempt.request.home_account_id != NULL)
            break;
    }
    return true;
}

/* ---- the way to a token ---- */

/* A token past its margin serves if the authority cannot be reached, or throttles. */
static bool serve_old_token(const struct attempt *attempt, const struct token *token,
                            struct error *error)
{
    int64_t now = time(NULL);
    bool passing = error->kind == ERROR_NETWORK || error->retry_after > 0;
    if (!passing || attempt->anew || token->access_token == NULL || !token_is_alive(token, now))
        return false;
    warning("the token ends in %lld seconds and could not be renewed: %s",
            (long long)(token->expires_on - now), error->message);
    *error = (struct error){ 0 };
    return true;
}

static enum acquire_end get_token(struct attempt *attempt, struct token *token, struct error *error)
{
    enum keyring_answer answer = attempt->anew ? KEYRING_NOTHING : look_up(attempt, token, error);
    if (answer == KEYRING_FAILED)
        return ACQUIRE_FAILED;
    if (answer == KEYRING_FOUND && token_is_fresh(token, time(NULL))) {
        trace("keyring: %s has the token", attempt->tokens->store.keyring->name);
        renew_if_due(attempt, token);
        return ACQUIRED;
    }
    enum acquire_end end = acquire_once(attempt, token, error);
    if (end != ACQUIRED && !serve_old_token(attempt, token, error))
        return end;
    token_store_warn(&attempt->tokens->store);
    return ACQUIRED;
}

static enum acquire_end get_result(struct attempt *attempt, bool anew, struct tokens_result *result,
                                   struct error *error)
{
    attempt->anew = attempt->anew || anew;
    enum acquire_end end = get_token(attempt, &result->token, error);
    if (end != ACQUIRED) {
        tokens_result_clear(result);
        return end;
    }
    result->request = attempt->asked;
    result->username = steal(&attempt->request.username);
    return ACQUIRED;
}

/* Of several candidates, a user who has signed in goes first. *found: there is one, and whether
 * there is a token is the return value. */
static bool get_for_signed_in(struct tokens *tokens, const struct token_candidates *candidates,
                              bool anew, bool *found, struct tokens_result *result,
                              struct error *error)
{
    *found = false;
    for (size_t i = 0; i < candidates->count; i++) {
        auto_attempt struct attempt attempt;
        attempt_begin(&attempt, tokens, &candidates->items[i]);
        enum keyring_answer answer = KEYRING_NOTHING;
        if (attempt.request.for_user)
            answer =
                account_store_resolve(&tokens->store, &attempt.request, attempt.deadline, error);
        if (answer == KEYRING_NOTHING)
            continue;
        *found = true;
        return answer == KEYRING_FOUND && get_result(&attempt, anew, result, error) == ACQUIRED;
    }
    return false;
}

static bool get_for_any(struct tokens *tokens, const struct token_candidates *candidates, bool anew,
                        struct tokens_result *result, struct error *error)
{
    bool found = false;
    *result = (struct tokens_result){ 0 };
    if (candidates->count > 1) {
        bool got = get_for_signed_in(tokens, candidates, anew, &found, result, error);
        if (found)
            return got;
    }
    for (size_t i = 0; i < candidates->count; i++) {
        auto_attempt struct attempt attempt;
        attempt_begin(&attempt, tokens, &candidates->items[i]);
        enum acquire_end end = get_result(&attempt, anew, result, error);
        if (end != ACQUIRE_NO_IDENTITY || i + 1 == candidates->count)
            return end == ACQUIRED;
        trace("network: %s", error->message);
        *error = (struct error){ 0 };
    }
    return false;
}

bool tokens_get(struct tokens *tokens, const struct token_candidates *candidates,
                struct tokens_result *ret_result, struct error *error)
{
    return get_for_any(tokens, candidates, false, ret_result, error);
}

bool tokens_get_new(struct tokens *tokens, const struct token_candidates *candidates,
                    struct tokens_result *ret_result, struct error *error)
{
    return get_for_any(tokens, candidates, true, ret_result, error);
}

/* ---- a token that is known ---- */

/* Finds the candidate whose token in the keyring is this one. False if there is none, or, with an
 * error, if the keyring fails. The caller clears *ret_attempt if there is. */
static bool find_owner(struct tokens *tokens, const struct token_candidates *candidates,
                       const char *text, size_t length, struct attempt *ret_attempt,
                       struct error *error)
{
    for (size_t i = 0; i < candidates->count; i++) {
        auto_attempt struct attempt attempt;
        attempt_begin(&attempt, tokens, &candidates->items[i]);
        auto_token struct token token = { 0 };
        enum keyring_answer answer = look_up(&attempt, &token, error);
        if (answer == KEYRING_FAILED)
            return false;
        if (answer == KEYRING_FOUND && secret_equals(token.access_token, text, length)) {
            *ret_attempt = attempt;
            attempt = (struct attempt){ 0 };
            return true;
        }
    }
    return false;
}

bool tokens_has(struct tokens *tokens, const struct token_candidates *candidates, const char *text,
                size_t length)
{
    struct error unused = { 0 };
    auto_attempt struct attempt owner = { 0 };
    return find_owner(tokens, candidates, text, length, &owner, &unused);
}

bool tokens_erase(struct tokens *tokens, const struct token_candidates *candidates,
                  const char *refused, size_t length, struct error *error)
{
    auto_attempt struct attempt owner = { 0 };
    if (!find_owner(tokens, candidates, refused, length, &owner, error))
        return error->kind == ERROR_NONE;
    return token_store_erase(&tokens->store, &owner.request, refused, length, owner.deadline,
                             error);
}

/* ---- signing in ---- */

/* A sign-in that is not kept was in vain. */
static bool check_keeps(const struct tokens *tokens, struct error *error)
{
    if (token_store_can_keep(&tokens->store))
        return true;
    if (tokens->store.trouble.message[0] == '\0')
        return error_set(error, ERROR_USAGE, "the keyring 'none' keeps nothing");
    *error = tokens->store.trouble;
    error->kind = ERROR_KEYRING;
    return false;
}

bool tokens_sign_in(struct tokens *tokens, const struct token_request *request,
                    struct tokens_result *ret_result, struct error *error)
{
    *ret_result = (struct tokens_result){ 0 };
    auto_attempt struct attempt attempt;
    attempt_begin(&attempt, tokens, request);

    /* Before the user is put through a sign-in: whether the keyring works, and which account is
     * meant by the name that was given, if any. */
    auto_attempt struct attempt lookup;
    attempt_begin(&lookup, tokens, request);
    if (account_store_resolve(&tokens->store, &lookup.request, lookup.deadline, error) ==
        KEYRING_FAILED)
        return false;
    if (request->account != NULL) {
        attempt.request.home_account_id = steal(&lookup.request.home_account_id);
        attempt.request.username = steal(&lookup.request.username);
    }
    if (!check_keeps(tokens, error) || !self_test_run(&tokens->store, tokens->deadline, error))
        return false;

    if (!token_source_sign_in(&attempt, &ret_result->token, error) ||
        (request->scope != NULL &&
         !token_store_keep(&tokens->store, &attempt.request, &ret_result->token, attempt.deadline,
                           error)) ||
        !check_keeps(tokens, error))
        return false;
    ret_result->request = request;
    ret_result->username = steal(&attempt.request.username);
    return true;
}
