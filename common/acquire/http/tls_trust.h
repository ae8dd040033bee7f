/* SPDX-License-Identifier: MIT */
/*
 * Which certificates TLS trusts: the system's CAs; or those in the files that CURL_CA_BUNDLE and
 * SSL_CERT_FILE name, if set; or those of the host tool (host_settings.h); or one certificate and
 * no CA.
 */
#ifndef COMMON_ACQUIRE_HTTP_TLS_TRUST_H
#define COMMON_ACQUIRE_HTTP_TLS_TRUST_H

#include <curl/curl.h>

/* thumbprint: SHA-1, in hex, of the only certificate to trust, or NULL to trust the CAs. It must
 * outlive easy. */
void tls_trust(CURL *easy, const char *thumbprint);

#endif
