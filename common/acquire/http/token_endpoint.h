/* SPDX-License-Identifier: MIT */
/*
 * The authority's token endpoint: posts a form, and returns a token or the reason for the refusal.
 */
#ifndef COMMON_ACQUIRE_HTTP_TOKEN_ENDPOINT_H
#define COMMON_ACQUIRE_HTTP_TOKEN_ENDPOINT_H

#include "common/acquire/http/http.h"
#include "common/entra/account.h"
#include "common/entra/request.h"
#include "common/entra/token.h"

/* Posts the fields (a NULL name ends them) to the request's token endpoint. The caller clears
 * *ret_token with token_clear. Fails with ERROR_REFUSED or ERROR_NETWORK; the error contains no
 * secret field's value. */
bool token_endpoint_get_token(const struct token_request *request, const struct http_field *fields,
                              int64_t deadline, struct token *ret_token, struct error *error);

/* The same for a user, whose account is read from the response too (sign_in_answer_parse, which
 * describes nonce). The caller clears *ret_token with token_clear and *ret_account with
 * account_clear. */
bool token_endpoint_get_user_token(const struct token_request *request,
                                   const struct http_field *fields, const char *nonce,
                                   int64_t deadline, struct token *ret_token,
                                   struct account *ret_account, struct error *error);

/* Returns the scope parameter for a user's token: the request's scope, if any, and the OpenID
 * Connect scopes that make the authority return a refresh token and the user's name. The caller
 * frees it with free. */
char *token_endpoint_user_scope(const struct token_request *request);

#endif
