/* SPDX-License-Identifier: MIT */
/* kubelogin's --pop-claims. */
#include "common/base/text.h"
#include "common/base/utf8.h"
#include "helpers/kubectl/pop_claims.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = { 0 };
    autofree char *host = NULL;
    autofree char *text = fuzz_copy(data, size, 1);
    text[size] = '\0';
    if (!pop_claims_parse(text, &host, &error)) {
        fuzz_check_error(&error);
        HOLDS(error.kind == ERROR_USAGE && host == NULL);
        return 0;
    }
    size_t length = strlen(host);
    HOLDS(length > 0 && length <= POP_CLAIMS_MAX && utf8_is_valid(host, length));
    HOLDS(strpbrk(host, ",=\n\r\t\x1b") == NULL && host[0] != ' ' && host[length - 1] != ' ');
    HOLDS(strstr(text, host) != NULL);
    /* The host alone names the same host. */
    autofree char *again = NULL;
    autofree char *alone = text_format("u=%s", host);
    HOLDS(strlen(alone) > POP_CLAIMS_MAX ||
          (pop_claims_parse(alone, &again, &error) && strcmp(again, host) == 0));
    return 0;
}
