/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/user_tokens.h"

#include <string.h>

#include "common/base/array.h"
#include "common/base/deadline.h"
#include "common/base/runtime_folder.h"
#include "common/base/shared_error.h"
#include "common/base/shell_line.h"
#include "common/base/single_flight.h"
#include "common/base/text.h"
#include "common/entra/claims.h"
#include "common/entra/error_report.h"
#include "common/store/account_store.h"
#include "common/tokens/advice.h"
#include "common/tokens/broker_tokens.h"
#include "common/tokens/client_choice.h"
#include "common/tokens/sign_in_needed.h"
#include "common/tokens/sign_in_silence.h"

/* How long the failure of a sign-in is shared with the processes that waited for it. */
#define FAILURE_SECONDS 60

/* The time to store a sign-in, however long the sign-in itself took. */
#define STORE_MILLISECONDS 10000

/* ---- locks ---- */

/* The name is the same in all processes that want the same user to sign in. */
static struct runtime_name sign_in_name(const char *ending, const struct token_request *request)
{
    const char *account = account_store_wanted(request);
    const char *const texts[] = { request->instance, request->client_id, account, NULL };
    return runtime_name(ending, texts);
}

/* Why a sign-in failed may be a matter of the tenant: another one may know the account. */
static struct runtime_name failure_name(const struct token_request *request)
{
    const char *account = account_store_wanted(request);
    const char *const texts[] = { request->instance, request->client_id, account, request->tenant,
                                  NULL };
    return runtime_name("sign-in-failure", texts);
}

/* The name is the same in all processes that use or replace an account's refresh tokens. */
static struct runtime_name refresh_name(const struct token_request *request)
{
    const char *const texts[] = { request->instance, request->home_account_id, NULL };
    return runtime_name("refresh", texts);
}

/* The name is the same in all processes that store who has signed in to an authority. */
static struct runtime_name accounts_name(const struct token_request *request)
{
    const char *const texts[] = { request->instance, NULL };
    return runtime_name("accounts", texts);
}

/* Takes the lock. *waited is whether another process held it. Returns false at the deadline. */
static bool lock_flight(struct single_flight *flight, const char *name, int64_t deadline,
                        bool *waited)
{
    *waited = false;
    for (;;) {
        switch (single_flight_join(flight, name, deadline)) {
        case SINGLE_FLIGHT_LEADER:
            return true;
        case SINGLE_FLIGHT_FOLLOWER:
            *waited = true;
            break;
        case SINGLE_FLIGHT_LATE:
            return false;
        }
    }
}

/* ---- signing in ---- */

/* Without a refresh token, all that a sign-in gives is the access token that came with it, if a
 * scope was requested. */
static bool check_lasts(const struct token_request *request, const struct account *account,
                        struct error *error)
{
    struct error why;
    if (account->refresh_token != NULL)
        return true;
    error_set(&why, ERROR_REFUSED,
              "the authority sent no refresh token that can be stored, so the sign-in %s",
              request->scope != NULL ? "lasts no longer than this token" : "is useless");
    error_known_as(&why, "no_refresh_token");
    if (request->scope == NULL) {
        *error = why;
        return false;
    }
    error_warn(&why);
    return true;
}

static void set_account(struct token_request *request, const struct account *account)
{
    free(request->home_account_id);
    free(request->username);
    request->home_account_id = strdup(account->home_account_id);
    request->username = strdup(account->username);
}

struct sign_in {
    const struct acquire_module *module;
    struct token_store *store;
    struct token_request *request;
    const struct user_tokens_wait *wait;
    const char *demand; /* claims that the authority requires in addition to the request's; or "" */
    enum account_choice choice;
    enum broker_end broker; /* how asking the device's broker silently ended; BROKER_DONE: it was
                             * not asked */
    /* How it ended, for the browser. */
    struct sign_in_browser *browser; /* that waits for it; NULL: none does */
    bool goes_on;                    /* another client tries the same */
};

/* Stores whose token it is, with the refresh token if there is one. */
static bool keep_account(struct token_store *store, struct token_request *request,
                         const struct account *account, enum account_choice choice,
                         struct error *error)
{
    bool waited = false;
    auto_single_flight struct single_flight flight = { -1 }, accounts = { -1 };
    set_account(request, account);
    /* A refresh in another process could overwrite this refresh token with an older one; another
     * sign-in, what is remembered of the tenants. */
    lock_flight(&flight, refresh_name(request).text, deadline_in(STORE_MILLISECONDS), &waited);
    lock_flight(&accounts, accounts_name(request).text, deadline_in(STORE_MILLISECONDS), &waited);
    return account_store_keep(store, request, account, choice, deadline_in(STORE_MILLISECONDS),
                              error);
}

/* Has the user sign in and stores the account. */
static bool sign_in_once(struct sign_in *sign_in, struct token *token, struct error *error)
{
    struct token_store *store = sign_in->store;
    struct token_request *request = sign_in->request;
    auto_account struct account account = { 0 };
    struct token_request demanding = *request; /* owns nothing */
    autofree char *claims =
        sign_in->demand[0] != '\0' ? claims_add_demand(request->claims, sign_in->demand) : NULL;
    if (claims != NULL)
        demanding.claims = claims;
    struct shell_line line = sign_in_line(request, sign_in->wait->options);
    autofree char *command = text_format("run 'entra login --device-code%s'", line.text);
    if (request->device_code == NULL)
        demanding.device_code = command;
    struct runtime_name failure = failure_name(request);
    struct runtime_name silence = sign_in_name("sign-in-silence", request);
    sign_in_silence_begin(silence.text);
    enum broker_end broker = broker_tokens_sign_in(store, request, sign_in->demand, sign_in->broker,
                                                   sign_in->wait, token, &account, error);
    bool signed_in = broker == BROKER_DONE ||
                     (broker == BROKER_ABSENT &&
                      sign_in->module->sign_in(&demanding, sign_in->wait->sign_in_deadline, token,
                                               &account, &sign_in->browser, error));
    if (!signed_in) {
        sign_in->goes_on = broker == BROKER_ABSENT && client_choice_turn_if_refused(request, error);
        if (sign_in->goes_on) {
            warning("the client %s is refused, so you are asked to sign in with another one: %s",
                    demanding.client_id, error->message);
            return false;
        }
        if (error->kind != ERROR_SIGN_IN && error->kind != ERROR_REFUSED)
            sign_in_silence_end(silence.text);
        shared_error_post(failure.text, error, FAILURE_SECONDS);
        return false;
    }
    sign_in_silence_end(silence.text);
    return (broker == BROKER_DONE || check_lasts(request, &account, error)) &&
           keep_account(store, request, &account, sign_in->choice, error);
}

/* Says in the browser what the program will say. error is NULL if the user is signed in. */
static void answer_browser(const struct sign_in *sign_in, const struct error *error)
{
    enum sign_in_end end = sign_in->goes_on ? SIGN_IN_GOES_ON : SIGN_IN_FAILED;
    if (sign_in->browser == NULL)
        return;
    if (error == NULL) {
        sign_in->module->answer_browser(sign_in->browser, SIGN_IN_DONE, NULL, NULL);
        return;
    }
    struct error shown = *error;
    advice_complete(sign_in->request, sign_in->wait->options, &shown);
    sign_in->module->answer_browser(sign_in->browser, end, &shown, error_advice(&shown));
}

/* As sign_in_once, by another client too if the first is refused. */
static bool sign_in(struct sign_in sign_in, struct token *token, struct error *error)
{
    bool signed_in = false;
    do { /* twice at most: there is no third client */
        *error = (struct error){ 0 };
        sign_in.goes_on = false;
        signed_in = sign_in_once(&sign_in, token, error);
        answer_browser(&sign_in, signed_in ? NULL : error);
    } while (sign_in.goes_on);
    return signed_in;
}

/* Does not wait for a sign-in in another process, whose prompt the user may not see. */
bool user_tokens_sign_in(const struct acquire_module *module, struct token_store *store,
                         struct token_request *request, const struct user_tokens_wait *wait,
                         struct token *ret_token, struct error *error)
{
    auto_single_flight struct single_flight flight = { -1 };
    single_flight_join(&flight, sign_in_name("sign-in", request).text, deadline_in(0));
    /* A sign-in for a tenant leaves the default account as it is. */
    enum account_choice choice =
        wait->options->tenant != NULL ? ACCOUNT_FOR_TENANT : ACCOUNT_FOR_ALL;
    return sign_in((struct sign_in){ .module = module,
                                     .store = store,
                                     .request = request,
                                     .wait = wait,
                                     .demand = "",
                                     .choice = choice,
                                     .broker = BROKER_DONE },
                   ret_token, error);
}

/* ---- refreshing silently ---- */

/* Whether the user can mend this by signing in again. */
static bool needs_sign_in(const struct error *error)
{
    static const char *const errors[] = { "invalid_grant", "interaction_required", "login_required",
                                          "consent_required" };
    for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
        if (strcmp(error->oauth_error, errors[i]) == 0)
            return true;
    return false;
}

enum refresh_end {
    REFRESHED,
    REFRESH_NEEDS_SIGN_IN, /* the user must sign in */
    REFRESH_FAILED,        /* with an error */
};

/* As refresh, by the request's present client. */
static enum refresh_end refresh_by_client(const struct acquire_module *module,
                                          struct token_store *store, struct token_request *request,
                                          int64_t deadline, struct token *token,
                                          struct error *reason, struct error *error)
{
    auto_single_flight struct single_flight flight = { -1 };
    auto_account struct account known = { 0 }, renewed = { 0 };
    struct error unused;
    enum keyring_answer answer = KEYRING_FOUND;
    bool waited = false;
    if (request->home_account_id == NULL)
        answer = account_store_resolve(store, request, deadline, error);
    if (answer == KEYRING_FOUND &&
        !lock_flight(&flight, refresh_name(request).text, deadline, &waited)) {
        error_set(error, ERROR_NETWORK,
                  "another process has requested a token of %s from %s and got no answer in time",
                  request->username, request->instance);
        return REFRESH_FAILED;
    }
    if (answer == KEYRING_FOUND)
        answer = account_store_find(store, request, deadline, &known, error);
    if (answer == KEYRING_NOTHING && !token_store_saw_all(store, &unused)) {
        sign_in_fail_unknown(&store->trouble, error);
        return REFRESH_FAILED;
    }
    if (answer != KEYRING_FOUND)
        return answer == KEYRING_NOTHING ? REFRESH_NEEDS_SIGN_IN : REFRESH_FAILED;
    trace("network: asking %s for %s, by the refresh token of %s", request->instance,
          request->scope, known.username);
    if (module->refresh(request, &known, deadline, token, &renewed, error))
        return account_store_rotate(store, request, &renewed, deadline_in(STORE_MILLISECONDS),
                                    error)
                   ? REFRESHED
                   : REFRESH_FAILED;
    if (!needs_sign_in(error))
        return REFRESH_FAILED;
    *reason = *error;
    *error = (struct error){ 0 };
    /* Only this suberror means that the authority will never accept the token again (MSAL). */
    if (strcmp(reason->suberror, "bad_token") == 0 &&
        !account_store_drop(store, request, known.refresh_token, deadline, error))
        return REFRESH_FAILED;
    return REFRESH_NEEDS_SIGN_IN;
}

/* Whether another client than the request's has a sign-in of the account. client_id may be NULL. */
static bool has_sign_in(struct token_store *store, const struct token_request *request,
                        const char *client_id, int64_t deadline)
{
    auto_account struct account known = { 0 };
    struct error unused = { 0 };
    struct token_request other = *request; /* owns nothing */
    other.client_id = (char *)client_id;
    return client_id != NULL && request->home_account_id != NULL &&
           account_store_find(store, &other, deadline, &known, &unused) == KEYRING_FOUND;
}

/* Turns to the client that can go on where the present one needs a sign-in. The second client may
 * alone have one from before there was one client for everything; the first, from since then. */
static bool turn_to_sign_in(struct token_store *store, struct token_request *request, bool has_none,
                            int64_t deadline)
{
    if (has_sign_in(store, request, request->first_client, deadline)) {
        client_choice_turn_back(request);
        return true;
    }
    if (!has_none || !has_sign_in(store, request, request->second_client, deadline))
        return false;
    client_choice_turn_to_sign_in(request);
    return true;
}

/* Gets a token with the refresh token in the keyring. If the user must sign in, *reason is the
 * authority's refusal, or ERROR_NONE if there is no refresh token. A keyring that hides its
 * sign-ins is an error: every process would ask the user to sign in, and none could store the
 * result. */
static enum refresh_end refresh(const struct acquire_module *module, struct token_store *store,
                                struct token_request *request, int64_t deadline,
                                struct token *token, struct error *reason, struct error *error)
{
    enum refresh_end end =
        refresh_by_client(module, store, request, deadline, token, reason, error);
    const struct error *refusal = end == REFRESH_FAILED ? error : reason;
    if (end == REFRESHED)
        return end;
    if (!client_choice_turn_if_refused(request, refusal) &&
        (end == REFRESH_FAILED ||
         !turn_to_sign_in(store, request, reason->kind == ERROR_NONE, deadline)))
        return end;
    *reason = (struct error){ 0 };
    *error = (struct error){ 0 };
    return refresh_by_client(module, store, request, deadline, token, reason, error);
}

static void forget_account(struct token_request *request)
{
    free(steal(&request->home_account_id));
    free(steal(&request->username));
}

/* Says why the user is asked. The user may choose another account than one that nobody named and
 * that may be none of the tenant's. */
static void ask_again(struct token_request *request, const struct error *reason)
{
    const char *account = sign_in_account(request);
    if (!sign_in_is_foreign(request)) {
        warning("%s must sign in again: %s", account != NULL ? account : "the user",
                reason->message);
        return;
    }
    warning("%s gets no token in the tenant %s: %s", account, request->tenant, reason->message);
    if (request->account == NULL)
        forget_account(request);
}

static enum account_choice choice_of(const struct token_request *request)
{
    return request->account == NULL ? ACCOUNT_FOR_TENANT : ACCOUNT_FOR_REQUEST;
}

/* What is known after asking silently, and why it was of no use. */
struct silent {
    struct error reason;        /* the authority's, as for refresh */
    struct error broker_reason; /* the broker's */
    enum broker_end broker;
};

static enum refresh_end ask_broker(struct token_store *store, struct token_request *request,
                                   int64_t deadline, struct silent *silent, struct token *token,
                                   struct error *error)
{
    auto_account struct account account = { 0 };
    silent->broker_reason = (struct error){ 0 };
    silent->broker = broker_tokens_get(store, request, silent->reason.claims, deadline, token,
                                       &account, &silent->broker_reason);
    if (silent->broker == BROKER_DONE)
        return request->home_account_id != NULL ||
                       keep_account(store, request, &account, choice_of(request), error)
                   ? REFRESHED
                   : REFRESH_FAILED;
    if (silent->broker != BROKER_OFFLINE)
        return REFRESH_NEEDS_SIGN_IN;
    *error = silent->broker_reason;
    return REFRESH_FAILED;
}

/* As refresh, but of nothing but the account, where only the broker will do. */
static enum refresh_end get_by_refresh(const struct acquire_module *module,
                                       struct token_store *store, struct token_request *request,
                                       int64_t deadline, struct silent *silent, struct token *token,
                                       struct error *error)
{
    if (!broker_tokens_is_required(request))
        return refresh(module, store, request, deadline, token, &silent->reason, error);
    return request->home_account_id == NULL &&
                   account_store_resolve(store, request, deadline, error) == KEYRING_FAILED
               ? REFRESH_FAILED
               : REFRESH_NEEDS_SIGN_IN;
}

/* The user must sign in and cannot be asked. */
static bool fail_needed(const struct token_store *store, const struct token_request *request,
                        const struct user_tokens_wait *wait, const struct silent *silent,
                        struct error *error)
{
    if (broker_tokens_is_required(request)) {
        *error = silent->broker_reason;
        return false;
    }
    sign_in_fail_needed(store, request, wait, &silent->reason, error);
    return broker_tokens_explain(&silent->broker_reason, error);
}

bool user_tokens_acquire(const struct acquire_module *module, struct token_store *store,
                         struct token_request *request, const struct user_tokens_wait *wait,
                         struct token *ret_token, bool *ret_asked, struct error *error)
{
    struct silent silent = { .broker = BROKER_DONE };
    *ret_asked = false;
    enum refresh_end end =
        get_by_refresh(module, store, request, wait->deadline, &silent, ret_token, error);
    if (end == REFRESH_NEEDS_SIGN_IN)
        end = ask_broker(store, request, broker_tokens_deadline(wait), &silent, ret_token, error);
    if (end != REFRESH_NEEDS_SIGN_IN)
        return end == REFRESHED;
    if (wait->may_ask == NULL || !wait->may_ask())
        return fail_needed(store, request, wait, &silent, error);

    /* One process asks; the others wait until the user has signed in there, or has not. */
    bool waited = false;
    auto_single_flight struct single_flight flight = { -1 };
    *ret_asked = true;
    if (!lock_flight(&flight, sign_in_name("sign-in", request).text, wait->sign_in_deadline,
                     &waited))
        return sign_in_fail_pending(error);
    if (shared_error_read(failure_name(request).text, wait->began, error))
        return false;
    if (waited || silent.reason.kind == ERROR_NONE) {
        /* A sign-in in another process may have changed the account. */
        int64_t deadline = deadline_in(STORE_MILLISECONDS);
        forget_account(request);
        end = get_by_refresh(module, store, request, deadline, &silent, ret_token, error);
        if (end == REFRESH_NEEDS_SIGN_IN && waited)
            end = ask_broker(store, request, deadline, &silent, ret_token, error);
        if (end != REFRESH_NEEDS_SIGN_IN)
            return end == REFRESHED;
    }
    struct error silence = { 0 };
    if (sign_in_silence_is_kept(sign_in_name("sign-in-silence", request).text, &silence)) {
        *ret_asked = waited;
        return sign_in_fail_silent(store, request, wait, &silent.reason, &silence, error);
    }
    if (silent.reason.kind != ERROR_NONE)
        ask_again(request, &silent.reason);
    if (!sign_in((struct sign_in){ .module = module,
                                   .store = store,
                                   .request = request,
                                   .wait = wait,
                                   .demand = silent.reason.claims,
                                   .choice = choice_of(request),
                                   .broker = silent.broker },
                 ret_token, error))
        return false;
    /* Whoever was in front of the browser: the user sees whose tokens are used from now on. */
    notice("Signed in as %s.", request->username);
    return true;
}
