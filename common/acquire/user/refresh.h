/* SPDX-License-Identifier: MIT */
/*
 * A person's token from an earlier sign-in: the refresh token grant (RFC 6749, 6). Entra's refresh
 * tokens serve every API of their client ("Refresh tokens in the Microsoft identity platform").
 */
#ifndef COMMON_ACQUIRE_USER_REFRESH_H
#define COMMON_ACQUIRE_USER_REFRESH_H

#include "common/acquire/acquire.h"

/* As acquire_module's refresh. */
bool refresh_acquire(const struct token_request *request, const struct account *known,
                     int64_t deadline, struct token *token, struct account *renewed,
                     struct error *error);

#endif
