/* SPDX-License-Identifier: MIT */
/*
 * A trial of the keyring: whether it gives back what it is given. A lookup does not tell, since one
 * that is locked may well say what it has not.
 */
#ifndef COMMON_STORE_SELF_TEST_H
#define COMMON_STORE_SELF_TEST_H

#include "common/store/token_store.h"

#define STORE_KIND_TRIAL "trial"

/* Puts a record there, looks it up and drops it. A keyring that `auto` chose is to work here too;
 * which one that is, a lookup has shown before. False with an error of the keyring's. */
bool self_test_run(const struct token_store *store, int64_t deadline, struct error *error);

#endif
