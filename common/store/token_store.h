/* SPDX-License-Identifier: MIT */
/*
 * What the keyring keeps for us: tokens under their request, client secrets under their app. What
 * it keeps of persons' sign-ins is account_store.h's.
 *
 * A keyring that fails never stands between a caller and a token, unless it was asked for by name:
 * it is then in trouble, nothing more is asked of it, and one line on stderr says so at the end.
 */
#ifndef COMMON_STORE_TOKEN_STORE_H
#define COMMON_STORE_TOKEN_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/entra/request.h"
#include "common/entra/token.h"
#include "keyring/keyring.h"

struct token_store {
    const struct keyring *keyring;
    bool named;           /* the keyring was asked for by name, so it must work */
    bool settled;         /* it has been looked into, so it is the one that is here */
    struct error trouble; /* why nothing can be kept; message "" where all is well */
    bool warned;          /* of that trouble */
};

/* The attributes under which things rest in the keyring. */
#define STORE_KIND      "kind" /* access_token, client_secret, refresh_token or account */
#define STORE_AUTHORITY "authority"
#define STORE_TENANT    "tenant"
#define STORE_CLIENT_ID "client_id"
#define STORE_ACCOUNT   "account" /* a person's home account id; app: the app's own token */
#define STORE_USERNAME  "username"
#define STORE_SCOPE     "scope"

#define STORE_KIND_TOKEN         "access_token"
#define STORE_KIND_CLIENT_SECRET "client_secret"

/* Opens the keyring of this name (keyring_open). False with ERROR_USAGE or ERROR_KEYRING. */
bool token_store_open(struct token_store *store, const char *name, struct error *error);

/* Whether what is put into it will be found again, as far as is known. */
bool token_store_can_keep(const struct token_store *store);

/* The keyring's list, lookup, store and erase under this policy. KEYRING_FAILED and false, with an
 * error, only where the keyring must work. */
bool token_store_match(struct token_store *store, const struct keyring_key *key, int64_t deadline,
                       struct keyring_list *list, struct error *error);
enum keyring_answer token_store_look_up(struct token_store *store, const struct keyring_key *key,
                                        int64_t deadline, struct secret **record,
                                        struct error *error);
bool token_store_put(struct token_store *store, const struct keyring_key *key, const char *label,
                     const struct secret *record, int64_t expires_on, int64_t deadline,
                     struct error *error);
bool token_store_drop(struct token_store *store, const struct keyring_key *key, int64_t deadline,
                      struct error *error);

/* Finds the request's token, fresh or not; the caller clears it. A person's account is resolved
 * before (account_store_resolve). KEYRING_FAILED with an error only
 * where the keyring must work. */
enum keyring_answer token_store_find(struct token_store *store, const struct token_request *request,
                                     int64_t deadline, struct token *token, struct error *error);

/* Keeps the request's token. False with ERROR_KEYRING only where the keyring must work. */
bool token_store_keep(struct token_store *store, const struct token_request *request,
                      const struct token *token, int64_t deadline, struct error *error);

/* Drops the request's token if it is the one that was refused, and leaves any other, which may have
 * come since. False with ERROR_KEYRING. */
bool token_store_erase(struct token_store *store, const struct token_request *request,
                       const char *refused, size_t length, int64_t deadline, struct error *error);

/* Fills the credentials that rest in the keyring into the request. Where it has none, they are left
 * as they are, and cannot be loaded; where it fails, its trouble goes with them. False with
 * ERROR_KEYRING only where the keyring must work. */
bool token_store_fill_credentials(struct token_store *store, struct token_request *request,
                                  int64_t deadline, struct error *error);

/* Keeps a client secret of the request's app, or drops it (NULL). False with ERROR_KEYRING. */
bool token_store_keep_secret(struct token_store *store, const struct token_request *request,
                             const struct secret *secret, int64_t deadline, struct error *error);

/* Gives everything that is kept of a kind, of every keyring that auto may use where none was named;
 * the caller clears the list. False with ERROR_KEYRING, or ERROR_OTHER where none was named, if one
 * of them is here but does not answer, or none is here; the list then has what the others keep. */
bool token_store_list(struct token_store *store, const char *kind, int64_t deadline,
                      struct keyring_list *list, struct error *error);

/* Drops an item of such a list. False with ERROR_KEYRING. */
bool token_store_drop_item(const struct keyring_item *item, int64_t deadline, struct error *error);

/* Says once on stderr, where it is so, that the token could not be kept, and why. */
void token_store_warn(struct token_store *store);

#endif
