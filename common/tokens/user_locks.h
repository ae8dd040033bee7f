/* SPDX-License-Identifier: MIT */
/*
 * The names that the processes of a user share while they get tokens: of locks, and of errors. The
 * same name means the same thing to all of them.
 */
#ifndef COMMON_TOKENS_USER_LOCKS_H
#define COMMON_TOKENS_USER_LOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/runtime_folder.h"
#include "common/base/single_flight.h"
#include "common/entra/request.h"

/* The time to store a sign-in, however long the sign-in itself took. It is some items, and a
 * keyring that has thousands takes seconds for each. */
#define USER_LOCKS_STORE_MILLISECONDS 30000

/* The lock of those that ask a user to sign in, whichever account is wanted: the one who signs in
 * may be whom the others want too. */
struct runtime_name user_locks_sign_in(const struct token_request *request);

/* For a prompt that led to no sign-in (sign_in_silence.h). Another account may be prompted for. */
struct runtime_name user_locks_silence(const struct token_request *request);

/* For why a sign-in failed. It may be a matter of the tenant: another one may know the account. */
struct runtime_name user_locks_failure(const struct token_request *request);

/* The lock of those that use or replace an account's refresh tokens. */
struct runtime_name user_locks_refresh(const struct token_request *request);

/* Takes a lock. *ret_waited is whether another process held it. Returns false at the deadline. The
 * caller leaves *ret_flight (auto_single_flight). */
bool user_locks_take(struct single_flight *ret_flight, const char *name, int64_t deadline,
                     bool *ret_waited);

#endif
