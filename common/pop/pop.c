/* SPDX-License-Identifier: MIT */
#include "common/pop/pop.h"

#include <inttypes.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "common/acquire/base64url.h"
#include "common/base/guid.h"
#include "common/base/json.h"

#define KEY_BITS   2048
#define NUMBER_MAX (KEY_BITS / 8)

/* A key in use. It owns everything. */
struct rsa_key {
    EVP_PKEY *pkey;
    struct secret *exponent, *modulus; /* base64url */
    struct secret *id;                 /* the thumbprint */
};

static void rsa_key_clear(struct rsa_key *key)
{
    EVP_PKEY_free(key->pkey);
    secret_free(key->exponent);
    secret_free(key->modulus);
    secret_free(key->id);
}

#define auto_rsa_key CLEANUP(rsa_key_clear)

/* ---- the public part ---- */

static struct secret *number_of(const EVP_PKEY *pkey, const char *name)
{
    unsigned char bytes[NUMBER_MAX];
    BIGNUM *number = NULL;
    bool fits =
        EVP_PKEY_get_bn_param(pkey, name, &number) == 1 && BN_num_bytes(number) <= NUMBER_MAX;
    int length = fits ? BN_bn2bin(number, bytes) : 0;
    BN_free(number);
    return length > 0 ? base64url(bytes, (size_t)length) : NULL;
}

/* The SHA-256 of the JWK with its required members in lexicographic order (RFC 7638, 3). */
static struct secret *thumbprint_of(const struct rsa_key *key)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    auto_secret struct secret *jwk = secret_format("{\"e\":\"%s\",\"kty\":\"RSA\",\"n\":\"%s\"}",
                                                   key->exponent->bytes, key->modulus->bytes);
    if (EVP_Digest(jwk->bytes, jwk->length, digest, &length, EVP_sha256(), NULL) != 1)
        return NULL;
    return base64url(digest, length);
}

static bool describe(struct rsa_key *key)
{
    key->exponent = number_of(key->pkey, OSSL_PKEY_PARAM_RSA_E);
    key->modulus = number_of(key->pkey, OSSL_PKEY_PARAM_RSA_N);
    key->id = key->exponent != NULL && key->modulus != NULL ? thumbprint_of(key) : NULL;
    return key->id != NULL;
}

/* ---- the private part ---- */

static bool encode(const EVP_PKEY *pkey, struct secret **ret_text)
{
    unsigned char *der = NULL;
    int length = i2d_PrivateKey(pkey, &der);
    if (length <= 0 || length > POP_KEY_MAX / 4 * 3)
        return false;
    *ret_text = secret_allocate(((size_t)length + 2) / 3 * 4);
    EVP_EncodeBlock((unsigned char *)(*ret_text)->bytes, der, length);
    OPENSSL_clear_free(der, (size_t)length);
    return true;
}

/* The zeros that padding stands for are behind the key. */
static EVP_PKEY *decode(const struct secret *text)
{
    auto_secret struct secret *der = secret_allocate(text->length / 4 * 3);
    int length = EVP_DecodeBlock((unsigned char *)der->bytes, (const unsigned char *)text->bytes,
                                 (int)text->length);
    const unsigned char *place = (const unsigned char *)der->bytes;
    return length > 0 ? d2i_PrivateKey(EVP_PKEY_RSA, NULL, &place, length) : NULL;
}

static bool load(const struct pop_key *key, struct rsa_key *ret_key, struct error *error)
{
    ret_key->pkey = decode(key->private_key);
    return (ret_key->pkey != NULL && EVP_PKEY_get_bits(ret_key->pkey) == KEY_BITS &&
            describe(ret_key) && strcmp(ret_key->id->bytes, key->id) == 0) ||
           error_set(error, ERROR_OTHER, "the key is not an RSA key of %d bits with this ID",
                     KEY_BITS);
}

static bool make_key(struct pop_key *ret_key, struct error *error)
{
    auto_rsa_key struct rsa_key key = { .pkey = EVP_RSA_gen(KEY_BITS) };
    struct pop_key made = { 0 };
    if (key.pkey == NULL || !describe(&key) || !encode(key.pkey, &made.private_key))
        return error_set(error, ERROR_OTHER, "OpenSSL cannot make an RSA key");
    memcpy(made.id, key.id->bytes, sizeof made.id);
    *ret_key = made;
    return true;
}

static bool check_key(const struct pop_key *key, struct error *error)
{
    auto_rsa_key struct rsa_key loaded = { 0 };
    return load(key, &loaded, error);
}

/* ---- the signature ---- */

static struct secret *encode_text(const struct secret *text)
{
    return base64url((const unsigned char *)text->bytes, text->length);
}

static struct secret *make_header(const struct rsa_key *key)
{
    auto_secret struct secret *text =
        secret_format("{\"typ\":\"pop\",\"alg\":\"RS256\",\"kid\":\"%s\"}", key->id->bytes);
    return encode_text(text);
}

/* The members, their order and the nonce, a GUID without dashes, are as kubelogin's. Only the host
 * may need escaping. */
static struct secret *make_claims(const struct rsa_key *key, const char *host,
                                  const struct secret *access_token, int64_t now)
{
    struct guid nonce;
    auto_json json_object *u = json_object_new_string(host);
    if (!guid_make(&nonce))
        return NULL;
    auto_secret struct secret *text = secret_format(
        "{\"at\":\"%s\",\"ts\":%" PRId64 ",\"u\":%s,\"cnf\":{\"jwk\":{\"e\":\"%s\",\"kty\":\"RSA\","
        "\"n\":\"%s\",\"alg\":\"RS256\",\"kid\":\"%s\"}},\"nonce\":\"%.8s%.4s%.4s%.4s%s\"}",
        access_token->bytes, now, json_object_to_json_string_ext(u, JSON_LINE),
        key->exponent->bytes, key->modulus->bytes, key->id->bytes, nonce.text, nonce.text + 9,
        nonce.text + 14, nonce.text + 19, nonce.text + 24);
    return encode_text(text);
}

static struct secret *sign(const struct rsa_key *key, const struct secret *text)
{
    unsigned char signature[NUMBER_MAX];
    size_t length = sizeof signature;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ok = EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key->pkey) == 1 &&
              EVP_DigestSign(context, signature, &length, (const unsigned char *)text->bytes,
                             text->length) == 1;
    EVP_MD_CTX_free(context);
    return ok ? base64url(signature, length) : NULL;
}

static bool sign_token(const struct pop_key *key, const char *host, const struct token *token,
                       int64_t now, struct token *ret_token, struct error *error)
{
    auto_rsa_key struct rsa_key loaded = { 0 };
    if (!load(key, &loaded, error))
        return false;
    if (strcmp(token->key_id, key->id) != 0)
        return error_set(error, ERROR_OTHER, "the token is not bound to this key");
    auto_secret struct secret *header = make_header(&loaded);
    auto_secret struct secret *claims = make_claims(&loaded, host, token->access_token, now);
    if (claims == NULL)
        return error_set(error, ERROR_OTHER, "the kernel has no random bytes");
    auto_secret struct secret *text = secret_format("%s.%s", header->bytes, claims->bytes);
    auto_secret struct secret *signature = sign(&loaded, text);
    if (signature == NULL)
        return error_set(error, ERROR_OTHER, "OpenSSL cannot sign with the key");
    *ret_token = *token;
    ret_token->access_token = secret_format("%s.%s", text->bytes, signature->bytes);
    if (ret_token->expires_on > now + POP_SECONDS)
        ret_token->expires_on = now + POP_SECONDS;
    return true;
}

MODULE_EXPORT const struct pop_module entra_module = {
    .module = MODULE_HEAD,
    .make_key = make_key,
    .check_key = check_key,
    .sign = sign_token,
};
