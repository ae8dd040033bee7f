/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/app/key_store.h"

#include <openssl/err.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/array.h"
#include "common/base/file.h"

static void unload(OSSL_PROVIDER *provider)
{
    if (provider != NULL)
        OSSL_PROVIDER_unload(provider);
}

/* Frees the keys before the providers that implement them. */
void key_store_clear(struct key_store *store)
{
    for (size_t i = 0; i < store->key_count; i++)
        EVP_PKEY_free(store->keys[i]);
    sk_X509_pop_free(store->certificates, X509_free);
    unload(store->device);
    unload(store->legacy);
    *store = (struct key_store){ 0 };
}

/* ---- names ---- */

int key_store_printable_length(const char *path)
{
    size_t length = strlen(path);
    if (!file_is_uri(path))
        return (int)length;
    const char *pin = strcasestr(path, "pin-");
    length = strcspn(path, ";?");
    return (int)(pin != NULL && (size_t)(pin - path) < length ? (size_t)(pin - path) : length);
}

/* ---- passwords ---- */

/* The context of OpenSSL's password callback. */
struct password {
    const struct secret *secret; /* NULL if none is configured */
    bool was_requested;
};

static int copy_password(char *buffer, int size, int writing, void *data)
{
    (void)writing;
    struct password *password = data;
    password->was_requested = true;
    if (password->secret == NULL || password->secret->length > (size_t)size)
        return -1;
    memcpy(buffer, password->secret->bytes, password->secret->length);
    return (int)password->secret->length;
}

/* ---- sources ---- */

/* The provider for each URI scheme. */
static const struct {
    const char *scheme;
    const char *provider;
} devices[] = { { "pkcs11:", "pkcs11" }, { "handle:", "tpm2" } };

/* Loads the providers that a source needs besides OpenSSL's default one, once. If one is not
 * installed, opening the source fails. */
static void load_providers(struct key_store *store, const char *uri)
{
    if (store->legacy == NULL)
        store->legacy = OSSL_PROVIDER_try_load(NULL, "legacy", 1);
    setenv("TSS2_LOG", "all+NONE", 0); /* keep the TPM's library from logging to stderr */
    for (size_t i = 0; uri != NULL && i < ARRAY_SIZE(devices); i++)
        if (strncmp(uri, devices[i].scheme, strlen(devices[i].scheme)) == 0 &&
            store->device == NULL)
            store->device = OSSL_PROVIDER_try_load(NULL, devices[i].provider, 1);
}

static void keep_object(struct key_store *store, OSSL_STORE_INFO *info, bool with_keys)
{
    bool is_key = OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY;
    if (is_key && with_keys && store->key_count < KEY_FILE_KEY_MAX)
        store->keys[store->key_count++] = OSSL_STORE_INFO_get1_PKEY(info);
    else if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_CERT)
        sk_X509_push(store->certificates, OSSL_STORE_INFO_get1_CERT(info));
}

static int count(const struct key_store *store)
{
    return (int)store->key_count + sk_X509_num(store->certificates);
}

/* Loads all keys and certificates of a source. Keys are loaded only if no earlier source had any.
 * Objects that cannot be read, such as certificate requests, are skipped, except for a device,
 * which counts wrong PINs. Returns whether everything could be read. */
static bool load_all(OSSL_STORE_CTX *source, struct key_store *store, bool is_device)
{
    int faults = 0, most = is_device ? 1 : KEY_FILE_FAULT_MAX;
    bool with_keys = store->key_count == 0;
    for (int i = 0; i < KEY_FILE_OBJECT_MAX && faults < most && !OSSL_STORE_eof(source); i++) {
        OSSL_STORE_INFO *info = OSSL_STORE_load(source);
        if (info != NULL)
            keep_object(store, info, with_keys);
        else if (OSSL_STORE_error(source))
            faults++;
        OSSL_STORE_INFO_free(info);
    }
    OSSL_STORE_close(source);
    return faults == 0;
}

static bool explain_locked(const char *name, const struct password *password, struct error *error)
{
    if (password->secret != NULL) {
        error_set(error, ERROR_USAGE, "%.*s cannot be opened with the configured password",
                  key_store_printable_length(name), name);
        return error_known_as(error, "certificate_wrong_password");
    }
    error_set(error, ERROR_USAGE, "%.*s is encrypted, and no password is configured",
              key_store_printable_length(name), name);
    return error_known_as(error, "certificate_no_password");
}

static bool explain_empty(const char *name, struct error *error)
{
    if (file_is_uri(name)) {
        error_set(error, ERROR_USAGE, "OpenSSL found no key or certificate at %.*s",
                  key_store_printable_length(name), name);
        return error_known_as(error, "provider_missing");
    }
    error_set(error, ERROR_USAGE, "%s contains no readable key or certificate", name);
    return error_hint(error, "It must be a complete PEM, DER or PKCS#12 file.");
}

/* Adds the keys and certificates of a source: the bytes or, if they are NULL, the URI in name. */
static bool read_source(struct key_store *store, const char *name, const struct secret *bytes,
                        const struct secret *secret, struct error *error)
{
    struct password password = { secret, false };
    if (store->certificates == NULL)
        store->certificates = sk_X509_new_null();
    UI_METHOD *method = UI_UTIL_wrap_read_pem_callback(copy_password, 0);
    BIO *memory = bytes != NULL ? BIO_new_mem_buf(bytes->bytes, (int)bytes->length) : NULL;
    int before = count(store);

    ERR_clear_error();
    load_providers(store, bytes == NULL ? name : NULL);
    OSSL_STORE_CTX *source =
        bytes != NULL
            ? OSSL_STORE_attach(memory, "file", NULL, NULL, method, &password, NULL, NULL, NULL)
            : OSSL_STORE_open_ex(name, NULL, NULL, method, &password, NULL, NULL, NULL);
    bool is_complete = source != NULL && load_all(source, store, bytes == NULL);
    BIO_free(memory);
    UI_destroy_method(method);
    if (password.was_requested && !is_complete && store->key_count == 0)
        return explain_locked(name, &password, error);
    return count(store) > before || explain_empty(name, error);
}

bool key_store_read_bytes(struct key_store *store, const char *name, const struct secret *bytes,
                          const struct secret *password, struct error *error)
{
    return read_source(store, name, bytes, password, error);
}

/* Reads a provider's URI. file: is not one: we read files ourselves, because OpenSSL does not check
 * the owner. OpenSSL would first look for a file of that name in the current
 * folder, which anyone may have put there. */
static bool read_uri(struct key_store *store, const char *uri, const struct secret *password,
                     struct error *error)
{
    struct stat status;
    /* The TPM's provider requests a password only if the URI ends in ?pass. */
    bool add_pass = password != NULL && strncmp(uri, "handle:", 7) == 0 && strchr(uri, '?') == NULL;
    auto_secret struct secret *full_uri = secret_format("%s%s", uri, add_pass ? "?pass" : "");
    if (lstat(uri, &status) == 0)
        return error_set(error, ERROR_USAGE,
                         "%.*s is not used: a file of that name is in the current folder, and "
                         "OpenSSL would read that file instead",
                         key_store_printable_length(uri), uri);
    return read_source(store, full_uri->bytes, NULL, password, error);
}

bool key_store_read(struct key_store *store, const char *path, const struct secret *password,
                    struct error *error)
{
    if (file_is_uri(path))
        return read_uri(store, path, password, error);
    unsigned mode = 0;
    size_t had_keys = store->key_count;
    auto_secret struct secret *bytes = file_read(file_path(path), KEY_FILE_MAX, &mode, error);
    if (bytes == NULL || !read_source(store, path, bytes, password, error))
        return false;
    if (had_keys == 0 && store->key_count > 0) /* a certificate alone is not secret */
        file_warn_of_readers(file_path(path), mode);
    return true;
}
