/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/user/refresh.h"

#include <string.h>

#include "common/acquire/http/token_endpoint.h"

/* A response need not name the account, but it must not name another one. */
static bool check_account(const struct account *known, struct account *account, struct error *error)
{
    if (account->home_account_id == NULL)
        return account_set(account, known->home_account_id, known->username, error);
    return strcmp(account->home_account_id, known->home_account_id) == 0 ||
           error_unusable_answer(error, "the refresh token of %s returned a token for %s",
                                 known->username, account->username);
}

bool refresh_acquire(const struct token_request *request, const struct account *known,
                     int64_t deadline, struct token *ret_token, struct account *ret_account,
                     struct error *error)
{
    autofree char *scope = token_endpoint_user_scope(request);
    auto_token struct token read = { 0 };
    const struct http_field fields[] = {
        { "grant_type", "refresh_token", false },
        { "client_id", request->client_id, false },
        { "refresh_token", known->refresh_token->bytes, true },
        { "scope", scope, false },
        { "client_info", "1", false },
        { "claims", request->claims, false },
        { NULL, NULL, false },
    };
    if (!token_endpoint_get_user_token(request, fields, NULL, deadline, &read, ret_account,
                                       error) ||
        !check_account(known, ret_account, error))
        return false;
    *ret_token = read;
    read.access_token = NULL;
    return true;
}
