/* SPDX-License-Identifier: MIT */
/*
 * Credentials that a person typed (a personal access token, say), kept in the keyring for a host
 * that is ours, as git's own helpers keep them: one item for each protocol, host, path and user
 * name.
 *
 * Their attributes have other names than those of git's libsecret helper (user, object, protocol,
 * port, server). It takes every item that has the ones it looks for, whoever wrote it, and gives it
 * as a password or, where git was refused, erases it; it may look for the protocol alone.
 */
#ifndef COMMON_STORE_STORED_CREDENTIALS_H
#define COMMON_STORE_STORED_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/store/token_store.h"

/* Nobody types more than this. */
#define STORED_SECRET_MAX 512

/* Where a credential is used. The texts are not owned; NULL: not said, so any. */
struct credential_place {
    const char *protocol; /* never NULL */
    const char *host;     /* with its port, where that is not the protocol's; never NULL */
    const char *path;
    const char *username;
};

/* Either user name and password, or authtype and credential, which may have a user name too. All
 * are owned; NULL: it has none. */
struct stored_credential {
    struct secret *username;
    struct secret *password;
    struct secret *authtype;
    struct secret *credential;
    struct secret *oauth_refresh_token;
    int64_t expires_on; /* Unix seconds; 0: never */
};

/* Finds the place's credential, the newest of several, that has not ended; one with an authtype
 * only where that is taken. The caller clears it. KEYRING_FAILED with an error only where the
 * keyring must work. */
enum keyring_answer stored_credentials_find(struct token_store *store,
                                            const struct credential_place *place,
                                            bool takes_authtype, int64_t deadline,
                                            struct stored_credential *found, struct error *error);

/* Keeps a credential, in the place of one with the same path and user name. What cannot be kept,
 * since it is too long or no UTF-8, is not. False with ERROR_KEYRING only where the keyring must
 * work. */
bool stored_credentials_keep(struct token_store *store, const struct credential_place *place,
                             const struct stored_credential *credential, int64_t deadline,
                             struct error *error);

/* Drops the place's credentials; where refused is not NULL, only those with this password or
 * credential. False with ERROR_KEYRING only where the keyring must work. */
bool stored_credentials_erase(struct token_store *store, const struct credential_place *place,
                              const char *refused, int64_t deadline, struct error *error);

void stored_credential_clear(struct stored_credential *credential);
#define auto_stored_credential CLEANUP(stored_credential_clear)

#endif
