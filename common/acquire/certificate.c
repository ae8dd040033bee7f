#define _GNU_SOURCE
#include "common/acquire/certificate.h"

#include <openssl/err.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <stdio.h>
#include <string.h>

#include "common/file.h"

/* All that the sources held. */
struct found {
    struct providers *providers;
    EVP_PKEY *key;
    STACK_OF(X509) * certificates;
};

static void clear_found(struct found *found)
{
    EVP_PKEY_free(found->key);
    sk_X509_pop_free(found->certificates, X509_free);
}

static void unload(OSSL_PROVIDER *provider)
{
    if (provider != NULL)
        OSSL_PROVIDER_unload(provider);
}

/* The key goes before the provider that has it. */
void certificate_clear(struct certificate *certificate)
{
    EVP_PKEY_free(certificate->key);
    X509_free(certificate->leaf);
    sk_X509_pop_free(certificate->chain, X509_free);
    unload(certificate->providers.device);
    unload(certificate->providers.legacy);
    *certificate = (struct certificate){ 0 };
}

/* ---- passwords ---- */

/* What OpenSSL's password callback is given. */
struct password {
    const struct secret *secret; /* NULL: none is configured */
    bool asked;
};

static int give_password(char *buffer, int size, int writing, void *data)
{
    (void)writing;
    struct password *password = data;
    password->asked = true;
    if (password->secret == NULL || password->secret->length > (size_t)size)
        return -1;
    memcpy(buffer, password->secret->bytes, password->secret->length);
    return (int)password->secret->length;
}

/* ---- stores ---- */

/* A provider's URI, such as pkcs11:token=... or handle:0x81000000, and no path. */
static bool is_uri(const char *name)
{
    size_t scheme = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789+.-");
    return scheme > 1 && name[scheme] == ':';
}

/* The providers that have the keys of a scheme. */
static const struct {
    const char *scheme;
    const char *provider;
} devices[] = { { "pkcs11:", "pkcs11" }, { "handle:", "tpm2" } };

/* Loads what a source needs beside OpenSSL's own, once: old PKCS#12 files are encrypted with RC2
 * (legacy), and a URI names its provider. Where that is not installed, opening the source says so.
 */
static void load_providers(const char *uri, struct providers *providers)
{
    if (providers->legacy == NULL)
        providers->legacy = OSSL_PROVIDER_try_load(NULL, "legacy", 1);
    for (size_t i = 0; uri != NULL && i < sizeof devices / sizeof devices[0]; i++)
        if (strncmp(uri, devices[i].scheme, strlen(devices[i].scheme)) == 0 &&
            providers->device == NULL) {
            setenv("TSS2_LOG", "all+NONE",
                   0); /* or its library says more of a failure than we do */
            providers->device = OSSL_PROVIDER_try_load(NULL, devices[i].provider, 1);
        }
}

static void take(struct found *found, OSSL_STORE_INFO *info)
{
    if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY && found->key == NULL)
        found->key = OSSL_STORE_INFO_get1_PKEY(info);
    else if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_CERT)
        sk_X509_push(found->certificates, OSSL_STORE_INFO_get1_CERT(info));
}

/* Takes all keys and certificates out of a store. A store that ends with an error may have given
 * what is needed before, so that is judged later. */
static void take_all(OSSL_STORE_CTX *store, struct found *found)
{
    while (!OSSL_STORE_eof(store)) {
        OSSL_STORE_INFO *info = OSSL_STORE_load(store);
        if (info != NULL)
            take(found, info);
        else if (OSSL_STORE_error(store) && found->key == NULL &&
                 sk_X509_num(found->certificates) == 0)
            break;
        OSSL_STORE_INFO_free(info);
    }
    OSSL_STORE_close(store);
}

static bool unreadable(const char *name, const struct password *password, struct error *error)
{
    unsigned long code = ERR_peek_last_error();
    if (password->asked && password->secret == NULL) {
        error_set(error, ERROR_USAGE, "%s is encrypted, and no password is configured", name);
        return error_remedy(error, "certificate_no_password");
    }
    if (password->asked) {
        error_set(error, ERROR_USAGE, "%s cannot be opened with the configured password", name);
        return error_remedy(error, "certificate_wrong_password");
    }
    if (is_uri(name)) {
        error_set(error, ERROR_USAGE, "%.*s: names no key or certificate that OpenSSL can reach",
                  (int)strcspn(name, ";?"), name);
        return error_remedy(error, "provider_missing");
    }
    return error_set(error, ERROR_USAGE, "%s holds no key and no certificate that can be read%s%s",
                     name, code != 0 ? ": " : "", code != 0 ? ERR_reason_error_string(code) : "");
}

/* Adds what a source holds. bytes: its content, where it was read already; NULL: name is a URI. */
static bool read_source(const char *name, const struct secret *bytes,
                        const struct secret *password_secret, struct found *found,
                        struct error *error)
{
    struct password password = { password_secret, false };
    UI_METHOD *method = UI_UTIL_wrap_read_pem_callback(give_password, 0);
    BIO *memory = bytes != NULL ? BIO_new_mem_buf(bytes->bytes, (int)bytes->length) : NULL;
    int before = (found->key != NULL) + sk_X509_num(found->certificates);

    ERR_clear_error();
    load_providers(bytes == NULL ? name : NULL, found->providers);
    OSSL_STORE_CTX *store =
        bytes != NULL
            ? OSSL_STORE_attach(memory, "file", NULL, NULL, method, &password, NULL, NULL, NULL)
            : OSSL_STORE_open_ex(name, NULL, NULL, method, &password, NULL, NULL, NULL);
    if (store != NULL)
        take_all(store, found);
    bool ok = (found->key != NULL) + sk_X509_num(found->certificates) > before;
    if (!ok)
        unreadable(name, &password, error);
    BIO_free(memory);
    UI_destroy_method(method);
    return ok;
}

/* A file is read by us, for its owner and mode to be checked; a URI by its provider. */
static bool read_path(const char *path, const struct secret *password, struct found *found,
                      struct error *error)
{
    if (is_uri(path))
        return read_source(path, NULL, password, found, error);
    unsigned mode = 0;
    bool had_key = found->key != NULL;
    auto_secret struct secret *bytes = file_read(path, CERTIFICATE_FILE_MAX, &mode, error);
    if (bytes == NULL || !read_source(path, bytes, password, found, error))
        return false;
    if (!had_key && found->key != NULL) /* a certificate alone is no secret */
        file_warn_of_readers(path, mode);
    return true;
}

static struct secret *decode_base64(const struct secret *text, struct error *error)
{
    auto_secret struct secret *bytes = secret_allocate(text->length);
    EVP_ENCODE_CTX *context = EVP_ENCODE_CTX_new();
    int length = 0, rest = 0;
    bool ok = bytes != NULL && context != NULL && text->length <= CERTIFICATE_FILE_MAX;
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

static bool read_sources(const struct credential *credential, struct found *found,
                         struct error *error)
{
    found->certificates = sk_X509_new_null();
    if (found->certificates == NULL)
        return error_no_memory(error);
    if (credential->path != NULL) {
        if (!read_path(credential->path, credential->password, found, error))
            return false;
    } else {
        auto_secret struct secret *bytes = decode_base64(credential->secret, error);
        if (bytes == NULL ||
            !read_source("Base64EncodedValue", bytes, credential->password, found, error))
            return false;
    }
    return credential->key_path == NULL ||
           read_path(credential->key_path, credential->password, found, error);
}

/* ---- choosing and checking ---- */

static const char *source_name(const struct credential *credential)
{
    return credential->path != NULL ? credential->path : "Base64EncodedValue";
}

/* The certificate of the key; the rest is the chain. */
static bool match(struct found *found, struct certificate *certificate)
{
    for (int i = 0; i < sk_X509_num(found->certificates); i++) {
        X509 *candidate = sk_X509_value(found->certificates, i);
        if (EVP_PKEY_eq(X509_get0_pubkey(candidate), found->key) != 1)
            continue;
        certificate->leaf = sk_X509_delete(found->certificates, i);
        certificate->key = steal(&found->key);
        certificate->chain = steal(&found->certificates);
        return true;
    }
    return false;
}

static bool choose(const struct credential *credential, struct found *found,
                   struct certificate *certificate, struct error *error)
{
    const char *name = source_name(credential);
    if (found->key == NULL) {
        error_set(error, ERROR_USAGE, "%s holds no private key", name);
        return error_remedy(error, "certificate_no_key");
    }
    if (!EVP_PKEY_is_a(found->key, "RSA") && !EVP_PKEY_is_a(found->key, "RSA-PSS"))
        return error_set(error, ERROR_USAGE, "the key of %s is not RSA, and Entra takes no other",
                         name);
    if (sk_X509_num(found->certificates) == 0) {
        error_set(error, ERROR_USAGE, "%s holds no certificate, only a key", name);
        return error_remedy(error, "certificate_missing");
    }
    if (match(found, certificate))
        return true;
    error_set(error, ERROR_USAGE, "the key and the certificate of %s do not match", name);
    return error_remedy(error, "certificate_no_match");
}

static void warn_of_dates(const struct credential *credential,
                          const struct certificate *certificate)
{
    const char *name = source_name(credential);
    if (X509_cmp_current_time(X509_get0_notAfter(certificate->leaf)) < 0)
        warning("the certificate of %s has expired", name);
    else if (X509_cmp_current_time(X509_get0_notBefore(certificate->leaf)) > 0)
        warning("the certificate of %s is not valid yet", name);
}

bool certificate_load(const struct credential *credential, struct certificate *certificate,
                      struct error *error)
{
    *certificate = (struct certificate){ 0 };
    struct found found CLEANUP(clear_found) = { .providers = &certificate->providers };
    if (!read_sources(credential, &found, error) || !choose(credential, &found, certificate, error))
        return false;
    warn_of_dates(credential, certificate);
    return true;
}
