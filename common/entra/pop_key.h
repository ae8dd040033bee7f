/* SPDX-License-Identifier: MIT */
/*
 * The key of a proof of possession (RFC 7800): an access token may be bound to a key, and is then
 * of use only to whoever can sign with it. The key is made, and used, where OpenSSL is
 * (common/pop/pop.h); for everything else it is a text.
 */
#ifndef COMMON_ENTRA_POP_KEY_H
#define COMMON_ENTRA_POP_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/base/secret.h"

#define POP_KEY_ID_LENGTH 43 /* of SHA-256 in base64url */
#define POP_KEY_MAX       (8 * 1024)

struct pop_key {
    char id[POP_KEY_ID_LENGTH + 1]; /* its thumbprint (RFC 7638); "": there is no key */
    struct secret *private_key;     /* owned; DER in Base64 */
};

/* Whether the text can be the ID of a key. */
bool pop_key_is_id(const char *text);

/* The key in the JSON form in which a keyring stores it. The caller frees the result with
 * secret_free. */
struct secret *pop_key_to_json(const struct pop_key *key);

/* Parses that JSON form. Whether the key is one, and has this ID, is not known before it is used.
 * The caller clears *ret_key with pop_key_clear. Fails with ERROR_OTHER. */
bool pop_key_from_json(const char *text, size_t length, struct pop_key *ret_key,
                       struct error *error);

/* Wipes and frees what the key owns, and leaves no key. */
void pop_key_clear(struct pop_key *key);

/* Moves the key out of *key and leaves none. The caller owns the result. */
static inline struct pop_key pop_key_steal(struct pop_key *key)
{
    struct pop_key taken = *key;
    *key = (struct pop_key){ 0 };
    return taken;
}

#define auto_pop_key CLEANUP(pop_key_clear)

#endif
