/* SPDX-License-Identifier: MIT */
/* A request of git, whose values an attacker may choose. */
#include "helpers/git/git_request.h"
#include "tests/fuzz/fuzz.h"

/* A value cannot end its line (CVE-2020-5260, CVE-2024-52006). */
static bool is_one_line(const char *text)
{
    return text == NULL || strpbrk(text, "\r\n") == NULL;
}

static size_t count_lines(const struct secret *answer)
{
    size_t lines = 0;
    for (size_t i = 0; i < answer->length; i++)
        lines += answer->bytes[i] == '\n';
    return lines;
}

/* The answer has the expected number of lines, whatever the request holds. */
static void answer(const struct git_request *request)
{
    struct token_request asked = { 0 };
    auto_secret struct secret *text = secret_new("eyJ0", 4);
    struct token token = { .access_token = text, .received_on = 1, .expires_on = 3601 };
    auto_secret struct secret *formatted = git_answer_format(request, &asked, &token);
    HOLDS(formatted != NULL && formatted->length == strlen(formatted->bytes));
    HOLDS(count_lines(formatted) <= 8 && strpbrk(formatted->bytes, "\r") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct git_request request;
    struct error error = { 0 };
    struct url url;
    autofree char *buffer = fuzz_copy(data, size, 1);
    if (!git_request_parse(buffer, size, &request, &error))
        return 0;
    HOLDS((request.url != NULL) != (request.protocol != NULL));
    HOLDS(is_one_line(request.protocol) && is_one_line(request.host) && is_one_line(request.path));
    HOLDS(is_one_line(request.url) && is_one_line(request.username));
    HOLDS(is_one_line(request.password) && is_one_line(request.credential));
    if (git_request_url(&request, &url))
        answer(&request);
    return 0;
}
