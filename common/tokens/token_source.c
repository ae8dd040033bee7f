/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/token_source.h"

#include <sys/random.h>

#include "common/acquire/acquire.h"
#include "common/base/deadline.h"
#include "common/entra/claims.h"
#include "common/tokens/shared_failures.h"
#include "common/tokens/user_tokens.h"

static void spread_renewal(struct token *token)
{
    uint32_t random = 0;
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
        random = (uint32_t)getpid() * 2654435761U;
    token->refresh_on = token_renewal_time(
        token->received_on, token->expires_on,
        token->refresh_on > 0 ? token->refresh_on - token->received_on : 0, random);
}

static bool acquire_for_app(struct tokens *tokens, struct token_request *request,
                            const struct acquire_module *module, struct token *token,
                            struct error *error)
{
    if (!token_store_fill_credentials(&tokens->store, request, tokens->deadline, error))
        return false;
    trace("network: asking %s for %s", request->instance, request->scope);
    return module->acquire(request, tokens->deadline, token, error);
}

void token_source_extend_deadline(struct tokens *tokens)
{
    if (deadline_left(tokens->deadline) < TOKENS_TIMEOUT_SECONDS * 1000 / 2)
        tokens->deadline = deadline_in(TOKENS_TIMEOUT_SECONDS * 1000);
}

static struct user_tokens_wait wait_of(const struct tokens *tokens)
{
    return (struct user_tokens_wait){ tokens->options, tokens->began, tokens->deadline,
                                      tokens->sign_in_deadline };
}

static bool acquire_for_user(struct tokens *tokens, struct token_request *request,
                             const struct acquire_module *module, struct token *token,
                             struct error *error)
{
    struct user_tokens_wait wait = wait_of(tokens);
    bool acquired =
        user_tokens_acquire(module, &tokens->store, request, &wait, token, &tokens->asked, error);
    if (tokens->asked)
        token_source_extend_deadline(tokens);
    return acquired;
}

static const struct acquire_module *load_module(struct error *error)
{
    return (const struct acquire_module *)(const void *)module_load(ACQUIRE_MODULE, error);
}

bool token_source_acquire(struct tokens *tokens, struct token_request *request, struct token *token,
                          struct error *error)
{
    if (shared_failures_found(request, tokens->began, error))
        return false;
    const struct acquire_module *module = load_module(error);
    if (module == NULL)
        return false;
    if (!(request->for_user ? acquire_for_user : acquire_for_app)(tokens, request, module, token,
                                                                  error)) {
        shared_failures_report(request, tokens->deadline, tokens->asked, error);
        return false;
    }
    token->claims = claims_hash(request->claims);
    spread_renewal(token);
    return true;
}

bool token_source_sign_in(struct tokens *tokens, struct token_request *request, struct token *token,
                          struct error *error)
{
    struct user_tokens_wait wait = wait_of(tokens);
    const struct acquire_module *module = load_module(error);
    if (module == NULL ||
        !user_tokens_sign_in(module, &tokens->store, request, &wait, token, error))
        return false;
    token_source_extend_deadline(tokens);
    token->claims = claims_hash(request->claims);
    spread_renewal(token);
    return true;
}
