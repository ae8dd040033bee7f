/* SPDX-License-Identifier: MIT */
/* The answer of an authority, or of a server in its place. The first byte chooses the HTTP
 * status. */
#include "common/acquire/http/token_answer.h"
#include "common/base/array.h"
#include "tests/fuzz/fuzz.h"

static const long statuses[] = { 200, 200, 200, 400, 401, 429, 302, 404, 500, 503 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const int64_t now = 1795000000;
    auto_token struct token token = { 0 };
    struct error error = { 0 };
    if (size == 0)
        return 0;
    long status = statuses[data[0] % ARRAY_SIZE(statuses)];
    autofree char *body = fuzz_copy(data + 1, size - 1, 0);
    if (!token_answer_parse(status, body, size - 1, TOKEN_TYPE_BEARER, now, now, &token, &error)) {
        HOLDS(error.kind != ERROR_NONE && error.message[0] != '\0');
        HOLDS(token.access_token == NULL);
        return 0;
    }
    HOLDS(status == 200);
    HOLDS(token_is_valid_text(token.access_token->bytes, token.access_token->length));
    HOLDS(token.received_on == now && token.expires_on > now);
    HOLDS(token.expires_on - now <= TOKEN_LIFE_MAX);
    HOLDS(token.refresh_on == 0 || (token.refresh_on > now && token.refresh_on < token.expires_on));
    return 0;
}
