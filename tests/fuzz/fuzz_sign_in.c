/* A sign-in's record in a keyring. */
#include "common/entra/sign_in.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_sign_in struct sign_in sign_in = { 0 };
    auto_sign_in struct sign_in again = { 0 };
    struct error error = { 0 };
    autofree char *text = fuzz_copy(data, size, 0);
    if (!sign_in_from_json(text, size, &sign_in, &error))
        return 0;
    HOLDS(sign_in_is_username(sign_in.username));
    HOLDS(sign_in_is_home_account_id(sign_in.home_account_id));
    auto_secret struct secret *written = sign_in_to_json(&sign_in);
    HOLDS(written != NULL && sign_in_from_json(written->bytes, written->length, &again, &error));
    HOLDS(strcmp(sign_in.username, again.username) == 0);
    HOLDS(strcmp(sign_in.home_account_id, again.home_account_id) == 0);
    return 0;
}
