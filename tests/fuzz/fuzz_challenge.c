/* SPDX-License-Identifier: MIT */
/* A WWW-Authenticate challenge of a server. */
#include "common/entra/challenge.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char tenant[AUTHORITY_TENANT_MAX], value[64];
    autofree char *field = fuzz_copy(data, size, 1);
    field[size] = '\0';
    if (challenge_tenant(field, tenant))
        HOLDS(authority_is_tenant(tenant));
    if (challenge_parameter(field, "Bearer", "error", value, sizeof value))
        HOLDS(strlen(value) < sizeof value);
    autofree char *claims = challenge_claims(field);
    HOLDS(claims == NULL || claims[0] == '{');
    return 0;
}
