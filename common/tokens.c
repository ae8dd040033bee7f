#define _GNU_SOURCE
#include "common/tokens.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "common/acquire/acquire.h"
#include "common/deadline.h"
#include "common/flight.h"
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
    *tokens = (struct tokens){ .options = options,
                               .began = deadline_now(),
                               .deadline = deadline_in((int64_t)seconds * 1000) };
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
 * more of it, but renewals pause. */
static void post_failure(const struct tokens *tokens, const struct token_request *request,
                         const struct error *error)
{
    bool late = deadline_left(tokens->deadline) < LATE_MILLISECONDS;
    if (error->retry_after > 0)
        notice_post(throttle_name(request).text, error, error->retry_after);
    else if (error->kind == ERROR_REFUSED || error->kind == ERROR_NETWORK)
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

static bool acquire(struct tokens *tokens, struct token_request *request, struct token *token,
                    struct error *error)
{
    if (is_spared(request, tokens->began, error))
        return false;
    const struct acquire_module *module =
        (const struct acquire_module *)(const void *)module_load(ACQUIRE_MODULE, error);
    if (module == NULL ||
        !token_store_fill_credentials(&tokens->store, request, tokens->deadline, error))
        return false;
    trace("network: asking %s for %s", request->instance, request->scope);
    if (!module->acquire(request, tokens->deadline, token, error)) {
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

static enum keyring_answer find(struct tokens *tokens, const struct token_request *request,
                                struct token *token, struct error *error)
{
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

static bool fly_together(struct tokens *tokens, struct token_request *request, struct token *token,
                         struct error *error)
{
    struct runtime_name name = flight_name(request);
    while (token_store_keeps(&tokens->store)) {
        auto_flight struct flight flight;
        int64_t boarded_on = time(NULL);
        switch (flight_board(&flight, name.text, tokens->deadline)) {
        case FLIGHT_PILOT:
            return fly(tokens, request, token, error);
        case FLIGHT_LATE:
            return error_set(error, ERROR_NETWORK,
                             "another process is asking %s for this token already, and had no "
                             "answer in time",
                             request->instance);
        case FLIGHT_PASSENGER:
            break;
        }
        trace("network: another process has just asked for this token");
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

static bool renew_inline(struct tokens *tokens, struct token_request *request, struct token *token,
                         struct error *error)
{
    request->force_refresh = true;
    bool renewed = fly_together(tokens, request, token, error);
    request->force_refresh = false;
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
    if (renewal_is_inline()) {
        int64_t deadline = tokens->deadline;
        if (deadline_left(deadline) > RENEWAL_INLINE_MILLISECONDS)
            tokens->deadline = deadline_in(RENEWAL_INLINE_MILLISECONDS);
        renew_inline(tokens, request, token, &unused);
        tokens->deadline = deadline;
    } else {
        renewal_start(tokens->options, request);
    }
}

bool tokens_get(struct tokens *tokens, struct token_request *request, struct token *token,
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
