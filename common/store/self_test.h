/* SPDX-License-Identifier: MIT */
/*
 * A test of the keyring: whether it returns what was stored. A lookup alone does not show this,
 * since a locked keyring may still report which items it does not have.
 */
#ifndef COMMON_STORE_SELF_TEST_H
#define COMMON_STORE_SELF_TEST_H

#include "common/store/store.h"

#define STORE_KIND_SELF_TEST "self_test"

/* Stores an item, looks it up and deletes it. A keyring that `auto` chose must pass too; a lookup
 * must have settled which one that is. Fails with ERROR_KEYRING. */
bool self_test_run(const struct store *store, int64_t deadline, struct error *error);

#endif
