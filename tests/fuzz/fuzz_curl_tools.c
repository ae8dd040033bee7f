/* SPDX-License-Identifier: MIT */
/* What Bazel writes to curl-credential-entra: JSON; and what Go does: the answer of a server. */
#include "common/entra/challenge.h"
#include "helpers/curl/bazel.h"
#include "helpers/curl/goauth.h"
#include "tests/fuzz/fuzz.h"

static void read_challenge(const char *text, size_t size)
{
    char tenant[AUTHORITY_TENANT_MAX];
    autofree char *challenge = goauth_challenge(text, size);
    HOLDS(challenge == NULL || (size > 5 && memcmp(text, "HTTP/", 5) == 0));
    HOLDS(challenge == NULL || strchr(challenge, '\n') == NULL);
    if (challenge != NULL)
        challenge_tenant(challenge, tenant);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *uri = NULL;
    struct error error = { 0 };
    autofree char *text = fuzz_copy(data, size, 0);
    read_challenge(text, size);
    auto_json json_object *request = bazel_request_parse(text, size, &uri, &error);
    HOLDS((request != NULL) == (uri != NULL));
    if (request == NULL)
        fuzz_check_error(&error);
    return 0;
}
