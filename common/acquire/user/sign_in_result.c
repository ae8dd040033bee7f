/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/user/sign_in_result.h"

#include <string.h>
#include <strings.h>

#include "common/base/shell_line.h"

bool sign_in_result_check(const struct token_request *request, const struct account *account,
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
        error_set(error, ERROR_SIGN_IN,
                  "%s signed in with a different account from the one stored under that name",
                  account->username);
        struct shell_line command = { "entra logout" };
        shell_line_add(&command, "--account", account->username);
        error_hint(error, "To use the new account, run '%s' first.", command.text);
    } else {
        error_set(error, ERROR_SIGN_IN, "%s signed in, but %s was requested", account->username,
                  request->username != NULL ? request->username : request->account);
    }
    return error_known_as(error, SIGN_IN_OTHER_ACCOUNT);
}

bool sign_in_result_timed_out(struct error *error)
{
    error_set(error, ERROR_SIGN_IN, "nobody signed in within the time allowed");
    return error_known_as(error, "sign_in_late");
}
