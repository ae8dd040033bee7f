/* SPDX-License-Identifier: MIT */
/* What docker has its helpers store. */
#include "helpers/docker/docker_login.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_docker_login struct docker_login login = { 0 };
    struct error error = { 0 };
    autofree char *text = fuzz_copy(data, size, 0);
    if (!docker_login_parse(text, size, &login, &error)) {
        fuzz_check_error(&error);
        return 0;
    }
    HOLDS(login.server_text[0] != '\0' && login.secret != NULL);
    HOLDS(!docker_login_is_token(&login) || login.server.text != NULL);
    return 0;
}
