/* SPDX-License-Identifier: MIT */
/* The record of an account in the keyring. */
#include "common/entra/account.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_account struct account account = { 0 };
    auto_account struct account again = { 0 };
    struct error error = { 0 };
    autofree char *text = fuzz_copy(data, size, 0);
    if (!account_from_json(text, size, &account, &error))
        return 0;
    HOLDS(account_is_username(account.username));
    HOLDS(account_is_home_account_id(account.home_account_id));
    auto_secret struct secret *written = account_to_json(&account);
    HOLDS(written != NULL && account_from_json(written->bytes, written->length, &again, &error));
    HOLDS(strcmp(account.username, again.username) == 0);
    HOLDS(strcmp(account.home_account_id, again.home_account_id) == 0);
    return 0;
}
