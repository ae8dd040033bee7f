/* SPDX-License-Identifier: MIT */
/*
 * A certificate's thumbprint: its SHA-1 in hex, as the portal and Windows show it.
 */
#ifndef COMMON_ACQUIRE_APP_THUMBPRINT_H
#define COMMON_ACQUIRE_APP_THUMBPRINT_H

#include <openssl/x509.h>

#define THUMBPRINT_SIZE (2 * SHA_DIGEST_LENGTH + 1)

/* Upper case; "" where it cannot be computed. */
void thumbprint_format(const X509 *certificate, char text[THUMBPRINT_SIZE]);

#endif
