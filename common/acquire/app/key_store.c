/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/app/key_store.h"

#include <openssl/err.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/file.h"

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

/* What OpenSSL's password callback answers, for the whole process: a provider that did not get a
 * password asks once more by OpenSSL's default method, which has no context and would prompt on the
 * terminal; and a card may require the PIN for each use of a key. */
static struct {
    const struct secret *secret; /* NULL if none is configured */
    bool was_requested;
} answer;

static int copy_password(char *buffer, int size, int writing, void *context)
{
    (void)writing;
    (void)context;
    answer.was_requested = true;
    if (answer.secret == NULL || answer.secret->length > (size_t)size)
        return -1;
    memcpy(buffer, answer.secret->bytes, answer.secret->length);
    return (int)answer.secret->length;
}

static void answer_with(struct key_store *store, const struct secret *secret)
{
    answer.secret = secret;
    answer.was_requested = false;
    if (store->method == NULL)
        store->method = UI_UTIL_wrap_read_pem_callback(copy_password, 0);
    UI_set_default_method(store->method);
}

static void answer_no_more(struct key_store *store)
{
    answer.secret = NULL;
    UI_set_default_method(UI_null());
    UI_destroy_method(store->method);
}

/* ---- sources ---- */

/* The provider for each URI scheme. */
static const struct {
    const char *scheme;
    const char *provider;
} devices[] = { { "pkcs11:", "pkcs11" }, { "handle:", "tpm2" } };

/* Loads the providers that a source needs, once. If one is not installed, opening the source fails.
 * OpenSSL's default one is the first, and not loaded when it is used for the first time as usual: a
 * card's own library may use OpenSSL too (SoftHSM does), and would get its digests from the first
 * provider that has them. If that were the card's, the library would wait for itself for ever. The
 * default one stays loaded, since OpenSSL 3.0 cannot load it again. */
static void load_providers(struct key_store *store, const char *uri)
{
    static bool has_default;
    if (!has_default)
        has_default = OSSL_PROVIDER_try_load(NULL, "default", 1) != NULL;
    if (store->legacy == NULL)
        store->legacy = OSSL_PROVIDER_try_load(NULL, "legacy", 1);
    setenv("TSS2_LOG", "all+NONE", 0); /* keep the TPM's library from logging to stderr */
    for (size_t i = 0; uri != NULL && i < ARRAY_SIZE(devices); i++)
        if (strncmp(uri, devices[i].scheme, strlen(devices[i].scheme)) == 0 &&
            store->device == NULL)
            store->device = OSSL_PROVIDER_try_load(NULL, devices[i].provider, 1);
}

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
    answer_no_more(store);
    *store = (struct key_store){ 0 };
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

/* Whether the device has accepted the password, and asks for none any more. It is not given again,
 * because devices count wrong ones. */
static bool has_accepted(const char *uri, const struct key_store *store)
{
    const struct secret *secret = answer.secret;
    answer.secret = NULL;
    answer.was_requested = false;
    OSSL_STORE_CTX *source =
        OSSL_STORE_open_ex(uri, NULL, NULL, store->method, NULL, NULL, NULL, NULL);
    if (source != NULL)
        OSSL_STORE_INFO_free(OSSL_STORE_load(source));
    OSSL_STORE_close(source);
    answer.secret = secret;
    return !answer.was_requested;
}

static bool explain_locked(const char *name, struct error *error)
{
    int length = key_store_printable_length(name);
    if (answer.secret != NULL) {
        error_set(error, ERROR_USAGE, "%.*s cannot be opened with the configured password", length,
                  name);
        return error_known_as(error, "certificate_wrong_password");
    }
    error_set(error, ERROR_USAGE, "%.*s %s, and no password is configured", length, name,
              file_is_uri(name) ? "requires a PIN" : "is encrypted");
    return error_known_as(error, "certificate_no_password");
}

static bool explain_empty(const char *name, const struct key_store *store, struct error *error)
{
    if (file_is_uri(name)) {
        error_set(error, ERROR_USAGE, "OpenSSL found no key or certificate at %.*s",
                  key_store_printable_length(name), name);
        return error_known_as(error, store->device != NULL ? "device_no_key" : "provider_missing");
    }
    error_set(error, ERROR_USAGE, "%s contains no readable key or certificate", name);
    return error_hint(error, "It must be a complete PEM, DER or PKCS#12 file.");
}

/* Adds the keys and certificates of a source: the bytes or, if they are NULL, the URI in name. */
static bool read_source(struct key_store *store, const char *name, const struct secret *bytes,
                        const struct secret *secret, struct error *error)
{
    if (store->certificates == NULL)
        store->certificates = sk_X509_new_null();
    BIO *memory = bytes != NULL ? BIO_new_mem_buf(bytes->bytes, (int)bytes->length) : NULL;
    int before = count(store);

    ERR_clear_error();
    answer_with(store, secret);
    load_providers(store, bytes == NULL ? name : NULL);
    OSSL_STORE_CTX *source =
        bytes != NULL
            ? OSSL_STORE_attach(memory, "file", NULL, NULL, store->method, NULL, NULL, NULL, NULL)
            : OSSL_STORE_open_ex(name, NULL, NULL, store->method, NULL, NULL, NULL, NULL);
    bool is_complete = source != NULL && load_all(source, store, bytes == NULL);
    BIO_free(memory);
    bool is_locked = answer.was_requested && !is_complete && store->key_count == 0;
    if (is_locked && (bytes != NULL || secret == NULL || !has_accepted(name, store)))
        return explain_locked(name, error);
    return count(store) > before || explain_empty(name, store, error);
}

bool key_store_read_bytes(struct key_store *store, const char *name, const struct secret *bytes,
                          const struct secret *password, struct error *error)
{
    return read_source(store, name, bytes, password, error);
}

/* Reads a provider's URI. file: is not one: we read files ourselves, because OpenSSL does not check
 * the owner. */
static bool read_uri(struct key_store *store, const char *uri, const struct secret *password,
                     struct error *error)
{
    /* The TPM's provider requests a password only if the URI ends in ?pass. */
    bool add_pass = password != NULL && strncmp(uri, "handle:", 7) == 0 && strchr(uri, '?') == NULL;
    auto_secret struct secret *full_uri = secret_format("%s%s", uri, add_pass ? "?pass" : "");
    return read_source(store, full_uri->bytes, NULL, password, error);
}

bool key_store_read(struct key_store *store, const char *path, const struct secret *password,
                    struct error *error)
{
    if (file_is_uri(path))
        return read_uri(store, path, password, error);
    struct file_rights rights = { 0 };
    size_t had_keys = store->key_count;
    auto_secret struct secret *bytes = file_read(file_path(path), KEY_FILE_MAX, &rights, error);
    if (bytes == NULL || !read_source(store, path, bytes, password, error))
        return false;
    if (had_keys == 0 && store->key_count > 0) /* a certificate alone is not secret */
        file_warn_of_readers(file_path(path), &rights);
    return true;
}
