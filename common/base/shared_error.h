/* SPDX-License-Identifier: MIT */
/*
 * Errors that processes share: one posts its error in the runtime folder under a name, and others
 * read it there until it expires.
 */
#ifndef COMMON_BASE_SHARED_ERROR_H
#define COMMON_BASE_SHARED_ERROR_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"

/* No error is shared for longer than this, which is MSAL's limit for Retry-After. */
#define SHARED_ERROR_SECONDS_MAX 3600

/* Posts the error under a name (runtime_name) for this many seconds. If that fails, the error is
 * not shared, which is not an error itself. */
void shared_error_post(const char *name, const struct error *error, int64_t seconds);

/* Whether an error is posted under this name that has not expired and was posted at `since`
 * (deadline.h; 0: at any time) or later. If so, *error is set to it. */
bool shared_error_read(const char *name, int64_t since, struct error *error);

#endif
