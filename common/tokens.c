#define _GNU_SOURCE
#include "common/tokens.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "common/account_store.h"
#include "common/acquire/acquire.h"
#include "common/deadline.h"
#include "common/flight.h"
#include "common/grant.h"
#include "common/notice.h"
#include "common/renewal.h"
#include "common/runtime_folder.h"

/* A failure so close to the deadline comes of it. */
#define LATE_MILLISECONDS 100

/* How long the notice of a failure is up. Only those heed it who were waiting when it came. */
#define FAILURE_SECONDS 60

/* After a renewal that failed, none is started for so long. */
#define RENEWAL_PAUSE_MILLISECONDS 30000

bool tokens_open(struct tokens *tokens, const struct options *options, struct error *error)
{
    int seconds = options->timeout > 0 ? options->timeout : TOKENS_TIMEOUT_SECONDS;
    int sign_in_seconds = options->timeout > 0 ? options->timeout : GRANT_SIGN_IN_SECONDS;
    *tokens = (struct tokens){ .options = options,
                               .began = deadline_now(),
                               .deadline = deadline_in((int64_t)seconds * 1000),
                               .sign_in_deadline = deadline_in((int64_t)sign_in_seconds * 1000) };
    return token_store_open(&tokens->store, options->keyring != NULL ? options->keyring : "auto",
                            error);
}

/* ---- the authority ---- */

/* The names under which processes that want the same meet: one token (with these claims), and one
 * client of an authority, which may be throttled. */
static struct runtime_name token_name(const char *ending, const struct token_request *request)
{
    const char *const texts[] = { request->instance,
                                  request->tenant,
                                  request->client_id,
                                  request->scope,
                                  request->claims != NULL ? request->claims : "",
                                  !request->person           ? "app"
                                  : request->account != NULL ? request->account
                                                             : ACCOUNT_DEFAULT,
                                  NULL };
    return runtime_name(ending, texts);
}

static struct runtime_name flight_name(const struct token_request *request)
{
    return token_name("flight", request);
}

static struct runtime_name failure_name(const struct token_request *request)
{
    return token_name("failure", request);
}

static struct runtime_name lateness_name(const struct token_request *request)
{
    return token_name("late", request);
}

static struct runtime_name throttle_name(const struct token_request *request)
{
    const char *const texts[] = { request->instance, request->tenant, request->client_id, NULL };
    return runtime_name("throttle", texts);
}

/* Spares the others what happened to us. That our time was up is no failure of theirs, who may have
 * more of it, but renewals pause. That nobody could be asked to sign in is our own affair too: they
 * may be able to. */
static void post_failure(const struct tokens *tokens, const struct token_request *request,
                         const struct error *error)
{
    bool late = deadline_left(tokens->deadline) < LATE_MILLISECONDS;
    if (error->retry_after > 0)
        notice_post(throttle_name(request).text, error, error->retry_after);
    else if (error->kind == ERROR_REFUSED || error->kind == ERROR_NETWORK || tokens->asked)
        notice_post((late ? lateness_name(request) : failure_name(request)).text, error,
                    FAILURE_SECONDS);
}

/* Whether the authority wants to be left alone, or failed another process since that moment. */
static bool is_spared(const struct token_request *request, int64_t since, struct error *error)
{
    return notice_read(throttle_name(request).text, 0, error) ||
           notice_read(failure_name(request).text, since, error);
}

static void spread_renewal(struct token *token)
{
    uint32_t random = 0;
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
        random = (uint32_t)getpid() * 2654435761U;
    token->refresh_on = token_renewal_time(
        token->received_on, token->expires_on,
        token->refresh_on > 0 ? token->refresh_on - token->received_on : 0, random);
}

static bool acquire_for_app(struct tokens *tokens, struct token_request *request,
                            const struct acquire_module *module, struct token *token,
                            struct error *error)
{
    if (!token_store_fill_credentials(&tokens->store, request, tokens->deadline, error))
        return false;
    trace("network: asking %s for %s", request->instance, request->scope);
    return module->acquire(request, tokens->deadline, token, error);
}

/* What a person's sign-in took is not time of the keyring's, or of a request after it. */
static void give_time(struct tokens *tokens)
{
    if (deadline_left(tokens->deadline) < TOKENS_TIMEOUT_SECONDS * 1000 / 2)
        tokens->deadline = deadline_in(TOKENS_TIMEOUT_SECONDS * 1000);
}

static struct grant_wait wait_of(const struct tokens *tokens)
{
    return (struct grant_wait){ tokens->options, tokens->began, tokens->deadline,
                                tokens->sign_in_deadline };
}

static bool acquire_for_person(struct tokens *tokens, struct token_request *request,
                               const struct acquire_module *module, struct token *token,
                               struct error *error)
{
    struct grant_wait wait = wait_of(tokens);
    bool acquired =
        grant_acquire(module, &tokens->store, request, &wait, token, &tokens->asked, error);
    if (tokens->asked)
        give_time(tokens);
    return acquired;
}

static const struct acquire_module *load_module(struct error *error)
{
    return (const struct acquire_module *)(const void *)module_load(ACQUIRE_MODULE, error);
}

static bool acquire(struct tokens *tokens, struct token_request *request, struct token *token,
                    struct error *error)
{
    if (is_spared(request, tokens->began, error))
        return false;
    const struct acquire_module *module = load_module(error);
    if (module == NULL)
        return false;
    if (!(request->person ? acquire_for_person : acquire_for_app)(tokens, request, module, token,
                                                                  error)) {
        post_failure(tokens, request, error);
        return false;
    }
    spread_renewal(token);
    return true;
}

/* ---- one flight for all ---- */

/* Whether a new token is asked for, whatever the keyring has. */
static bool is_anew(const struct token_request *request)
{
    return request->force_refresh || request->challenged;
}

static bool take(struct token *token, struct token *from)
{
    token_clear(token);
    *token = *from;
    from->access_token = NULL;
    return true;
}

static enum keyring_answer find(struct tokens *tokens, struct token_request *request,
                                struct token *token, struct error *error)
{
    if (request->person && request->home_account_id == NULL) {
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
        notice_post(token_name("unkept", request).text, &tokens->store.trouble, FAILURE_SECONDS);
    return passed;
}

/* As the pilot: looks once more, since another flight may have landed just now, then asks. */
static bool fly(struct tokens *tokens, struct token_request *request, struct token *token,
                struct error *error)
{
    auto_token struct token fresh = { 0 };
    enum keyring_answer answer =
        is_anew(request) ? KEYRING_NOTHING : find(tokens, request, &fresh, error);
    if (answer == KEYRING_FAILED)
        return false;
    if (answer == KEYRING_FOUND && token_is_fresh(&fresh, time(NULL)))
        return take(token, &fresh);
    token_clear(&fresh);
    return acquire(tokens, request, &fresh, error) && keep(tokens, request, &fresh, error) &&
           take(token, &fresh);
}

/* What a passenger finds after the landing: the new token, or the pilot's failure. Neither is there
 * if the pilot was killed. */
static bool disembark(struct tokens *tokens, struct token_request *request, int64_t boarded_on,
                      struct token *token, struct error *error)
{
    auto_token struct token found = { 0 };
    enum keyring_answer answer = find(tokens, request, &found, error);
    if (answer == KEYRING_FOUND && token_is_fresh(&found, time(NULL)) &&
        (!is_anew(request) || found.received_on >= boarded_on))
        return take(token, &found);
    return answer != KEYRING_FAILED && is_spared(request, tokens->began, error);
}

/* How long a passenger waits, having waited until now: where the pilot may be asking a person whom
 * this process could ask as well, as long as for a person. Whether that is longer. */
static bool wait_longer(const struct tokens *tokens, const struct token_request *request,
                        int64_t *deadline)
{
    if (!request->person || *deadline >= tokens->sign_in_deadline || request->may_ask == NULL ||
        !request->may_ask())
        return false;
    *deadline = tokens->sign_in_deadline;
    return true;
}

static bool too_late(const struct token_request *request, struct error *error)
{
    if (request->person)
        return error_set(error, ERROR_SIGN_IN,
                         "another process is waiting for a person to sign in already");
    return error_set(error, ERROR_NETWORK,
                     "another process is asking %s for this token already, and had no answer in "
                     "time",
                     request->instance);
}

static bool fly_together(struct tokens *tokens, struct token_request *request, struct token *token,
                         struct error *error)
{
    struct runtime_name name = flight_name(request);
    int64_t deadline = tokens->deadline;
    while (token_store_keeps(&tokens->store)) {
        auto_flight struct flight flight;
        int64_t boarded_on = time(NULL);
        switch (flight_board(&flight, name.text, deadline)) {
        case FLIGHT_PILOT:
            return fly(tokens, request, token, error);
        case FLIGHT_LATE:
            if (wait_longer(tokens, request, &deadline))
                continue;
            return too_late(request, error);
        case FLIGHT_PASSENGER:
            break;
        }
        trace("another process has just asked for this token");
        if (deadline != tokens->deadline)
            give_time(tokens);
        if (disembark(tokens, request, boarded_on, token, error) || error->kind != ERROR_NONE)
            return error->kind == ERROR_NONE;
        struct error unused = { 0 };
        if (notice_read(token_name("unkept", request).text, tokens->began, &unused))
            break;
    }
    return fly(tokens, request, token, error);
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

/* Whether a renewal has failed just now, or waits to be let through. */
static bool renewal_pauses(const struct token_request *request)
{
    struct error unused = { 0 };
    int64_t since = deadline_now() - RENEWAL_PAUSE_MILLISECONDS;
    return is_spared(request, since, &unused) ||
           notice_read(lateness_name(request).text, since, &unused);
}

/* Past the time of renewal the caller is not kept waiting: it gets the token that is there, and
 * another process renews it. */
static void renew(struct tokens *tokens, struct token_request *request, struct token *token)
{
    struct error unused = { 0 };
    if (!token_is_due(token, time(NULL)) || renewal_pauses(request) ||
        flight_is_in_air(flight_name(request).text))
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
static void become_person(struct token_request *request)
{
    struct token_request *person = steal(&request->or_person);
    person->may_ask = request->may_ask;
    person->unconfigured = true;
    token_request_clear(request);
    *request = *person;
    free(person);
}

/* A person who has signed in; else the machine's own identity, if it has one; else a person who may
 * be asked to sign in. */
static bool get_for_anybody(struct tokens *tokens, struct token_request *request,
                            struct token *token, struct error *error)
{
    switch (account_store_resolve(&tokens->store, request->or_person, tokens->deadline, error)) {
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
    become_person(request);
    return get(tokens, request, token, error);
}

bool tokens_get(struct tokens *tokens, struct token_request *request, struct token *token,
                struct error *error)
{
    return (request->or_person != NULL ? get_for_anybody : get)(tokens, request, token, error);
}

/* Which of the request's two sides the token is of: where nothing says who asks, it may be the
 * machine's or a person's. NULL: neither, as far as the keyring can tell. */
static struct token_request *whose(struct tokens *tokens, struct token_request *request,
                                   const char *text, size_t length, struct error *error)
{
    struct token_request *sides[] = { request, request->or_person };
    for (size_t i = 0; i < 2 && sides[i] != NULL; i++) {
        auto_token struct token token = { 0 };
        if (find(tokens, sides[i], &token, error) == KEYRING_FOUND &&
            secret_equals(token.access_token, text, length))
            return sides[i];
    }
    return NULL;
}

bool tokens_keep(struct tokens *tokens, struct token_request *request, const char *text,
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

bool tokens_sign_in(struct tokens *tokens, struct token_request *request, struct token *token,
                    struct error *error)
{
    struct grant_wait wait = wait_of(tokens);
    const struct acquire_module *module = load_module(error);
    if (module == NULL || !grant_sign_in(module, &tokens->store, request, &wait, token, error))
        return false;
    give_time(tokens);
    spread_renewal(token);
    bool kept = request->scope == NULL ||
                token_store_keep(&tokens->store, request, token, tokens->deadline, error);
    token_store_warn(&tokens->store);
    return kept;
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
