/* SPDX-License-Identifier: MIT */
/*
 * Federated credentials (workload identity): a token of another issuer, which Entra takes as the
 * app's client assertion. Microsoft's "Workload identity federation".
 */
#ifndef COMMON_ACQUIRE_APP_FEDERATED_H
#define COMMON_ACQUIRE_APP_FEDERATED_H

#include <stdint.h>

#include "common/base/error.h"
#include "common/entra/request.h"

#define FEDERATED_TOKEN_MAX (32 * 1024)

/* Fetches the assertion from where the credential says: a file (read anew each time), a command's
 * stdout, GitHub Actions, Azure Pipelines, or a managed identity. The caller frees it with
 * secret_free. NULL with ERROR_USAGE or ERROR_NETWORK: none is there, it is no JWT, or it has
 * expired. */
struct secret *federated_assertion(const struct token_request *request,
                                   const struct credential *credential, int64_t deadline,
                                   struct error *error);

#endif
