/*
 * Tokens for an app: the client credentials grant (RFC 6749, 4.4; Microsoft's "OAuth 2.0 client
 * credentials flow on the Microsoft identity platform").
 *
 * Of the request's credentials the first that can be loaded is used, as Microsoft.Identity.Web
 * does. One that the authority then refuses is an error: there is never a silent change of
 * identity.
 */
#ifndef COMMON_ACQUIRE_CLIENT_CREDENTIALS_H
#define COMMON_ACQUIRE_CLIENT_CREDENTIALS_H

#include "common/acquire/acquire.h"

/* As acquire_module's acquire. */
bool client_credentials_acquire(const struct token_request *request, int64_t deadline,
                                struct token *token, struct error *error);

#endif
