/* SPDX-License-Identifier: MIT */
/*
 * Retries: which failures are worth another request, and when to back off.
 */
#ifndef COMMON_ACQUIRE_HTTP_RETRY_H
#define COMMON_ACQUIRE_HTTP_RETRY_H

#include "common/acquire/http/http.h"

/* Like http_send, but tries up to twice more if the connection breaks or the server has an
 * internal error. */
bool retry_send(const struct http_request *request, int64_t deadline,
                struct http_response *ret_response, struct error *error);

/* Records in an error made from this response how long all processes must back off: for the time
 * in Retry-After, or some seconds for a 429 without one. Does nothing for other responses. */
void retry_set_back_off(const struct http_response *response, struct error *error);

#endif
