/* SPDX-License-Identifier: MIT */
/*
 * What a file or a URI holds of private keys and certificates, by OpenSSL's OSSL_STORE: PEM and DER
 * files, PKCS#12, and the URIs of providers (pkcs11:, handle: of a TPM), whose keys never leave
 * their device.
 *
 *     struct key_store store CLEANUP(key_store_clear) = { 0 };
 *     if (!key_store_read(&store, path, password, &error))
 *         return false;
 */
#ifndef COMMON_ACQUIRE_APP_KEY_STORE_H
#define COMMON_ACQUIRE_APP_KEY_STORE_H

#include <openssl/provider.h>
#include <openssl/x509.h>

#include "common/base/error.h"
#include "common/base/secret.h"

#define KEY_FILE_MAX        (256 * 1024)
#define KEY_FILE_OBJECT_MAX 1024
#define KEY_FILE_FAULT_MAX  16 /* objects that cannot be read */
#define KEY_FILE_KEY_MAX    16

struct key_store {
    OSSL_PROVIDER *legacy;            /* what old PKCS#12 files are encrypted with */
    OSSL_PROVIDER *device;            /* what has the key of a URI */
    EVP_PKEY *keys[KEY_FILE_KEY_MAX]; /* of the first source that has any, in its order */
    size_t key_count;
    STACK_OF(X509) * certificates;
};

/* Adds what a file or a URI holds. A file is checked as file_read does, and warned of where others
 * can read the key in it. password: NULL where none is configured. False with ERROR_USAGE: not
 * readable, nothing in it, the wrong password or none. */
bool key_store_read(struct key_store *store, const char *path, const struct secret *password,
                    struct error *error);

/* The same for bytes that stand in the configuration under a name. */
bool key_store_read_bytes(struct key_store *store, const char *name, const struct secret *bytes,
                          const struct secret *password, struct error *error);

/* How much of a path may be shown, in bytes: a PIN can stand in a URI (RFC 7512, 2.4). */
int key_store_shown(const char *path);

void key_store_clear(struct key_store *store);

#endif
