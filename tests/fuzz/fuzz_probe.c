/* SPDX-License-Identifier: MIT */
/* doctor's test of the path to an authority. The first line is the proxy's host; the answer to the
 * request for the metadata follows. */
#include "common/acquire/http/probe.h"
#include "common/base/deadline.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "tests/fuzz/answers.h"

/* The user name and password are not shown, however the rest is spelt. */
static void set_proxy(const char *host)
{
    autofree char *proxy = text_format("http://user:%s@%s", FUZZ_SECRET, host);
    setenv("https_proxy", proxy, 1);
}

/* Whether the last line of the input is metadata. */
static bool is_metadata(struct fuzz_input input)
{
    struct error error = { 0 };
    autofree char *status = fuzz_line(&input);
    free(fuzz_line(&input)); /* the challenge */
    autofree char *body = fuzz_line(&input);
    auto_json json_object *answer = body != NULL ? json_parse(body, strlen(body), &error) : NULL;
    return strtol(status, NULL, 10) % 1000 == 200 && answer != NULL &&
           json_string(answer, "token_endpoint") != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct token_request request = { .instance = "https://login.microsoftonline.com",
                                           .tenant = "contoso.onmicrosoft.com" };
    struct fuzz_input input = fuzz_input(data, size);
    struct authority_probe probe = { 0 };
    struct error error = { 0 };
    autofree char *host = fuzz_line(&input);
    if (host == NULL || input.at == input.end)
        return 0;
    set_proxy(host);
    struct fuzz_input answer = input;
    answers_from(&input);
    bool reached = probe_authority(&request, deadline_in(1000), &probe, &error);
    HOLDS(strstr(host, FUZZ_SECRET) != NULL || strstr(probe.proxy, FUZZ_SECRET) == NULL);
    HOLDS(reached == is_metadata(answer));
    HOLDS(probe.tenant_id[0] == '\0' || (reached && text_is_guid(probe.tenant_id)));
    if (!reached)
        fuzz_check_error(&error);
    return 0;
}
