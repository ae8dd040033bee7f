/* SPDX-License-Identifier: MIT */
/*
 * The lock of those that change who is signed in. The items of the default accounts are read,
 * changed and written back (default_account.h), and a sign-in is several items: whoever does either
 * takes the lock first, and reads after that.
 *
 *     auto_single_flight struct single_flight lock = { -1 };
 *     account_lock_take(&lock, deadline);
 *
 * No network request is made under it.
 */
#ifndef COMMON_STORE_ACCOUNT_LOCK_H
#define COMMON_STORE_ACCOUNT_LOCK_H

#include <stdint.h>

#include "common/base/single_flight.h"

/* Takes the lock, which the caller leaves with single_flight_leave. Waits for half of the time that
 * is left until the deadline (deadline.h), and then goes on without it: a process that hangs must
 * not keep the user from signing out. */
void account_lock_take(struct single_flight *ret_lock, int64_t deadline);

#endif
