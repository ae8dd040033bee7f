/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/entra/jwt.h"

#include <stdint.h>
#include <string.h>

#include "common/base/secret.h"
#include "common/entra/token.h"

/* The value of a character of base64url (RFC 7515, 2); -1 if it is not one. */
static int value_of(char c)
{
    return c >= 'A' && c <= 'Z'   ? c - 'A'
           : c >= 'a' && c <= 'z' ? c - 'a' + 26
           : c >= '0' && c <= '9' ? c - '0' + 52
           : c == '-'             ? 62
           : c == '_'             ? 63
                                  : -1;
}

/* Decodes base64url without padding into bytes, which has room for length / 4 * 3 + 2 of them.
 * Returns false for what no encoder produces: another character, a single one at the end, or
 * remaining bits that are not 0. */
static bool decode(const char *text, size_t length, char *bytes, size_t *ret_decoded)
{
    uint32_t bits = 0;
    *ret_decoded = 0;
    for (size_t i = 0; i < length; i++) {
        int value = value_of(text[i]);
        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        if (i % 4 != 0) /* the second to fourth character of four complete a byte each */
            bytes[(*ret_decoded)++] = (char)(bits >> (6 - 2 * (i % 4)));
    }
    unsigned left = length % 4 == 2 ? 4 : length % 4 == 3 ? 2 : 0;
    return length % 4 != 1 && (bits & ((1U << left) - 1)) == 0;
}

static json_object *fail(struct error *error, const char *why)
{
    error_set(error, ERROR_OTHER, "the token is not a readable JWT: %s", why);
    return NULL;
}

static const char *find_dot(const char *text, const char *end)
{
    return memchr(text, '.', (size_t)(end - text));
}

json_object *jwt_part(const char *text, size_t length, struct error *error)
{
    size_t decoded = 0;
    struct error unused;
    if (length > TOKEN_LENGTH_MAX)
        return fail(error, "it is too long");
    auto_secret struct secret *bytes = secret_allocate(length / 4 * 3 + 2);
    if (!decode(text, length, bytes->bytes, &decoded))
        return fail(error, "its claims are not base64url");
    json_object *object = json_parse(bytes->bytes, decoded, &unused);
    if (json_object_is_type(object, json_type_object))
        return object;
    json_object_put(object);
    return fail(error, "its claims are not a JSON object");
}

json_object *jwt_claims(const char *token, size_t length, struct error *error)
{
    if (length > TOKEN_LENGTH_MAX)
        return fail(error, "it is too long");
    const char *end = token + length;
    const char *first = find_dot(token, end);
    const char *second = first != NULL ? find_dot(first + 1, end) : NULL;
    if (second == NULL || find_dot(second + 1, end) != NULL)
        return fail(error, "it does not have three parts");
    return jwt_part(first + 1, (size_t)(second - first) - 1, error);
}
