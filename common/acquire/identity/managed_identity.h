/* SPDX-License-Identifier: MIT */
/*
 * The tokens of managed identities, from whichever service this machine has (identity_source.h).
 *
 * Source: Microsoft's "How managed identities for Azure resources work", the REST references of the
 * services, and MSAL's ManagedIdentityClient.
 */
#ifndef COMMON_ACQUIRE_IDENTITY_MANAGED_IDENTITY_H
#define COMMON_ACQUIRE_IDENTITY_MANAGED_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/entra/request.h"
#include "common/entra/token.h"

/* Asks this machine's service for a token of the identity that the credential names (id, id_kind),
 * for the resource of the scope. probe: it is not known whether this machine has one, so IMDS is
 * looked for first, for a second. The caller clears it. False with ERROR_REFUSED where there is no
 * such identity, ERROR_NETWORK where the service does not answer, ERROR_SIGN_IN where this machine
 * has none, ERROR_USAGE where the id is of a kind that the service does not take. */
bool managed_identity_acquire(const char *scope, const struct credential *credential, bool probe,
                              int64_t deadline, struct token *token, struct error *error);

#endif
