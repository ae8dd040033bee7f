/* SPDX-License-Identifier: MIT */
#include "common/store/account_lock.h"

#include <stddef.h>

#include "common/base/deadline.h"
#include "common/base/report.h"
#include "common/base/runtime_folder.h"

void account_lock_take(struct single_flight *ret_lock, int64_t deadline)
{
    /* One for all authorities: their accounts are listed, and signed out, together. */
    const struct runtime_name name = runtime_name("accounts", (const char *[]){ NULL });
    int64_t patience = deadline_in(deadline_left(deadline) / 2);
    enum single_flight_role role;
    do
        role = single_flight_join(ret_lock, name.text, patience);
    while (role == SINGLE_FLIGHT_FOLLOWER);
    if (role == SINGLE_FLIGHT_LATE)
        trace("store: another process is changing the accounts, and is not waited for any more");
}
