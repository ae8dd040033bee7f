/* SPDX-License-Identifier: MIT */
/*
 * What a JSON Web Token says (RFC 7519), read without asking whether it is true: no signature is
 * verified. That is enough for looking at a token that came over TLS from the authority itself, and
 * for nothing else.
 */
#ifndef COMMON_ENTRA_JWT_H
#define COMMON_ENTRA_JWT_H

#include <stddef.h>

#include "common/base/error.h"
#include "common/base/json.h"

/* The claims set of a token: the middle one of the three parts of a JWS in its compact form (RFC
 * 7515, 7.1), a JSON object. At most TOKEN_LENGTH_MAX bytes. The caller frees it with
 * json_object_put. NULL with ERROR_OTHER where the token is no such thing: an API may have asked
 * for opaque or encrypted tokens. Nothing of the token is in the message. */
json_object *jwt_claims(const char *token, size_t length, struct error *error);

/* One part alone: a JSON object in base64url, as Entra's client_info is one too. Otherwise as
 * jwt_claims. */
json_object *jwt_part(const char *text, size_t length, struct error *error);

#endif
