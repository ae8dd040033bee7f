/* SPDX-License-Identifier: MIT */
/* A request to the loopback listener, by the browser or by any other program. */
#include <strings.h>

#include "common/acquire/user/redirect.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct http_field sent[] = { { "nonce", FUZZ_SECRET, true }, { NULL, NULL, false } };
    const struct redirect_expected expected = {
        .port = 40123,
        .state = "s",
        .start = "/b",
        .sent = sent,
        .start_is_used = size % 2 == 1,
    };
    auto_redirect struct redirect redirect = { 0 };
    autofree char *text = fuzz_copy(data, size, 0);
    fuzz_has_secret = true;
    int status = redirect_parse(text, size, &expected, &redirect);
    HOLDS(status == REDIRECT_MORE || status == REDIRECT_ANSWER || status == REDIRECT_START ||
          (status >= 400 && status < 500));
    HOLDS(status == 200 || redirect.code == NULL);
    if (status == 200) {
        HOLDS(strncasecmp(text, "POST / HTTP/1.", 14) == 0);
        HOLDS(redirect.code == NULL || redirect.code->length > 0);
        HOLDS(strlen(redirect.description) < sizeof redirect.description);
        fuzz_check_shown(redirect.error);
        fuzz_check_shown(redirect.description);
    }
    return 0;
}
