/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/user_tokens.h"

#include <stdio.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/deadline.h"
#include "common/base/runtime_folder.h"
#include "common/entra/claims.h"
#include "common/entra/identity_source.h"
#include "common/store/account_store.h"
#include "common/tokens/shared_failures.h"
#include "common/tokens/single_flight.h"

/* How long the notice of a sign-in that failed is up, for those who were waiting for it. */
#define FAILURE_SECONDS 60

/* What the keyring is given to keep a sign-in, however long that took. */
#define KEEPING_MILLISECONDS 10000

/* ---- one at a time ---- */

/* Under which those meet who want the same person to sign in. */
static struct runtime_name name(const char *ending, const struct token_request *request)
{
    const char *account = request->account != NULL ? request->account : ACCOUNT_DEFAULT;
    const char *const texts[] = { request->instance, request->client_id, account, NULL };
    return runtime_name(ending, texts);
}

/* Under which those meet who use or replace an account's refresh tokens. */
static struct runtime_name name_of_account(const struct token_request *request)
{
    const char *const texts[] = { request->instance, request->home_account_id, NULL };
    return runtime_name("refresh", texts);
}

static bool may_ask(const struct token_request *request)
{
    return request->may_ask != NULL && request->may_ask();
}

/* Waits until nobody else is the pilot. *waited: somebody was. False: the time is up. */
static bool hold(struct single_flight *flight, const char *lock, int64_t deadline, bool *waited)
{
    *waited = false;
    for (;;) {
        switch (single_flight_join(flight, lock, deadline)) {
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

/* ---- the sign-in ---- */

/* Whose sign-in it is about, for people; NULL: anybody's. */
static const char *account_of(const struct token_request *request)
{
    return request->username != NULL ? request->username : request->account;
}

/* What a shell takes as it is. */
#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@%+=:,./-_#~^"

/* The line is there to be pasted into a shell, and a user name may come from a hostile URL. */
static void append(char *text, size_t size, const char *option, const char *value)
{
    size_t used = strlen(text);
    bool plain = value != NULL && strspn(value, PLAIN) == strlen(value);
    if (value != NULL)
        snprintf(text + used, size - used, plain ? " %s %s" : " %s \"%s\"", option,
                 strpbrk(value, "\"$`\\!") == NULL ? value : "...");
}

/* Who could ask instead. Where Azure runs apps, and the environment says who asks, an identity of
 * theirs is easily meant. */
static const char *other_way(const struct token_request *request)
{
    if (request->home_account_id != NULL)
        return "";
    if (request->unconfigured)
        return ", or configure an app: see entra-appsettings(5)";
    return identity_source_find()->hosts_apps
               ? ", or let --managed-identity ask as the identity that Azure gave this app"
               : "";
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
    return error_hint(error, "Run 'entra login%s'%s.", words, other_way(request));
}

/* Somebody may well have signed in: only the keyring, which is in trouble, could tell. */
static bool unreadable(const struct error *trouble, struct error *error)
{
    error_set(error, ERROR_SIGN_IN, "who has signed in cannot be told: %s", trouble->message);
    error_hint(error, "%s", trouble->hint);
    return error_inherit(error, trouble);
}

/* Whether the trouble is of a keyring that may have a sign-in, and does not show it. */
static bool hides_sign_ins(const struct error *trouble)
{
    static const char *const codes[] = { "keyring_locked", "keyring_silent", "keyring_failed" };
    for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
        if (strcmp(trouble->code, codes[i]) == 0)
            return true;
    return false;
}

/* Nobody can be asked. The reason is the authority's, or none, where nobody has signed in yet. */
static bool need_sign_in(const struct token_store *store, const struct token_request *request,
                         const struct options *options, const struct error *reason,
                         struct error *error)
{
    const char *account = account_of(request);
    if (reason->kind == ERROR_NONE && store->trouble.message[0] != '\0')
        return unreadable(&store->trouble, error);
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
        error_known_as(error, request->unconfigured ? "unconfigured" : "sign_in_needed");
    return say_what_to_run(request, options, error);
}

/* Without a refresh token a sign-in is worth the one token that came with it, if one did. */
static bool outlasts_token(const struct token_request *request, const struct account *account,
                           struct error *error)
{
    struct error why;
    if (account->refresh_token != NULL)
        return true;
    error_set(&why, ERROR_REFUSED,
              "the authority gave no refresh token that could be kept, so the sign-in %s",
              request->scope != NULL ? "lasts no longer than this token" : "is worth nothing");
    error_known_as(&why, "no_refresh_token");
    if (request->scope == NULL) {
        *error = why;
        return false;
    }
    warning_of(why.code, "%s. %s", why.message, error_advice(&why));
    return true;
}

static bool adopt(struct token_request *request, const struct account *account, struct error *error)
{
    free(request->home_account_id);
    free(request->username);
    request->home_account_id = strdup(account->home_account_id);
    request->username = strdup(account->username);
    return (request->home_account_id != NULL && request->username != NULL) ||
           error_no_memory(error);
}

/* `demand` is what the authority wants the sign-in to bring, beside what the request asks for ("":
 * nothing). */
static bool sign_in(const struct acquire_module *module, struct token_store *store,
                    struct token_request *request, const struct user_tokens_wait *wait,
                    const char *demand, bool make_default, struct token *token, struct error *error)
{
    auto_account struct account fresh = { 0 };
    struct runtime_name failure = name("grant-failure", request);
    struct token_request asked = *request; /* owns nothing */
    autofree char *claims = demand[0] != '\0' ? claims_add_demand(request->claims, demand) : NULL;
    if (claims != NULL)
        asked.claims = claims;
    if (!module->sign_in(&asked, wait->sign_in_deadline, token, &fresh, error)) {
        shared_failures_post(failure.text, error, FAILURE_SECONDS);
        return false;
    }
    if (!outlasts_token(request, &fresh, error) || !adopt(request, &fresh, error))
        return false;
    /* A refresh under way would put the token that it has in the place of this one. */
    bool waited = false;
    int64_t deadline = deadline_in(KEEPING_MILLISECONDS);
    auto_single_flight struct single_flight flight = { -1 };
    hold(&flight, name_of_account(request).text, deadline, &waited);
    return account_store_keep(store, request, &fresh, make_default,
                              deadline_in(KEEPING_MILLISECONDS), error);
}

/* Nobody is waited for: whoever wants to sign in now is not kept by a prompt that may stand,
 * unseen, somewhere else. */
bool user_tokens_sign_in(const struct acquire_module *module, struct token_store *store,
                         struct token_request *request, const struct user_tokens_wait *wait,
                         struct token *token, struct error *error)
{
    auto_single_flight struct single_flight flight = { -1 };
    single_flight_join(&flight, name("sign-in", request).text, deadline_in(0));
    return sign_in(module, store, request, wait, "", true, token, error);
}

/* ---- silence ---- */

/* What a person can mend by signing in again. */
static bool is_worth_a_sign_in(const struct error *error)
{
    static const char *const errors[] = { "invalid_grant", "interaction_required", "login_required",
                                          "consent_required" };
    for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
        if (strcmp(error->oauth_error, errors[i]) == 0)
            return true;
    return false;
}

/* One at a time, as of the account, so that a new refresh token is not lost to an older one. That
 * takes no longer than the authority does: nobody is asked meanwhile. */
static bool hold_account(const struct token_request *request, int64_t deadline,
                         struct single_flight *flight, struct error *error)
{
    bool waited = false;
    return hold(flight, name_of_account(request).text, deadline, &waited) ||
           error_set(error, ERROR_NETWORK,
                     "another process is asking %s for a token of %s already, and had no answer in "
                     "time",
                     request->instance, request->username);
}

/* By the refresh token that the keyring has. *reason is why there is no token where a sign-in would
 * help: nothing (ERROR_NONE), or what the authority said. Where the keyring does not show what it
 * has, it would not: each process would ask, and none keep what came of it. */
static bool refresh(const struct acquire_module *module, struct token_store *store,
                    struct token_request *request, int64_t deadline, struct token *token,
                    struct error *reason, struct error *error)
{
    auto_single_flight struct single_flight flight = { -1 };
    auto_account struct account known = { 0 };
    auto_account struct account renewed = { 0 };
    enum keyring_answer answer = KEYRING_FOUND;
    if (request->home_account_id == NULL)
        answer = account_store_resolve(store, request, deadline, error);
    if (answer == KEYRING_FOUND && !hold_account(request, deadline, &flight, error))
        return false;
    if (answer == KEYRING_FOUND)
        answer = account_store_find(store, request, deadline, &known, error);
    if (answer == KEYRING_NOTHING && hides_sign_ins(&store->trouble))
        return unreadable(&store->trouble, error);
    if (answer != KEYRING_FOUND)
        return false;
    trace("network: asking %s for %s, by the refresh token of %s", request->instance,
          request->scope, known.username);
    if (module->refresh(request, &known, deadline, token, &renewed, error))
        return account_store_rotate(store, request, &renewed, deadline_in(KEEPING_MILLISECONDS),
                                    error);
    if (is_worth_a_sign_in(error)) {
        *reason = *error;
        *error = (struct error){ 0 };
        /* The one word by which the authority says that it will never be taken again (MSAL). */
        if (strcmp(reason->suberror, "bad_token") == 0)
            account_store_drop(store, request, known.refresh_token, deadline, error);
    }
    return false;
}

bool user_tokens_sign_in_pending(struct error *error)
{
    error_set(error, ERROR_SIGN_IN, "another process is waiting for a person to sign in already");
    return error_known_as(error, "sign_in_pending");
}

/* Waits until nobody else asks a person, who may be asked then. What others who asked have come to
 * is ours too: a refresh token, or their failure. False: that, or *acquired. */
static bool hold_prompt(const struct acquire_module *module, struct token_store *store,
                        struct token_request *request, const struct user_tokens_wait *wait,
                        const struct error *reason, struct single_flight *flight,
                        struct token *token, bool *acquired, struct error *error)
{
    bool waited = false;
    struct error unused = { 0 };
    if (!hold(flight, name("sign-in", request).text, wait->sign_in_deadline, &waited))
        return user_tokens_sign_in_pending(error);
    if (shared_failures_read(name("grant-failure", request).text, wait->began, error))
        return false;
    if (waited) /* it may be another's sign-in than what was known before */
        token_request_forget_account(request);
    *acquired =
        (waited || reason->kind == ERROR_NONE) &&
        refresh(module, store, request, deadline_in(KEEPING_MILLISECONDS), token, &unused, error);
    return !*acquired && error->kind == ERROR_NONE;
}

bool user_tokens_acquire(const struct acquire_module *module, struct token_store *store,
                         struct token_request *request, const struct user_tokens_wait *wait,
                         struct token *token, bool *asked, struct error *error)
{
    auto_single_flight struct single_flight flight = { -1 };
    struct error reason = { 0 };
    bool acquired = false;
    *asked = false;
    if (refresh(module, store, request, wait->deadline, token, &reason, error))
        return true;
    if (error->kind != ERROR_NONE)
        return false;
    if (!may_ask(request))
        return need_sign_in(store, request, wait->options, &reason, error);
    *asked = true;
    if (!hold_prompt(module, store, request, wait, &reason, &flight, token, &acquired, error))
        return acquired;
    if (reason.kind != ERROR_NONE)
        warning("%s must sign in again: %s",
                account_of(request) != NULL ? account_of(request) : "the person", reason.message);
    return sign_in(module, store, request, wait, reason.claims, false, token, error);
}
