/* SPDX-License-Identifier: MIT */
/* An error that another process shares: what is read can be posted and is read again. */
#include "common/base/deadline.h"
#include "common/base/shared_error.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory_folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = { 0 }, again = { 0 };
    memory_folder_put((const char *)data, size);
    if (!shared_error_read("0.failure", 0, &error))
        return 0;
    HOLDS(error.kind >= ERROR_OTHER && error.kind <= ERROR_KEYRING);
    HOLDS(error.retry_after >= 0 && error.retry_after <= SHARED_ERROR_RETRY_MAX);
    HOLDS(error.claims[0] == '\0' && error.wanted[0] == '\0');
    if (error.message[0] != '\0')
        fuzz_check_error(&error);

    shared_error_post("0.failure", &error, 60);
    HOLDS(shared_error_read("0.failure", 0, &again));
    HOLDS(!shared_error_read("0.failure", deadline_in(1000), &again));
    HOLDS(strcmp(error.message, again.message) == 0 && strcmp(error.hint, again.hint) == 0);
    HOLDS(strcmp(error.code, again.code) == 0 && error.kind == again.kind);
    HOLDS((error.retry_after > 0) == (again.retry_after > 0));
    return 0;
}
