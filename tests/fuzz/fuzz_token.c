/* SPDX-License-Identifier: MIT */
/* The record of a token in the keyring, which anyone with access to the keyring may change. */
#include "common/entra/token.h"
#include "tests/fuzz/fuzz.h"

static bool is_same(const struct token *a, const struct token *b)
{
    return secret_equals(a->access_token, b->access_token->bytes, b->access_token->length) &&
           a->received_on == b->received_on && a->expires_on == b->expires_on &&
           a->refresh_on == b->refresh_on && a->claims == b->claims;
}

/* Whatever the times in a record, the next renewal is between its receipt and its margin. */
static void check_renewal(const struct token *token)
{
    static const uint32_t numbers[] = { 0, 1, UINT32_MAX / 2, UINT32_MAX };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        int64_t at =
            token_renewal_time(token->received_on, token->expires_on,
                               token->refresh_on - token->received_on, token->claims, numbers[i]);
        HOLDS(at == 0 || (at > token->received_on && at < token_fresh_until(token)));
        HOLDS(token_renewal_pause(token, token->received_on, 0, numbers[i]) >= 30);
        HOLDS(token_renewal_pause(token, token->received_on, 0, numbers[i]) <= TOKEN_LIFE_MAX);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_token struct token token = { 0 };
    auto_token struct token again = { 0 };
    struct error error = { 0 };
    autofree char *text = fuzz_copy(data, size, 0);
    if (!token_from_json(text, size, &token, &error))
        return 0;
    HOLDS(token_is_valid_text(token.access_token->bytes, token.access_token->length));
    HOLDS(!token_is_fresh(&token, token.expires_on) && !token_is_alive(&token, token.expires_on));
    check_renewal(&token);
    auto_secret struct secret *written = token_to_json(&token);
    HOLDS(written != NULL);
    HOLDS(token_from_json(written->bytes, written->length, &again, &error));
    HOLDS(is_same(&token, &again));
    return 0;
}
