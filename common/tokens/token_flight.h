/* SPDX-License-Identifier: MIT */
/*
 * One request for all processes of the user that want the same token.
 */
#ifndef COMMON_TOKENS_TOKEN_FLIGHT_H
#define COMMON_TOKENS_TOKEN_FLIGHT_H

#include "common/tokens/token_source.h"

/* Gets a token that the keyring does not have, and stores it.
 *
 * Of all processes that want the same token, one leads. The others follow, and then find its token
 * or its failure, or neither if it was killed. If the keyring cannot store the token, followers
 * would not find it, so each process leads. A keyring that has failed may just be slow, so a
 * process that it has failed follows too. The caller clears *token with token_clear. Fails with any
 * kind. */
enum acquire_end token_flight_acquire(struct attempt *attempt, struct token *token,
                                      struct error *error);

#endif
