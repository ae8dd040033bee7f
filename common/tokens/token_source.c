/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/token_source.h"

#include <string.h>

#include "common/base/deadline.h"
#include "common/base/random.h"
#include "common/base/shell_line.h"
#include "common/base/text.h"
#include "common/entra/authority.h"
#include "common/entra/claims.h"
#include "common/entra/id_shown.h"
#include "common/store/client_secret_store.h"
#include "common/store/pop_key_store.h"
#include "common/tokens/advice.h"
#include "common/tokens/client_choice.h"
#include "common/tokens/pop.h"
#include "common/tokens/registry_tokens.h"
#include "common/tokens/shared_failures.h"
#include "common/tokens/sign_in_needed.h"
#include "common/tokens/user_tokens.h"

void attempt_begin(struct attempt *ret_attempt, struct tokens *tokens,
                   const struct token_request *request, bool wants_new)
{
    ret_attempt->tokens = tokens;
    ret_attempt->original = request;
    ret_attempt->request = *request;
    ret_attempt->signs_in_again = false;
    ret_attempt->wants_new = wants_new || request->force_refresh || request->challenged;
    ret_attempt->was_received_on = ret_attempt->was_due_on = 0;
    ret_attempt->may_ask = tokens->may_ask;
    ret_attempt->deadline = tokens->deadline;
    ret_attempt->looked_at = 0;
    client_choice_make(&ret_attempt->request);
}

void attempt_clear(struct attempt *attempt)
{
    struct token_request *request = &attempt->request;
    for (size_t i = 0; i < request->credential_count; i++) {
        const struct credential *original = &attempt->original->credentials[i];
        if (request->credentials[i].secret != original->secret)
            secret_free(request->credentials[i].secret);
        if (request->credentials[i].trouble != original->trouble)
            free(request->credentials[i].trouble);
    }
    free(request->home_account_id);
    free(request->username);
    pop_key_clear(&request->pop_key);
    *attempt = (struct attempt){ 0 };
}

void token_source_extend_deadline(struct attempt *attempt)
{
    tokens_extend_deadline(attempt->tokens);
    attempt->deadline = attempt->tokens->deadline;
}

void token_source_finish(const struct attempt *attempt, struct token *token)
{
    int64_t refresh_in = token->refresh_on > 0 ? token->refresh_on - token->received_on : 0;
    token->claims = claims_hash(attempt->request.claims);
    token->refresh_on = token_renewal_time(token->received_on, token->expires_on, refresh_in,
                                           attempt->was_due_on, random_number());
}

static struct user_tokens_wait wait_of(const struct attempt *attempt)
{
    const struct tokens *tokens = attempt->tokens;
    return (struct user_tokens_wait){ .options = tokens->options,
                                      .name_account = tokens->name_account,
                                      .no_identity = tokens->no_identity,
                                      .may_ask = attempt->may_ask,
                                      .wants_new = attempt->wants_new,
                                      .signs_in_again = attempt->signs_in_again,
                                      .began = tokens->began,
                                      .deadline = attempt->deadline,
                                      .sign_in_deadline = tokens->sign_in_deadline };
}

/* Sets the hint to the command that stores the secret of the request's app. */
static void hint_at_secret(const struct token_request *request, const struct options *given,
                           struct error *error)
{
    struct shell_line line = { "" };
    struct options same = sign_in_options(request, given);
    same.account = NULL;
    same.scope_count = 0;
    options_each(&same, OPTION_OF_REQUEST, shell_line_add, &line);
    error_hint(error, "Store it with 'entra secret set%s'.", line.text);
}

static enum acquire_end acquire_for_app(struct attempt *attempt,
                                        const struct acquire_module *module, struct token *token,
                                        struct error *error)
{
    struct token_request *request = &attempt->request;
    if (!client_secret_store_fill(&attempt->tokens->store, request, attempt->deadline, error))
        return ACQUIRE_FAILED;
    trace("network: asking %s for %s", request->instance, request->scope);
    enum acquire_end end = module->acquire(request, attempt->deadline, token, error);
    if (end != ACQUIRED && strcmp(error->code, "keyring_no_secret") == 0)
        hint_at_secret(request, attempt->tokens->options, error);
    return end;
}

static enum acquire_end acquire_for_user(struct attempt *attempt,
                                         const struct acquire_module *module, bool *was_asked,
                                         struct token *token, struct error *error)
{
    struct user_tokens_wait wait = wait_of(attempt);
    bool acquired = user_tokens_acquire(module, &attempt->tokens->store, &attempt->request, &wait,
                                        token, was_asked, error);
    if (*was_asked)
        token_source_extend_deadline(attempt);
    return acquired ? ACQUIRED : ACQUIRE_FAILED;
}

/* ---- the client ID ---- */

/* Entra's client IDs are GUIDs; AD FS takes any name, and a managed identity's ID may be a path. */
static bool check_client_id(const struct token_request *request, struct error *error)
{
    if (token_request_is_for_managed_identity(request) || authority_is_adfs(request->tenant) ||
        text_is_guid(request->client_id))
        return true;
    const char *from = request->client_id_from != NULL ? request->client_id_from : "the client id";
    error_set(error, ERROR_USAGE, "%s: '%s' is not a GUID", from, id_shown(request->client_id));
    return error_known_as(error, "client_id_malformed");
}

enum acquire_end token_source_acquire(struct attempt *attempt, struct token *ret_token,
                                      struct error *error)
{
    bool was_asked = false;
    const struct token_request *request = &attempt->request;
    if (request->registry != NULL)
        return registry_tokens_acquire(attempt, ret_token, error);
    if (!check_client_id(request, error) ||
        shared_failures_found(request, attempt->tokens->began, error))
        return ACQUIRE_FAILED;
    const struct acquire_module *module = acquire_load(error);
    bool key_is_new = false;
    if (module == NULL || (pop_is_wanted(attempt) && !pop_prepare_key(attempt, &key_is_new, error)))
        return ACQUIRE_FAILED;
    enum acquire_end end = request->for_user
                               ? acquire_for_user(attempt, module, &was_asked, ret_token, error)
                               : acquire_for_app(attempt, module, ret_token, error);
    if (end == ACQUIRED) {
        token_source_finish(attempt, ret_token);
    } else {
        advice_complete(request, attempt->tokens->options, error);
        shared_failures_report(request, attempt->deadline, was_asked, error);
    }
    /* Now it is known whose key it is. */
    if (end == ACQUIRED && key_is_new &&
        !pop_key_store_keep(&attempt->tokens->store, request, attempt->deadline, error))
        return ACQUIRE_FAILED;
    return end;
}

bool token_source_sign_in(struct attempt *attempt, struct token *ret_token, struct error *error)
{
    struct user_tokens_wait wait = wait_of(attempt);
    if (!check_client_id(&attempt->request, error))
        return false;
    const struct acquire_module *module = acquire_load(error);
    if (module == NULL)
        return false;
    if (!user_tokens_sign_in(module, &attempt->tokens->store, &attempt->request, &wait, ret_token,
                             error)) {
        advice_complete(&attempt->request, attempt->tokens->options, error);
        advice_name_settings(&attempt->request, error);
        return false;
    }
    token_source_extend_deadline(attempt);
    token_source_finish(attempt, ret_token);
    return true;
}
