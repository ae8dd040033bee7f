/* SPDX-License-Identifier: MIT */
/*
 * Signs in a user by the method that the request names or, by default, the one that works here.
 */
#ifndef COMMON_ACQUIRE_USER_INTERACTIVE_H
#define COMMON_ACQUIRE_USER_INTERACTIVE_H

#include "common/acquire/acquire.h"

/* Implements sign_in of struct acquire_module. */
bool interactive_sign_in(const struct token_request *request, int64_t deadline,
                         struct token *ret_token, struct account *ret_account,
                         struct sign_in_browser **ret_browser, struct error *error);

#endif
