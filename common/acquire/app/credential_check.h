/* SPDX-License-Identifier: MIT */
/*
 * Checks a credential without sending it to an authority.
 */
#ifndef COMMON_ACQUIRE_APP_CREDENTIAL_CHECK_H
#define COMMON_ACQUIRE_APP_CREDENTIAL_CHECK_H

#include "common/acquire/acquire.h"

/* Implements check_credential of struct acquire_module. */
bool credential_check(const struct token_request *request, const struct credential *credential,
                      bool asks_nobody, int64_t deadline, struct credential_facts *ret_facts,
                      struct error *error);

#endif
