/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/sign_in_needed.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/environment.h"
#include "common/base/report.h"
#include "common/base/shell_line.h"
#include "common/base/text.h"
#include "common/entra/account.h"
#include "common/entra/authority.h"
#include "common/entra/identity_source.h"
#include "common/entra/remedies.h"
#include "common/store/unseen.h"
#include "common/tokens/job_advice.h"

const char *sign_in_account(const struct token_request *request)
{
    return request->username != NULL ? request->username : request->account;
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

bool sign_in_is_foreign(const struct token_request *request)
{
    const char *home =
        request->home_account_id != NULL ? account_home_tenant(request->home_account_id) : NULL;
    if (home == NULL || !authority_is_single_tenant(request->tenant))
        return false;
    return text_is_guid(request->tenant) ? strcasecmp(home, request->tenant) != 0
                                         : request->account == NULL && !request->account_of_tenant;
}

/* Whether the tenant may not know the account, or has just said so. */
static bool is_unknown_here(const struct token_request *request, const char *code)
{
    return sign_in_is_foreign(request) ||
           (sign_in_account(request) != NULL && remedies_blame_account(code));
}

/* Replaces an option that is not given by what a variable decided: that of a host tool's
 * configuration may not be set in the user's shell. */
static void add_variable(const char **option, const char *variable, const char *value)
{
    if (*option == NULL && environment(variable) != NULL)
        *option = value;
}

/* Whether a variable such as AzureAd__ClientId, which stands in for a setting, has this ending. */
static bool is_set_by_variable(const char *setting)
{
    for (char **variable = environ; *variable != NULL; variable++) {
        size_t length = strcspn(*variable, "="), ending = strlen(setting);
        if (length > ending && strncasecmp(*variable + length - ending, setting, ending) == 0 &&
            (*variable)[length] != '\0' && (*variable)[length + 1] != '\0')
            return true;
    }
    return false;
}

static void add_setting(const char **option, const char *setting, const char *value)
{
    if (*option == NULL && is_set_by_variable(setting))
        *option = value;
}

/* An account of another tenant must sign in to this one, and so must one whose tenant a server or
 * cluster named. */
struct options sign_in_options(const struct token_request *request, const struct options *given)
{
    struct options same = *given;
    same.api = request->api;
    same.account = request->account;
    same.resource = NULL;
    same.managed_identity = false;
    if (request->instance_learned)
        same.authority = request->instance;
    if (sign_in_is_foreign(request) || request->tenant_learned)
        same.tenant = request->tenant;
    add_variable(&same.config, "ENTRA_CONFIG", environment("ENTRA_CONFIG"));
    add_variable(&same.keyring, "ENTRA_KEYRING", environment("ENTRA_KEYRING"));
    if (same.keyring != NULL && strcmp(same.keyring, "none") == 0) /* which keeps no sign-in */
        same.keyring = NULL;
    add_variable(&same.authority, "AZURE_AUTHORITY_HOST", request->instance);
    add_variable(&same.tenant, "AZURE_TENANT_ID", request->tenant);
    add_setting(&same.authority, "__Instance", request->instance);
    add_setting(&same.authority, "__Authority", request->instance);
    add_setting(&same.tenant, "__TenantId", request->tenant);
    add_setting(&same.tenant, "__Authority", request->tenant);
    if (request->client_id_from != NULL) { /* then somebody chose it */
        add_variable(&same.client_id, "AZURE_CLIENT_ID", request->client_id);
        add_setting(&same.client_id, "__ClientId", request->client_id);
    }
    if (request->client_overridden)
        same.client_id = request->client_id;
    same.scope_count = 0;
    return same;
}

/* Several scopes are one text of the request. */
static void add_scopes(struct shell_line *line, const struct token_request *request)
{
    autofree char *scopes = strdup(request->scope);
    char *rest = NULL;
    for (char *one = strtok_r(scopes, " ", &rest); one != NULL; one = strtok_r(NULL, " ", &rest))
        shell_line_add(line, "--scope", one);
}

struct shell_line sign_in_line(const struct token_request *request, const struct options *given)
{
    struct shell_line line = { "" };
    const struct options same = sign_in_options(request, given);
    options_each(&same, OPTION_OF_REQUEST, shell_line_add, &line);
    if (request->api == NULL && request->scope != NULL)
        add_scopes(&line, request);
    if (request->account_folder != NULL)
        shell_line_add(&line, "--cache-dir", request->account_folder);
    return line;
}

/* A user's sign-in is of use only if it is kept. */
static bool hint_at_keyring(const struct shell_line *line, const struct user_tokens_wait *wait,
                            struct error *error)
{
    return error_hint(error,
                      "A user signs in once, and the keyring keeps that; but 'none' keeps nothing. "
                      "Name another one by %s, and run 'entra login%s'.",
                      wait->options->keyring != NULL ? "--keyring" : "ENTRA_KEYRING", line->text);
}

/* The tenant does not know the account that somebody named, whose sign-in changes nothing. */
static bool hint_at_account(const struct token_request *request,
                            const struct user_tokens_wait *wait, struct error *error)
{
    const char *how = wait->options->account != NULL ? "--account NAME"
                      : wait->name_account != NULL   ? wait->name_account
                                                     : "Account in the configuration";
    return error_hint(error,
                      "Name an account that this tenant knows: %s. Or name none, or have an "
                      "administrator of the tenant invite %s.",
                      how, request->account);
}

/* Sets the hint to the command that signs in for the same request. If nobody named the account,
 * another one may be meant. */
static bool hint_at_login(const struct store *store, const struct token_request *request,
                          const struct user_tokens_wait *wait, struct error *error)
{
    if (request->account != NULL && remedies_blame_account(error->code))
        return hint_at_account(request, wait, error);
    struct shell_line line = sign_in_line(request, wait->options);
    bool foreign = is_unknown_here(request, error->code);
    bool needs_browser = remedies_blame_device_code(error->code);
    const char *browser = needs_browser ? " --browser" : "";
    const char *how = needs_browser ? ", in a browser that uses the device's identity broker"
                      : foreign && request->account == NULL
                          ? " with an account that this tenant knows"
                          : "";
    if (store->named && strcmp(store->keyring->name, "none") == 0)
        return hint_at_keyring(&line, wait, error);
    if (!foreign)
        return error_hint(error, "Run 'entra login%s%s'%s%s.", browser, line.text, how,
                          alternative(request));
    return error_hint(
        error, "Run 'entra login%s%s'%s; or name another account that has signed in: %s.", browser,
        line.text, how, wait->name_account != NULL ? wait->name_account : "--account NAME");
}

/* Says which keyring has no such sign-in, since there may be one in another: programs of cron, or
 * of a tmux that outlives its session, do not reach the desktop's. */
static void say_where(const struct store *store, struct error *error)
{
    autofree char *unseen = unseen_clause(store, "no such sign-in");
    size_t used = strlen(error->message);
    if (unseen != NULL)
        snprintf(error->message + used, sizeof error->message - used, ": %s", unseen);
    else
        snprintf(error->message + used, sizeof error->message - used,
                 ": the keyring %s has no such sign-in", store->keyring->name);
    used = strlen(error->hint);
    if (unseen_hint(store) != NULL)
        snprintf(error->hint + used, sizeof error->hint - used, " %s", unseen_hint(store));
}

bool sign_in_fail_unknown(const struct error *trouble, struct error *error)
{
    error_set(error, ERROR_SIGN_IN, "the keyring does not show who has signed in: %s",
              trouble->message);
    error_hint(error, "%s", trouble->hint);
    return error_inherit(error, trouble);
}

bool sign_in_fail_needed(const struct store *store, const struct token_request *request,
                         const struct user_tokens_wait *wait, const struct error *reason,
                         struct error *error)
{
    const char *account = sign_in_account(request);
    if (reason->kind == ERROR_NONE && store->trouble.message[0] != '\0')
        return sign_in_fail_unknown(&store->trouble, error);
    if (reason->kind != ERROR_NONE && is_unknown_here(request, reason->code))
        error_set(error, ERROR_SIGN_IN, "%s gets no token in the tenant %s: %s", account,
                  request->tenant, reason->message);
    else if (reason->kind != ERROR_NONE)
        error_set(error, ERROR_SIGN_IN, "%s must sign in again: %s",
                  account != NULL ? account : "the user", reason->message);
    else if (request->home_account_id != NULL)
        error_set(error, ERROR_SIGN_IN, "there is no sign-in of %s for this API's client (%s%s)",
                  account, request->client_id,
                  request->first_is_refused ? ", since the authority refuses the usual one" : "");
    else if (account != NULL)
        error_set(error, ERROR_SIGN_IN, "%s has not signed in", account);
    else if (request->account_folder != NULL)
        error_set(error, ERROR_SIGN_IN, "nobody is signed in for %.200s, which has its own account",
                  request->account_folder);
    else if (request->unconfigured)
        error_set(error, ERROR_SIGN_IN, "no identity is configured and nobody is signed in, and %s",
                  wait->no_identity != NULL && wait->no_identity[0] != '\0'
                      ? wait->no_identity
                      : "there is no managed identity on this machine");
    else
        error_set(error, ERROR_SIGN_IN, "nobody is signed in");
    error_inherit(error, reason);
    if (error->code[0] == '\0')
        error_known_as(error, request->unconfigured ? "unconfigured" : "sign_in_needed");
    if (!job_advice(wait->options, request, error))
        hint_at_login(store, request, wait, error);
    if (reason->kind == ERROR_NONE)
        say_where(store, error);
    return false;
}

bool sign_in_fail_silent(const struct store *store, const struct token_request *request,
                         const struct user_tokens_wait *wait, const struct error *reason,
                         const struct error *silence, struct error *error)
{
    struct error needed = { 0 };
    sign_in_fail_needed(store, request, wait, reason, &needed);
    error_set(error, ERROR_SIGN_IN, "%s; %s", needed.message, silence->message);
    error_inherit(error, reason->kind != ERROR_NONE ? reason : silence);
    return error_hint(error, "%s", needed.hint);
}

bool sign_in_fail_pending(struct error *error)
{
    error_set(error, ERROR_SIGN_IN, "another process is waiting for you to sign in");
    return error_known_as(error, "sign_in_pending");
}

void sign_in_say_pending(void)
{
    static bool is_said;
    if (!is_said)
        notice("Waiting for you to sign in: another process is asking you to.");
    is_said = true;
}
