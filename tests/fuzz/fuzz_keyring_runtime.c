/* SPDX-License-Identifier: MIT */
/* A file of the keyring `runtime`: a line of JSON and the record. */
#include "common/base/deadline.h"
#include "keyring/runtime.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/keyring_check.h"
#include "tests/fuzz/memory_folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = { 0 };
    memory_folder_put((const char *)data, size);
    const struct keyring *keyring = keyring_runtime(&error);
    HOLDS(keyring != NULL);
    keyring_check(keyring, true);
    return 0;
}
