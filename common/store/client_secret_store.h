/* SPDX-License-Identifier: MIT */
/*
 * The client secrets of apps that the keyring keeps.
 */
#ifndef COMMON_STORE_CLIENT_SECRET_STORE_H
#define COMMON_STORE_CLIENT_SECRET_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/secret.h"
#include "common/entra/request.h"
#include "common/store/store.h"

/* Fills in the credentials of the request that the keyring stores. A credential that the keyring
 * does not have is left unchanged and cannot be loaded later; if the keyring fails, or another one
 * is not looked into, the credential records why. Fails with ERROR_KEYRING only if the keyring was
 * chosen by name. */
bool client_secret_store_fill(struct store *store, struct token_request *request, int64_t deadline,
                              struct error *error);

/* The item of the request's app in a list of the client secrets (store_list), in the keyring of
 * this name; NULL if it has none. Unlike client_secret_store_fill, this does not ask the keyring,
 * which might prompt. */
const struct keyring_item *client_secret_store_listed(const struct keyring_list *secrets,
                                                      const char *store,
                                                      const struct token_request *request);

/* The keyring has no client secret of the request's app; or it is in another one, that is not
 * looked into (unseen.h). Always fails, with ERROR_USAGE and keyring_no_secret. */
bool client_secret_store_fail_absent(const struct store *store, const struct token_request *request,
                                     struct error *error);

/* Stores the client secret of the request's app. Fails with ERROR_KEYRING, or with ERROR_USAGE for
 * the keyring `none`. */
bool client_secret_store_keep(struct store *store, const struct token_request *request,
                              const struct secret *secret, int64_t deadline, struct error *error);

/* Deletes it. *ret_was_there is whether there was one. Fails likewise. */
bool client_secret_store_drop(struct store *store, const struct token_request *request,
                              int64_t deadline, bool *ret_was_there, struct error *error);

#endif
