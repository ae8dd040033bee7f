/*
 * Notices: a failure that other processes are spared until a certain time. An authority that
 * throttles is not asked before its Retry-After; of processes that ask the same at the same time, a
 * refusal of one is a refusal of all.
 */
#ifndef COMMON_TOKENS_NOTICE_H
#define COMMON_TOKENS_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"

/* No notice is heeded for longer: MSAL's own bound for Retry-After. */
#define NOTICE_SECONDS_MAX 3600

/* Puts up the error for so many seconds under a name (runtime_name). Where that fails, nobody is
 * spared, and nothing else happens. */
void notice_post(const char *name, const struct error *error, int64_t seconds);

/* Whether a notice is up now that was posted at that moment (deadline.h) or later, 0: whenever;
 * then the error is filled as it was posted. */
bool notice_read(const char *name, int64_t since, struct error *error);

#endif
