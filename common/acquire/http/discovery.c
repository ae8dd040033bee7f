/* SPDX-License-Identifier: MIT */
#include "common/acquire/http/discovery.h"

#include <string.h>

#include "common/acquire/http/http.h"

_Static_assert(sizeof(struct acquire_challenge) >= HTTP_HEADER_MAX, "a response's challenge fits");

bool discovery_ask_challenge(const char *url, int64_t deadline,
                             struct acquire_challenge *ret_challenge, struct error *error)
{
    const struct http_request request = { .url = url, .head = true };
    struct http_response response CLEANUP(http_response_clear) = { 0 };
    *ret_challenge = (struct acquire_challenge){ 0 };
    if (strncmp(url, "https://", strlen("https://")) != 0)
        return error_set(error, ERROR_USAGE, "only https servers are asked for their tenant");
    if (!http_send(&request, deadline, &response, error))
        return false;
    ret_challenge->status = response.status;
    memcpy(ret_challenge->www_authenticate, response.www_authenticate, HTTP_HEADER_MAX);
    memcpy(ret_challenge->resource_tenant, response.resource_tenant,
           sizeof response.resource_tenant);
    return true;
}
