/* SPDX-License-Identifier: MIT */
/* A certificate's file: PEM, DER or PKCS#12. None of the seeds is encrypted, since a count of
 * iterations that the input chooses would only measure the time that OpenSSL takes for it. */
#include <openssl/x509v3.h>

#include "common/acquire/app/certificate.h"
#include "common/acquire/app/thumbprint.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/given_file.h"

/* Each certificate is certified by the next, and none is in the chain twice. */
static void check_chain(const struct certificate *certificate)
{
    X509 *last = certificate->leaf;
    for (int i = 0; i < sk_X509_num(certificate->chain); i++) {
        X509 *issuer = sk_X509_value(certificate->chain, i);
        HOLDS(issuer != last && X509_check_issued(issuer, last) == X509_V_OK);
        last = issuer;
    }
    HOLDS(sk_X509_num(certificate->chain) <= KEY_FILE_OBJECT_MAX);
}

/* Stays loaded, so that loading it again takes no time. */
static OSSL_PROVIDER *legacy;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char thumbprint[THUMBPRINT_SIZE];
    struct error error = { 0 };
    struct certificate certificate CLEANUP(certificate_clear) = { 0 };
    auto_secret struct secret *file = secret_new((const char *)data, size);
    auto_secret struct secret *password = secret_from_text(FUZZ_SECRET);
    const struct credential credential = { .kind = CREDENTIAL_CERTIFICATE,
                                           .path = "/etc/app.pem",
                                           .password = password };
    fuzz_has_secret = true;
    if (legacy == NULL)
        legacy = OSSL_PROVIDER_try_load(NULL, "legacy", 1);
    given_file = file;
    if (!certificate_load(&credential, &certificate, &error)) {
        HOLDS(error.kind == ERROR_USAGE);
        fuzz_check_error(&error);
        return 0;
    }
    HOLDS(EVP_PKEY_eq(X509_get0_pubkey(certificate.leaf), certificate.key) == 1);
    check_chain(&certificate);
    thumbprint_format(certificate.leaf, thumbprint);
    HOLDS(strlen(thumbprint) == THUMBPRINT_SIZE - 1);
    return 0;
}
