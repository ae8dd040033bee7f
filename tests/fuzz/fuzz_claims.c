/* SPDX-License-Identifier: MIT */
/* The claims of a claims challenge. */
#include "common/entra/claims.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = { 0 };
    autofree char *challenge = fuzz_copy(data, size, 1);
    autofree char *merged = NULL;
    challenge[size] = '\0';
    auto_json json_object *capabilities = json_parse("[\"cp1\"]", 7, &error);
    if (!claims_merge(challenge, capabilities, &merged, &error))
        return 0;
    auto_json json_object *parsed = json_parse(merged, strlen(merged), &error);
    json_object *access_token = json_object_object_get(parsed, "access_token");
    json_object *xms_cc = json_object_object_get(access_token, "xms_cc");
    HOLDS(json_object_equal(json_object_object_get(xms_cc, "values"), capabilities));
    return 0;
}
