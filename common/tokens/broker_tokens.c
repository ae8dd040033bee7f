/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/broker_tokens.h"

#include <stdio.h>
#include <string.h>

#include "common/base/deadline.h"
#include "common/base/environment.h"
#include "common/base/session.h"
#include "common/base/text.h"
#include "common/entra/authority.h"
#include "common/entra/claims.h"
#include "common/store/token_store.h"
#include "common/tokens/broker_memory.h"
#include "common/tokens/sign_in_needed.h"
#include "common/tokens/tenant_id.h"

/* How long a broker may take that does not ask the user: it may have to be started, and to ask the
 * authority three times. Himmelblau's gives up after 30 seconds. */
#define SILENT_MILLISECONDS 20000

/* How long the authority may take to tell a tenant's ID. */
#define TENANT_MILLISECONDS 10000

/* ---- whether to try ---- */

bool broker_tokens_is_required(const struct token_request *request)
{
    return request->broker == BROKER_USE_REQUIRED || request->sign_in == SIGN_IN_BROKER;
}

bool broker_tokens_may_try(const struct token_request *request)
{
    return broker_tokens_is_required(request) ||
           (request->broker != BROKER_USE_NEVER && !authority_is_adfs(request->tenant) &&
            session_has_bus());
}

/* ---- asking ---- */

/* Whoever asks for the broker by name tries again. */
static bool is_remembered(const struct token_request *request, struct broker_outcome *outcome)
{
    if (broker_tokens_is_required(request))
        return false;
    if (broker_memory_has_failed(&outcome->reason))
        outcome->end = BROKER_UNUSABLE;
    else if (broker_memory_has_refused(request, &outcome->reason))
        outcome->end = BROKER_REFUSES_CLIENT;
    else
        return false;
    outcome->is_remembered = true;
    return true;
}

/* Himmelblau's broker does not look at the tenant. So it must be known by its ID, to tell a token
 * of another one. The authority is not asked for it if there is no broker. */
static enum broker_end identify_tenant(const struct broker_module *module,
                                       const struct token_request *request, int64_t deadline,
                                       struct tenant_id *ret_tenant, struct error *error)
{
    struct error why = { 0 };
    int64_t soon = deadline_in(TENANT_MILLISECONDS);
    bool runs = false;
    if (tenant_id_is_known(request, ret_tenant))
        return BROKER_DONE;
    enum broker_end end = module->find(deadline, &runs, error);
    if (end != BROKER_DONE ||
        tenant_id_ask(request, deadline < soon ? deadline : soon, ret_tenant, &why))
        return end;
    error_set(error, why.kind,
              "the device's identity broker is not asked, since the ID of the tenant %s is not "
              "known: %s",
              request->tenant, why.message);
    error_inherit(error, &why);
    return BROKER_UNUSABLE;
}

/* Only a refusal is remembered of a window: what else happens there, the user did. */
static void note(const struct token_request *request, bool prompted, int64_t began,
                 const struct broker_outcome *outcome)
{
    if (outcome->end != BROKER_DONE)
        trace("broker: %s", outcome->reason.message);
    if (!prompted || outcome->end == BROKER_DONE || outcome->end == BROKER_REFUSES_CLIENT)
        broker_memory_note(request, outcome->end, &outcome->reason, deadline_now() - began);
}

static void acquire(const struct token_request *request, const struct secret *refused,
                    const char *demand, const char *invitation, int64_t deadline,
                    struct token *token, struct account *account, struct broker_outcome *outcome)
{
    struct tenant_id tenant = { "" };
    struct token_request told = *request; /* owns nothing */
    autofree char *claims = demand[0] != '\0' ? claims_add_demand(request->claims, demand) : NULL;
    int64_t began = deadline_now();
    *outcome = (struct broker_outcome){ .end = BROKER_UNUSABLE };
    const struct broker_module *module = broker_load(&outcome->reason);
    if (module == NULL)
        return;
    outcome->end = identify_tenant(module, request, deadline, &tenant, &outcome->reason);
    told.tenant = tenant.text;
    if (claims != NULL)
        told.claims = claims;
    const struct broker_wanted wanted = { .request = &told,
                                          .refused = refused,
                                          .prompts = invitation != NULL,
                                          .invitation = invitation };
    if (outcome->end == BROKER_DONE)
        outcome->end = module->acquire(&wanted, deadline, token, account, &outcome->reason);
    note(request, wanted.prompts, began, outcome);
}

int64_t broker_tokens_deadline(const struct user_tokens_wait *wait)
{
    bool may_ask = wait->may_ask != NULL && wait->may_ask();
    return may_ask ? deadline_in(deadline_left(wait->deadline) / 2) : wait->deadline;
}

/* Whether the broker is to renew what it gave. It may be out of its cache, where it stays after a
 * server has refused it. Where a new one is wanted and the old one is not known, only this makes
 * sure of it (MSAL.NET's WithForceRefresh does the same); claims pass the cache by. */
static bool must_be_renewed(const struct token_request *request, const char *demand, bool wants_new,
                            const struct token *old, const struct token *given)
{
    bool has_claims = request->challenged || demand[0] != '\0';
    return broker_memory_is_refused(request, given->access_token) ||
           (wants_new && !has_claims && old->access_token == NULL);
}

void broker_tokens_get(struct store *store, const struct token_request *request, const char *demand,
                       bool wants_new, int64_t deadline, struct token *ret_token,
                       struct account *ret_account, struct broker_outcome *ret_outcome)
{
    auto_token struct token old = { 0 }, given = { 0 };
    struct error unused = { 0 };
    int64_t soon = deadline_in(SILENT_MILLISECONDS);
    if (deadline < soon)
        soon = deadline;
    /* A folder without an account has nobody signed in, whoever uses the device. */
    bool is_nobodys = request->account_folder != NULL && request->home_account_id == NULL;
    *ret_outcome = (struct broker_outcome){ .end = BROKER_ABSENT };
    error_set(&ret_outcome->reason, ERROR_OTHER, "there is no identity broker that may be used");
    error_known_as(&ret_outcome->reason, "broker_absent");
    if (!broker_tokens_may_try(request) || (is_nobodys && !broker_tokens_is_required(request)) ||
        is_remembered(request, ret_outcome))
        return;
    /* The broker has a cache too, which may still hold the token that will not do. */
    if (request->home_account_id != NULL)
        token_store_find(store, request, deadline, &old, &unused);
    acquire(request, old.access_token, demand, NULL, soon, ret_token, ret_account, ret_outcome);
    if (ret_outcome->end == BROKER_DONE &&
        must_be_renewed(request, demand, wants_new, &old, ret_token)) {
        trace("broker: asking once more, to pass its cache by");
        token_move(&given, ret_token);
        account_clear(ret_account);
        acquire(request, given.access_token, demand, NULL, soon, ret_token, ret_account,
                ret_outcome);
    }
    /* No user can have cancelled what shows nothing. */
    if (ret_outcome->end == BROKER_CANCELLED)
        ret_outcome->end = BROKER_NEEDS_USER;
}

void broker_tokens_try(const struct token_request *request, int64_t deadline,
                       struct token *ret_token, struct account *ret_account,
                       struct broker_outcome *ret_outcome)
{
    int64_t soon = deadline_in(SILENT_MILLISECONDS);
    acquire(request, NULL, "", NULL, deadline < soon ? deadline : soon, ret_token, ret_account,
            ret_outcome);
    if (ret_outcome->end == BROKER_DONE)
        broker_memory_lift(request);
}

/* ---- signing in ---- */

/* Whether its window is where the user would look: not over ssh, nor where a program names another
 * way. */
static bool may_prompt(const struct token_request *request)
{
    bool has_display = environment("DISPLAY") != NULL || environment("WAYLAND_DISPLAY") != NULL;
    bool is_remote = environment("SSH_CONNECTION") != NULL;
    return broker_tokens_is_required(request) ||
           (has_display && !is_remote && request->sign_in == SIGN_IN_AUTO &&
            broker_tokens_may_try(request));
}

/* What is said when the window opens. The caller frees it. */
static char *invite(const struct token_request *request, const struct user_tokens_wait *wait)
{
    struct shell_line line = sign_in_line(request, wait->options);
    long long minutes = (deadline_left(wait->sign_in_deadline) + 59999) / 60000;
    return text_format("Sign in in the window of the device's identity broker, within %lld "
                       "minute%s; or press Ctrl-C, and run 'entra login --browser%s'.",
                       minutes, minutes == 1 ? "" : "s", line.text);
}

/* Says why the user is asked to sign in elsewhere. */
static void say_why_not(const struct token_request *request, const struct user_tokens_wait *wait,
                        const struct broker_outcome *outcome)
{
    struct shell_line line = sign_in_line(request, wait->options);
    if (outcome->end == BROKER_ABSENT)
        return;
    notice("You are asked to sign in, since %s.", outcome->reason.message);
    if (outcome->is_remembered && outcome->end == BROKER_REFUSES_CLIENT)
        notice("'entra login --broker%s' asks its identity broker again.", line.text);
}

enum broker_end broker_tokens_sign_in(struct store *store, const struct token_request *request,
                                      const char *demand, const struct broker_outcome *silent,
                                      const struct user_tokens_wait *wait, struct token *ret_token,
                                      struct account *ret_account, struct error *error)
{
    struct broker_outcome outcome = *silent;
    if (!may_prompt(request))
        return BROKER_ABSENT;
    if (outcome.end == BROKER_DONE)
        broker_tokens_get(store, request, demand, wait->wants_new, broker_tokens_deadline(wait),
                          ret_token, ret_account, &outcome);
    if (outcome.end == BROKER_NEEDS_USER && !is_remembered(request, &outcome)) {
        autofree char *invitation = invite(request, wait);
        acquire(request, NULL, demand, invitation, wait->sign_in_deadline, ret_token, ret_account,
                &outcome);
    }
    if (outcome.end == BROKER_DONE) {
        broker_memory_lift(request);
        return BROKER_DONE;
    }
    *error = outcome.reason;
    if (outcome.end == BROKER_CANCELLED)
        return BROKER_CANCELLED;
    if (broker_tokens_is_required(request))
        return outcome.end == BROKER_ABSENT ? BROKER_UNUSABLE : outcome.end;
    say_why_not(request, wait, &outcome);
    *error = (struct error){ 0 };
    return BROKER_ABSENT;
}

bool broker_tokens_explain(const struct token_request *request, const struct user_tokens_wait *wait,
                           const struct broker_outcome *outcome, struct error *error)
{
    struct shell_line line = sign_in_line(request, wait->options);
    size_t used = strlen(error->message), hinted = strlen(error->hint);
    if (outcome->end == BROKER_DONE || outcome->end == BROKER_ABSENT)
        return false;
    snprintf(error->message + used, sizeof error->message - used, "; and %.700s",
             outcome->reason.message);
    if (outcome->reason.hint[0] != '\0')
        snprintf(error->hint + hinted, sizeof error->hint - hinted, "%s%s", hinted > 0 ? " " : "",
                 outcome->reason.hint);
    if (outcome->is_remembered && outcome->end == BROKER_REFUSES_CLIENT)
        snprintf(error->hint + hinted, sizeof error->hint - hinted,
                 "%sRun 'entra login --broker%s' to ask the identity broker again.",
                 hinted > 0 ? " " : "", line.text);
    return false;
}
