/* SPDX-License-Identifier: MIT */
/*
 * Challenges: the credentials that a server asks for in WWW-Authenticate (RFC 9110, 11.6.1).
 *
 *     Basic realm="https://tfsprodweu.visualstudio.com/", Bearer authorization_uri=https://login...
 *
 * One field may contain several challenges, and Azure DevOps omits the quotes that the grammar
 * requires. These are pure functions that check only the form of what a server sent.
 */
#ifndef COMMON_ENTRA_CHALLENGE_H
#define COMMON_ENTRA_CHALLENGE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/entra/authority.h"

/* Finds the first parameter of this name in a challenge of this scheme; both names are compared
 * without regard to case. Copies its value, unquoted, into ret_value. Returns false if there is no
 * such parameter, or if it does not fit into size bytes with its NUL. */
bool challenge_parameter(const char *field, const char *scheme, const char *name, char *ret_value,
                         size_t size);

/* Finds the tenant, in lower case, in the authorization_uri of a bearer challenge. Returns false
 * unless the URI names a known cloud and a single tenant, or that of challenge_tenant_of_guid.
 * Source: Microsoft, "How applications work with Azure DevOps challenges", and what dev.azure.com
 * sends. */
bool challenge_tenant(const char *field, char ret_tenant[AUTHORITY_TENANT_MAX]);

/* The tenant of a GUID with which a server names its own, such as in X-VSS-ResourceTenant, in lower
 * case. All zeros mean an organization of personal Microsoft accounts, without a tenant, for which
 * accounts of all tenants can sign in: "organizations". Returns false if it is not a GUID. */
bool challenge_tenant_of_guid(const char *guid, char ret_tenant[AUTHORITY_TENANT_MAX]);

/* The claims, a JSON object decoded from Base64, of a bearer challenge whose error is
 * insufficient_claims. The caller frees the result with free. Returns NULL if there is no such
 * challenge. Source: Microsoft, "Claims challenges, claims requests, and client capabilities". */
char *challenge_claims(const char *field);

#endif
