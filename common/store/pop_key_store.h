/* SPDX-License-Identifier: MIT */
/*
 * The keys of proofs of possession that the keyring stores: one for each account, and one for each
 * app, whatever API and client its tokens are for. A token that is bound to another key than this
 * one is of no use any more.
 */
#ifndef COMMON_STORE_POP_KEY_STORE_H
#define COMMON_STORE_POP_KEY_STORE_H

#include "common/entra/request.h"
#include "common/store/store.h"

#define STORE_KIND_POP_KEY "pop_key"

/* Finds the key of the request's account or app; account_store_resolve comes first. The caller
 * clears *ret_key with pop_key_clear. Returns KEYRING_FAILED with ERROR_KEYRING only if the keyring
 * was chosen by name. */
enum keyring_answer pop_key_store_find(struct store *store, const struct token_request *request,
                                       int64_t deadline, struct pop_key *ret_key,
                                       struct error *error);

/* Stores the request's key (pop_key). Fails with ERROR_KEYRING only if the keyring was chosen by
 * name. */
bool pop_key_store_keep(struct store *store, const struct token_request *request, int64_t deadline,
                        struct error *error);

#endif
