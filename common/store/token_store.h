/* SPDX-License-Identifier: MIT */
/*
 * The tokens that the keyring keeps: one for each request.
 */
#ifndef COMMON_STORE_TOKEN_STORE_H
#define COMMON_STORE_TOKEN_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/entra/request.h"
#include "common/entra/token.h"
#include "common/store/store.h"

/* Finds the request's token, fresh or not: a bearer token; if the request has a pop_host, one that
 * is bound to a key; or if it has a registry, that registry's refresh token. These are items of
 * three kinds, so that none can be taken for another; and a record that is not of its item's kind,
 * or of another registry, is ignored. For a user's token, account_store_resolve
 * comes first. *ret_token is cleared first, and the caller clears it with token_clear. Returns
 * KEYRING_FAILED with ERROR_KEYRING only if the keyring was chosen by name. */
enum keyring_answer token_store_find(struct store *store, const struct token_request *request,
                                     int64_t deadline, struct token *ret_token,
                                     struct error *error);

/* Stores the request's token, unless its account was signed out meanwhile (sign_out.h). Fails with
 * ERROR_KEYRING only if the keyring was chosen by name. */
bool token_store_keep(struct store *store, const struct token_request *request,
                      const struct token *token, int64_t deadline, struct error *error);

/* Deletes the request's token if it is the one that was refused, or cannot be read; another token,
 * which may have been stored since, stays. Fails as store_drop does. */
bool token_store_erase(struct store *store, const struct token_request *request,
                       const char *refused, size_t length, int64_t deadline, struct error *error);

#endif
