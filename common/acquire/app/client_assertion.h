/* SPDX-License-Identifier: MIT */
/*
 * Client assertions: a JWT by which an app proves that it has the private key of a certificate
 * (RFC 7523, section 2.2; Microsoft's "Microsoft identity platform application authentication
 * certificate credentials").
 */
#ifndef COMMON_ACQUIRE_APP_CLIENT_ASSERTION_H
#define COMMON_ACQUIRE_APP_CLIENT_ASSERTION_H

#include "common/acquire/app/certificate.h"
#include "common/base/error.h"
#include "common/entra/request.h"

/* The lifetime of an assertion. */
#define CLIENT_ASSERTION_SECONDS (10 * 60)

/* The maximum length: room for the largest chain that a file can contain, in Base64 twice. */
#define CLIENT_ASSERTION_MAX (512 * 1024)

/* Signs an assertion for the request's token endpoint with the certificate that was loaded for the
 * credential: PS256 with x5t#S256 or, for AD FS, RS256 with x5t. This takes as long as the key's
 * device does, and runs its library: signer_sign does it in another process. The caller frees the
 * result with secret_free. Returns NULL with ERROR_USAGE if the key does not sign, or with
 * ERROR_OTHER. */
struct secret *client_assertion_make(const struct token_request *request,
                                     const struct credential *credential,
                                     const struct certificate *certificate, struct error *error);

#endif
