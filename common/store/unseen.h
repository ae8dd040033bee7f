/* SPDX-License-Identifier: MIT */
/*
 * The desktop's keyring, where it cannot be looked into: over ssh, in cron, or because its service
 * has ended. `auto` passes it over there (struct store's absent), and what is not found in the next
 * keyring may be in it. So nothing is said to be absent, deleted or signed out without this.
 *
 * Most machines that have no session bus have no desktop either. Whether a user has a keyring of it
 * can be seen from its files.
 */
#ifndef COMMON_STORE_UNSEEN_H
#define COMMON_STORE_UNSEEN_H

#include "common/store/store.h"

/* The end of a sentence on what the store does not have: "the keyring kernel has no such sign-in,
 * and the desktop's is not looked into: there is no session bus". what is, for example, "no such
 * sign-in". NULL if there is nothing that is not looked into. The caller frees it. */
char *unseen_clause(const struct store *store, const char *what);

/* What to do about it, as a sentence; NULL: nothing that can be said. */
const char *unseen_hint(const struct store *store);

/* Fails with ERROR_OTHER if the desktop's keyring is not looked into and this user has one. */
bool unseen_check(const struct store *store, struct error *error);

#endif
