/* SPDX-License-Identifier: MIT */
/*
 * Credentials that the user typed, such as a personal access token, stored in the keyring for a
 * host that is ours, as git's own helpers store them: one item for each protocol, host, path and
 * user name.
 *
 * The attributes must not have the names that git's libsecret helper uses (user, object, protocol,
 * port, server). That helper accepts every item with the attributes that it searches for, which may
 * be the protocol alone, no matter which program stored the item. It returns the item as a password
 * or, if git was refused, erases it.
 */
#ifndef COMMON_STORE_STORED_CREDENTIALS_H
#define COMMON_STORE_STORED_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/store/store.h"

/* The kind and attributes of the items. Git's libsecret helper uses the name protocol. */
#define STORE_KIND_TYPED "git_credential"
#define TYPED_PROTOCOL   "scheme"
#define TYPED_HOST       "host"
#define TYPED_PATH       "path"

/* Longer than anything that is typed. */
#define STORED_SECRET_MAX 512

/* Where a credential is used. The texts are not owned; NULL stands for any value. */
struct credential_place {
    const char *protocol; /* never NULL */
    const char *host;     /* with its port, unless that is the protocol's default; never NULL */
    const char *path;
    bool path_has_no_case; /* it is an organization of Azure DevOps (organization.h) */
    const char *username;
};

/* Either username and password, or authtype and credential, possibly with a username. All are
 * owned; NULL: not present. */
struct stored_credential {
    struct secret *username;
    struct secret *password;
    struct secret *authtype;
    struct secret *credential;
    struct secret *oauth_refresh_token;
    int64_t expires_on; /* Unix seconds; 0: never */
};

/* Finds the newest credential of the place that has not expired; if it has a path and none is for
 * that, the newest one that was typed when git did not tell the path. One with an authtype is found
 * only if takes_authtype is set. The caller clears *ret_found with stored_credential_clear. Returns
 * KEYRING_FAILED with ERROR_KEYRING only if the keyring was chosen by name, or as
 * store_fail_locked does if one may be there that is locked. */
enum keyring_answer stored_credentials_find(struct store *store,
                                            const struct credential_place *place,
                                            bool takes_authtype, int64_t deadline,
                                            struct stored_credential *ret_found,
                                            struct error *error);

/* Stores a credential; it replaces one with the same path and user name. A credential that is too
 * long or not UTF-8 is not stored, which is not an error. Fails as store_fail does. */
bool stored_credentials_keep(struct store *store, const struct credential_place *place,
                             const struct stored_credential *credential, int64_t deadline,
                             struct error *error);

/* Deletes the place's credentials, all that may be found for it; if refused is not NULL, only those
 * with this password or credential, and those that cannot be read. Fails as store_fail does, also
 * if there may be one that is locked; the others are then deleted. */
bool stored_credentials_erase(struct store *store, const struct credential_place *place,
                              const char *refused, int64_t deadline, struct error *error);

/* Reads the record of an item, which may be NULL. Returns false if it is damaged. The caller clears
 * *ret_credential with stored_credential_clear, also on failure. */
bool stored_credential_read(const struct secret *record, struct stored_credential *ret_credential);

void stored_credential_clear(struct stored_credential *credential);
#define auto_stored_credential CLEANUP(stored_credential_clear)

#endif
