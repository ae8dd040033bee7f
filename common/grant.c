#define _GNU_SOURCE
#include "common/grant.h"

#include <stdio.h>
#include <string.h>

#include "common/account_store.h"
#include "common/claims.h"
#include "common/deadline.h"
#include "common/flight.h"
#include "common/notice.h"
#include "common/runtime_folder.h"

/* How long the notice of a sign-in that failed is up, for those who were waiting for it. */
#define FAILURE_SECONDS 60

/* What the keyring is given to keep a sign-in, however long that took. */
#define KEEPING_MILLISECONDS 10000

/* ---- one at a time ---- */

static struct runtime_name name(const char *ending, const struct token_request *request)
{
    const char *account = request->account != NULL ? request->account : ACCOUNT_DEFAULT;
    const char *const texts[] = { request->instance, request->client_id, account, NULL };
    return runtime_name(ending, texts);
}

static bool may_ask(const struct token_request *request)
{
    return request->may_ask != NULL && request->may_ask();
}

/* Waits until nobody else has the grant. Whoever may ask a person waits as long as for one: it may
 * be that one is being asked. */
static bool hold(const struct token_request *request, const struct grant_wait *wait,
                 struct flight *flight, struct error *error)
{
    struct runtime_name grant = name("grant", request);
    int64_t deadline = deadline_in(0);
    for (;;) {
        switch (flight_board(flight, grant.text, deadline)) {
        case FLIGHT_PILOT:
            return true;
        case FLIGHT_PASSENGER:
            break;
        case FLIGHT_LATE:
            if (deadline >= wait->deadline)
                return error_set(error, ERROR_SIGN_IN,
                                 "another process is waiting for a person to sign in already");
            trace("network: another process has the grant; waiting for it");
            deadline = may_ask(request) ? wait->sign_in_deadline : wait->deadline;
        }
    }
}

/* ---- the sign-in ---- */

/* Whose sign-in it is about, for people; NULL: anybody's. */
static const char *account_of(const struct token_request *request)
{
    return request->username != NULL ? request->username : request->account;
}

static void append(char *text, size_t size, const char *option, const char *value)
{
    size_t used = strlen(text);
    if (value != NULL)
        snprintf(text + used, size - used, " %s %s", option, value);
}

/* What to type: what names the API and the client, and what was typed in the first place. */
static bool say_what_to_run(const struct token_request *request, const struct options *options,
                            struct error *error)
{
    char words[sizeof error->hint - 100] = "";
    append(words, sizeof words, request->api != NULL ? "--api" : "--scope",
           request->api != NULL ? request->api : request->scope);
    append(words, sizeof words, "--account", request->account);
    append(words, sizeof words, "--tenant", options->tenant);
    append(words, sizeof words, "--client-id", options->client_id);
    append(words, sizeof words, "--authority", options->authority);
    append(words, sizeof words, "--config", options->config);
    append(words, sizeof words, "--keyring", options->keyring);
    return error_hint(error, "Run 'entra login%s'%s.", words,
                      request->unconfigured && request->home_account_id == NULL
                          ? ", or configure an app: see entra-appsettings(5)"
                          : "");
}

/* Nobody can be asked. The reason is the authority's, or none, where nobody has signed in yet. */
static bool need_sign_in(const struct token_request *request, const struct options *options,
                         const struct error *reason, struct error *error)
{
    const char *account = account_of(request);
    if (reason->kind != ERROR_NONE)
        error_set(error, ERROR_SIGN_IN, "%s must sign in again: %s",
                  account != NULL ? account : "the person", reason->message);
    else if (request->home_account_id != NULL)
        error_set(error, ERROR_SIGN_IN, "%s has not signed in yet for this API's client (%s)",
                  account, request->client_id);
    else if (account != NULL)
        error_set(error, ERROR_SIGN_IN, "%s has not signed in", account);
    else
        error_set(error, ERROR_SIGN_IN, "%s",
                  request->unconfigured
                      ? "no identity is configured, there is no managed identity on this "
                        "machine, and nobody has signed in"
                      : "nobody has signed in");
    error_inherit(error, reason);
    if (error->code[0] == '\0')
        error_remedy(error, request->unconfigured ? "unconfigured" : "sign_in_needed");
    return say_what_to_run(request, options, error);
}

static bool adopt(struct token_request *request, const struct sign_in *sign_in, struct error *error)
{
    free(request->home_account_id);
    free(request->username);
    request->home_account_id = strdup(sign_in->home_account_id);
    request->username = strdup(sign_in->username);
    return (request->home_account_id != NULL && request->username != NULL) ||
           error_no_memory(error);
}

/* `demand` is what the authority wants the sign-in to bring, beside what the request asks for ("":
 * nothing). */
static bool sign_in(const struct acquire_module *module, struct token_store *store,
                    struct token_request *request, const struct grant_wait *wait,
                    const char *demand, bool make_default, struct token *token, struct error *error)
{
    auto_sign_in struct sign_in fresh = { 0 };
    struct runtime_name failure = name("grant-failure", request);
    struct token_request asked = *request; /* owns nothing */
    autofree char *claims = demand[0] != '\0' ? claims_add_demand(request->claims, demand) : NULL;
    if (claims != NULL)
        asked.claims = claims;
    if (!module->sign_in(&asked, wait->sign_in_deadline, token, &fresh, error)) {
        notice_post(failure.text, error, FAILURE_SECONDS);
        return false;
    }
    return adopt(request, &fresh, error) &&
           account_store_keep(store, request, &fresh, make_default,
                              deadline_in(KEEPING_MILLISECONDS), error);
}

/* Nobody is waited for: whoever wants to sign in now is not kept by a prompt that may stand,
 * unseen, somewhere else. */
bool grant_sign_in(const struct acquire_module *module, struct token_store *store,
                   struct token_request *request, const struct grant_wait *wait,
                   struct token *token, struct error *error)
{
    auto_flight struct flight flight = { -1 };
    flight_board(&flight, name("grant", request).text, deadline_in(0));
    return sign_in(module, store, request, wait, "", true, token, error);
}

/* ---- silence ---- */

/* What a person can mend by signing in again. */
static bool is_worth_a_sign_in(const struct error *error)
{
    static const char *const errors[] = { "invalid_grant", "interaction_required", "login_required",
                                          "consent_required" };
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (strcmp(error->oauth_error, errors[i]) == 0)
            return true;
    return false;
}

/* By the refresh token that the keyring has. *reason is why there is no token where a sign-in would
 * help: nothing (ERROR_NONE), or what the authority said. */
static bool refresh(const struct acquire_module *module, struct token_store *store,
                    struct token_request *request, const struct grant_wait *wait,
                    struct token *token, struct error *reason, struct error *error)
{
    auto_sign_in struct sign_in known = { 0 };
    auto_sign_in struct sign_in renewed = { 0 };
    enum keyring_answer answer = KEYRING_FOUND;
    if (request->home_account_id == NULL)
        answer = account_store_resolve(store, request, wait->deadline, error);
    if (answer == KEYRING_FOUND)
        answer = account_store_find(store, request, wait->deadline, &known, error);
    if (answer != KEYRING_FOUND)
        return false;
    trace("network: asking %s for %s, by the refresh token of %s", request->instance,
          request->scope, known.username);
    if (module->refresh(request, &known, wait->deadline, token, &renewed, error))
        return account_store_rotate(store, request, &renewed, deadline_in(KEEPING_MILLISECONDS),
                                    error);
    if (is_worth_a_sign_in(error)) {
        *reason = *error;
        *error = (struct error){ 0 };
        /* The one word by which the authority says that it will never be taken again (MSAL). */
        if (strcmp(reason->suberror, "bad_token") == 0)
            account_store_drop(store, request, known.refresh_token, wait->deadline, error);
    }
    return false;
}

bool grant_acquire(const struct acquire_module *module, struct token_store *store,
                   struct token_request *request, const struct grant_wait *wait,
                   struct token *token, bool *asked, struct error *error)
{
    auto_flight struct flight flight = { -1 };
    struct error reason = { 0 };
    *asked = false;
    if (!hold(request, wait, &flight, error) ||
        notice_read(name("grant-failure", request).text, wait->began, error))
        return false;
    if (refresh(module, store, request, wait, token, &reason, error))
        return true;
    if (error->kind != ERROR_NONE)
        return false;
    if (!may_ask(request))
        return need_sign_in(request, wait->options, &reason, error);
    if (reason.kind != ERROR_NONE)
        warning("%s must sign in again: %s", request->username, reason.message);
    *asked = true;
    return sign_in(module, store, request, wait, reason.claims, false, token, error);
}
