/* SPDX-License-Identifier: MIT */
/*
 * The result of a user's sign-in, by whatever method: the requested account, another account, or a
 * timeout.
 */
#ifndef COMMON_ACQUIRE_USER_SIGN_IN_RESULT_H
#define COMMON_ACQUIRE_USER_SIGN_IN_RESULT_H

#include <stdbool.h>

#include "common/entra/account.h"
#include "common/entra/request.h"

/* The code of the error that another account signed in. */
#define SIGN_IN_OTHER_ACCOUNT "other_account"

/* Checks that the account that signed in is the requested one, so that nobody is given another
 * user's token. Fails with ERROR_SIGN_IN, or ERROR_NETWORK if the authority does not say who signed
 * in. */
bool sign_in_result_check(const struct token_request *request, const struct account *account,
                          struct error *error);

/* Sets *error to ERROR_SIGN_IN, because nobody signed in in time. Always returns false. */
bool sign_in_result_timed_out(struct error *error);

#endif
