/* SPDX-License-Identifier: MIT */
/*
 * Client assertions: a JWT by which an app proves that it has the private key of a certificate
 * (RFC 7523, 2.2; Microsoft's "Microsoft identity platform application authentication certificate
 * credentials").
 */
#ifndef COMMON_ACQUIRE_APP_CLIENT_ASSERTION_H
#define COMMON_ACQUIRE_APP_CLIENT_ASSERTION_H

#include <openssl/x509.h>

#include "common/base/error.h"
#include "common/entra/request.h"

/* How long an assertion lives. */
#define CLIENT_ASSERTION_SECONDS (10 * 60)

/* The longest: with a chain as long as its file may be, twice in Base64. */
#define CLIENT_ASSERTION_MAX (512 * 1024)

/* Signs an assertion for the request's token endpoint with the certificate that the credential
 * names: PS256 with x5t#S256, and for an AD FS RS256 with x5t. The key is only ever in a process of
 * its own, which ends by the deadline. The caller frees the assertion with secret_free, and the
 * certificate, where it wants it (else NULL), with X509_free. NULL with ERROR_USAGE. */
struct secret *client_assertion_sign(const struct token_request *request,
                                     const struct credential *credential, int64_t deadline,
                                     X509 **certificate, struct error *error);

#endif
