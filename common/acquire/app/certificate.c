/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/app/certificate.h"

#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <string.h>

void certificate_clear(struct certificate *certificate)
{
    X509_free(certificate->leaf);
    sk_X509_pop_free(certificate->chain, X509_free);
    key_store_clear(&certificate->store);
    *certificate = (struct certificate){ 0 };
}

/* ---- reading ---- */

static struct secret *decode_base64(const struct secret *text, struct error *error)
{
    auto_secret struct secret *bytes = secret_allocate(text->length);
    EVP_ENCODE_CTX *context = EVP_ENCODE_CTX_new();
    int length = 0, rest = 0;
    bool ok = text->length <= KEY_FILE_MAX;
    if (ok) {
        EVP_DecodeInit(context);
        ok = EVP_DecodeUpdate(context, (unsigned char *)bytes->bytes, &length,
                              (const unsigned char *)text->bytes, (int)text->length) >= 0 &&
             EVP_DecodeFinal(context, (unsigned char *)bytes->bytes + length, &rest) == 1 &&
             length + rest > 0;
    }
    EVP_ENCODE_CTX_free(context);
    if (!ok) {
        error_set(error, ERROR_USAGE, "Base64EncodedValue is not Base64");
        return NULL;
    }
    return secret_new(bytes->bytes, (size_t)length + (size_t)rest);
}

/* Reads the key of CertificateKeyDiskPath first, so that it is used even if the certificate's file
 * contains another. */
static bool read_sources(const struct credential *credential, struct key_store *store,
                         struct error *error)
{
    if (credential->key_path != NULL &&
        !key_store_read(store, credential->key_path, credential->password, error))
        return false;
    if (credential->path != NULL)
        return key_store_read(store, credential->path, credential->password, error);
    auto_secret struct secret *bytes = decode_base64(credential->secret, error);
    return bytes != NULL &&
           key_store_read_bytes(store, "Base64EncodedValue", bytes, credential->password, error);
}

/* ---- choosing and checking ---- */

/* The sources of the certificate and its key, for messages, with their printable lengths. */
struct names {
    const char *certificate, *key;
    int certificate_length, key_length;
};

static struct names names_of(const struct credential *credential)
{
    const char *path = credential->path != NULL ? credential->path : "Base64EncodedValue";
    const char *key = credential->key_path != NULL ? credential->key_path : path;
    return (struct names){ path, key, key_store_printable_length(path),
                           key_store_printable_length(key) };
}

static bool is_valid_now(const X509 *certificate)
{
    return X509_cmp_current_time(X509_get0_notBefore(certificate)) < 0 &&
           X509_cmp_current_time(X509_get0_notAfter(certificate)) > 0;
}

static bool is_of_key(X509 *certificate, void *key)
{
    return EVP_PKEY_eq(X509_get0_pubkey(certificate), key) == 1;
}

/* A certificate of the same key is an older or newer one of the subject's own. */
static bool has_issued(X509 *issuer, void *subject)
{
    return X509_check_issued(issuer, subject) == X509_V_OK &&
           !is_of_key(issuer, X509_get0_pubkey(subject));
}

typedef bool relation(X509 *certificate, void *to);

/* Removes the first certificate of this relation from the store and returns it: of several, as
 * after a renewal, the first that is valid now. Returns NULL if there is none; or none that is
 * valid, if it must be. */
static X509 *remove_certificate(struct key_store *store, relation *fits, void *to,
                                bool must_be_valid)
{
    int chosen = -1, count = sk_X509_num(store->certificates);
    for (int i = 0; i < count; i++) {
        X509 *one = sk_X509_value(store->certificates, i);
        if (!fits(one, to))
            continue;
        if (is_valid_now(one))
            return sk_X509_delete(store->certificates, i);
        if (chosen < 0)
            chosen = i;
    }
    return chosen >= 0 && !must_be_valid ? sk_X509_delete(store->certificates, chosen) : NULL;
}

/* Chooses the first key that has a certificate that is valid now, or else one that is not, or else
 * the first key, for messages. */
static void choose_key(struct certificate *certificate)
{
    struct key_store *store = &certificate->store;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < store->key_count && certificate->leaf == NULL; i++) {
            certificate->key = store->keys[i];
            certificate->leaf = remove_certificate(store, is_of_key, certificate->key, pass == 0);
        }
    if (certificate->leaf == NULL && store->key_count > 0)
        certificate->key = store->keys[0];
}

/* Builds the chain, in which each certificate certifies the one before it (RFC 7515, section
 * 4.1.6). */
static void build_chain(struct certificate *certificate)
{
    certificate->chain = sk_X509_new_null();
    X509 *last = certificate->leaf;
    while ((last = remove_certificate(&certificate->store, has_issued, last, false)) != NULL)
        sk_X509_push(certificate->chain, last);
}

static bool choose_certificate(const struct credential *credential, struct certificate *certificate,
                               struct error *error)
{
    struct names name = names_of(credential);
    struct key_store *store = &certificate->store;
    choose_key(certificate);
    if (certificate->key == NULL) {
        error_set(error, ERROR_USAGE, "%.*s contains no private key", name.key_length, name.key);
        return error_known_as(error, "certificate_no_key");
    }
    if (!EVP_PKEY_is_a(certificate->key, "RSA") && !EVP_PKEY_is_a(certificate->key, "RSA-PSS"))
        return error_set(error, ERROR_USAGE,
                         "the key in %.*s is not an RSA key, and Entra accepts no other kind",
                         name.key_length, name.key);
    if (certificate->leaf != NULL) {
        build_chain(certificate);
        return true;
    }
    if (sk_X509_num(store->certificates) == 0) {
        error_set(error, ERROR_USAGE, "%.*s contains no certificate, only a key",
                  name.certificate_length, name.certificate);
        return error_known_as(error, "certificate_missing");
    }
    error_set(error, ERROR_USAGE, "the key in %.*s and the certificate in %.*s do not match",
              name.key_length, name.key, name.certificate_length, name.certificate);
    return error_known_as(error, "certificate_no_match");
}

static void warn_about_dates(const struct credential *credential, struct certificate *certificate)
{
    struct names name = names_of(credential);
    const X509 *leaf = certificate->leaf;
    const char *fault = X509_cmp_current_time(X509_get0_notAfter(leaf)) < 0    ? "has expired"
                        : X509_cmp_current_time(X509_get0_notBefore(leaf)) > 0 ? "is not valid yet"
                                                                               : NULL;
    bool has_others = false;
    for (int i = 0; i < sk_X509_num(certificate->store.certificates); i++)
        has_others = has_others ||
                     is_of_key(sk_X509_value(certificate->store.certificates, i), certificate->key);
    if (fault != NULL && has_others)
        warning_of("certificate_expired", "",
                   "none of the certificates of the key in %.*s is valid now; the first %s",
                   name.certificate_length, name.certificate, fault);
    else if (fault != NULL)
        warning_of("certificate_expired", "", "the certificate in %.*s %s", name.certificate_length,
                   name.certificate, fault);
}

bool certificate_load(const struct credential *credential, struct certificate *ret_certificate,
                      struct error *error)
{
    *ret_certificate = (struct certificate){ 0 };
    if (!read_sources(credential, &ret_certificate->store, error) ||
        !choose_certificate(credential, ret_certificate, error))
        return false;
    warn_about_dates(credential, ret_certificate);
    return true;
}
