/* SPDX-License-Identifier: MIT */
/* The answer of a container registry, or of a server in its place. The first byte chooses the HTTP
 * status. */
#include "common/acquire/registry/registry_answer.h"
#include "common/base/array.h"
#include "common/entra/registry_token.h"
#include "tests/fuzz/fuzz.h"

#define REGISTRY "contoso.azurecr.io"

static const long statuses[] = { 200, 200, 200, 400, 401, 403, 429, 302, 404, 500 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_token struct token token = { 0 };
    struct error error = { 0 };
    int64_t ends_on;
    if (size == 0)
        return 0;
    long status = statuses[data[0] % ARRAY_SIZE(statuses)];
    autofree char *body = fuzz_copy(data + 1, size - 1, 0);
    if (!registry_answer_parse(status, body, size - 1, REGISTRY, FUZZ_NOW, FUZZ_NOW, &token,
                               &error)) {
        HOLDS(token.access_token == NULL);
        fuzz_check_error(&error);
        return 0;
    }
    HOLDS(status == 200);
    const struct secret *text = token.access_token;
    HOLDS(token_is_valid_text(text->bytes, text->length));
    HOLDS(registry_token_read(text->bytes, text->length, REGISTRY, &ends_on, &error));
    HOLDS(!registry_token_read(text->bytes, text->length, "fabrikam.azurecr.io", &ends_on, &error));
    HOLDS(token.received_on == FUZZ_NOW && token.expires_on > FUZZ_NOW);
    HOLDS(token.expires_on - FUZZ_NOW <= TOKEN_LIFE_MAX);
    return 0;
}
