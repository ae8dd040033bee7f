/* SPDX-License-Identifier: MIT */
/*
 * Tokens for an app: the client credentials grant (RFC 6749, section 4.4; Microsoft's "OAuth 2.0
 * client credentials flow on the Microsoft identity platform").
 *
 * The first of the request's credentials that can be loaded is used, as in Microsoft.Identity.Web.
 * If the authority then refuses it, that is an error: the identity never changes silently.
 */
#ifndef COMMON_ACQUIRE_APP_CLIENT_CREDENTIALS_H
#define COMMON_ACQUIRE_APP_CLIENT_CREDENTIALS_H

#include "common/acquire/acquire.h"

/* What authenticates the app at the token endpoint. One of the members is NULL. */
struct client_proof {
    struct secret *client_secret;
    struct secret *client_assertion;
};

/* Loads a credential: reads a secret, signs an assertion or obtains a federated token. The caller
 * clears *ret_proof with client_proof_clear. Fails with ERROR_USAGE, ERROR_NETWORK,
 * ERROR_REFUSED or ERROR_OTHER, or with the keyring's error if the keyring could not be read. */
bool client_proof_load(const struct token_request *request, const struct credential *credential,
                       int64_t deadline, struct client_proof *ret_proof, struct error *error);

void client_proof_clear(struct client_proof *proof);

/* Implements acquire of struct acquire_module. */
enum acquire_end client_credentials_acquire(const struct token_request *request, int64_t deadline,
                                            struct token *ret_token, struct error *error);

#endif
