/* SPDX-License-Identifier: MIT */
/*
 * Reads the account from a token endpoint's response: the refresh token, and whose it is (OpenID
 * Connect Core, section 3.1.3.3; Entra's client_info). A pure function on a buffer.
 */
#ifndef COMMON_ACQUIRE_USER_SIGN_IN_ANSWER_H
#define COMMON_ACQUIRE_USER_SIGN_IN_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/entra/account.h"

/* Reads a response that token_answer_parse has accepted. The home account id and the user name are
 * NULL if it does not contain them. An id_token must be for this client. If a nonce was sent (else
 * NULL), there must be an id_token with that nonce. The id_token's signature is not verified, as it
 * came from the authority over TLS (OpenID Connect Core, section 3.1.3.7, step 6). The caller
 * clears *ret_account with account_clear. Fails with ERROR_NETWORK. */
bool sign_in_answer_parse(const char *body, size_t length, const char *client_id, const char *nonce,
                          struct account *ret_account, struct error *error);

#endif
