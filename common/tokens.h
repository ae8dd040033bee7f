/*
 * The one way to a token. tokens_get is the only place where keyring and acquisition meet:
 *
 *     keyring lookup -> fresh? that is the answer
 *     one flight for all who want the same: look again, acquire (network) -> keyring store
 *
 * A keyring that fails never stands between a caller and a token, unless it was asked for by name:
 * the token is given all the same, with one line on stderr that it could not be kept, and why.
 */
#ifndef COMMON_TOKENS_H
#define COMMON_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "common/options.h"
#include "common/request.h"
#include "common/token.h"
#include "keyring/keyring.h"

#define TOKENS_TIMEOUT_SECONDS 30

/* A keyring, and the time there is. */
struct tokens {
    const struct options *options; /* not owned */
    const struct keyring *keyring;
    bool named;           /* the keyring was asked for by name, so it must work */
    struct error trouble; /* why nothing can be kept; message "" where all is well */
    bool warned;          /* of that trouble */
    int64_t began;        /* deadline.h */
    int64_t deadline;
};

/* Opens the keyring that the options name (auto where they name none); the time begins to run.
 * False with ERROR_USAGE or ERROR_KEYRING. */
bool tokens_open(struct tokens *tokens, const struct options *options, struct error *error);

/* Gives a token for the request: from the keyring where it has a fresh one, else from the
 * authority. The caller clears it. A credential that rests in the keyring is filled in, in the
 * request. False with any kind of error. */
bool tokens_get(struct tokens *tokens, struct token_request *request, struct token *token,
                struct error *error);

/* Renews the request's token in the keyring, if it is due. For `entra token --renew`. */
bool tokens_renew(struct tokens *tokens, struct token_request *request, struct error *error);

/* Drops the request's token from the keyring if it is the one that was refused, and leaves any
 * other, which may have come since. False with ERROR_KEYRING. */
bool tokens_erase(struct tokens *tokens, const struct token_request *request, const char *refused,
                  size_t length, struct error *error);

/* Gives all tokens that the keyring has; the caller clears the list. Their attributes are those
 * that TOKENS_* name. False with ERROR_KEYRING, or ERROR_OTHER where no keyring was named. */
bool tokens_list(struct tokens *tokens, struct keyring_list *list, struct error *error);

/* Keeps a client secret of the request's app in the keyring, or drops it (NULL). False with
 * ERROR_KEYRING. */
bool tokens_keep_secret(struct tokens *tokens, const struct token_request *request,
                        const struct secret *secret, struct error *error);

/* The attributes under which things rest in the keyring. */
#define TOKENS_KIND      "kind" /* access_token or client_secret */
#define TOKENS_AUTHORITY "authority"
#define TOKENS_TENANT    "tenant"
#define TOKENS_CLIENT_ID "client_id"
#define TOKENS_ACCOUNT   "account" /* app: its own, not a person's */
#define TOKENS_SCOPE     "scope"

#endif
