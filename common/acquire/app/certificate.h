/* SPDX-License-Identifier: MIT */
/*
 * An app's certificate and its private key.
 */
#ifndef COMMON_ACQUIRE_APP_CERTIFICATE_H
#define COMMON_ACQUIRE_APP_CERTIFICATE_H

#include "common/acquire/app/key_store.h"
#include "common/entra/request.h"

struct certificate {
    struct key_store store; /* has the keys and, left over, the certificates that are not its */
    EVP_PKEY *key;          /* the one of them that is used, which is RSA */
    X509 *leaf;             /* its certificate */
    STACK_OF(X509) *
        chain; /* who issued the leaf, who issued that, ... as far as they were found */
};

/* Loads the certificate that a credential of kind CREDENTIAL_CERTIFICATE names. Warns on stderr
 * where it has expired, since the authority decides. The caller clears it. False with ERROR_USAGE:
 * not readable, a wrong password, no key, no certificate of that key, not RSA. */
bool certificate_load(const struct credential *credential, struct certificate *certificate,
                      struct error *error);

void certificate_clear(struct certificate *certificate);

#endif
