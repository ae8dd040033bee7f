#define _GNU_SOURCE
#include "common/tokens.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "common/acquire/acquire.h"
#include "common/deadline.h"
#include "common/flight.h"
#include "common/notice.h"
#include "common/renewal.h"
#include "common/runtime_folder.h"

bool tokens_open(struct tokens *tokens, const struct options *options, struct error *error)
{
    int seconds = options->timeout > 0 ? options->timeout : TOKENS_TIMEOUT_SECONDS;
    const char *name = options->keyring != NULL ? options->keyring : "auto";
    *tokens = (struct tokens){ .options = options,
                               .began = deadline_now(),
                               .named = strcmp(name, "auto") != 0,
                               .deadline = deadline_in((int64_t)seconds * 1000) };
    tokens->keyring = keyring_open(name, &tokens->trouble, error);
    return tokens->keyring != NULL;
}

/* How long the notice of a failure is up. Only those heed it who were waiting when it came. */
#define FAILURE_SECONDS 60

/* After a renewal that failed, none is started for so long. */
#define RENEWAL_PAUSE_MILLISECONDS 30000

/* The keyring may take half of the time, so that one that hangs leaves some for the authority. */
static int64_t keyring_deadline(const struct tokens *tokens)
{
    return deadline_in(deadline_left(tokens->deadline) / 2);
}

static struct keyring_key key_of(const struct token_request *request)
{
    return (struct keyring_key){ {
        { TOKENS_KIND, "access_token" },
        { TOKENS_AUTHORITY, request->instance },
        { TOKENS_TENANT, request->tenant },
        { TOKENS_CLIENT_ID, request->client_id },
        { TOKENS_ACCOUNT, "app" },
        { TOKENS_SCOPE, request->scope },
    } };
}

static struct keyring_key key_of_secret(const struct token_request *request)
{
    return (struct keyring_key){ {
        { TOKENS_KIND, "client_secret" },
        { TOKENS_AUTHORITY, request->instance },
        { TOKENS_TENANT, request->tenant },
        { TOKENS_CLIENT_ID, request->client_id },
    } };
}

/* ---- the keyring ---- */

static bool is_troubled(const struct tokens *tokens)
{
    return tokens->trouble.message[0] != '\0';
}

/* Goes on without the keyring, unless it must work. */
static bool keyring_failed(struct tokens *tokens, const struct error *why, struct error *error)
{
    if (tokens->named) {
        *error = *why;
        return false;
    }
    tokens->trouble = *why;
    return true;
}

/* Takes the next best keyring where this one is not here at all. Whether there is one. */
static bool use_next_best(struct tokens *tokens)
{
    const struct keyring *next = tokens->named ? NULL : keyring_next_best(tokens->keyring);
    if (next != NULL)
        tokens->keyring = next;
    return next != NULL;
}

/* The record under a key. KEYRING_FAILED with an error only where the keyring must work. */
static enum keyring_answer look_up(struct tokens *tokens, const struct keyring_key *key,
                                   struct secret **record, struct error *error)
{
    struct error why = { 0 };
    enum keyring_answer answer;
    if (is_troubled(tokens))
        return KEYRING_NOTHING;
    do
        answer = tokens->keyring->lookup(key, keyring_deadline(tokens), record, &why);
    while (answer == KEYRING_ABSENT && use_next_best(tokens));
    if (answer == KEYRING_FOUND || answer == KEYRING_NOTHING)
        return answer;
    return keyring_failed(tokens, &why, error) ? KEYRING_NOTHING : KEYRING_FAILED;
}

/* What the keyring has for this key, fresh or not. */
static enum keyring_answer find(struct tokens *tokens, const struct keyring_key *key,
                                struct token *token, struct error *error)
{
    auto_secret struct secret *record = NULL;
    struct error why = { 0 };
    token_clear(token);
    enum keyring_answer answer = look_up(tokens, key, &record, error);
    if (answer == KEYRING_NOTHING)
        trace("the keyring (%s) has no such token", tokens->keyring->name);
    if (answer != KEYRING_FOUND)
        return answer;
    if (token_from_json(record->bytes, record->length, token, &why))
        return KEYRING_FOUND;
    trace("the keyring's item is not used: %s", why.message);
    return KEYRING_NOTHING;
}

static char *label_of(const struct token_request *request)
{
    char *label = NULL;
    if (asprintf(&label, "Microsoft Entra token for %s (app %s, tenant %s)",
                 request->api != NULL ? request->api : request->scope, request->client_id,
                 request->tenant) < 0)
        return NULL;
    return label;
}

/* False only where the keyring must work. */
static bool keep(struct tokens *tokens, const struct token_request *request,
                 const struct token *token, struct error *error)
{
    if (is_troubled(tokens))
        return true;
    struct keyring_key key = key_of(request);
    autofree char *label = label_of(request);
    auto_secret struct secret *record = token_to_json(token);
    struct error why = { 0 };
    if (label == NULL || record == NULL)
        return error_no_memory(error);
    if (tokens->keyring->store(&key, label, record, token->expires_on, tokens->deadline, &why))
        return true;
    return keyring_failed(tokens, &why, error);
}

/* Once is enough, however many tokens are asked for. */
static void warn_of_trouble(struct tokens *tokens)
{
    if (!is_troubled(tokens) || tokens->warned)
        return;
    tokens->warned = true;
    warning("the token could not be kept for the next time: %s%s%s", tokens->trouble.message,
            tokens->trouble.hint[0] ? ". " : "", tokens->trouble.hint);
}

/* Fills in what rests in the keyring; where it has nothing, the credential is left as it is, and
 * cannot be loaded. */
static bool fill_from_keyring(struct tokens *tokens, struct token_request *request,
                              struct credential *credential, struct error *error)
{
    struct keyring_key key = key_of_secret(request);
    enum keyring_answer answer = look_up(tokens, &key, &credential->secret, error);
    if (is_troubled(tokens))
        return error_set(error, ERROR_KEYRING, "%s", tokens->trouble.message);
    if (answer != KEYRING_FOUND)
        return answer == KEYRING_NOTHING;
    if (strlen(credential->secret->bytes) == credential->secret->length)
        credential->kind = CREDENTIAL_CLIENT_SECRET;
    return true;
}

static bool fill_all_from_keyring(struct tokens *tokens, struct token_request *request,
                                  struct error *error)
{
    for (size_t i = 0; i < request->credential_count; i++)
        if (request->credentials[i].kind == CREDENTIAL_KEYRING &&
            !fill_from_keyring(tokens, request, &request->credentials[i], error))
            return false;
    return true;
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

static struct runtime_name throttle_name(const struct token_request *request)
{
    const char *const texts[] = { request->instance, request->tenant, request->client_id, NULL };
    return runtime_name("throttle", texts);
}

/* Spares the others what happened to us. */
static void post_failure(const struct token_request *request, const struct error *error)
{
    if (error->retry_after > 0)
        notice_post(throttle_name(request).text, error, error->retry_after);
    else if (error->kind == ERROR_REFUSED || error->kind == ERROR_NETWORK)
        notice_post(failure_name(request).text, error, FAILURE_SECONDS);
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
    if (module == NULL || !fill_all_from_keyring(tokens, request, error))
        return false;
    trace("asking %s for %s", request->instance, request->scope);
    if (!module->acquire(request, tokens->deadline, token, error)) {
        post_failure(request, error);
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

/* As the pilot: looks once more, since another flight may have landed just now, then asks. */
static bool fly(struct tokens *tokens, struct token_request *request, struct token *token,
                struct error *error)
{
    struct keyring_key key = key_of(request);
    auto_token struct token fresh = { 0 };
    enum keyring_answer answer =
        is_anew(request) ? KEYRING_NOTHING : find(tokens, &key, &fresh, error);
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
    struct keyring_key key = key_of(request);
    auto_token struct token found = { 0 };
    enum keyring_answer answer = find(tokens, &key, &found, error);
    if (answer == KEYRING_FOUND && token_is_fresh(&found, time(NULL)) &&
        (!is_anew(request) || found.received_on >= boarded_on))
        return take(token, &found);
    return answer != KEYRING_FAILED && is_spared(request, tokens->began, error);
}

static bool keeps_nothing(const struct tokens *tokens)
{
    return is_troubled(tokens) || strcmp(tokens->keyring->name, "none") == 0;
}

static bool fly_together(struct tokens *tokens, struct token_request *request, struct token *token,
                         struct error *error)
{
    struct runtime_name name = flight_name(request);
    while (!keeps_nothing(tokens)) {
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
        trace("another process has just asked for this token");
        if (disembark(tokens, request, boarded_on, token, error) || error->kind != ERROR_NONE)
            return error->kind == ERROR_NONE;
    }
    return fly(tokens, request, token, error);
}

/* ---- the way to a token ---- */

/* A token past its margin serves where the authority cannot be reached. */
static bool make_do(const struct token_request *request, const struct token *token,
                    struct error *error)
{
    int64_t now = time(NULL);
    if (error->kind != ERROR_NETWORK || is_anew(request) || token->access_token == NULL ||
        !token_is_alive(token, now))
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
    return fly_together(tokens, request, token, error);
}

/* Past the time of renewal the caller is not kept waiting: it gets the token that is there, and
 * another process renews it. */
static void renew(struct tokens *tokens, struct token_request *request, struct token *token)
{
    struct error unused = { 0 };
    if (!token_is_due(token, time(NULL)) ||
        is_spared(request, deadline_now() - RENEWAL_PAUSE_MILLISECONDS, &unused) ||
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
    struct keyring_key key = key_of(request);
    enum keyring_answer answer =
        is_anew(request) ? KEYRING_NOTHING : find(tokens, &key, token, error);
    if (answer == KEYRING_FAILED)
        return false;
    if (answer == KEYRING_FOUND && token_is_fresh(token, time(NULL))) {
        trace("the keyring (%s) has the token", tokens->keyring->name);
        renew(tokens, request, token);
        return true;
    }
    if (fly_together(tokens, request, token, error) || make_do(request, token, error)) {
        warn_of_trouble(tokens);
        return true;
    }
    token_clear(token);
    return false;
}

bool tokens_renew(struct tokens *tokens, struct token_request *request, struct error *error)
{
    struct keyring_key key = key_of(request);
    auto_token struct token token = { 0 };
    switch (find(tokens, &key, &token, error)) {
    case KEYRING_FOUND:
        return !token_is_due(&token, time(NULL)) || renew_inline(tokens, request, &token, error);
    case KEYRING_FAILED:
        return false;
    default:
        return true;
    }
}

bool tokens_erase(struct tokens *tokens, const struct token_request *request, const char *refused,
                  size_t length, struct error *error)
{
    struct keyring_key key = key_of(request);
    auto_token struct token token = { 0 };
    enum keyring_answer answer = find(tokens, &key, &token, error);
    if (answer != KEYRING_FOUND)
        return answer == KEYRING_NOTHING;
    if (!secret_equals(token.access_token, refused, length)) {
        trace("the keyring has another token than the one refused; it stays");
        return true;
    }
    trace("the keyring's token was refused; it goes");
    return tokens->keyring->erase(&key, tokens->deadline, error);
}

bool tokens_keep_secret(struct tokens *tokens, const struct token_request *request,
                        const struct secret *secret, struct error *error)
{
    struct keyring_key key = key_of_secret(request);
    autofree char *label = NULL;
    if (tokens->trouble.message[0] != '\0') {
        *error = tokens->trouble;
        return false;
    }
    if (strcmp(tokens->keyring->name, "none") == 0)
        return error_set(error, ERROR_USAGE, "the keyring 'none' keeps nothing");
    if (secret == NULL)
        return tokens->keyring->erase(&key, tokens->deadline, error);
    if (asprintf(&label, "Microsoft Entra client secret of app %s (tenant %s)", request->client_id,
                 request->tenant) < 0) {
        label = NULL;
        return error_no_memory(error);
    }
    return tokens->keyring->store(&key, label, secret, 0, tokens->deadline, error);
}

bool tokens_list(struct tokens *tokens, struct keyring_list *list, struct error *error)
{
    struct keyring_key every = { { { TOKENS_KIND, "access_token" } } };
    if (tokens->trouble.message[0] != '\0')
        *error = tokens->trouble;
    else if (tokens->keyring->list(&every, tokens->deadline, list, error))
        return true;
    error->kind = tokens->named ? ERROR_KEYRING : ERROR_OTHER;
    return false;
}
