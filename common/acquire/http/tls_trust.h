/* SPDX-License-Identifier: MIT */
/*
 * Whom TLS trusts: the system's CAs, or those of CURL_CA_BUNDLE and SSL_CERT_FILE where they are
 * set; or a single certificate and no CA.
 */
#ifndef COMMON_ACQUIRE_HTTP_TLS_TRUST_H
#define COMMON_ACQUIRE_HTTP_TLS_TRUST_H

#include <curl/curl.h>

/* thumbprint: SHA-1 of the only certificate that is trusted, in hex; it lives as long as easy.
 * NULL: the CAs. */
void tls_trust(CURL *easy, const char *thumbprint);

#endif
