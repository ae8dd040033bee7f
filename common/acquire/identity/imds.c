/* SPDX-License-Identifier: MIT */
#include "common/acquire/identity/imds.h"

#include <poll.h>
#include <string.h>

#include "common/base/deadline.h"

#define PROBE_MILLISECONDS 5000

/* Whether IMDS answers so to a request without the header Metadata: 400, or another status if it is
 * being updated, is throttling or has an internal error. */
static bool is_imds_answer(long status)
{
    return status == 400 || status == 410 || status == 429 || status >= 500;
}

static bool fail_silent(struct error *error)
{
    error_set(error, ERROR_NETWORK,
              "the service of managed identities (IMDS) did not answer in time");
    return error_known_as(error, "timed_out");
}

bool imds_is_available(const struct identity_source *imds, const char *url, int64_t deadline,
                       struct error *error)
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
        .connect_milliseconds = IMDS_CONNECT_MILLISECONDS,
    };
    /* Half of the time is left for a user, whom nothing is known of yet. */
    int64_t half = deadline_in(deadline_left(deadline) / 2);
    int64_t soon = deadline_in(PROBE_MILLISECONDS);
    bool answered = http_send(&probe, soon < half ? soon : half, &response, &why);
    if (!answered)
        trace("network: %s", why.message);
    else if (!is_imds_answer(response.status))
        trace("network: the server at the address of IMDS is not IMDS (HTTP %ld)", response.status);
    if (answered && is_imds_answer(response.status))
        return true;
    if (!answered && response.reached && strcmp(why.code, "timed_out") == 0)
        return fail_silent(error);
    return error_set(error, ERROR_NETWORK, "there is no managed identity on this machine");
}

/* Returns the milliseconds to wait before the next attempt, or -1 for no more attempts. Each wait
 * is twice the last. A 410 means that the service is being updated, for up to 70 seconds, and is
 * retried for as long as that takes. */
static int64_t wait_before_retry(const struct http_response *response, bool answered, int attempt)
{
    long status = answered ? response->status : 0;
    bool transient = status == 404 || status == 408 || status == 429 || status >= 500 ||
                     (response->reached && response->broken);
    if (status == 410 && attempt < 17)
        return attempt < 3 ? 1000 << attempt : 5000;
    return transient && attempt < 3 ? 1000 << attempt : -1;
}

bool imds_send(const struct http_request *request, int64_t deadline,
               struct http_response *ret_response, struct error *error)
{
    for (int attempt = 0;; attempt++) {
        bool answered = http_send(request, deadline, ret_response, error);
        int64_t wait = wait_before_retry(ret_response, answered, attempt);
        if (!answered && error->kind == ERROR_NETWORK && !ret_response->reached)
            error_known_as(error, "no_managed_identity");
        if (wait < 0 || wait >= deadline_left(deadline))
            return answered;
        trace("network: IMDS: %s %ld; retrying in %lld ms", answered ? "HTTP" : error->message,
              ret_response->status, (long long)wait);
        poll(NULL, 0, (int)wait);
        http_response_clear(ret_response);
        *error = (struct error){ 0 };
    }
}
