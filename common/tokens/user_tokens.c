/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/user_tokens.h"

#include <stdio.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/deadline.h"
#include "common/base/runtime_folder.h"
#include "common/base/shared_error.h"
#include "common/base/single_flight.h"
#include "common/entra/claims.h"
#include "common/entra/identity_source.h"
#include "common/store/account_store.h"

/* How long the failure of a sign-in is shared with the processes that waited for it. */
#define FAILURE_SECONDS 60

/* The keyring's time to store a sign-in, however long that took. */
#define STORE_MILLISECONDS 10000

/* ---- locks ---- */

/* Shared by all processes that want the same user to sign in. */
static struct runtime_name sign_in_name(const char *ending, const struct token_request *request)
{
    const char *account = request->account != NULL ? request->account : ACCOUNT_DEFAULT;
    const char *const texts[] = { request->instance, request->client_id, account, NULL };
    return runtime_name(ending, texts);
}

/* Shared by all processes that use or replace an account's refresh tokens. */
static struct runtime_name refresh_name(const struct token_request *request)
{
    const char *const texts[] = { request->instance, request->home_account_id, NULL };
    return runtime_name("refresh", texts);
}

/* Waits until no other process holds the lock. *waited: one did. False: the time is up. */
static bool lock(struct single_flight *flight, const char *name, int64_t deadline, bool *waited)
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

/* ---- errors of a user who must sign in ---- */

/* The account that is meant, for messages; NULL: any. */
static const char *account_name(const struct token_request *request)
{
    return request->username != NULL ? request->username : request->account;
}

/* Characters that a shell takes literally. */
#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@%+=:,./-_#~^"

/* A command line for a hint, cut to its size. */
struct command_line {
    char text[400];
};

/* Users paste the line into a shell, and a user name may come from a hostile URL. */
static void append_option(void *context, const char *name, const char *value)
{
    struct command_line *line = context;
    size_t used = strlen(line->text);
    bool plain = value == NULL || strspn(value, PLAIN) == strlen(value);
    bool safe = value == NULL || strpbrk(value, "\"$`\\!") == NULL;
    snprintf(line->text + used, sizeof line->text - used, plain ? " %s%s%s" : " %s%s\"%s\"", name,
             value != NULL ? " " : "",
             value == NULL ? ""
             : safe        ? value
                           : "...");
}

/* What else would do. On a host that runs apps, and with an identity in the environment, the app's
 * managed identity may well have been meant. */
static const char *alternative(const struct token_request *request)
{
    if (request->home_account_id != NULL)
        return "";
    if (request->unconfigured)
        return ", or configure an app: see entra-appsettings(5)";
    return identity_source_find()->hosts_apps
               ? ", or give --managed-identity to use the identity that Azure gave this app"
               : "";
}

/* The sign-in that makes the same request work. */
static bool hint_at_login(const struct token_request *request, const struct options *options,
                          struct error *error)
{
    struct command_line line = { "" };
    struct options same = *options;
    same.api = request->api;
    same.account = request->account;
    same.resource = NULL;
    same.managed_identity = false;
    if (request->api != NULL)
        same.scope_count = 0;
    else if (request->scope != NULL) {
        same.scopes[0] = request->scope;
        same.scope_count = 1;
    }
    options_each(&same, OPTION_OF_REQUEST, append_option, &line);
    return error_hint(error, "Run 'entra login%s'%s.", line.text, alternative(request));
}

/* The user may well have signed in; only the keyring could tell. */
static bool fail_unreadable(const struct error *trouble, struct error *error)
{
    error_set(error, ERROR_SIGN_IN, "the keyring does not show who has signed in: %s",
              trouble->message);
    error_hint(error, "%s", trouble->hint);
    return error_inherit(error, trouble);
}

/* Whether this is the trouble of a keyring that may have a sign-in, but does not show it. */
static bool hides_sign_ins(const struct error *trouble)
{
    static const char *const codes[] = { "keyring_locked", "keyring_silent", "keyring_failed" };
    for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
        if (strcmp(trouble->code, codes[i]) == 0)
            return true;
    return false;
}

/* The user cannot be asked. The reason is the authority's refusal; none if nobody has signed in. */
static bool fail_sign_in_needed(const struct token_store *store,
                                const struct token_request *request, const struct options *options,
                                const struct error *reason, struct error *error)
{
    const char *account = account_name(request);
    if (reason->kind == ERROR_NONE && store->trouble.message[0] != '\0')
        return fail_unreadable(&store->trouble, error);
    if (reason->kind != ERROR_NONE)
        error_set(error, ERROR_SIGN_IN, "%s must sign in again: %s",
                  account != NULL ? account : "the user", reason->message);
    else if (request->home_account_id != NULL)
        error_set(error, ERROR_SIGN_IN, "%s has not signed in yet for this API's client (%s)",
                  account, request->client_id);
    else if (account != NULL)
        error_set(error, ERROR_SIGN_IN, "%s has not signed in", account);
    else
        error_set(error, ERROR_SIGN_IN, "%s",
                  request->unconfigured
                      ? "no identity is configured and nobody is signed in, and there is no "
                        "managed identity on this machine"
                      : "nobody is signed in");
    error_inherit(error, reason);
    if (error->code[0] == '\0')
        error_known_as(error, request->unconfigured ? "unconfigured" : "sign_in_needed");
    return hint_at_login(request, options, error);
}

bool user_tokens_sign_in_pending(struct error *error)
{
    error_set(error, ERROR_SIGN_IN, "another process is waiting for you to sign in");
    return error_known_as(error, "sign_in_pending");
}

/* ---- signing in ---- */

/* A sign-in without a refresh token is worth the one token that came with it, if one did. */
static bool check_lasts(const struct token_request *request, const struct account *account,
                        struct error *error)
{
    struct error why;
    if (account->refresh_token != NULL)
        return true;
    error_set(&why, ERROR_REFUSED,
              "the authority gave no refresh token that could be kept, so the sign-in %s",
              request->scope != NULL ? "lasts no longer than this token" : "is useless");
    error_known_as(&why, "no_refresh_token");
    if (request->scope == NULL) {
        *error = why;
        return false;
    }
    warning_of(why.code, "%s. %s", why.message, error_advice(&why));
    return true;
}

static bool set_account(struct token_request *request, const struct account *account,
                        struct error *error)
{
    free(request->home_account_id);
    free(request->username);
    request->home_account_id = strdup(account->home_account_id);
    request->username = strdup(account->username);
    return (request->home_account_id != NULL && request->username != NULL) ||
           error_no_memory(error);
}

/* Has the user sign in and stores the account. demand: the claims that the authority wants the
 * sign-in to satisfy, beside those of the request; "": none. */
static bool sign_in(const struct acquire_module *module, struct token_store *store,
                    struct token_request *request, const struct user_tokens_wait *wait,
                    const char *demand, bool make_default, struct token *token, struct error *error)
{
    auto_account struct account account = { 0 };
    struct token_request demanding = *request; /* owns nothing */
    autofree char *claims = demand[0] != '\0' ? claims_add_demand(request->claims, demand) : NULL;
    if (claims != NULL)
        demanding.claims = claims;
    struct runtime_name failure = sign_in_name("sign-in-failure", request);
    if (!module->sign_in(&demanding, wait->sign_in_deadline, token, &account, error)) {
        shared_error_post(failure.text, error, FAILURE_SECONDS);
        return false;
    }
    if (!check_lasts(request, &account, error) || !set_account(request, &account, error))
        return false;
    /* A refresh that is under way would overwrite this refresh token with an older one. */
    bool waited = false;
    auto_single_flight struct single_flight flight = { -1 };
    lock(&flight, refresh_name(request).text, deadline_in(STORE_MILLISECONDS), &waited);
    return account_store_keep(store, request, &account, make_default,
                              deadline_in(STORE_MILLISECONDS), error);
}

/* A user who signs in now need not wait for a prompt that another process may be showing, unseen.
 */
bool user_tokens_sign_in(const struct acquire_module *module, struct token_store *store,
                         struct token_request *request, const struct user_tokens_wait *wait,
                         struct token *ret_token, struct error *error)
{
    auto_single_flight struct single_flight flight = { -1 };
    single_flight_join(&flight, sign_in_name("sign-in", request).text, deadline_in(0));
    return sign_in(module, store, request, wait, "", true, ret_token, error);
}

/* ---- refreshing silently ---- */

/* Whether signing in again helps. */
static bool needs_sign_in(const struct error *error)
{
    static const char *const errors[] = { "invalid_grant", "interaction_required", "login_required",
                                          "consent_required" };
    for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
        if (strcmp(error->oauth_error, errors[i]) == 0)
            return true;
    return false;
}

/* Gets a token by the refresh token in the keyring. False without an error: signing in would help;
 * *reason is the authority's refusal, or ERROR_NONE if there is no refresh token. If the keyring
 * hides its sign-ins, that is an error: each process would ask the user, and keep nothing. */
static bool refresh(const struct acquire_module *module, struct token_store *store,
                    struct token_request *request, int64_t deadline, struct token *token,
                    struct error *reason, struct error *error)
{
    auto_single_flight struct single_flight flight = { -1 };
    auto_account struct account known = { 0 }, renewed = { 0 };
    enum keyring_answer answer = KEYRING_FOUND;
    bool waited = false;
    if (request->home_account_id == NULL)
        answer = account_store_resolve(store, request, deadline, error);
    if (answer == KEYRING_FOUND && !lock(&flight, refresh_name(request).text, deadline, &waited))
        return error_set(error, ERROR_NETWORK,
                         "another process is asking %s for a token of %s already, and had no "
                         "answer in time",
                         request->instance, request->username);
    if (answer == KEYRING_FOUND)
        answer = account_store_find(store, request, deadline, &known, error);
    if (answer == KEYRING_NOTHING && hides_sign_ins(&store->trouble))
        return fail_unreadable(&store->trouble, error);
    if (answer != KEYRING_FOUND)
        return false;
    trace("network: asking %s for %s, by the refresh token of %s", request->instance,
          request->scope, known.username);
    if (module->refresh(request, &known, deadline, token, &renewed, error))
        return account_store_rotate(store, request, &renewed, deadline_in(STORE_MILLISECONDS),
                                    error);
    if (needs_sign_in(error)) {
        *reason = *error;
        *error = (struct error){ 0 };
        /* By this word alone the authority says that it will never accept it again (MSAL). */
        if (strcmp(reason->suberror, "bad_token") == 0)
            account_store_drop(store, request, known.refresh_token, deadline, error);
    }
    return false;
}

/* Another process has just signed a user in. That may have changed the default account. */
static bool refresh_after_sign_in(const struct acquire_module *module, struct token_store *store,
                                  struct token_request *request, struct token *token,
                                  struct error *error)
{
    struct error unused = { 0 };
    free(steal(&request->home_account_id));
    free(steal(&request->username));
    return refresh(module, store, request, deadline_in(STORE_MILLISECONDS), token, &unused, error);
}

bool user_tokens_acquire(const struct acquire_module *module, struct token_store *store,
                         struct token_request *request, const struct user_tokens_wait *wait,
                         struct token *ret_token, bool *ret_asked, struct error *error)
{
    struct error reason = { 0 };
    *ret_asked = false;
    if (refresh(module, store, request, wait->deadline, ret_token, &reason, error))
        return true;
    if (error->kind != ERROR_NONE)
        return false;
    if (wait->may_ask == NULL || !wait->may_ask())
        return fail_sign_in_needed(store, request, wait->options, &reason, error);

    /* One process asks. The others wait for its sign-in, or its failure. */
    bool waited = false;
    auto_single_flight struct single_flight flight = { -1 };
    *ret_asked = true;
    if (!lock(&flight, sign_in_name("sign-in", request).text, wait->sign_in_deadline, &waited))
        return user_tokens_sign_in_pending(error);
    if (shared_error_read(sign_in_name("sign-in-failure", request).text, wait->began, error))
        return false;
    if ((waited || reason.kind == ERROR_NONE) &&
        refresh_after_sign_in(module, store, request, ret_token, error))
        return true;
    if (error->kind != ERROR_NONE)
        return false;
    if (reason.kind != ERROR_NONE)
        warning("%s must sign in again: %s",
                account_name(request) != NULL ? account_name(request) : "the user", reason.message);
    return sign_in(module, store, request, wait, reason.claims, false, ret_token, error);
}
