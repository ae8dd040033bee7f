/* SPDX-License-Identifier: MIT */
/*
 * A certificate's thumbprint: its SHA-1 in hex, as Windows and the Azure portal show it.
 */
#ifndef COMMON_ACQUIRE_APP_THUMBPRINT_H
#define COMMON_ACQUIRE_APP_THUMBPRINT_H

#include <openssl/x509.h>

#define THUMBPRINT_SIZE (2 * SHA_DIGEST_LENGTH + 1)

/* Formats the thumbprint in upper case. ret_text is "" if it cannot be computed. */
void thumbprint_format(const X509 *certificate, char ret_text[THUMBPRINT_SIZE]);

#endif
