/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/broker_tokens.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/environment.h"
#include "common/base/runtime_folder.h"
#include "common/base/shared_error.h"
#include "common/base/text.h"
#include "common/entra/authority.h"
#include "common/entra/claims.h"
#include "common/store/account_store.h"

/* How long a broker may take that does not ask the user: it may have to be started, and to ask the
 * authority three times. Himmelblau's gives up after 30 seconds. */
#define SILENT_MILLISECONDS 20000

/* How long it is remembered that the broker did not answer, and that it refused a client: its
 * registration may be changed. */
#define SILENCE_SECONDS 60
#define REFUSAL_SECONDS (24 * 60 * 60)

/* ---- whether to try ---- */

static bool has_bus(void)
{
    const char *runtime = environment_path("XDG_RUNTIME_DIR");
    if (environment("DBUS_SESSION_BUS_ADDRESS") != NULL)
        return true;
    autofree char *path = runtime != NULL ? text_format("%s/bus", runtime) : NULL;
    return path != NULL && access(path, F_OK) == 0;
}

bool broker_tokens_is_required(const struct token_request *request)
{
    return request->broker == BROKER_USE_REQUIRED || request->sign_in == SIGN_IN_BROKER;
}

bool broker_tokens_may_try(const struct token_request *request)
{
    return broker_tokens_is_required(request) || (request->broker != BROKER_USE_NEVER &&
                                                  !authority_is_adfs(request->tenant) && has_bus());
}

static enum broker_end fail_absent(struct error *error)
{
    error_set(error, ERROR_OTHER, "there is no identity broker that may be used");
    error_known_as(error, "broker_absent");
    return BROKER_ABSENT;
}

/* ---- what is remembered ---- */

static struct runtime_name silence_name(void)
{
    const char *const texts[] = { "identity-broker", NULL };
    return runtime_name("silent", texts);
}

static struct runtime_name refusal_name(const struct token_request *request)
{
    const char *const texts[] = { request->instance,
                                  request->tenant,
                                  request->client_id,
                                  request->scope != NULL ? request->scope : "",
                                  account_store_wanted(request),
                                  NULL };
    return runtime_name("broker-refusal", texts);
}

/* Whoever asks for the broker by name tries again. */
static bool is_hopeless(const struct token_request *request, enum broker_end *ret_end,
                        struct error *error)
{
    if (broker_tokens_is_required(request))
        return false;
    if (shared_error_read(silence_name().text, 0, error)) {
        *ret_end = BROKER_UNUSABLE;
        return true;
    }
    *ret_end = BROKER_REFUSES_CLIENT;
    return shared_error_read(refusal_name(request).text, 0, error);
}

static void remember(const struct token_request *request, enum broker_end end,
                     const struct error *error)
{
    if (end == BROKER_UNUSABLE && strcmp(error->code, "broker_silent") == 0)
        shared_error_post(silence_name().text, error, SILENCE_SECONDS);
    else if (end == BROKER_REFUSES_CLIENT)
        shared_error_post(refusal_name(request).text, error, REFUSAL_SECONDS);
    else if (end == BROKER_DONE && broker_tokens_is_required(request))
        shared_error_withdraw(refusal_name(request).text);
}

/* ---- asking ---- */

static enum broker_end acquire(const struct token_request *request, const struct secret *refused,
                               const char *demand, bool prompts, int64_t deadline,
                               struct token *token, struct account *account, struct error *error)
{
    struct token_request demanding = *request; /* owns nothing */
    struct broker_wanted wanted = { .request = &demanding, .refused = refused, .prompts = prompts };
    autofree char *claims = demand[0] != '\0' ? claims_add_demand(request->claims, demand) : NULL;
    const struct broker_module *module = broker_load(error);
    if (module == NULL)
        return BROKER_UNUSABLE;
    if (claims != NULL)
        demanding.claims = claims;
    enum broker_end end = module->acquire(&wanted, deadline, token, account, error);
    if (end != BROKER_DONE)
        trace("broker: %s", error->message);
    remember(request, end, error);
    return end;
}

int64_t broker_tokens_deadline(const struct user_tokens_wait *wait)
{
    bool may_ask = wait->may_ask != NULL && wait->may_ask();
    return may_ask ? deadline_in(deadline_left(wait->deadline) / 2) : wait->deadline;
}

enum broker_end broker_tokens_get(struct token_store *store, const struct token_request *request,
                                  const char *demand, int64_t deadline, struct token *ret_token,
                                  struct account *ret_account, struct error *error)
{
    auto_token struct token old = { 0 };
    struct error unused = { 0 };
    enum broker_end end = BROKER_ABSENT;
    int64_t soon = deadline_in(SILENT_MILLISECONDS);
    /* A folder without an account has nobody signed in, whoever uses the device. */
    bool is_nobodys = request->account_folder != NULL && request->home_account_id == NULL;
    if (!broker_tokens_may_try(request) || (is_nobodys && !broker_tokens_is_required(request)))
        return fail_absent(error);
    if (is_hopeless(request, &end, error))
        return end;
    /* The broker has a cache too, which it passes by for a token that is refused. */
    if ((request->challenged || request->force_refresh) && request->home_account_id != NULL)
        token_store_find(store, request, deadline, &old, &unused);
    end = acquire(request, old.access_token, demand, false, deadline < soon ? deadline : soon,
                  ret_token, ret_account, error);
    /* No user can have cancelled what shows nothing. */
    return end == BROKER_CANCELLED ? BROKER_NEEDS_USER : end;
}

/* ---- signing in ---- */

/* Whether its window is where the user would look: not over ssh, nor where a program names another
 * way. */
static bool may_prompt(const struct token_request *request)
{
    bool has_display = environment("DISPLAY") != NULL || environment("WAYLAND_DISPLAY") != NULL;
    return broker_tokens_is_required(request) ||
           (has_display && request->sign_in == SIGN_IN_AUTO && broker_tokens_may_try(request));
}

enum broker_end broker_tokens_sign_in(struct token_store *store,
                                      const struct token_request *request, const char *demand,
                                      const struct broker_outcome *silent,
                                      const struct user_tokens_wait *wait, struct token *ret_token,
                                      struct account *ret_account, struct error *error)
{
    enum broker_end end = silent->end;
    if (!may_prompt(request))
        return BROKER_ABSENT;
    *error = silent->reason;
    if (end == BROKER_DONE)
        end = broker_tokens_get(store, request, demand, broker_tokens_deadline(wait), ret_token,
                                ret_account, error);
    if (end == BROKER_NEEDS_USER && !is_hopeless(request, &end, error))
        end = acquire(request, NULL, demand, true, wait->sign_in_deadline, ret_token, ret_account,
                      error);
    if (end == BROKER_DONE || end == BROKER_CANCELLED)
        return end;
    if (broker_tokens_is_required(request))
        return end == BROKER_ABSENT ? BROKER_UNUSABLE : end;
    if (end != BROKER_ABSENT && error->kind != ERROR_NONE)
        notice("The device's identity broker does not sign you in: %s.", error->message);
    *error = (struct error){ 0 };
    return BROKER_ABSENT;
}

bool broker_tokens_explain(const struct error *reason, struct error *error)
{
    size_t used = strlen(error->message);
    if (reason->kind != ERROR_NONE && strcmp(reason->code, "broker_absent") != 0)
        snprintf(error->message + used, sizeof error->message - used, "; and %.700s",
                 reason->message);
    return false;
}
