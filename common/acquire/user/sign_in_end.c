/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/user/sign_in_end.h"

#include <string.h>
#include <strings.h>

bool sign_in_end_check(const struct token_request *request, const struct account *account,
                       struct error *error)
{
    if (account->home_account_id == NULL)
        return error_unusable_answer(error, "it does not say who signed in");
    bool same =
        request->home_account_id != NULL
            ? strcmp(request->home_account_id, account->home_account_id) == 0
            : request->account == NULL || strcasecmp(request->account, account->username) == 0;
    if (same)
        return true;
    if (request->home_account_id != NULL && strcasecmp(request->username, account->username) == 0) {
        error_set(error, ERROR_SIGN_IN, "another %s has signed in than the one who is known here",
                  account->username);
        return error_hint(error,
                          "To go on with the new one, run 'entra logout --account %s' first.",
                          account->username);
    }
    error_set(error, ERROR_SIGN_IN, "%s has signed in, and %s was wanted", account->username,
              request->username != NULL ? request->username : request->account);
    return error_hint(error, "Sign in again and choose the other account, or ask for this one.");
}

bool sign_in_end_late(struct error *error)
{
    error_set(error, ERROR_SIGN_IN, "nobody has signed in within the time there was");
    return error_known_as(error, "sign_in_late");
}
