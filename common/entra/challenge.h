/* SPDX-License-Identifier: MIT */
/*
 * Challenges: what a server says of the credentials that it wants, in WWW-Authenticate (RFC 9110,
 * 11.6.1).
 *
 *     Basic realm="https://tfsprodweu.visualstudio.com/", Bearer authorization_uri=https://login...
 *
 * Several may stand in one field, and Azure DevOps leaves the quotes out where the grammar wants
 * them. Pure functions on what a server sent: none of it is believed here beyond its form.
 */
#ifndef COMMON_ENTRA_CHALLENGE_H
#define COMMON_ENTRA_CHALLENGE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/entra/authority.h"

/* Finds a parameter of the field's first challenge of a scheme that has it; both names without
 * regard to case. The value goes into value, unquoted. False where there is none, or it does not
 * fit into size bytes with its NUL. */
bool challenge_parameter(const char *field, const char *scheme, const char *name, char *value,
                         size_t size);

/* The tenant of a bearer challenge's authorization_uri, in lower case, if that names a known cloud
 * and one tenant there. Source: Microsoft, "How applications work with Azure DevOps challenges",
 * and what dev.azure.com sends. */
bool challenge_tenant(const char *field, char tenant[AUTHORITY_TENANT_MAX]);

/* The claims of a bearer challenge whose error is insufficient_claims: a JSON object, decoded from
 * its Base64; the caller frees it. NULL where there is no such challenge. Source: Microsoft,
 * "Claims challenges, claims requests, and client capabilities". */
char *challenge_claims(const char *field);

#endif
