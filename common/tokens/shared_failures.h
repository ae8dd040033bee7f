/* SPDX-License-Identifier: MIT */
/*
 * Failures to get a token that processes share (shared_error.h), so that others do not repeat them:
 * an authority that throttles gets no requests until its Retry-After has passed; if several
 * processes want the same token and one is refused, the others fail with its error; and no process
 * waits for a token that another one could not store.
 */
#ifndef COMMON_TOKENS_SHARED_FAILURES_H
#define COMMON_TOKENS_SHARED_FAILURES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/runtime_folder.h"
#include "common/entra/request.h"
#include "common/entra/token.h"

/* The name for failures and single flights that is the same in all processes that want this
 * request's token, with the same claims, whatever their credentials and whichever of two clients
 * asks. The ending tells one use from another. */
struct runtime_name shared_failures_name(const char *ending, const struct token_request *request);

/* The same for those that mean the same account, however it was chosen: as the default one, by its
 * name or by a folder. The request is for a user, and has its home_account_id. */
struct runtime_name shared_failures_account_name(const char *ending,
                                                 const struct token_request *request);

/* Posts the failure of this request for processes that have the same credentials. A failure that
 * was caused by this process's deadline (deadline.h) is not posted. ERROR_SIGN_IN is posted only if
 * the user was asked to sign in. */
void shared_failures_report(const struct token_request *request, int64_t deadline, bool asked,
                            const struct error *error);

/* Whether the authority throttles, or this request has failed in another process at `since`
 * (deadline.h) or later. If so, *error is set to that failure. */
bool shared_failures_found(const struct token_request *request, int64_t since, struct error *error);

/* Posts why the user must sign in before there is a token: the authority's refusal of this refresh
 * token, or that of the device's broker (NULL); and whether that was posted at `since` (deadline.h)
 * or later, so that not each of many processes asks for it. */
void shared_failures_report_refusal(const struct token_request *request,
                                    const struct secret *refresh_token, const struct error *reason);
bool shared_failures_was_refused(const struct token_request *request,
                                 const struct secret *refresh_token, int64_t since,
                                 struct error *ret_reason);

/* Posts that the renewal of this token of the request failed, which pauses renewals
 * (token_renewal_pause). */
void shared_failures_report_renewal(const struct token_request *request, const struct token *token,
                                    const struct error *error);

/* Ends such a pause before a renewal. Returns whether there has been one since the last renewal,
 * even if it is over. */
bool shared_failures_end_pause(const struct token_request *request);

/* Whether this request's token must not be renewed now, because a renewal has failed or the
 * authority throttles. */
bool shared_failures_pause_renewal(const struct token_request *request);

/* Posts the error that kept this request's token from being stored, and whether such an error was
 * posted at `since` (deadline.h) or later: followers may wait for the token in vain. */
void shared_failures_report_not_stored(const struct token_request *request,
                                       const struct error *error);
bool shared_failures_was_not_stored(const struct token_request *request, int64_t since,
                                    struct error *ret_why);

#endif
