/*
 * A person signs in, by whichever way serves here.
 */
#ifndef COMMON_ACQUIRE_USER_INTERACTIVE_H
#define COMMON_ACQUIRE_USER_INTERACTIVE_H

#include "common/acquire/acquire.h"

/* As acquire_module's sign_in. */
bool interactive_sign_in(const struct token_request *request, int64_t deadline, struct token *token,
                         struct sign_in *sign_in, struct error *error);

#endif
