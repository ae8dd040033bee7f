/* SPDX-License-Identifier: MIT */
/*
 * The refresh tokens of Azure Container Registry. A registry gives one for an Entra access token,
 * and takes it as a password from docker and others (RFC 6749 has another use of the word). It is a
 * JSON Web Token that names the registry and says when it ends.
 *
 * Source: Azure/acr, docs/AAD-OAuth.md.
 */
#ifndef COMMON_ENTRA_REGISTRY_TOKEN_H
#define COMMON_ENTRA_REGISTRY_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"

/* The user name that goes with such a token: a registry takes this and no other. */
#define REGISTRY_TOKEN_USERNAME "00000000-0000-0000-0000-000000000000"

/* Checks that a text is a refresh token of this registry, which is a host, with its port if that is
 * not the usual one. Its signature cannot be checked: it must come from the registry itself, or be
 * of no use but to that. *ret_expires_on is when it ends, in Unix seconds by the registry's clock.
 * Fails with ERROR_OTHER; the message is the end of a sentence and has nothing of the token. */
bool registry_token_read(const char *text, size_t length, const char *registry,
                         int64_t *ret_expires_on, struct error *error);

#endif
