/*
 * The authority's token endpoint: a form goes in, a token or a refusal comes back.
 */
#ifndef COMMON_ACQUIRE_TOKEN_ENDPOINT_H
#define COMMON_ACQUIRE_TOKEN_ENDPOINT_H

#include "common/acquire/http.h"
#include "common/request.h"
#include "common/token.h"

/* Posts the fields (a NULL name ends them, one with a NULL value is left out) to the request's
 * token endpoint and makes a token of the answer. The caller clears it. False with ERROR_REFUSED or
 * ERROR_NETWORK, no secret field's value in its texts. */
bool token_endpoint_post(const struct token_request *request, const struct http_field *fields,
                         int64_t deadline, struct token *token, struct error *error);

#endif
