/* SPDX-License-Identifier: MIT */
/* A request of git, whose values an attacker may choose. */
#include "helpers/git/git_answer.h"
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

static void check_answer(const struct secret *answer)
{
    HOLDS(answer != NULL && answer->length == strlen(answer->bytes));
    HOLDS(count_lines(answer) <= 8 && strpbrk(answer->bytes, "\r") == NULL);
}

static struct secret *given(const char *text)
{
    return text != NULL ? secret_from_text(text) : NULL;
}

/* What git asked to store is what it is told later. */
static void answer_stored(const struct git_request *request)
{
    struct stored_credential stored = { .username = given(request->username),
                                        .password = given(request->password),
                                        .authtype = given(request->authtype),
                                        .credential = given(request->credential),
                                        .oauth_refresh_token = given(request->oauth_refresh_token),
                                        .expires_on = git_request_expiry(request) };
    auto_secret struct secret *formatted = git_answer_format_stored(&stored);
    check_answer(formatted);
    stored_credential_clear(&stored);
}

/* The answer has the expected number of lines, whatever the request holds. */
static void answer(const struct git_request *request)
{
    HOLDS(git_request_refused(request) >= 0 && git_request_expiry(request) >= 0);
    HOLDS(!git_request_is_ephemeral(request) || request->ephemeral != NULL);
    auto_secret struct secret *text = secret_new("eyJ0", 4);
    struct token token = { .access_token = text, .received_on = 1, .expires_on = 3601 };
    auto_secret struct secret *formatted = git_answer_format(request, NULL, &token);
    check_answer(formatted);
}

/* A url is for no other place than the parts beside it, whichever of them a program goes by. */
static void check_place(const struct git_request *request, const struct url *url)
{
    struct git_request parts = *request;
    struct url other;
    parts.url = NULL;
    if (request->url == NULL || request->protocol == NULL || request->host == NULL)
        return;
    HOLDS(git_request_url(&parts, &other));
    HOLDS(other.https == url->https && other.port == url->port);
    HOLDS(strcmp(other.host, url->host) == 0);
    if (request->path != NULL)
        HOLDS(strcmp(other.path, url->path) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct git_request request;
    struct error error = { 0 };
    struct url url;
    autofree char *buffer = fuzz_copy(data, size, 1);
    if (!git_request_parse(buffer, size, &request, &error))
        return 0;
    HOLDS(request.url != NULL || request.protocol != NULL);
    HOLDS(is_one_line(request.protocol) && is_one_line(request.host) && is_one_line(request.path));
    HOLDS(is_one_line(request.url) && is_one_line(request.username));
    HOLDS(is_one_line(request.password) && is_one_line(request.credential));
    if (git_request_url(&request, &url)) {
        check_place(&request, &url);
        answer(&request);
    }
    answer_stored(&request);
    return 0;
}
