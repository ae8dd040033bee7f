/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/tokens.h"

#include <string.h>
#include <time.h>

#include "common/base/deadline.h"
#include "common/entra/claims.h"
#include "common/entra/identity_source.h"
#include "common/store/account_store.h"
#include "common/store/self_test.h"
#include "common/tokens/renewal.h"
#include "common/tokens/shared_failures.h"
#include "common/tokens/single_flight.h"
#include "common/tokens/token_source.h"
#include "common/tokens/user_tokens.h"

bool tokens_open(struct tokens *tokens, const struct options *options, struct error *error)
{
    int seconds = options->timeout > 0 ? options->timeout : TOKENS_TIMEOUT_SECONDS;
    int sign_in_seconds = options->timeout > 0 ? options->timeout : USER_TOKENS_SIGN_IN_SECONDS;
    *tokens = (struct tokens){ .options = options,
                               .began = deadline_now(),
                               .deadline = deadline_in((int64_t)seconds * 1000),
                               .sign_in_deadline = deadline_in((int64_t)sign_in_seconds * 1000) };
    renewal_check_environment();
    return token_store_open(&tokens->store, options->keyring != NULL ? options->keyring : "auto",
                            error);
}

/* ---- one flight for all ---- */

/* Whether a new token is asked for, whatever the keyring has. */
static bool is_anew(const struct token_request *request)
{
    return request->force_refresh || request->challenged;
}

static bool move_token(struct token *token, struct token *from)
{
    token_clear(token);
    *token = *from;
    from->access_token = NULL;
    return true;
}

static enum keyring_answer find(struct tokens *tokens, struct token_request *request,
                                struct token *token, struct error *error)
{
    if (request->for_user && request->home_account_id == NULL) {
        enum keyring_answer answer =
            account_store_resolve(&tokens->store, request, tokens->deadline, error);
        if (answer != KEYRING_FOUND)
            return answer;
    }
    return token_store_find(&tokens->store, request, tokens->deadline, token, error);
}

/* Keeps the new token. Where that fails, passengers need not wait for one another. */
static bool keep(struct tokens *tokens, const struct token_request *request,
                 const struct token *token, struct error *error)
{
    bool passed = token_store_keep(&tokens->store, request, token, tokens->deadline, error);
    if (tokens->store.trouble.message[0] != '\0')
        shared_failures_report_unkept(request, &tokens->store.trouble);
    return passed;
}

/* Whether a token of the keyring will do: a fresh one, or one that came since that moment, however
 * short its life. Whoever wants a new one takes only such, and no other's claims for their own. */
static bool will_do(const struct token_request *request, const struct token *token, int64_t since)
{
    int64_t now = time(NULL);
    bool is_new = token->received_on >= since && token_is_alive(token, now);
    if (request->challenged && token->claims != claims_hash(request->claims))
        return false;
    return is_new || (!is_anew(request) && token_is_fresh(token, now));
}

/* Looks for what came since that moment. What will not do is left in *token, to make do with,
 * unless a new one is wanted. */
static enum keyring_answer find_again(struct tokens *tokens, struct token_request *request,
                                      int64_t since, struct token *token, struct error *error)
{
    auto_token struct token found = { 0 };
    enum keyring_answer answer = find(tokens, request, &found, error);
    if (answer != KEYRING_FOUND)
        return answer;
    bool does = will_do(request, &found, since);
    if (does || !is_anew(request))
        move_token(token, &found);
    return does ? KEYRING_FOUND : KEYRING_NOTHING;
}

/* As the pilot: looks once more, since another flight may have landed just now, then asks. */
static bool fly(struct tokens *tokens, struct token_request *request, int64_t since,
                struct token *token, struct error *error)
{
    auto_token struct token fresh = { 0 };
    enum keyring_answer answer =
        is_anew(request) ? KEYRING_NOTHING : find_again(tokens, request, since, token, error);
    if (answer != KEYRING_NOTHING)
        return answer == KEYRING_FOUND;
    return token_source_acquire(tokens, request, &fresh, error) &&
           keep(tokens, request, &fresh, error) && move_token(token, &fresh);
}

/* What a passenger finds after the landing: the new token, or the pilot's failure. Neither is there
 * if the pilot was killed. */
static bool disembark(struct tokens *tokens, struct token_request *request, int64_t since,
                      struct token *token, struct error *error)
{
    enum keyring_answer answer = find_again(tokens, request, since, token, error);
    return answer == KEYRING_FOUND ||
           (answer == KEYRING_NOTHING && shared_failures_found(request, tokens->began, error));
}

/* How long a passenger waits, having waited until now: where the pilot may be asking a person whom
 * this process could ask as well, as long as for a person. Whether that is longer. */
static bool wait_longer(const struct tokens *tokens, const struct token_request *request,
                        int64_t *deadline)
{
    if (!request->for_user || *deadline >= tokens->sign_in_deadline || request->may_ask == NULL ||
        !request->may_ask())
        return false;
    *deadline = tokens->sign_in_deadline;
    return true;
}

static bool too_late(const struct token_request *request, struct error *error)
{
    if (request->for_user)
        return user_tokens_sign_in_pending(error);
    return error_set(error, ERROR_NETWORK,
                     "another process is asking %s for this token already, and had no answer in "
                     "time",
                     request->credential_count == 1 &&
                             request->credentials[0].kind == CREDENTIAL_MANAGED_IDENTITY
                         ? identity_source_find()->name
                         : request->instance);
}

static bool fly_together(struct tokens *tokens, struct token_request *request, struct token *token,
                         struct error *error)
{
    struct runtime_name name = shared_name("flight", request);
    int64_t deadline = tokens->deadline;
    int64_t since = time(NULL);
    while (token_store_can_keep(&tokens->store)) {
        auto_single_flight struct single_flight flight;
        switch (single_flight_join(&flight, name.text, deadline)) {
        case SINGLE_FLIGHT_LEADER:
            return fly(tokens, request, since, token, error);
        case SINGLE_FLIGHT_LATE:
            if (wait_longer(tokens, request, &deadline))
                continue;
            return too_late(request, error);
        case SINGLE_FLIGHT_FOLLOWER:
            break;
        }
        trace("network: another process has just asked for this token");
        if (deadline != tokens->deadline)
            token_source_extend_deadline(tokens);
        if (disembark(tokens, request, since, token, error) || error->kind != ERROR_NONE)
            return error->kind == ERROR_NONE;
        if (shared_failures_is_unkept(request, tokens->began))
            break;
        if (deadline_left(deadline) == 0)
            return too_late(request, error);
    }
    return fly(tokens, request, since, token, error);
}

/* ---- the way to a token ---- */

/* A token past its margin serves where the authority cannot be reached, or throttles. */
static bool make_do(const struct token_request *request, const struct token *token,
                    struct error *error)
{
    int64_t now = time(NULL);
    bool passing = error->kind == ERROR_NETWORK || error->retry_after > 0;
    if (!passing || is_anew(request) || token->access_token == NULL || !token_is_alive(token, now))
        return false;
    warning("the token ends in %lld seconds and could not be renewed: %s",
            (long long)(token->expires_on - now), error->message);
    *error = (struct error){ 0 };
    return true;
}

/* Nobody is asked to sign in while the token is good. */
static bool renew_inline(struct tokens *tokens, struct token_request *request, struct token *token,
                         struct error *error)
{
    bool (*may_ask)(void) = request->may_ask;
    request->may_ask = NULL;
    request->force_refresh = true;
    bool renewed = fly_together(tokens, request, token, error);
    request->force_refresh = false;
    request->may_ask = may_ask;
    return renewed;
}

/* Past the time of renewal the caller is not kept waiting: it gets the token that is there, and
 * another process renews it. */
static void renew(struct tokens *tokens, struct token_request *request, struct token *token)
{
    struct error unused = { 0 };
    if (!token_is_due(token, time(NULL)) || shared_failures_pause_renewal(request) ||
        single_flight_is_running(shared_name("flight", request).text))
        return;
    if (renewal_is_inline(tokens->options)) {
        int64_t deadline = tokens->deadline;
        if (deadline_left(deadline) > RENEWAL_INLINE_MILLISECONDS)
            tokens->deadline = deadline_in(RENEWAL_INLINE_MILLISECONDS);
        renew_inline(tokens, request, token, &unused);
        tokens->deadline = deadline;
    } else {
        renewal_start(tokens->options, request);
    }
}

static bool get(struct tokens *tokens, struct token_request *request, struct token *token,
                struct error *error)
{
    enum keyring_answer answer =
        is_anew(request) ? KEYRING_NOTHING : find(tokens, request, token, error);
    if (answer == KEYRING_FAILED)
        return false;
    if (answer == KEYRING_FOUND && token_is_fresh(token, time(NULL))) {
        trace("keyring: %s has the token", tokens->store.keyring->name);
        renew(tokens, request, token);
        return true;
    }
    if (fly_together(tokens, request, token, error) || make_do(request, token, error)) {
        token_store_warn(&tokens->store);
        return true;
    }
    token_clear(token);
    return false;
}

/* Where nothing says who asks, it becomes the person's request. */
static void become_user(struct token_request *request)
{
    request->or_user->may_ask = request->may_ask;
    request->or_user->unconfigured = true;
    token_request_become_user(request);
}

/* A person who has signed in; else the machine's own identity, if it has one; else a person who may
 * be asked to sign in. */
static bool get_for_anybody(struct tokens *tokens, struct token_request *request,
                            struct token *token, struct error *error)
{
    switch (account_store_resolve(&tokens->store, request->or_user, tokens->deadline, error)) {
    case KEYRING_FAILED:
        return false;
    case KEYRING_FOUND:
        break;
    default:
        if (get(tokens, request, token, error) || error->kind != ERROR_SIGN_IN)
            return error->kind == ERROR_NONE;
        trace("%s", error->message);
        *error = (struct error){ 0 };
    }
    become_user(request);
    return get(tokens, request, token, error);
}

bool tokens_get(struct tokens *tokens, struct token_request *request, struct token *token,
                struct error *error)
{
    return (request->or_user != NULL ? get_for_anybody : get)(tokens, request, token, error);
}

/* Which of the request's two sides the token is of: where nothing says who asks, it may be the
 * machine's or a person's. NULL: neither, as far as the keyring can tell. */
static struct token_request *whose(struct tokens *tokens, struct token_request *request,
                                   const char *text, size_t length, struct error *error)
{
    struct token_request *sides[] = { request, request->or_user };
    for (size_t i = 0; i < 2 && sides[i] != NULL; i++) {
        auto_token struct token token = { 0 };
        if (find(tokens, sides[i], &token, error) == KEYRING_FOUND &&
            secret_equals(token.access_token, text, length))
            return sides[i];
    }
    return NULL;
}

bool tokens_has(struct tokens *tokens, struct token_request *request, const char *text,
                size_t length)
{
    struct error unused = { 0 };
    return whose(tokens, request, text, length, &unused) != NULL;
}

bool tokens_erase(struct tokens *tokens, struct token_request *request, const char *refused,
                  size_t length, struct error *error)
{
    struct token_request *side = whose(tokens, request, refused, length, error);
    if (side == NULL)
        return error->kind == ERROR_NONE;
    return token_store_erase(&tokens->store, side, refused, length, tokens->deadline, error);
}

/* A sign-in that is not kept was for nothing. */
static bool is_kept(const struct tokens *tokens, struct error *error)
{
    if (token_store_can_keep(&tokens->store))
        return true;
    if (tokens->store.trouble.message[0] == '\0')
        return error_set(error, ERROR_USAGE, "the keyring 'none' keeps nothing");
    *error = tokens->store.trouble;
    error->kind = ERROR_KEYRING;
    return false;
}

/* Before a person is put through a sign-in: whether the keyring works, and who the account is that
 * is named, whatever their name is by now. Without a name it is whoever signs in. */
static bool look_first(struct tokens *tokens, struct token_request *request, struct error *error)
{
    if (account_store_resolve(&tokens->store, request, tokens->deadline, error) == KEYRING_FAILED)
        return false;
    if (request->account == NULL)
        token_request_forget_account(request);
    return is_kept(tokens, error) && self_test_run(&tokens->store, tokens->deadline, error);
}

bool tokens_sign_in(struct tokens *tokens, struct token_request *request, struct token *token,
                    struct error *error)
{
    return look_first(tokens, request, error) &&
           token_source_sign_in(tokens, request, token, error) &&
           (request->scope == NULL ||
            token_store_keep(&tokens->store, request, token, tokens->deadline, error)) &&
           is_kept(tokens, error);
}

bool tokens_renew(struct tokens *tokens, struct token_request *request, struct error *error)
{
    auto_token struct token token = { 0 };
    switch (find(tokens, request, &token, error)) {
    case KEYRING_FOUND:
        return !token_is_due(&token, time(NULL)) || renew_inline(tokens, request, &token, error);
    case KEYRING_FAILED:
        return false;
    default:
        return true;
    }
}
