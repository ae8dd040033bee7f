/* SPDX-License-Identifier: MIT */
/* KUBERNETES_EXEC_INFO. */
#include "common/base/json.h"
#include "helpers/kubectl/exec_credential.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_exec_info struct exec_info info = { 0 };
    struct error error = { 0 };
    autofree char *text = fuzz_copy(data, size, 0);
    if (!exec_info_parse(text, size, &info, &error))
        return 0;
    auto_secret struct secret *bytes = secret_new("eyJ0", 4);
    struct token token = { .access_token = bytes, .received_on = 1, .expires_on = 3601 };
    auto_secret struct secret *answer = exec_credential_format(&info, &token);
    HOLDS(answer != NULL);
    auto_json json_object *parsed = json_parse(answer->bytes, answer->length, &error);
    HOLDS(json_string(parsed, "apiVersion") != NULL &&
          strcmp(json_string(parsed, "apiVersion"), info.api_version) == 0);
    return 0;
}
