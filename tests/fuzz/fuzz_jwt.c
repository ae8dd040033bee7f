/* SPDX-License-Identifier: MIT */
/* The claims of a JWT. */
#include "common/entra/jwt.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = { 0 };
    autofree char *text = fuzz_copy(data, size, 0);
    auto_json json_object *claims = jwt_claims(text, size, &error);
    HOLDS(claims != NULL ? json_object_is_type(claims, json_type_object)
                         : error.kind == ERROR_OTHER);
    return 0;
}
