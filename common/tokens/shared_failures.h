/* SPDX-License-Identifier: MIT */
/*
 * Failures to get a token that processes share (shared_error.h): an authority that throttles is not
 * asked before its Retry-After; of several processes that want the same token at the same time, the
 * refusal of one is the refusal of all; no process waits for a token that cannot be kept.
 */
#ifndef COMMON_TOKENS_SHARED_FAILURES_H
#define COMMON_TOKENS_SHARED_FAILURES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/runtime_folder.h"
#include "common/entra/request.h"

/* The name that all processes share which want this request's token, with its claims, whatever
 * their credentials; for failures and single flights, which the ending tells apart. */
struct runtime_name shared_name(const char *ending, const struct token_request *request);

/* Shares the failure of this request with processes that have the same credentials. A failure of
 * ours that came of our own deadline (deadline.h) is not shared, but for renewals, which pause;
 * neither is ERROR_SIGN_IN, unless the user was asked. */
void shared_failures_report(const struct token_request *request, int64_t deadline, bool asked,
                            const struct error *error);

/* Whether the authority throttles, or has failed another process since that moment (deadline.h).
 * *error then is that failure. */
bool shared_failures_found(const struct token_request *request, int64_t since, struct error *error);

/* Whether renewals pause: one has failed just now, or the authority throttles. */
bool shared_failures_pause_renewal(const struct token_request *request);

/* Reports that this request's token could not be kept, and whether that was reported since a moment
 * (deadline.h): followers would wait in vain. */
void shared_failures_report_unkept(const struct token_request *request, const struct error *error);
bool shared_failures_is_unkept(const struct token_request *request, int64_t since);

#endif
