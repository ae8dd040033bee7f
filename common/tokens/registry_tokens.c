/* SPDX-License-Identifier: MIT */
#include "common/tokens/registry_tokens.h"

#include <string.h>

#include "common/tokens/shared_failures.h"

/* The account was perhaps not known before: the user has just signed in. */
static void take_account(struct attempt *attempt, struct attempt *entra,
                         struct tokens_result *result)
{
    struct token_request *request = &attempt->request;
    free(request->home_account_id);
    free(request->username);
    request->home_account_id = steal(&entra->request.home_account_id);
    request->username = steal(&result->username);
}

static enum acquire_end exchange(struct attempt *attempt, const struct secret *access_token,
                                 struct token *ret_token, struct error *error)
{
    const char *registry = attempt->request.registry;
    const struct acquire_module *module = acquire_load(error);
    if (module == NULL)
        return ACQUIRE_FAILED;
    trace("network: asking %s to exchange the token", registry);
    if (!module->exchange(registry, access_token, attempt->deadline, ret_token, error))
        return ACQUIRE_FAILED;
    token_source_finish(attempt, ret_token);
    return ACQUIRED;
}

/* The same request, without the registry, is one like any other: its token is stored, and serves
 * other registries. The time that a sign-in took does not count. *ret_was_stored is whether the
 * token came out of the keyring. */
static enum acquire_end acquire(struct attempt *attempt, bool wants_new, struct token *ret_token,
                                bool *ret_was_stored, struct error *error)
{
    struct token_request request = *attempt->original; /* owns nothing, outlives entra */
    request.registry = NULL;
    auto_attempt struct attempt entra;
    auto_tokens_result struct tokens_result result = { 0 };
    attempt_begin(&entra, attempt->tokens, &request, wants_new);
    entra.may_ask = attempt->may_ask;
    entra.deadline = attempt->deadline;
    enum acquire_end end = tokens_get_for_attempt(&entra, &result, error);
    if (attempt->deadline < entra.deadline)
        attempt->deadline = entra.deadline;
    if (end != ACQUIRED)
        return end;
    *ret_was_stored = result.token.source == TOKEN_FROM_KEYRING;
    take_account(attempt, &entra, &result);
    return exchange(attempt, result.token.access_token, ret_token, error);
}

/* A token out of the keyring may have been revoked, or its owner have got a role since: if it is
 * refused, tries once more with a new one. */
static enum acquire_end acquire_in_turn(struct attempt *attempt, struct token *ret_token,
                                        struct error *error)
{
    bool was_stored = false;
    enum acquire_end end = acquire(attempt, false, ret_token, &was_stored, error);
    if (end != ACQUIRE_FAILED || !was_stored || strcmp(error->code, "registry_refused") != 0)
        return end;
    trace("network: %s; trying again with a new token", error->message);
    *error = (struct error){ 0 };
    return acquire(attempt, true, ret_token, &was_stored, error);
}

enum acquire_end registry_tokens_acquire(struct attempt *attempt, struct token *ret_token,
                                         struct error *error)
{
    if (shared_failures_found(&attempt->request, attempt->tokens->began, error))
        return ACQUIRE_FAILED;
    enum acquire_end end = acquire_in_turn(attempt, ret_token, error);
    if (end == ACQUIRE_FAILED)
        shared_failures_report(&attempt->request, attempt->deadline, false, error);
    return end;
}
