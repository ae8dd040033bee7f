/* SPDX-License-Identifier: MIT */
/*
 * Which certificates TLS trusts: the system's CAs; or those in the files that CURL_CA_BUNDLE and
 * SSL_CERT_FILE name and the folders that SSL_CERT_DIR names, if any of these is set; or those of
 * the host tool (host_settings.h); or one certificate and no CA.
 */
#ifndef COMMON_ACQUIRE_HTTP_TLS_TRUST_H
#define COMMON_ACQUIRE_HTTP_TLS_TRUST_H

#include <curl/curl.h>
#include <stdbool.h>

#include "common/base/error.h"

/* thumbprint: SHA-1, in hex, of the only certificate to trust, or NULL to trust the CAs. It must
 * outlive easy. Fails with ERROR_USAGE if a file cannot be read; libcurl reports the others. */
bool tls_trust(CURL *easy, const char *thumbprint, struct error *error);

#endif
