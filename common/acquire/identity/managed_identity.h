/* SPDX-License-Identifier: MIT */
/*
 * Tokens of managed identities, from the service that this machine has (identity_source.h).
 *
 * Source: Microsoft's "How managed identities for Azure resources work", the REST references of the
 * services, and MSAL's ManagedIdentityClient.
 */
#ifndef COMMON_ACQUIRE_IDENTITY_MANAGED_IDENTITY_H
#define COMMON_ACQUIRE_IDENTITY_MANAGED_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/acquire/acquire.h"
#include "common/base/error.h"
#include "common/entra/request.h"
#include "common/entra/token.h"

/* Requests a token for the scope's resource and the identity that the credential names (id,
 * id_kind). If probe is set, it is not known whether this machine has a managed identity, so IMDS
 * is looked for first, for at most a second; ACQUIRE_NO_IDENTITY (with ERROR_NETWORK) if there is
 * none. The caller clears *ret_token with token_clear. Fails with ERROR_REFUSED if there is no such
 * identity, ERROR_NETWORK if the service does not answer, and ERROR_USAGE if the service does not
 * support an id of that kind. */
enum acquire_end managed_identity_acquire(const char *scope, const struct credential *credential,
                                          bool probe, int64_t deadline, struct token *ret_token,
                                          struct error *error);

#endif
