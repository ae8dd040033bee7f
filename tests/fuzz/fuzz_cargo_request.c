/* SPDX-License-Identifier: MIT */
/* Cargo's requests to a credential provider. */
#include "common/base/json.h"
#include "helpers/cargo/cargo_answer.h"
#include "helpers/cargo/cargo_request.h"
#include "tests/fuzz/fuzz.h"

/* The answer is one line of JSON. */
static void check_answer(const struct secret *answer)
{
    struct error error = { 0 };
    HOLDS(answer->length > 0 && answer->bytes[answer->length - 1] == '\n');
    HOLDS(memchr(answer->bytes, '\n', answer->length - 1) == NULL);
    auto_json json_object *parsed = json_parse(answer->bytes, answer->length, &error);
    HOLDS(json_object_object_length(parsed) == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_cargo_request struct cargo_request request = { 0 };
    struct error error = { 0 };
    autofree char *line = fuzz_copy(data, size, 0);
    if (!cargo_request_parse(line, size, &request, &error)) {
        fuzz_check_error(&error);
        auto_secret struct secret *answer = cargo_answer_end(CARGO_FAILED, CARGO_GET, &error);
        check_answer(answer);
        return 0;
    }
    HOLDS(request.index_url != NULL && request.kind <= CARGO_UNKNOWN);
    HOLDS(request.arg_count <= CARGO_ARGS_MAX && request.header_count <= CARGO_HEADERS_MAX);
    for (size_t i = 0; i < request.arg_count; i++)
        HOLDS(request.args[i] != NULL);
    autofree char *challenge = cargo_request_challenge(&request);
    HOLDS(challenge == NULL || request.header_count > 0);
    const char *url = cargo_request_url(&request);
    HOLDS(url == NULL || strncmp(request.index_url, "sparse+", 7) == 0);
    error_set(&error, ERROR_OTHER, "%s", request.index_url);
    auto_secret struct secret *answer = cargo_answer_end(CARGO_FAILED, request.kind, &error);
    check_answer(answer);
    return 0;
}
