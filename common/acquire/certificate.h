/*
 * An app's certificate and private key, from wherever OpenSSL's OSSL_STORE finds them: PEM and DER
 * files, PKCS#12, and the URIs of providers (pkcs11:, handle: of a TPM), whose keys never leave
 * their device.
 */
#ifndef COMMON_ACQUIRE_CERTIFICATE_H
#define COMMON_ACQUIRE_CERTIFICATE_H

#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/x509.h>

#include "common/error.h"
#include "common/request.h"

#define CERTIFICATE_FILE_MAX (256 * 1024)

/* OpenSSL's providers beside its default one, which hold keys and read old files. */
struct providers {
    OSSL_PROVIDER *legacy;
    OSSL_PROVIDER *device; /* the one of a URI's scheme */
};

struct certificate {
    struct providers providers;
    EVP_PKEY *key;          /* RSA */
    X509 *leaf;             /* the certificate of that key */
    STACK_OF(X509) * chain; /* all others that were found, in their order */
};

/* Loads the certificate that a credential of kind CREDENTIAL_CERTIFICATE names. Warns on stderr
 * where it has expired, since the authority decides. The caller clears it. False with ERROR_USAGE:
 * not readable, a wrong password, no key, no certificate of that key, not RSA. */
bool certificate_load(const struct credential *credential, struct certificate *certificate,
                      struct error *error);

void certificate_clear(struct certificate *certificate);

#endif
