/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/http/tls_trust.h"

#include <openssl/ssl.h>
#include <string.h>
#include <strings.h>

#include "common/acquire/app/thumbprint.h"
#include "common/base/environment.h"

static CURLcode trust_too(CURL *easy, void *context, void *file)
{
    (void)easy;
    return SSL_CTX_load_verify_file(context, file) == 1 ? CURLE_OK : CURLE_SSL_CACERT_BADFILE;
}

/* The system's CAs, or those that the environment names: libcurl, unlike its command line, does not
 * read these variables itself. Where both are set, both are trusted. */
static void trust_cas(CURL *easy)
{
    const char *first = environment("CURL_CA_BUNDLE");
    const char *second = environment("SSL_CERT_FILE");
    if (first == NULL && second == NULL)
        return;
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_CAINFO, first != NULL ? first : second);
    if (first != NULL && second != NULL && strcmp(first, second) != 0) {
        curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, trust_too);
        curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, (void *)second);
    }
}

/* Trusts one certificate, known by its thumbprint, and no CA: Service Fabric's own. */
static int is_that_certificate(X509_STORE_CTX *context, void *thumbprint)
{
    char text[THUMBPRINT_SIZE];
    const X509 *leaf = X509_STORE_CTX_get0_cert(context);
    if (leaf == NULL)
        return 0;
    thumbprint_format(leaf, text);
    return text[0] != '\0' && strcasecmp(text, thumbprint) == 0;
}

static CURLcode trust_only(CURL *easy, void *context, void *thumbprint)
{
    (void)easy;
    SSL_CTX_set_cert_verify_callback(context, is_that_certificate, thumbprint);
    return CURLE_OK;
}

static void trust_one(CURL *easy, const char *thumbprint)
{
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L); /* the certificate names no host */
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, trust_only);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, (void *)thumbprint);
}

void tls_trust(CURL *easy, const char *thumbprint)
{
    if (thumbprint != NULL)
        trust_one(easy, thumbprint);
    else
        trust_cas(easy);
}
