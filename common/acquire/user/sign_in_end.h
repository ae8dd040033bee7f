/* SPDX-License-Identifier: MIT */
/*
 * How a person's sign-in ends, whichever way it went: somebody came, who may be another than was
 * wanted, or nobody did.
 */
#ifndef COMMON_ACQUIRE_USER_SIGN_IN_END_H
#define COMMON_ACQUIRE_USER_SIGN_IN_END_H

#include <stdbool.h>

#include "common/entra/account.h"
#include "common/entra/request.h"

/* Whether it is who the request is of: their token is not given for another's. False with
 * ERROR_SIGN_IN, or ERROR_NETWORK where the authority does not say who it is. */
bool sign_in_end_check(const struct token_request *request, const struct account *account,
                       struct error *error);

/* Says that nobody came in time. Always false. */
bool sign_in_end_late(struct error *error);

#endif
