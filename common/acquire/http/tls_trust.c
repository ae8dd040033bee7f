/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/http/tls_trust.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>
#include <strings.h>

#include "common/acquire/app/thumbprint.h"
#include "common/acquire/http/host_settings.h"
#include "common/acquire/http/system_cas.h"
#include "common/base/environment.h"

static CURLcode trust_second_file(CURL *easy, void *context, void *file)
{
    (void)easy;
    return SSL_CTX_load_verify_file(context, file) == 1 ? CURLE_OK : CURLE_SSL_CACERT_BADFILE;
}

/* As git does: the file replaces the system's file, and the system's folder stays, if it has one.
 * What libcurl does for the server's certificate, it does for that of a proxy by https too. */
static void trust_host_cas(CURL *easy)
{
    const struct network_settings *settings = host_settings();
    if (settings->ca_file == NULL && settings->ca_folder == NULL && settings->proxy_ca_file == NULL)
        system_cas_trust(easy);
    if (settings->ca_file != NULL)
        curl_easy_setopt(easy, CURLOPT_CAINFO, settings->ca_file);
    if (settings->ca_folder != NULL)
        curl_easy_setopt(easy, CURLOPT_CAPATH, settings->ca_folder);
}

/* Why OpenSSL has failed; NULL if it gives no reason. Of a file that cannot be read, only the first
 * error in its queue has the system's reason, and the last one is "system lib". */
static const char *openssl_reason(void)
{
    unsigned long first = ERR_peek_error();
    return ERR_SYSTEM_ERROR(first) ? strerror(ERR_GET_REASON(first))
                                   : ERR_reason_error_string(ERR_peek_last_error());
}

/* libcurl would say of the second file only that its "ssl ctx callback" failed. */
static bool check_second_file(const char *file, struct error *error)
{
    X509_STORE *store = X509_STORE_new();
    ERR_clear_error();
    bool can_be_loaded = X509_STORE_load_file(store, file) == 1;
    const char *reason = openssl_reason();
    X509_STORE_free(store);
    ERR_clear_error();
    if (can_be_loaded)
        return true;
    error_set(error, ERROR_USAGE, "the trusted certificates cannot be read: SSL_CERT_FILE: %s%s%s",
              file, reason != NULL ? ": " : "", reason != NULL ? reason : "");
    return error_known_as(error, "tls_ca_file");
}

/* Trusts the system's CAs or those named by the environment. libcurl, unlike the curl command, does
 * not read these variables itself. If several are set, the CAs of all are trusted. */
static bool trust_cas(CURL *easy, struct error *error)
{
    const char *first = environment("CURL_CA_BUNDLE");
    const char *second = environment("SSL_CERT_FILE");
    const char *folders = environment("SSL_CERT_DIR"); /* absolute: acquire_load */
    if (first == NULL && second == NULL && folders == NULL) {
        trust_host_cas(easy);
        return true;
    }
    curl_easy_setopt(easy, CURLOPT_CAPATH, folders);
    curl_easy_setopt(easy, CURLOPT_CAINFO, first != NULL ? first : second);
    if (first == NULL || second == NULL || strcmp(first, second) == 0)
        return true;
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, trust_second_file);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, (void *)second);
    return check_second_file(second, error);
}

/* Verifies a certificate by its thumbprint alone, as Service Fabric's self-signed one needs. */
static int has_thumbprint(X509_STORE_CTX *context, void *thumbprint)
{
    char text[THUMBPRINT_SIZE];
    const X509 *leaf = X509_STORE_CTX_get0_cert(context);
    if (leaf == NULL)
        return 0;
    thumbprint_format(leaf, text);
    return text[0] != '\0' && strcasecmp(text, thumbprint) == 0;
}

static CURLcode trust_thumbprint(CURL *easy, void *context, void *thumbprint)
{
    (void)easy;
    SSL_CTX_set_cert_verify_callback(context, has_thumbprint, thumbprint);
    return CURLE_OK;
}

bool tls_trust(CURL *easy, const char *thumbprint, struct error *error)
{
    if (thumbprint == NULL)
        return trust_cas(easy, error);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L); /* the certificate names no host */
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, trust_thumbprint);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, (void *)thumbprint);
    return true;
}
