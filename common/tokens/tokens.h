/* SPDX-License-Identifier: MIT */
/*
 * The one way to a token. This is the only place where keyring and acquisition meet:
 *
 *     keyring lookup -> fresh? that is the answer
 *     single flight: one leader, the others wait and look again
 *         acquire (network) -> keyring store
 *
 *     struct tokens tokens;
 *     auto_tokens_result struct tokens_result result = { 0 };
 *     if (!tokens_open(&tokens, options, error))
 *         return false;
 *     tokens.may_ask = user_is_present;
 *     if (!tokens_get(&tokens, &candidates, &result, error))
 *         return false;
 */
#ifndef COMMON_TOKENS_TOKENS_H
#define COMMON_TOKENS_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/options.h"
#include "common/entra/request.h"
#include "common/entra/token.h"
#include "common/store/token_store.h"

#define TOKENS_TIMEOUT_SECONDS 30

/* Where tokens are kept, and how much time there is. */
struct tokens {
    const struct options *options; /* not owned */
    struct token_store store;
    bool (*may_ask)(void);    /* whether a user may be asked to sign in now; NULL: never */
    int64_t began;            /* deadline.h */
    int64_t deadline;         /* for keyring and authority; the time of a sign-in does not count */
    int64_t sign_in_deadline; /* for a user who signs in */
};

/* A token, and which request it answers. */
struct tokens_result {
    struct token token;
    const struct token_request *request; /* one of the candidates; not owned */
    char *username;                      /* whose token it is; NULL: an app's */
};

void tokens_result_clear(struct tokens_result *result);
#define auto_tokens_result CLEANUP(tokens_result_clear)

/* Opens the keyring that the options name ("auto" if they name none) and starts the clock. The
 * options must outlive *ret_tokens. Fails with ERROR_USAGE or ERROR_KEYRING. */
bool tokens_open(struct tokens *ret_tokens, const struct options *options, struct error *error);

/* Gets a token for the first candidate that has one: from the keyring if it has a fresh one, else
 * from the authority. A user who has signed in goes before the machine's managed identity, and that
 * before a user who has yet to sign in. The caller clears *ret_result. Fails with any kind. */
bool tokens_get(struct tokens *tokens, const struct token_candidates *candidates,
                struct tokens_result *ret_result, struct error *error);

/* As tokens_get, but always a new token, as with --force-refresh. */
bool tokens_get_new(struct tokens *tokens, const struct token_candidates *candidates,
                    struct tokens_result *ret_result, struct error *error);

/* Whether the keyring has this very token for one of the candidates. */
bool tokens_has(struct tokens *tokens, const struct token_candidates *candidates, const char *text,
                size_t length);

/* Erases this very token, which a server refused, from the keyring; another one is left there.
 * Fails with ERROR_KEYRING. */
bool tokens_erase(struct tokens *tokens, const struct token_candidates *candidates,
                  const char *refused, size_t length, struct error *error);

/* Has a user sign in for the request, whatever the keyring has; the account becomes the default
 * one. The caller clears *ret_result. Fails with any kind, with ERROR_KEYRING also if the keyring
 * cannot keep the sign-in. */
bool tokens_sign_in(struct tokens *tokens, const struct token_request *request,
                    struct tokens_result *ret_result, struct error *error);

/* Renews the candidates' token in the keyring if it is due, without asking anyone. For
 * `entra token --renew`. Fails with any kind. */
bool tokens_renew(struct tokens *tokens, const struct token_candidates *candidates,
                  struct error *error);

#endif
