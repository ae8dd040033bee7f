/* SPDX-License-Identifier: MIT */
/*
 * A user's token from an earlier sign-in: the refresh token grant (RFC 6749, section 6). Entra's
 * refresh tokens are valid for every API of their client ("Refresh tokens in the Microsoft identity
 * platform").
 */
#ifndef COMMON_ACQUIRE_USER_REFRESH_H
#define COMMON_ACQUIRE_USER_REFRESH_H

#include "common/acquire/acquire.h"

/* Implements refresh of struct acquire_module. */
bool refresh_acquire(const struct token_request *request, const struct account *known,
                     int64_t deadline, struct token *ret_token, struct account *ret_account,
                     struct error *error);

#endif
