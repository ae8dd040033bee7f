/* SPDX-License-Identifier: MIT */
/*
 * Tokens for an app: the client credentials grant (RFC 6749, 4.4; Microsoft's "OAuth 2.0 client
 * credentials flow on the Microsoft identity platform").
 *
 * Of the request's credentials the first that can be loaded is used, as Microsoft.Identity.Web
 * does. One that the authority then refuses is an error: there is never a silent change of
 * identity.
 */
#ifndef COMMON_ACQUIRE_APP_CLIENT_CREDENTIALS_H
#define COMMON_ACQUIRE_APP_CLIENT_CREDENTIALS_H

#include "common/acquire/acquire.h"

/* What the token endpoint is shown: one of the two, the other is NULL. */
struct client_proof {
    struct secret *client_secret;
    struct secret *client_assertion;
};

/* Makes it of a credential: reads, signs, fetches. The caller clears it. False with ERROR_USAGE,
 * ERROR_NETWORK or ERROR_REFUSED. */
bool client_proof_load(const struct token_request *request, const struct credential *credential,
                       int64_t deadline, struct client_proof *proof, struct error *error);

void client_proof_clear(struct client_proof *proof);

/* As acquire_module's acquire. */
bool client_credentials_acquire(const struct token_request *request, int64_t deadline,
                                struct token *token, struct error *error);

#endif
