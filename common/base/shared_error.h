/* SPDX-License-Identifier: MIT */
/*
 * Errors shared between processes, so that others need not run into the same one: an error is
 * posted under a name in the runtime folder until a certain time.
 */
#ifndef COMMON_BASE_SHARED_ERROR_H
#define COMMON_BASE_SHARED_ERROR_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"

/* No error is shared for longer than a day, and one that throttles no longer than an hour, which is
 * MSAL's limit for Retry-After. */
#define SHARED_ERROR_SECONDS_MAX (24 * 3600)
#define SHARED_ERROR_RETRY_MAX   3600

/* Posts the error under a name (runtime_name) for this many seconds. If that fails, the error is
 * not shared, which is not an error itself. */
void shared_error_post(const char *name, const struct error *error, int64_t seconds);

/* Removes the error that is posted under a name. Returns whether there was one, even if its time
 * was over. */
bool shared_error_withdraw(const char *name);

/* Whether an error is posted under this name now, and was posted at `since` (deadline.h; 0: at any
 * time) or later. *ret_error then is that error. */
bool shared_error_read(const char *name, int64_t since, struct error *ret_error);

#endif
