/* SPDX-License-Identifier: MIT */
/*
 * What the trace says of a request, so that five lines tell the whole of a warm answer:
 *
 *     entra:    0.1 ms  configuration: reading /home/ada/.config/entra/appsettings.json
 *     entra:    0.3 ms  configuration: client credential 1:
 * /home/ada/.config/entra/appsettings.json:6 entra:    0.4 ms  request: a token for MyWebApi:
 * api://my-web-api/.default entra:    0.4 ms  identity: the app 97e0a5b7-..., tenant contoso.com,
 * at https://login... entra:    8.7 ms  keyring: secret-service has the token, until
 * 2026-01-02T15:04:05Z (59 min)
 */
#ifndef COMMON_TOKENS_REQUEST_TRACE_H
#define COMMON_TOKENS_REQUEST_TRACE_H

#include "common/entra/request.h"
#include "common/entra/token.h"

/* Traces what is requested, and for whom. */
void request_trace(const struct token_request *request);

/* Traces that a keyring of this name has the token. */
void request_trace_stored(const struct token_request *request, const char *keyring,
                          const struct token *token);

#endif
