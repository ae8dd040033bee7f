/* SPDX-License-Identifier: MIT */
/* The file of the tokens that a git server has refused. */
#include "helpers/git/git_refusals.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory_folder.h"

static const struct url url = { .https = true, .host = "dev.azure.com", .port = 443 };

/* Whatever the file is, an accepted token ends it, and three new ones begin it again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool must_say = false;
    memory_folder_put((const char *)data, size);
    if (git_refusals_are_many(&url, &must_say))
        HOLDS(git_refusals_are_many(&url, &must_say) && !must_say);
    git_refusals_add(&url, FUZZ_NOW);
    git_refusals_clear(&url);
    HOLDS(memory_folder_file() == NULL && !git_refusals_are_many(&url, &must_say));
    for (int64_t i = 1; i <= GIT_REFUSALS_MANY; i++) {
        HOLDS(!git_refusals_are_many(&url, &must_say));
        git_refusals_add(&url, FUZZ_NOW - GIT_REFUSALS_MANY + i);
    }
    HOLDS(git_refusals_are_many(&url, &must_say) && must_say);
    return 0;
}
