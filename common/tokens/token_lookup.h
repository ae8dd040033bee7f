/* SPDX-License-Identifier: MIT */
/*
 * Whether the keyring has the token of an attempt.
 */
#ifndef COMMON_TOKENS_TOKEN_LOOKUP_H
#define COMMON_TOKENS_TOKEN_LOOKUP_H

#include "common/tokens/token_source.h"

/* Finds the token of the attempt's request, fresh or not, and resolves its account. The caller
 * clears *token, {0} before, with token_clear. Fails with ERROR_KEYRING. */
enum keyring_answer token_look_up(struct attempt *attempt, struct token *token,
                                  struct error *error);

/* Looks again, because another process may have stored a token since the first lookup. Accepts a
 * fresh token, or one received at `since` (Unix seconds) or later, however soon it expires. If the
 * attempt wants a new token, accepts only the latter, and if there is a challenge, only with its
 * claims. Leaves a token that is not accepted in *token if it may still be of use (tokens.c). */
enum keyring_answer token_look_up_again(struct attempt *attempt, int64_t since, struct token *token,
                                        struct error *error);

#endif
