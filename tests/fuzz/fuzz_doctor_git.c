/* SPDX-License-Identifier: MIT */
/* What entra doctor reports of git's configuration. */
#include "common/base/secret.h"
#include "tests/fuzz/doctor_stub.h"
#include "tests/fuzz/fuzz.h"

static void check(struct doctor *doctor)
{
    doctor_read_git(doctor);
    doctor_git(doctor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_secret struct secret *text = secret_new((const char *)data, size);
    HOLDS(text != NULL);
    doctor_stub_run("git", check, text, size % 64 == 63 ? 3 : 0);
    return 0;
}
