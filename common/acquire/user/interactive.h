/* SPDX-License-Identifier: MIT */
/*
 * A person signs in, by whichever way serves here.
 */
#ifndef COMMON_ACQUIRE_USER_INTERACTIVE_H
#define COMMON_ACQUIRE_USER_INTERACTIVE_H

#include "common/acquire/acquire.h"

/* As acquire_module's account. */
bool interactive_sign_in(const struct token_request *request, int64_t deadline, struct token *token,
                         struct account *account, struct error *error);

#endif
