/* SPDX-License-Identifier: MIT */
#include "common/acquire/identity/imds.h"

#include <poll.h>

#include "common/base/deadline.h"

#define PROBE_MILLISECONDS 1000

/* 400: the header Metadata is missing. One that is busy, being updated or in trouble is there. */
static bool is_imds_answer(long status)
{
    return status == 400 || status == 410 || status == 429 || status >= 500;
}

bool imds_is_here(const struct identity_source *imds, const char *url, int64_t deadline)
{
    struct http_response response CLEANUP(http_response_clear) = { 0 };
    struct error why = { 0 };
    const struct http_field query[] = { { "api-version", imds->api_version, false },
                                        { NULL, NULL, false } };
    const struct http_request probe = {
        .url = url,
        .url_name = imds->endpoint_variable,
        .clear = imds->clear,
        .query = query,
        .local = true,
    };
    int64_t soon = deadline_in(PROBE_MILLISECONDS);
    bool answered = http_send(&probe, soon < deadline ? soon : deadline, &response, &why);
    if (!answered)
        trace("network: %s", why.message);
    else if (!is_imds_answer(response.status))
        trace("network: what answers in the place of IMDS is another (HTTP %ld)", response.status);
    return answered && is_imds_answer(response.status);
}

/* Each wait is twice the last; for 410 as long as it takes: the service is being updated, for up to
 * 70 seconds. -1: not again. */
static int64_t wait_before_retry(const struct http_response *response, bool answered, int attempt)
{
    long status = answered ? response->status : 0;
    bool transient = status == 404 || status == 408 || status == 429 || status >= 500 ||
                     (response->reached && response->broken);
    if (status == 410 && attempt < 17)
        return attempt < 3 ? 1000 << attempt : 5000;
    return transient && attempt < 3 ? 1000 << attempt : -1;
}

bool imds_send(const struct http_request *request, int64_t deadline, struct http_response *response,
               struct error *error)
{
    for (int attempt = 0;; attempt++) {
        bool answered = http_send(request, deadline, response, error);
        int64_t wait = wait_before_retry(response, answered, attempt);
        if (!answered && error->kind == ERROR_NETWORK && !response->reached)
            error_known_as(error, "no_managed_identity");
        if (wait < 0 || wait >= deadline_left(deadline))
            return answered;
        trace("network: IMDS: %s %ld; asking again in %lld ms", answered ? "HTTP" : error->message,
              response->status, (long long)wait);
        poll(NULL, 0, (int)wait);
        http_response_clear(response);
        *error = (struct error){ 0 };
    }
}
