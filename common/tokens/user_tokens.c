/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/user_tokens.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/deadline.h"
#include "common/base/runtime_folder.h"
#include "common/base/shared_error.h"
#include "common/base/single_flight.h"
#include "common/base/text.h"
#include "common/entra/authority.h"
#include "common/entra/claims.h"
#include "common/entra/error_report.h"
#include "common/entra/identity_source.h"
#include "common/entra/remedies.h"
#include "common/store/account_store.h"
#include "common/tokens/sign_in_silence.h"

/* How long the failure of a sign-in is shared with the processes that waited for it. */
#define FAILURE_SECONDS 60

/* The time to store a sign-in, however long the sign-in itself took. */
#define STORE_MILLISECONDS 10000

/* ---- locks ---- */

/* The name is the same in all processes that want the same user to sign in. */
static struct runtime_name sign_in_name(const char *ending, const struct token_request *request)
{
    const char *account = request->account != NULL ? request->account : ACCOUNT_DEFAULT;
    const char *const texts[] = { request->instance, request->client_id, account, NULL };
    return runtime_name(ending, texts);
}

/* Why a sign-in failed may be a matter of the tenant: another one may know the account. */
static struct runtime_name failure_name(const struct token_request *request)
{
    const char *account = request->account != NULL ? request->account : ACCOUNT_DEFAULT;
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

/* ---- errors of a user who must sign in ---- */

/* The requested account, for messages; NULL: any. */
static const char *account_name(const struct token_request *request)
{
    return request->username != NULL ? request->username : request->account;
}

/* Characters that a shell takes literally. */
#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@%+=:,./-_#~^"

/* The end of a command line for a hint, cut to fit. */
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

/* What the user can do instead of signing in, as the end of a sentence. In a service that hosts
 * apps (App Service, for example), the app's managed identity may have been meant. */
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

/* Whether the account belongs to another tenant, which this one may not know. Of a tenant's domain,
 * only a sign-in has told whether it is the account's own. */
static bool is_foreign(const struct token_request *request)
{
    const char *home =
        request->home_account_id != NULL ? account_home_tenant(request->home_account_id) : NULL;
    if (home == NULL || !authority_is_single_tenant(request->tenant))
        return false;
    return text_is_guid(request->tenant) ? strcasecmp(home, request->tenant) != 0
                                         : request->account == NULL && !request->account_of_tenant;
}

/* Sets the hint to the command that signs in for the same request. An account of another tenant
 * must sign in to this one; if nobody named it, another account may be meant. */
static bool hint_at_login(const struct token_request *request, const struct user_tokens_wait *wait,
                          struct error *error)
{
    struct command_line line = { "" };
    struct options same = *wait->options;
    bool foreign = is_foreign(request);
    same.api = request->api;
    same.account = request->account;
    same.resource = NULL;
    same.managed_identity = false;
    if (foreign)
        same.tenant = request->tenant;
    if (request->api != NULL)
        same.scope_count = 0;
    else if (request->scope != NULL) {
        same.scopes[0] = request->scope;
        same.scope_count = 1;
    }
    options_each(&same, OPTION_OF_REQUEST, append_option, &line);
    bool needs_browser = remedies_blame_device_code(error->code);
    const char *browser = needs_browser ? " --browser" : "";
    const char *how = needs_browser ? ", in a browser that uses the device's identity broker"
                      : foreign && request->account == NULL
                          ? " with an account that this tenant knows"
                          : "";
    if (!foreign)
        return error_hint(error, "Run 'entra login%s%s'%s%s.", browser, line.text, how,
                          alternative(request));
    return error_hint(
        error, "Run 'entra login%s%s'%s; or name another account that has signed in: %s.", browser,
        line.text, how, wait->name_account != NULL ? wait->name_account : "--account NAME");
}

/* Says which keyring has no such sign-in, since there may be one in another: programs of cron, or
 * of a tmux that outlives its session, do not reach the desktop's. */
static void say_where(const struct token_store *store, struct error *error)
{
    const char *absent = store->absent.message;
    size_t used = strlen(error->message);
    snprintf(error->message + used, sizeof error->message - used,
             ": the keyring %s has no such sign-in%s%.900s", store->keyring->name,
             absent[0] != '\0' ? ", and the desktop's is not looked into: " : "", absent);
    used = strlen(error->hint);
    if (strcmp(store->absent.code, "keyring_no_bus") == 0)
        snprintf(error->hint + used, sizeof error->hint - used,
                 " If you have signed in at the desktop, set DBUS_SESSION_BUS_ADDRESS as it is "
                 "there.");
}

/* Whether the user has signed in is not known, because the keyring cannot be read. */
static bool fail_unreadable(const struct error *trouble, struct error *error)
{
    error_set(error, ERROR_SIGN_IN, "the keyring does not show who has signed in: %s",
              trouble->message);
    error_hint(error, "%s", trouble->hint);
    return error_inherit(error, trouble);
}

/* The user must sign in and cannot be asked. reason is the authority's refusal, or ERROR_NONE if
 * nobody has signed in. */
static bool fail_sign_in_needed(const struct token_store *store,
                                const struct token_request *request,
                                const struct user_tokens_wait *wait, const struct error *reason,
                                struct error *error)
{
    const char *account = account_name(request);
    if (reason->kind == ERROR_NONE && store->trouble.message[0] != '\0')
        return fail_unreadable(&store->trouble, error);
    if (reason->kind != ERROR_NONE && is_foreign(request))
        error_set(error, ERROR_SIGN_IN, "%s gets no token in the tenant %s: %s", account,
                  request->tenant, reason->message);
    else if (reason->kind != ERROR_NONE)
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
    hint_at_login(request, wait, error);
    if (reason->kind == ERROR_NONE)
        say_where(store, error);
    return false;
}

/* The same, where the user is not asked since an earlier prompt led to no sign-in. */
static bool fail_silent(const struct token_store *store, const struct token_request *request,
                        const struct user_tokens_wait *wait, const struct error *reason,
                        const struct error *silence, struct error *error)
{
    struct error needed = { 0 };
    fail_sign_in_needed(store, request, wait, reason, &needed);
    error_set(error, ERROR_SIGN_IN, "%s; %s", needed.message, silence->message);
    error_inherit(error, reason->kind != ERROR_NONE ? reason : silence);
    return error_hint(error, "%s", needed.hint);
}

bool user_tokens_sign_in_pending(struct error *error)
{
    error_set(error, ERROR_SIGN_IN, "another process is waiting for you to sign in");
    return error_known_as(error, "sign_in_pending");
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
    warning_of(why.code, "%s. %s", why.message, error_advice(&why));
    return true;
}

static void set_account(struct token_request *request, const struct account *account)
{
    free(request->home_account_id);
    free(request->username);
    request->home_account_id = strdup(account->home_account_id);
    request->username = strdup(account->username);
}

/* Has the user sign in and stores the account. demand is the claims that the authority requires in
 * addition to those of the request, or "". */
static bool sign_in(const struct acquire_module *module, struct token_store *store,
                    struct token_request *request, const struct user_tokens_wait *wait,
                    const char *demand, enum account_choice choice, struct token *token,
                    struct error *error)
{
    auto_account struct account account = { 0 };
    struct token_request demanding = *request; /* owns nothing */
    autofree char *claims = demand[0] != '\0' ? claims_add_demand(request->claims, demand) : NULL;
    if (claims != NULL)
        demanding.claims = claims;
    struct runtime_name failure = failure_name(request);
    struct runtime_name silence = sign_in_name("sign-in-silence", request);
    sign_in_silence_begin(silence.text);
    if (!module->sign_in(&demanding, wait->sign_in_deadline, token, &account, error)) {
        if (error->kind != ERROR_SIGN_IN && error->kind != ERROR_REFUSED)
            sign_in_silence_end(silence.text);
        shared_error_post(failure.text, error, FAILURE_SECONDS);
        return false;
    }
    sign_in_silence_end(silence.text);
    if (!check_lasts(request, &account, error))
        return false;
    set_account(request, &account);
    /* A refresh in another process could overwrite this refresh token with an older one; another
     * sign-in, what is remembered of the tenants. */
    bool waited = false;
    auto_single_flight struct single_flight flight = { -1 }, accounts = { -1 };
    lock_flight(&flight, refresh_name(request).text, deadline_in(STORE_MILLISECONDS), &waited);
    lock_flight(&accounts, accounts_name(request).text, deadline_in(STORE_MILLISECONDS), &waited);
    return account_store_keep(store, request, &account, choice, deadline_in(STORE_MILLISECONDS),
                              error);
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
    return sign_in(module, store, request, wait, "", choice, ret_token, error);
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

/* Gets a token with the refresh token in the keyring. If the user must sign in, *reason is the
 * authority's refusal, or ERROR_NONE if there is no refresh token. A keyring that hides its
 * sign-ins is an error: every process would ask the user to sign in, and none could store the
 * result. */
static enum refresh_end refresh(const struct acquire_module *module, struct token_store *store,
                                struct token_request *request, int64_t deadline,
                                struct token *token, struct error *reason, struct error *error)
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
        fail_unreadable(&store->trouble, error);
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

static void forget_account(struct token_request *request)
{
    free(steal(&request->home_account_id));
    free(steal(&request->username));
}

/* Says why the user is asked. The user may choose another account than one that nobody named and
 * that may be none of the tenant's. */
static void ask_again(struct token_request *request, const struct error *reason)
{
    const char *account = account_name(request);
    if (!is_foreign(request)) {
        warning("%s must sign in again: %s", account != NULL ? account : "the user",
                reason->message);
        return;
    }
    warning("%s gets no token in the tenant %s: %s", account, request->tenant, reason->message);
    if (request->account == NULL)
        forget_account(request);
}

bool user_tokens_acquire(const struct acquire_module *module, struct token_store *store,
                         struct token_request *request, const struct user_tokens_wait *wait,
                         struct token *ret_token, bool *ret_asked, struct error *error)
{
    struct error reason = { 0 };
    *ret_asked = false;
    enum refresh_end end =
        refresh(module, store, request, wait->deadline, ret_token, &reason, error);
    if (end != REFRESH_NEEDS_SIGN_IN)
        return end == REFRESHED;
    if (wait->may_ask == NULL || !wait->may_ask())
        return fail_sign_in_needed(store, request, wait, &reason, error);

    /* One process asks; the others wait until the user has signed in there, or has not. */
    bool waited = false;
    auto_single_flight struct single_flight flight = { -1 };
    *ret_asked = true;
    if (!lock_flight(&flight, sign_in_name("sign-in", request).text, wait->sign_in_deadline,
                     &waited))
        return user_tokens_sign_in_pending(error);
    if (shared_error_read(failure_name(request).text, wait->began, error))
        return false;
    if (waited || reason.kind == ERROR_NONE) {
        /* A sign-in in another process may have changed the account. */
        forget_account(request);
        end = refresh(module, store, request, deadline_in(STORE_MILLISECONDS), ret_token, &reason,
                      error);
        if (end != REFRESH_NEEDS_SIGN_IN)
            return end == REFRESHED;
    }
    struct error silence = { 0 };
    if (sign_in_silence_is_kept(sign_in_name("sign-in-silence", request).text, &silence)) {
        *ret_asked = waited;
        return fail_silent(store, request, wait, &reason, &silence, error);
    }
    if (reason.kind != ERROR_NONE)
        ask_again(request, &reason);
    enum account_choice choice =
        request->account == NULL ? ACCOUNT_FOR_TENANT : ACCOUNT_FOR_REQUEST;
    if (!sign_in(module, store, request, wait, reason.claims, choice, ret_token, error))
        return false;
    /* Whoever was in front of the browser: the user sees whose tokens are used from now on. */
    notice("Signed in as %s.", request->username);
    return true;
}
