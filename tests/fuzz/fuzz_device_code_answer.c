/* SPDX-License-Identifier: MIT */
/* The answer of a devicecode endpoint. */
#include <strings.h>

#include "common/acquire/user/device_code_answer.h"
#include "common/base/printable.h"
#include "tests/fuzz/fuzz.h"

/* What the user is shown cannot control the terminal. */
static bool is_plain(const char *text)
{
    char shown[VERIFICATION_URI_MAX];
    snprintf(shown, sizeof shown, "%s", text);
    printable_make(shown);
    return strcmp(shown, text) == 0 && strpbrk(text, " \n") == NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_device_code_answer struct device_code_answer answer = { 0 };
    struct error error = { 0 };
    autofree char *body = fuzz_copy(data, size, 0);
    if (!device_code_answer_parse(body, size, &answer, &error)) {
        HOLDS(error.kind == ERROR_NETWORK && answer.device_code == NULL);
        return 0;
    }
    HOLDS(answer.device_code->length > 0);
    HOLDS(answer.user_code[0] != '\0' && is_plain(answer.user_code));
    HOLDS(is_plain(answer.verification_uri));
    HOLDS(strncasecmp(answer.verification_uri, "http", 4) == 0);
    HOLDS(answer.expires_in >= 1 && answer.expires_in <= 3600);
    HOLDS(answer.interval >= 1 && answer.interval <= 60);
    return 0;
}
