/* SPDX-License-Identifier: MIT */
/*
 * Client assertions: a JWT by which an app proves that it has the private key of a certificate
 * (RFC 7523, section 2.2; Microsoft's "Microsoft identity platform application authentication
 * certificate credentials").
 */
#ifndef COMMON_ACQUIRE_APP_CLIENT_ASSERTION_H
#define COMMON_ACQUIRE_APP_CLIENT_ASSERTION_H

#include <openssl/x509.h>

#include "common/base/error.h"
#include "common/entra/request.h"

/* The lifetime of an assertion. */
#define CLIENT_ASSERTION_SECONDS (10 * 60)

/* The maximum length: room for the largest chain that a file can contain, in Base64 twice. */
#define CLIENT_ASSERTION_MAX (512 * 1024)

/* Signs an assertion for the request's token endpoint with the certificate that the credential
 * names: PS256 with x5t#S256 or, for AD FS, RS256 with x5t. The key is loaded only in a child
 * process, which ends by the deadline. The caller frees the result with secret_free and, if
 * ret_certificate is not NULL, *ret_certificate with X509_free. Returns NULL with ERROR_USAGE if
 * the certificate or key cannot be used, or with ERROR_OTHER if the child cannot be started or is
 * killed, as by a fault of a device's library. */
struct secret *client_assertion_sign(const struct token_request *request,
                                     const struct credential *credential, int64_t deadline,
                                     X509 **ret_certificate, struct error *error);

#endif
