/* SPDX-License-Identifier: MIT */
/* The record of a key in a keyring. */
#include "common/entra/pop_key.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = { 0 };
    auto_pop_key struct pop_key key = { 0 }, again = { 0 };
    autofree char *text = fuzz_copy(data, size, 0);
    if (!pop_key_from_json(text, size, &key, &error)) {
        fuzz_check_error(&error);
        HOLDS(key.private_key == NULL && key.id[0] == '\0');
        return 0;
    }
    HOLDS(pop_key_is_id(key.id) && key.private_key->length <= POP_KEY_MAX);
    auto_secret struct secret *record = pop_key_to_json(&key);
    HOLDS(pop_key_from_json(record->bytes, record->length, &again, &error));
    HOLDS(strcmp(again.id, key.id) == 0 &&
          secret_equals(again.private_key, key.private_key->bytes, key.private_key->length));
    return 0;
}
