/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/user_tokens.h"

#include <string.h>

#include "common/base/array.h"
#include "common/base/deadline.h"
#include "common/base/shared_error.h"
#include "common/store/account_store.h"
#include "common/tokens/broker_tokens.h"
#include "common/tokens/client_choice.h"
#include "common/tokens/shared_failures.h"
#include "common/tokens/sign_in_needed.h"
#include "common/tokens/sign_in_silence.h"
#include "common/tokens/user_locks.h"
#include "common/tokens/user_sign_in.h"

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

/* What is asked without asking the user: by whom, and until when. */
struct silently {
    const struct acquire_module *module;
    struct store *store;
    struct token_request *request;
    bool wants_new;   /* as in struct user_tokens_wait */
    int64_t began;    /* older refusals do not count */
    int64_t deadline; /* for keyring and authority */
};

/* As refresh, by the request's present client. */
static enum refresh_end refresh_by_client(const struct silently *how, struct token *token,
                                          struct error *reason, struct error *error)
{
    struct store *store = how->store;
    struct token_request *request = how->request;
    int64_t deadline = how->deadline;
    auto_single_flight struct single_flight flight = { -1 };
    auto_account struct account known = { 0 }, renewed = { 0 };
    struct error unused;
    enum keyring_answer answer = KEYRING_FOUND;
    bool waited = false;
    if (request->home_account_id == NULL)
        answer = account_store_resolve(store, request, deadline, error);
    if (answer == KEYRING_FOUND &&
        !user_locks_take(&flight, user_locks_refresh(request).text, deadline, &waited)) {
        error_set(error, ERROR_NETWORK,
                  "another process has requested a token of %s from %s and got no answer in time",
                  request->username, request->instance);
        return REFRESH_FAILED;
    }
    if (answer == KEYRING_FOUND)
        answer = account_store_find(store, request, deadline, &known, error);
    if (answer == KEYRING_NOTHING && !store_saw_all(store, &unused)) {
        sign_in_fail_unknown(&store->trouble, error);
        return REFRESH_FAILED;
    }
    if (answer != KEYRING_FOUND)
        return answer == KEYRING_NOTHING ? REFRESH_NEEDS_SIGN_IN : REFRESH_FAILED;
    if (shared_failures_was_refused(request, known.refresh_token, how->began, reason))
        return REFRESH_NEEDS_SIGN_IN;
    trace("network: asking %s for %s, by the refresh token of %s", request->instance,
          request->scope, known.username);
    if (how->module->refresh(request, &known, deadline, token, &renewed, error))
        return account_store_rotate(store, request, &renewed,
                                    deadline_in(USER_LOCKS_STORE_MILLISECONDS), error)
                   ? REFRESHED
                   : REFRESH_FAILED;
    if (!needs_sign_in(error))
        return REFRESH_FAILED;
    *reason = *error;
    *error = (struct error){ 0 };
    shared_failures_report_refusal(request, known.refresh_token, reason);
    /* Only this suberror means that the authority will never accept the token again (MSAL). */
    if (strcmp(reason->suberror, "bad_token") == 0 &&
        !account_store_drop(store, request, known.refresh_token, deadline, error))
        return REFRESH_FAILED;
    return REFRESH_NEEDS_SIGN_IN;
}

/* Whether another client than the request's has a sign-in of the account. client_id may be NULL. */
static bool has_sign_in(struct store *store, const struct token_request *request,
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
static bool turn_to_sign_in(struct store *store, struct token_request *request, bool has_none,
                            int64_t deadline)
{
    if (!request->first_is_refused &&
        has_sign_in(store, request, request->first_client, deadline)) {
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
static enum refresh_end refresh(const struct silently *how, struct token *token,
                                struct error *reason, struct error *error)
{
    struct token_request *request = how->request;
    enum refresh_end end = refresh_by_client(how, token, reason, error);
    const struct error *refusal = end == REFRESH_FAILED ? error : reason;
    if (end == REFRESHED)
        return end;
    if (!client_choice_turn_if_refused(request, refusal) &&
        (end == REFRESH_FAILED ||
         !turn_to_sign_in(how->store, request, reason->kind == ERROR_NONE, how->deadline)))
        return end;
    *reason = (struct error){ 0 };
    *error = (struct error){ 0 };
    return refresh_by_client(how, token, reason, error);
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
    struct error reason; /* the authority's, as for refresh */
    struct broker_outcome broker;
};

/* Nobody was asked: the user sees whose tokens are used from now on. */
static bool adopt(struct store *store, struct token_request *request, const struct account *account,
                  struct error *error)
{
    notice("Signed in as %s, by the device's identity broker.", account->username);
    return user_sign_in_keep(store, request, account, choice_of(request), error);
}

static enum refresh_end ask_broker(const struct silently *how, struct silent *silent,
                                   struct token *token, struct error *error)
{
    auto_account struct account account = { 0 };
    struct token_request *request = how->request;
    struct broker_outcome *broker = &silent->broker;
    if (shared_failures_was_refused(request, NULL, how->began, &broker->reason)) {
        broker->end = BROKER_NEEDS_USER;
        broker->is_remembered = true;
        return REFRESH_NEEDS_SIGN_IN;
    }
    broker_tokens_get(how->store, request, silent->reason.claims, how->wants_new, how->deadline,
                      token, &account, broker);
    if (broker->end == BROKER_DONE)
        return request->home_account_id != NULL || adopt(how->store, request, &account, error)
                   ? REFRESHED
                   : REFRESH_FAILED;
    if (broker->end == BROKER_NEEDS_USER)
        shared_failures_report_refusal(request, NULL, &broker->reason);
    if (broker->end != BROKER_OFFLINE)
        return REFRESH_NEEDS_SIGN_IN;
    *error = broker->reason;
    return REFRESH_FAILED;
}

/* As refresh, but of nothing but the account, where only the broker will do. */
static enum refresh_end get_by_refresh(const struct silently *how, struct silent *silent,
                                       struct token *token, struct error *error)
{
    struct token_request *request = how->request;
    if (!broker_tokens_is_required(request))
        return refresh(how, token, &silent->reason, error);
    return request->home_account_id == NULL &&
                   account_store_resolve(how->store, request, how->deadline, error) ==
                       KEYRING_FAILED
               ? REFRESH_FAILED
               : REFRESH_NEEDS_SIGN_IN;
}

/* The user must sign in and cannot be asked. */
static bool fail_needed(const struct store *store, const struct token_request *request,
                        const struct user_tokens_wait *wait, const struct silent *silent,
                        struct error *error)
{
    if (broker_tokens_is_required(request)) {
        *error = silent->broker.reason;
        return false;
    }
    sign_in_fail_needed(store, request, wait, &silent->reason, error);
    return broker_tokens_explain(request, wait, &silent->broker, error);
}

/* One process asks; the others wait until the user has signed in there, or has not. */
static bool take_turn(const struct token_request *request, const struct user_tokens_wait *wait,
                      struct single_flight *ret_flight, bool *ret_waited, struct error *error)
{
    struct runtime_name name = user_locks_sign_in(request);
    if (user_locks_take(ret_flight, name.text, deadline_in(0), ret_waited))
        return true;
    sign_in_say_pending();
    bool is_taken = user_locks_take(ret_flight, name.text, wait->sign_in_deadline, ret_waited);
    *ret_waited = true;
    return is_taken || sign_in_fail_pending(error);
}

bool user_tokens_acquire(const struct acquire_module *module, struct store *store,
                         struct token_request *request, const struct user_tokens_wait *wait,
                         struct token *ret_token, bool *ret_asked, struct error *error)
{
    struct silent silent = { .broker = { .end = BROKER_DONE } };
    struct silently how = { module, store, request, wait->wants_new, wait->began, wait->deadline };
    *ret_asked = false;
    enum refresh_end end = get_by_refresh(&how, &silent, ret_token, error);
    if (end == REFRESH_NEEDS_SIGN_IN) {
        how.deadline = broker_tokens_deadline(wait);
        end = ask_broker(&how, &silent, ret_token, error);
    }
    if (end != REFRESH_NEEDS_SIGN_IN)
        return end == REFRESHED;
    if (wait->may_ask == NULL || !wait->may_ask())
        return fail_needed(store, request, wait, &silent, error);

    bool waited = false;
    auto_single_flight struct single_flight flight = { -1 };
    *ret_asked = true;
    if (!take_turn(request, wait, &flight, &waited, error))
        return false;
    if (shared_error_read(user_locks_failure(request).text, wait->began, error))
        return false;
    if (waited || silent.reason.kind == ERROR_NONE) {
        /* A sign-in in another process may have changed the account. */
        how.began = deadline_now();
        how.deadline = deadline_in(USER_LOCKS_STORE_MILLISECONDS);
        forget_account(request);
        end = get_by_refresh(&how, &silent, ret_token, error);
        if (end == REFRESH_NEEDS_SIGN_IN && waited)
            end = ask_broker(&how, &silent, ret_token, error);
        if (end != REFRESH_NEEDS_SIGN_IN)
            return end == REFRESHED;
    }
    struct error silence = { 0 };
    if (sign_in_silence_is_kept(user_locks_silence(request).text, &silence)) {
        *ret_asked = waited;
        return sign_in_fail_silent(store, request, wait, &silent.reason, &silence, error);
    }
    if (silent.reason.kind != ERROR_NONE)
        ask_again(request, &silent.reason);
    if (!user_sign_in(&(struct user_sign_in){ .module = module,
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

/* ---- signing in ---- */

/* Does not wait for a sign-in in another process, whose prompt the user may not see. */
bool user_tokens_sign_in(const struct acquire_module *module, struct store *store,
                         struct token_request *request, const struct user_tokens_wait *wait,
                         struct token *ret_token, struct error *error)
{
    auto_single_flight struct single_flight flight = { -1 };
    single_flight_join(&flight, user_locks_sign_in(request).text, deadline_in(0));
    /* Whom the device would sign in without asking may not be whom the user wants. */
    bool asks_device = !wait->signs_in_again || broker_tokens_is_required(request);
    /* A sign-in for a tenant leaves the default account as it is. */
    enum account_choice choice =
        wait->options->tenant != NULL ? ACCOUNT_FOR_TENANT : ACCOUNT_FOR_ALL;
    return user_sign_in(
        &(struct user_sign_in){
            .module = module,
            .store = store,
            .request = request,
            .wait = wait,
            .demand = "",
            .choice = choice,
            .broker = { .end = asks_device ? BROKER_DONE : BROKER_NEEDS_USER } },
        ret_token, error);
}
