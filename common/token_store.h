/*
 * What the keyring keeps for us: tokens under their request, client secrets under their app.
 *
 * A keyring that fails never stands between a caller and a token, unless it was asked for by name:
 * it is then in trouble, nothing more is asked of it, and one line on stderr says so at the end.
 */
#ifndef COMMON_TOKEN_STORE_H
#define COMMON_TOKEN_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "common/request.h"
#include "common/token.h"
#include "keyring/keyring.h"

struct token_store {
    const struct keyring *keyring;
    bool named;           /* the keyring was asked for by name, so it must work */
    struct error trouble; /* why nothing can be kept; message "" where all is well */
    bool warned;          /* of that trouble */
};

/* The attributes under which things rest in the keyring. */
#define STORE_KIND      "kind" /* access_token or client_secret */
#define STORE_AUTHORITY "authority"
#define STORE_TENANT    "tenant"
#define STORE_CLIENT_ID "client_id"
#define STORE_ACCOUNT   "account" /* app: its own token, not a person's */
#define STORE_SCOPE     "scope"

/* Opens the keyring of this name (keyring_open). False with ERROR_USAGE or ERROR_KEYRING. */
bool token_store_open(struct token_store *store, const char *name, struct error *error);

/* Whether what is put into it will be found again, as far as is known. */
bool token_store_keeps(const struct token_store *store);

/* Finds the request's token, fresh or not; the caller clears it. KEYRING_FAILED with an error only
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
 * as they are, and cannot be loaded. False with ERROR_KEYRING. */
bool token_store_fill_credentials(struct token_store *store, struct token_request *request,
                                  int64_t deadline, struct error *error);

/* Keeps a client secret of the request's app, or drops it (NULL). False with ERROR_KEYRING. */
bool token_store_keep_secret(struct token_store *store, const struct token_request *request,
                             const struct secret *secret, int64_t deadline, struct error *error);

/* Gives all tokens that are kept, of every keyring that auto may use where none was named; the
 * caller clears the list. False with ERROR_KEYRING, or ERROR_OTHER where none was named. */
bool token_store_list(struct token_store *store, int64_t deadline, struct keyring_list *list,
                      struct error *error);

/* Says once on stderr, where it is so, that the token could not be kept, and why. */
void token_store_warn(struct token_store *store);

#endif
