/*
 * Tokens for an app that proves itself by a client secret: the client credentials grant (RFC 6749,
 * 4.4; Microsoft's "OAuth 2.0 client credentials flow", first case).
 */
#ifndef COMMON_ACQUIRE_CLIENT_SECRET_H
#define COMMON_ACQUIRE_CLIENT_SECRET_H

#include "common/acquire/acquire.h"

/* As acquire_module's acquire, for a request whose credential is a client secret. */
bool client_secret_acquire(const struct token_request *request, int64_t deadline,
                           struct token *token, struct error *error);

#endif
