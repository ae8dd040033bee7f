/* SPDX-License-Identifier: MIT */
/* A URL that may get a token. curl reads every accepted URL in the same way. */
#include "common/entra/url.h"
#include "tests/fuzz/curl_reading.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct url url = { 0 };
    struct error error = { 0 };
    autofree char *exact = fuzz_copy(data, size, 0);
    if (!url_parse(exact, size, &url, &error))
        return 0;
    autofree char *text = fuzz_copy(data, size, 1);
    text[size] = '\0';
    HOLDS(strlen(text) == size);
    const char *difference = curl_reads_otherwise(text, &url);
    if (difference != NULL)
        fprintf(stderr, "%s\n", difference);
    HOLDS(difference == NULL);
    HOLDS(!url.path_is_plain || url_is_below(&url, &url));
    struct url base;
    if (url_parse_base(exact, size, &base, &error) && url_is_below(&url, &base))
        HOLDS(strcmp(base.path, "/") == 0 || base.path_is_plain);
    HOLDS(!url.path_is_plain ||
          (strpbrk(url.path, "%\\") == NULL && strstr(url.path, "/../") == NULL &&
           strstr(url.path, "/..;") == NULL && strstr(url.path, "/.;") == NULL));
    return 0;
}
