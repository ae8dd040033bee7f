/* SPDX-License-Identifier: MIT */
#include "common/tokens/user_locks.h"

#include <stddef.h>

#include "common/store/account_store.h"

struct runtime_name user_locks_sign_in(const struct token_request *request)
{
    const char *const texts[] = { request->instance, token_request_first_client(request), NULL };
    return runtime_name("sign-in", texts);
}

struct runtime_name user_locks_silence(const struct token_request *request)
{
    const char *account = account_store_wanted(request);
    const char *const texts[] = { request->instance, request->client_id, account, NULL };
    return runtime_name("sign-in-silence", texts);
}

struct runtime_name user_locks_failure(const struct token_request *request)
{
    const char *account = account_store_wanted(request);
    const char *const texts[] = { request->instance, request->client_id, account, request->tenant,
                                  NULL };
    return runtime_name("sign-in-failure", texts);
}

struct runtime_name user_locks_refresh(const struct token_request *request)
{
    const char *const texts[] = { request->instance, request->home_account_id, NULL };
    return runtime_name("refresh", texts);
}

bool user_locks_take(struct single_flight *ret_flight, const char *name, int64_t deadline,
                     bool *ret_waited)
{
    *ret_waited = false;
    for (;;) {
        switch (single_flight_join(ret_flight, name, deadline)) {
        case SINGLE_FLIGHT_LEADER:
            return true;
        case SINGLE_FLIGHT_FOLLOWER:
            *ret_waited = true;
            break;
        case SINGLE_FLIGHT_LATE:
            return false;
        }
    }
}
