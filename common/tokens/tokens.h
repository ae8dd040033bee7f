/* SPDX-License-Identifier: MIT */
/*
 * How every program gets a token. This is the only place where keyring and acquisition meet:
 *
 *     look in the keyring -> a fresh token is the answer
 *     single flight: one process leads, the others wait and look again
 *         acquire a token (network) -> store it in the keyring
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
#include "common/store/store.h"

#define TOKENS_TIMEOUT_SECONDS 30

/* The keyring and the time limits. */
struct tokens {
    const struct options *options; /* not owned */
    struct store store;
    const char *name_account; /* what names an account to this program; NULL: --account NAME */
    bool (*may_ask)(void);    /* whether a user may be asked to sign in now; NULL: never */
    int64_t began;            /* when tokens_open was called (deadline.h) */
    int64_t deadline;         /* for keyring and authority, not counting the time of a sign-in */
    int64_t sign_in_deadline; /* for the user to sign in */
    char no_identity[160];    /* why the machine's identity was passed over; "": it was not */
};

/* A token, and which request it answers. */
struct tokens_result {
    struct token token;
    const struct token_request *request; /* one of the candidates; not owned */
    const char *client_id;               /* whose client asked: the request's, or its second one */
    char *username;                      /* of the token's user; NULL for the token of an app */
};

/* Wipes and frees what the result owns. */
void tokens_result_clear(struct tokens_result *result);
#define auto_tokens_result CLEANUP(tokens_result_clear)

/* The time limit of a run, in seconds. */
int tokens_timeout(const struct options *options);

/* Opens the keyring that the options name ("auto" if they name none) and sets the time limits,
 * which begin when the program started. The options must outlive *ret_tokens. Fails with
 * ERROR_USAGE or ERROR_KEYRING. */
bool tokens_open(struct tokens *ret_tokens, const struct options *options, struct error *error);

/* Restarts the time limit of keyring and authority, after waiting for the user. */
void tokens_extend_deadline(struct tokens *tokens);

/* Gets a token for the first candidate that has one: from the keyring if it has a fresh one,
 * otherwise from the authority. A user who has signed in comes first, then the machine's managed
 * identity, then a user who has yet to sign in. The caller clears *ret_result with
 * tokens_result_clear; the candidates must outlive it. Fails with any kind. */
bool tokens_get(struct tokens *tokens, const struct token_candidates *candidates,
                struct tokens_result *ret_result, struct error *error);

/* As tokens_get, but always gets a new token, as with --force-refresh. */
bool tokens_get_new(struct tokens *tokens, const struct token_candidates *candidates,
                    struct tokens_result *ret_result, struct error *error);

/* Whether the keyring has exactly this token for one of the candidates. */
bool tokens_has(struct tokens *tokens, const struct token_candidates *candidates, const char *text,
                size_t length);

/* Erases this token, which a server refused, from the keyring. If the keyring has another one for
 * the candidates, that stays. If refused is NULL, erases what it has for each of them.
 * Sets *ret_received_on to the time (Unix seconds) at which an erased token was received. Fails
 * as store_fail does, also if the keyring may hold it and does not show it (store_saw_all).
 */
bool tokens_erase(struct tokens *tokens, const struct token_candidates *candidates,
                  const char *refused, int64_t *ret_received_on, struct error *error);

/* Has the user sign in for the request, even if the keyring has a token, and makes the account the
 * default one, or with --tenant that of the tenant. The caller clears *ret_result with
 * tokens_result_clear; the request must outlive it. Fails with any kind, and with ERROR_KEYRING or
 * ERROR_USAGE if the keyring cannot store the sign-in. */
bool tokens_sign_in(struct tokens *tokens, const struct token_request *request,
                    struct tokens_result *ret_result, struct error *error);

/* Renews the candidates' tokens in the keyring that are due, without asking the user to sign in,
 * for `entra token --renew`. Fails with any kind. */
bool tokens_renew(struct tokens *tokens, const struct token_candidates *candidates,
                  struct error *error);

#endif
