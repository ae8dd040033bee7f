/* SPDX-License-Identifier: MIT */
/*
 * What a token endpoint's answer says of a person: the refresh token, and whose it is (OpenID
 * Connect Core, 3.1.3.3; Entra's client_info). A pure function on a buffer.
 */
#ifndef COMMON_ACQUIRE_USER_SIGN_IN_ANSWER_H
#define COMMON_ACQUIRE_USER_SIGN_IN_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/entra/account.h"

/* Reads an answer that token_answer_parse has taken already. Whose it is stays NULL where it does
 * not say. Its id_token, if it has one, must be for this client, and if a nonce was sent (NULL:
 * none) it must have one, with that nonce. Its signature is not verified: it came over TLS from the
 * authority itself (OpenID Connect Core, 3.1.3.7, 6). The caller clears it. False with
 * ERROR_NETWORK. */
bool sign_in_answer_parse(const char *body, size_t length, const char *client_id, const char *nonce,
                          struct account *account, struct error *error);

#endif
