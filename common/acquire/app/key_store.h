/* SPDX-License-Identifier: MIT */
/*
 * Reads private keys and certificates with OpenSSL's OSSL_STORE: from PEM, DER and PKCS#12 files,
 * and from the URIs of providers (pkcs11:, or handle: for a TPM), whose keys never leave their
 * device.
 *
 *     struct key_store store CLEANUP(key_store_clear) = { 0 };
 *     if (!key_store_read(&store, path, password, &error))
 *         return false;
 */
#ifndef COMMON_ACQUIRE_APP_KEY_STORE_H
#define COMMON_ACQUIRE_APP_KEY_STORE_H

#include <openssl/provider.h>
#include <openssl/ui.h>
#include <openssl/x509.h>

#include "common/base/error.h"
#include "common/base/secret.h"

#define KEY_FILE_MAX        (256 * 1024)
#define KEY_FILE_OBJECT_MAX 1024
#define KEY_FILE_FAULT_MAX  16 /* objects that cannot be read */
#define KEY_FILE_KEY_MAX    16

struct key_store {
    OSSL_PROVIDER *legacy;            /* for the ciphers of old PKCS#12 files */
    OSSL_PROVIDER *device;            /* for the keys of a URI */
    UI_METHOD *method;                /* answers with the password */
    EVP_PKEY *keys[KEY_FILE_KEY_MAX]; /* of the first source that has any, in its order */
    size_t key_count;
    STACK_OF(X509) * certificates;
};

/* Adds the keys and certificates of a file or URI. A file is checked as in file_read, and if others
 * can read a private key in it, a warning is printed on stderr. password is NULL if none is
 * configured; it must remain until key_store_clear, since a device may request it again for each
 * signature. There is one store at a time. Fails with ERROR_USAGE: the source is not readable or
 * empty, or the password is wrong or missing. */
bool key_store_read(struct key_store *store, const char *path, const struct secret *password,
                    struct error *error);

/* The same for bytes that are part of the configuration. name is the name of the setting, for
 * messages. */
bool key_store_read_bytes(struct key_store *store, const char *name, const struct secret *bytes,
                          const struct secret *password, struct error *error);

/* Returns how many bytes of a path or URI may be shown: a URI may contain a PIN (RFC 7512,
 * section 2.4). */
int key_store_printable_length(const char *path);

void key_store_clear(struct key_store *store);

#endif
