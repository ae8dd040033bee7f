/* SPDX-License-Identifier: MIT */
/*
 * The claims of a JSON Web Token (RFC 7519), read without verifying its signature. That is enough
 * to inspect a token that came over TLS from the authority itself, and for nothing else.
 */
#ifndef COMMON_ENTRA_JWT_H
#define COMMON_ENTRA_JWT_H

#include <stddef.h>

#include "common/base/error.h"
#include "common/base/json.h"

/* The claims set of a token of at most TOKEN_LENGTH_MAX bytes: a JSON object, the second of the
 * three parts of a JWS in compact form (RFC 7515, 7.1). The caller releases the result with
 * json_object_put. Returns NULL with ERROR_OTHER if the token is not a JWT; an API may use opaque
 * or encrypted tokens. The message contains nothing of the token. */
json_object *jwt_claims(const char *token, size_t length, struct error *error);

/* As jwt_claims, for a single part: a JSON object in base64url, such as Entra's client_info. */
json_object *jwt_part(const char *text, size_t length, struct error *error);

#endif
