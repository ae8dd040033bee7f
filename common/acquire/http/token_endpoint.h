/* SPDX-License-Identifier: MIT */
/*
 * The authority's token endpoint: a form goes in, a token or a refusal comes back.
 */
#ifndef COMMON_ACQUIRE_HTTP_TOKEN_ENDPOINT_H
#define COMMON_ACQUIRE_HTTP_TOKEN_ENDPOINT_H

#include "common/acquire/http/http.h"
#include "common/entra/account.h"
#include "common/entra/request.h"
#include "common/entra/token.h"

/* Posts the fields (a NULL name ends them, one with a NULL value is left out) to the request's
 * token endpoint and makes a token of the answer. The caller clears it. False with ERROR_REFUSED or
 * ERROR_NETWORK, no secret field's value in its texts. */
bool token_endpoint_post(const struct token_request *request, const struct http_field *fields,
                         int64_t deadline, struct token *token, struct error *error);

/* The same for a person's token: the answer's sign-in is read too (sign_in_answer_parse). The
 * caller clears both. */
bool token_endpoint_post_for_user(const struct token_request *request,
                                  const struct http_field *fields, const char *nonce,
                                  int64_t deadline, struct token *token, struct account *account,
                                  struct error *error);

/* What is asked for in a person's name: the request's scope, and what makes the answer say whose it
 * is and brings a refresh token. NULL if there is no memory. Free with free. */
char *token_endpoint_user_scope(const struct token_request *request);

#endif
