/* SPDX-License-Identifier: MIT */
/*
 * Federated credentials (workload identity): a token from another issuer, which Entra accepts as
 * the app's client assertion. See Microsoft's "Workload identity federation".
 */
#ifndef COMMON_ACQUIRE_APP_FEDERATED_H
#define COMMON_ACQUIRE_APP_FEDERATED_H

#include <stdint.h>

#include "common/base/error.h"
#include "common/entra/request.h"

#define FEDERATED_TOKEN_MAX (32 * 1024)

/* Obtains the assertion from the credential's source: a file (read each time), a command's stdout,
 * GitHub Actions, Azure Pipelines or a managed identity. The caller frees the result with
 * secret_free. Returns NULL on failure: with ERROR_USAGE if the source is not usable, or its token
 * is missing, not a JWT or expired; with ERROR_NETWORK or ERROR_REFUSED if a service returns
 * none; with ERROR_OTHER if the command cannot be started for want of processes, or what became of
 * it is not known. */
struct secret *federated_assertion(const struct token_request *request,
                                   const struct credential *credential, int64_t deadline,
                                   struct error *error);

/* Whether the build system gave this job what it takes to ask it for the credential; true for a
 * credential of another kind. Fails with ERROR_USAGE. */
bool federated_may_ask(const struct credential *credential, struct error *error);

#endif
