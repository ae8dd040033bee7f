/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/app/client_assertion.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/acquire/app/certificate.h"
#include "common/acquire/base64url.h"
#include "common/base/guid.h"
#include "common/base/json.h"
#include "common/base/subprocess.h"
#include "common/entra/authority.h"

#define ANSWER_MAX    (CLIENT_ASSERTION_MAX + KEY_FILE_MAX)
#define SIGNATURE_MAX 2048 /* RSA with 16384 bits, OpenSSL's limit */

static struct secret *base64url_json(json_object *object)
{
    size_t length = 0;
    const char *text = json_object_to_json_string_length(
        object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &length);
    return base64url((const unsigned char *)text, length);
}

static void add_text(json_object *object, const char *key, const char *value)
{
    json_object_object_add(object, key, json_object_new_string(value));
}

/* ---- the header ---- */

static bool add_thumbprint(json_object *header, const char *key, const EVP_MD *digest,
                           const X509 *leaf)
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (X509_digest(leaf, digest, bytes, &length) != 1)
        return false;
    auto_secret struct secret *thumbprint = base64url(bytes, length);
    add_text(header, key, thumbprint->bytes);
    return true;
}

/* x5c is DER in Base64, not base64url (RFC 7515, section 4.1.6). */
static bool add_to_chain(json_object *array, X509 *certificate)
{
    unsigned char *der = NULL;
    int length = i2d_X509(certificate, &der);
    if (length <= 0)
        return false;
    autofree char *text = calloc(1, ((size_t)length + 2) / 3 * 4 + 1);
    EVP_EncodeBlock((unsigned char *)text, der, length);
    json_object_array_add(array, json_object_new_string(text));
    OPENSSL_free(der);
    return true;
}

static bool add_chain(json_object *header, const struct certificate *certificate)
{
    json_object *array = json_object_new_array();
    json_object_object_add(header, "x5c", array);
    bool ok = add_to_chain(array, certificate->leaf);
    for (int i = 0; ok && i < sk_X509_num(certificate->chain); i++)
        ok = add_to_chain(array, sk_X509_value(certificate->chain, i));
    return ok;
}

static struct secret *make_header(const struct certificate *certificate, bool adfs, bool send_x5c)
{
    auto_json json_object *header = json_object_new_object();
    add_text(header, "alg", adfs ? "RS256" : "PS256");
    add_text(header, "typ", "JWT");
    bool ok = adfs ? add_thumbprint(header, "x5t", EVP_sha1(), certificate->leaf)
                   : add_thumbprint(header, "x5t#S256", EVP_sha256(), certificate->leaf);
    if (ok && send_x5c)
        ok = add_chain(header, certificate);
    return ok ? base64url_json(header) : NULL;
}

/* ---- the claims ---- */

static struct secret *make_claims(const char *client_id, const char *audience)
{
    struct guid id;
    auto_json json_object *claims = json_object_new_object();
    int64_t now = time(NULL);
    if (!guid_make(&id))
        return NULL;
    add_text(claims, "aud", audience);
    add_text(claims, "iss", client_id);
    add_text(claims, "sub", client_id);
    add_text(claims, "jti", id.text);
    json_object_object_add(claims, "nbf", json_object_new_int64(now));
    json_object_object_add(claims, "iat", json_object_new_int64(now));
    json_object_object_add(claims, "exp", json_object_new_int64(now + CLIENT_ASSERTION_SECONDS));
    return base64url_json(claims);
}

/* ---- the signature ---- */

/* PS256 uses SHA-256 for the digest and for MGF1, and a salt as long as the digest (RFC 7518,
 * section 3.5). */
static bool set_padding(EVP_PKEY_CTX *context, bool adfs)
{
    if (adfs)
        return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0;
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) > 0;
}

/* A device checks the password only now, and reports a wrong one as a failure to sign. The first of
 * OpenSSL's errors is the cause; the others follow from it. */
static bool explain_signing(const struct key_store *store, bool has_password, struct error *error)
{
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    error_set(error, ERROR_USAGE, "signing with the private key failed: %s",
              reason != NULL ? reason : "no reason given");
    if (store->device != NULL && has_password)
        return error_known_as(error, "certificate_wrong_password");
    return store->device != NULL &&
           error_hint(error, "If the device requires a PIN, set CertificatePassword to it.");
}

static struct secret *sign(const struct certificate *certificate, bool adfs,
                           const struct secret *text, bool has_password, struct error *error)
{
    /* The key's own provider must sign: another would try to export the key from it. */
    EVP_PKEY *key = certificate->key;
    const OSSL_PROVIDER *provider = EVP_PKEY_get0_provider(key);
    char properties[128] = "";
    if (provider != NULL)
        snprintf(properties, sizeof properties, "?provider=%s", OSSL_PROVIDER_get0_name(provider));
    unsigned char signature[SIGNATURE_MAX];
    size_t length = sizeof signature;
    EVP_PKEY_CTX *context = NULL;
    ERR_clear_error();
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    bool ok = EVP_DigestSignInit_ex(digest, &context, "SHA256", NULL, properties, key, NULL) == 1 &&
              set_padding(context, adfs) &&
              EVP_DigestSign(digest, signature, &length, (const unsigned char *)text->bytes,
                             text->length) == 1;
    EVP_MD_CTX_free(digest);
    if (ok)
        return base64url(signature, length);
    explain_signing(&certificate->store, has_password, error);
    return NULL;
}

static struct secret *assemble(const struct token_request *request,
                               const struct credential *credential,
                               const struct certificate *certificate, struct error *error)
{
    bool adfs = authority_is_adfs(request->tenant);
    autofree char *endpoint = authority_endpoint(request->instance, request->tenant, "token");
    auto_secret struct secret *header = make_header(certificate, adfs, credential->send_x5c);
    auto_secret struct secret *claims = make_claims(request->client_id, endpoint);
    if (header == NULL || claims == NULL) {
        error_set(error, ERROR_OTHER,
                  header == NULL ? "OpenSSL cannot compute the thumbprint of the certificate"
                                 : "the kernel has no random bytes");
        return NULL;
    }
    auto_secret struct secret *text = secret_format("%s.%s", header->bytes, claims->bytes);
    auto_secret struct secret *signature =
        sign(certificate, adfs, text, credential->password != NULL, error);
    return signature != NULL ? secret_format("%s.%s", text->bytes, signature->bytes) : NULL;
}

/* ---- the child process ---- */

/* A device may hang, and an encrypted key may need millions of rounds of key derivation. OpenSSL
 * has no deadlines, so a child process loads the key and signs. It writes "+", the certificate in
 * DER and the assertion; or "-" and a struct error. */
struct job {
    const struct token_request *request;
    const struct credential *credential;
};

static bool write_bytes(int fd, const void *bytes, size_t length)
{
    auto_secret struct secret *text = secret_new(bytes, length);
    return secret_write(text, fd);
}

static bool write_answer(int fd, X509 *certificate, const struct secret *assertion)
{
    unsigned char *der = NULL;
    int length = i2d_X509(certificate, &der);
    bool written = length > 0 && write_bytes(fd, "+", 1) && write_bytes(fd, der, (size_t)length) &&
                   secret_write(assertion, fd);
    OPENSSL_free(der);
    return written;
}

/* The library of a device may load what its variables name, and print where they say. A relative
 * name is nobody's in the root, and stdout is for the answer alone. */
static bool leave_surroundings(struct error *error)
{
    autoclose int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    return (null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(null, STDOUT_FILENO) >= 0 &&
            chdir("/") == 0) ||
           error_set(error, ERROR_OTHER, "cannot start the process that signs: %m");
}

static bool load_and_sign(void *context, int fd)
{
    const struct job *job = context;
    struct certificate certificate CLEANUP(certificate_clear) = { 0 };
    struct error error = { 0 };
    auto_secret struct secret *assertion =
        leave_surroundings(&error) && certificate_load(job->credential, &certificate, &error)
            ? assemble(job->request, job->credential, &certificate, &error)
            : NULL;
    return assertion != NULL ? write_answer(fd, certificate.leaf, assertion)
                             : write_bytes(fd, "-", 1) && write_bytes(fd, &error, sizeof error);
}

static struct secret *read_answer(const struct secret *answer, X509 **ret_certificate,
                                  struct error *error)
{
    const unsigned char *der = (const unsigned char *)answer->bytes + 1;
    X509 *leaf = d2i_X509(NULL, &der, (long)answer->length - 1); /* moves der past the DER */
    size_t read = (size_t)((const char *)der - answer->bytes);
    struct secret *assertion =
        leaf != NULL ? secret_new(answer->bytes + read, answer->length - read) : NULL;
    if (assertion != NULL && ret_certificate != NULL)
        *ret_certificate = steal(&leaf);
    X509_free(leaf);
    if (assertion == NULL)
        error_set(error, ERROR_OTHER, "the process that signs returned no certificate");
    return assertion;
}

static void explain_failure(enum subprocess_end end, const struct credential *credential,
                            struct error *error)
{
    const char *path = credential->path != NULL ? credential->path : "Base64EncodedValue";
    const char *key = credential->key_path != NULL ? credential->key_path : path;
    if (end == SUBPROCESS_TOO_LONG) {
        error_set(error, ERROR_USAGE, "signing with the key in %.*s took too long",
                  key_store_printable_length(key), key);
        error_hint(error, "Use --timeout to wait longer.");
    } else if (end == SUBPROCESS_NONE) {
        error_set(error, ERROR_OTHER, "cannot start a process: %m");
    } else {
        error_set(error, ERROR_OTHER,
                  "the key in %.*s cannot be used: the process that loads it failed",
                  key_store_printable_length(key), key);
    }
}

struct secret *client_assertion_sign(const struct token_request *request,
                                     const struct credential *credential, int64_t deadline,
                                     X509 **ret_certificate, struct error *error)
{
    struct job job = { request, credential };
    auto_secret struct secret *answer = NULL;
    int status = 0;
    enum subprocess_end end =
        subprocess_fork(load_and_sign, &job, ANSWER_MAX, deadline, &status, &answer);
    if (end == SUBPROCESS_ENDED && status == 0 && answer->length > 1 && answer->bytes[0] == '+')
        return read_answer(answer, ret_certificate, error);
    if (end == SUBPROCESS_ENDED && status == 0 && answer->length == 1 + sizeof *error)
        memcpy(error, answer->bytes + 1, sizeof *error);
    else
        explain_failure(end, credential, error);
    return NULL;
}
