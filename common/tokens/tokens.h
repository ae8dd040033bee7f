/* SPDX-License-Identifier: MIT */
/*
 * The one way to a token. tokens_get is the only place where keyring and acquisition meet:
 *
 *     keyring lookup -> fresh? that is the answer
 *     one flight for all who want the same: look again, acquire (network) -> keyring store
 */
#ifndef COMMON_TOKENS_TOKENS_H
#define COMMON_TOKENS_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/options.h"
#include "common/entra/request.h"
#include "common/entra/token.h"
#include "common/store/token_store.h"

#define TOKENS_TIMEOUT_SECONDS 30

/* Where tokens rest, and the time there is. */
struct tokens {
    const struct options *options; /* not owned */
    struct token_store store;
    int64_t began; /* deadline.h */
    int64_t deadline;
    int64_t sign_in_deadline; /* for a person who signs in */
    bool asked;               /* a person was asked to */
};

/* Opens the keyring that the options name (auto where they name none); the time begins to run.
 * False with ERROR_USAGE or ERROR_KEYRING. */
bool tokens_open(struct tokens *tokens, const struct options *options, struct error *error);

/* Gives a token for the request: from the keyring where it has a fresh one, else from the
 * authority. The caller clears it. A credential that rests in the keyring is filled in, in the
 * request. False with any kind of error. */
bool tokens_get(struct tokens *tokens, struct token_request *request, struct token *token,
                struct error *error);

/* Whether the keyring keeps this token for the request. */
bool tokens_has(struct tokens *tokens, struct token_request *request, const char *text,
                size_t length);

/* Drops the request's token from the keyring if it is the one that was refused (token_store_erase).
 * False with ERROR_KEYRING. */
bool tokens_erase(struct tokens *tokens, struct token_request *request, const char *refused,
                  size_t length, struct error *error);

/* Has a person sign in for the request, whatever the keyring has; their account becomes the default
 * one. False too where the keyring cannot keep it (ERROR_KEYRING). For `entra login`. */
bool tokens_sign_in(struct tokens *tokens, struct token_request *request, struct token *token,
                    struct error *error);

/* Renews the request's token in the keyring, if it is due. For `entra token --renew`. */
bool tokens_renew(struct tokens *tokens, struct token_request *request, struct error *error);

#endif
