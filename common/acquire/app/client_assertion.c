/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/app/client_assertion.h"

#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <time.h>

#include "common/acquire/base64url.h"
#include "common/base/guid.h"
#include "common/base/json.h"
#include "common/entra/authority.h"

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

struct secret *client_assertion_make(const struct token_request *request,
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
