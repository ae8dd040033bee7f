/* SPDX-License-Identifier: MIT */
/* What the process that signs is told, after the first record, which every version has its own of.
 * What is accepted is written in the same bytes. */
#include "common/acquire/app/signing_job.h"
#include "common/entra/authority.h"
#include "tests/fuzz/fuzz.h"

#define HEADER "entra-sign " ENTRA_VERSION

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_signing_job struct signing_job job = { 0 };
    auto_secret struct secret *text = secret_allocate(sizeof HEADER + size);
    memcpy(text->bytes, HEADER, sizeof HEADER);
    if (size > 0)
        memcpy(text->bytes + sizeof HEADER, data, size);
    if (!signing_job_read(text, &job))
        return 0;
    HOLDS(job.credential.path != NULL || job.credential.secret != NULL);
    HOLDS(authority_is_tenant(job.request.tenant));
    auto_secret struct secret *again = signing_job_write(&job.request, &job.credential);
    HOLDS(secret_equals(again, text->bytes, text->length));
    return 0;
}
