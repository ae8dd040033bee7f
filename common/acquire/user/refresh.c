/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/user/refresh.h"

#include <string.h>

#include "common/acquire/http/token_endpoint.h"

/* An answer need not say whose it is; one that names somebody else is not used. */
static bool check_account(const struct account *known, struct account *renewed, struct error *error)
{
    if (renewed->home_account_id == NULL)
        return account_set(renewed, known->home_account_id, known->username, error);
    return strcmp(renewed->home_account_id, known->home_account_id) == 0 ||
           error_unusable_answer(error, "the refresh token of %s brought a token of %s",
                                 known->username, renewed->username);
}

bool refresh_acquire(const struct token_request *request, const struct account *known,
                     int64_t deadline, struct token *token, struct account *renewed,
                     struct error *error)
{
    autofree char *scope = token_endpoint_user_scope(request);
    auto_token struct token read = { 0 };
    if (scope == NULL)
        return error_no_memory(error);
    const struct http_field fields[] = {
        { "grant_type", "refresh_token", false },
        { "client_id", request->client_id, false },
        { "refresh_token", known->refresh_token->bytes, true },
        { "scope", scope, false },
        { "client_info", "1", false },
        { "claims", request->claims, false },
        { NULL, NULL, false },
    };
    if (!token_endpoint_get_user_token(request, fields, NULL, deadline, &read, renewed, error) ||
        !check_account(known, renewed, error))
        return false;
    *token = read;
    read.access_token = NULL;
    return true;
}
