/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/http/system_cas.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/cleanup.h"
#include "common/base/report.h"

static void free_context(X509_STORE_CTX **context)
{
    X509_STORE_CTX_free(*context);
}

/* Makes a verification like another one: same certificates, same conditions. */
static X509_STORE_CTX *repeat(X509_STORE_CTX *first)
{
    X509_STORE_CTX *again = X509_STORE_CTX_new();
    X509_VERIFY_PARAM *conditions = X509_VERIFY_PARAM_new();
    if (X509_STORE_CTX_init(again, X509_STORE_CTX_get0_store(first),
                            X509_STORE_CTX_get0_cert(first),
                            X509_STORE_CTX_get0_untrusted(first)) == 1 &&
        X509_VERIFY_PARAM_set1(conditions, X509_STORE_CTX_get0_param(first)) == 1) {
        X509_STORE_CTX_set0_param(again, conditions);
        return again;
    }
    X509_VERIFY_PARAM_free(conditions);
    X509_STORE_CTX_free(again);
    return NULL;
}

/* Instead of X509_verify_cert: verifies with the folder, then with the file too. */
static int verify(X509_STORE_CTX *context, void *file)
{
    int verified = X509_verify_cert(context);
    if (verified == 1 || X509_STORE_load_file(X509_STORE_CTX_get0_store(context), file) != 1)
        return verified;
    trace("network: the folder of CAs does not do, so %s is read", (const char *)file);
    X509_STORE_CTX *again CLEANUP(free_context) = repeat(context);
    if (again == NULL)
        return verified;
    verified = X509_verify_cert(again);
    X509_STORE_CTX_set_error(context, X509_STORE_CTX_get_error(again));
    X509_STORE_CTX_set0_verified_chain(context, X509_STORE_CTX_get1_chain(again));
    return verified;
}

static CURLcode set_up(CURL *easy, void *context, void *file)
{
    (void)easy;
    SSL_CTX_set_cert_verify_callback(context, verify, file);
    return CURLE_OK;
}

static bool is_folder(const char *path)
{
    struct stat status;
    return path != NULL && stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

void system_cas_trust(CURL *easy)
{
    const curl_version_info_data *built = curl_version_info(CURLVERSION_NOW);
    const char *file = built->cainfo;
    if (file == NULL || access(file, R_OK) != 0 || !is_folder(built->capath) ||
        curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, set_up) != CURLE_OK)
        return; /* libcurl's default is both, and has its own error if they cannot be read */
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, (void *)file);
    curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
}
