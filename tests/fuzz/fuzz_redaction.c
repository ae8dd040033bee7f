/* SPDX-License-Identifier: MIT */
/* An answer that may contain what was sent: no secret is left in it, and nothing else changes. */
#include "common/acquire/http/redaction.h"
#include "common/base/json.h"
#include "tests/fuzz/fuzz.h"

#define SECRET "s3cr\"t"

/* The secret is in no name or value of the answer. */
static void search(json_object *answer)
{
    json_object_object_foreach(answer, name, value) {
        HOLDS(strstr(name, SECRET) == NULL);
        if (json_object_is_type(value, json_type_object))
            search(value);
        else if (json_object_is_type(value, json_type_string))
            HOLDS(strstr(json_object_get_string(value), SECRET) == NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = { 0 };
    const struct http_field none[] = { { "x", "s3cr", false }, { NULL, NULL, false } };
    const struct http_field fields[] = { { "x", SECRET, true }, { NULL, NULL, false } };
    autofree char *text = fuzz_copy(data, size, 0);
    auto_secret struct secret *body = secret_new(text, size);
    auto_json json_object *before = json_parse(text, size, &error);
    HOLDS(body != NULL);
    redact_fields(none, body->bytes, body->length);
    HOLDS(memcmp(body->bytes, text, size) == 0);

    redact_fields(fields, body->bytes, body->length);
    auto_json json_object *after = json_parse(body->bytes, size, &error);
    HOLDS(before == NULL || after != NULL);
    if (json_object_is_type(after, json_type_object))
        search(after);
    return 0;
}
