/* SPDX-License-Identifier: MIT */
/*
 * An app's certificate and its private key.
 */
#ifndef COMMON_ACQUIRE_APP_CERTIFICATE_H
#define COMMON_ACQUIRE_APP_CERTIFICATE_H

#include "common/acquire/app/key_store.h"
#include "common/entra/request.h"

struct certificate {
    struct key_store store; /* owns the keys, and the certificates that are not in use */
    EVP_PKEY *key;          /* the key in use, an RSA key owned by the store */
    X509 *leaf;             /* its certificate */
    /* The issuer of the leaf, the issuer of that certificate, and so on as far as found. */
    STACK_OF(X509) * chain;
};

/* Loads the certificate that a credential of kind CREDENTIAL_CERTIFICATE names. Warns on stderr if
 * it is expired or not valid yet; the authority decides whether to accept it. The caller clears
 * *ret_certificate with certificate_clear, also on failure. Fails with ERROR_USAGE: a source is not
 * readable, the password is wrong, there is no key or no certificate for it, or the key is not an
 * RSA key. */
bool certificate_load(const struct credential *credential, struct certificate *ret_certificate,
                      struct error *error);

void certificate_clear(struct certificate *certificate);

#endif
