/* SPDX-License-Identifier: MIT */
#include "common/acquire/http/retry.h"

#include <poll.h>
#include <sys/random.h>
#include <time.h>

#include "common/base/deadline.h"
#include "common/base/rfc3339.h"

#define RETRIES            2
#define RETRY_MILLISECONDS 600

#define THROTTLED_SECONDS 10 /* for a 429 without Retry-After */

/* Returns the milliseconds to wait before the next attempt, or -1 for no more attempts. The wait is
 * random, so that many clients do not retry at the same time. There is no retry if the server
 * refused, or sent Retry-After. */
static int wait_before_retry(const struct http_response *response, int attempt)
{
    bool is_transient = response->broken || (response->status >= 500 && response->retry_after <= 0);
    unsigned char random = 128;
    if (!is_transient || attempt >= RETRIES)
        return -1;
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
        random = 128;
    return RETRY_MILLISECONDS * (attempt + 1) * (256 + random) / 512;
}

bool retry_send(const struct http_request *request, int64_t deadline,
                struct http_response *ret_response, struct error *error)
{
    for (int attempt = 0;; attempt++) {
        bool answered = http_send(request, deadline, ret_response, error);
        int wait = wait_before_retry(ret_response, attempt);
        if (wait < 0 || wait >= deadline_left(deadline))
            return answered;
        trace("network: the request failed; retrying in %d ms", wait);
        poll(NULL, 0, wait);
        http_response_clear(ret_response);
        *error = (struct error){ 0 };
    }
}

void retry_set_back_off(const struct http_response *response, struct error *error)
{
    bool is_throttled = response->status == 429;
    if ((is_throttled || response->status == 503) && response->retry_after > 0) {
        error->retry_after = response->retry_after;
        error_hint(error, "It asks clients to wait until %s.",
                   rfc3339_format(time(NULL) + response->retry_after).text);
    } else if (is_throttled) {
        error->retry_after = THROTTLED_SECONDS;
        if (error->code[0] == '\0')
            error_known_as(error, "http_throttled");
    }
}
