/* SPDX-License-Identifier: MIT */
/*
 * Whether a token from the bus is the one that was asked for. It did not come over TLS, and any
 * program of the user's may have answered; so it is held against the request as far as it can be
 * read. A token that cannot be read (jwt.h) passes: an API may use opaque ones. One that can must
 * have an audience, and no claim of those that are checked may be anything but a string.
 */
#ifndef COMMON_ACQUIRE_BROKER_BROKER_CHECK_H
#define COMMON_ACQUIRE_BROKER_BROKER_CHECK_H

#include "common/acquire/broker/broker_request.h"

/* Checks audience, tenant, client, key and, of the account with this ID (NULL: not known), the
 * user. *ret_expires_on is when the token says that it expires, in Unix seconds; 0 if it does not.
 * Fails with ERROR_REFUSED. */
bool broker_check_token(const char *token, const struct broker_job *job,
                        const char *home_account_id, int64_t *ret_expires_on, struct error *error);

#endif
