/* SPDX-License-Identifier: MIT */
/*
 * Deleting all that these programs keep on this machine: `entra forget --all`.
 */
#ifndef COMMON_STORE_STORE_CLEAR_H
#define COMMON_STORE_STORE_CLEAR_H

#include "common/store/store.h"

/* Deletes every item of ours from each keyring that store_list searches, whether or not it
 * can be read, and then the runtime and state folders (runtime_folder.h, tenant_cache.h), but not
 * the items of the keyring `runtime` if another one was chosen by name. Deletes
 * what it can also if a keyring does not answer. What processes that are at work get is not stored
 * (sign_out.h). Takes the lock of account_lock.h. *ret_count is the number of items deleted, also
 * if it fails: as store_list and store_drop_item do, and with ERROR_OTHER. */
bool store_clear(struct store *store, int64_t deadline, size_t *ret_count, struct error *error);

#endif
