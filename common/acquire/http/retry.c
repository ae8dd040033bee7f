/* SPDX-License-Identifier: MIT */
#include "common/acquire/http/retry.h"

#include <poll.h>
#include <sys/random.h>
#include <time.h>

#include "common/base/deadline.h"
#include "common/base/rfc3339.h"

#define RETRIES            2
#define RETRY_MILLISECONDS 600

#define THROTTLED_SECONDS 10

/* How long to wait before asking again: at random moments, so that many clients do not return
 * together. A server that names a time is left alone, and so is one that has refused. -1: not
 * again. */
static int wait_before_retry(const struct http_response *response, int attempt)
{
    bool passing = response->broken || (response->status >= 500 && response->retry_after <= 0);
    unsigned char random = 128;
    if (!passing || attempt >= RETRIES)
        return -1;
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
        random = 128;
    return RETRY_MILLISECONDS * (attempt + 1) * (256 + random) / 512;
}

bool retry_send(const struct http_request *request, int64_t deadline,
                struct http_response *response, struct error *error)
{
    for (int attempt = 0;; attempt++) {
        bool answered = http_send(request, deadline, response, error);
        int wait = wait_before_retry(response, attempt);
        if (wait < 0 || wait >= deadline_left(deadline))
            return answered;
        trace("network: no luck; asking again in %d ms", wait);
        poll(NULL, 0, wait);
        http_response_clear(response);
        *error = (struct error){ 0 };
    }
}

void retry_heed(const struct http_response *response, struct error *error)
{
    bool throttles = response->status == 429;
    if ((throttles || response->status == 503) && response->retry_after > 0) {
        error->retry_after = response->retry_after;
        error_hint(error, "It asks to be left alone until %s.",
                   rfc3339_format(time(NULL) + response->retry_after).text);
    } else if (throttles) {
        error->retry_after = THROTTLED_SECONDS;
        if (error->code[0] == '\0')
            error_known_as(error, "http_throttled");
    }
}
