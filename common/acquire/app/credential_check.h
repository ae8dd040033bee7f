/* SPDX-License-Identifier: MIT */
/*
 * A look at a credential before an authority sees it.
 */
#ifndef COMMON_ACQUIRE_APP_CREDENTIAL_CHECK_H
#define COMMON_ACQUIRE_APP_CREDENTIAL_CHECK_H

#include "common/acquire/acquire.h"

/* As acquire_module's check_credential. */
bool credential_check(const struct token_request *request, const struct credential *credential,
                      int64_t deadline, struct credential_facts *facts, struct error *error);

#endif
