/* SPDX-License-Identifier: MIT */
/*
 * Asking again: what is worth another request, and who wants to be left alone for a while.
 */
#ifndef COMMON_ACQUIRE_HTTP_RETRY_H
#define COMMON_ACQUIRE_HTTP_RETRY_H

#include "common/acquire/http/http.h"

/* As http_send; a broken connection or a fault of the server is worth two more tries. */
bool retry_send(const struct http_request *request, int64_t deadline,
                struct http_response *response, struct error *error);

/* Has the error that was made of this answer tell for how long nobody is to ask again: as long as
 * the answer says (Retry-After), or some seconds where it only says that there were too many
 * requests. Of other answers nothing is told. */
void retry_heed(const struct http_response *response, struct error *error);

#endif
