/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tests/fuzz/answers.h"

#include <poll.h>

#include "common/acquire/http/redaction.h"

static struct fuzz_input *answers;
size_t answers_authorized;

void answers_from(struct fuzz_input *input)
{
    answers = input;
    answers_authorized = 0;
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    (void)fds, (void)count, (void)timeout;
    return 0;
}

/* Only what was sent can be in an answer, so it is only then that messages are searched for it. */
static void check_request(const struct http_request *request)
{
    HOLDS(request->url != NULL && strstr(request->url, FUZZ_SECRET) == NULL);
    fuzz_has_secret = false;
    for (const struct http_field *field = request->header; field != NULL && field->name != NULL;
         field++) {
        bool has_secret = strstr(field->value, FUZZ_SECRET) != NULL;
        HOLDS(!has_secret || field->secret);
        fuzz_has_secret = fuzz_has_secret || has_secret;
        answers_authorized += strcmp(field->name, "Authorization") == 0;
    }
}

bool http_send(const struct http_request *request, int64_t deadline, struct http_response *response,
               struct error *error)
{
    (void)deadline;
    check_request(request);
    autofree char *status = fuzz_line(answers);
    autofree char *challenge = fuzz_line(answers);
    autofree char *body = fuzz_line(answers);
    char *rest = NULL;
    *response = (struct http_response){ .reached = status != NULL };
    response->status = status != NULL ? strtol(status, &rest, 10) % 1000 : 0;
    if (response->status <= 0) {
        *response = (struct http_response){ .broken = true };
        return error_set(error, ERROR_NETWORK, "the connection broke");
    }
    response->retry_after = strtol(rest, NULL, 10) % (24 * 3600 + 1);
    if (response->retry_after < 0)
        response->retry_after = 0;
    snprintf(response->www_authenticate, sizeof response->www_authenticate, "%s",
             challenge != NULL ? challenge : "");
    response->body = secret_from_text(body != NULL ? body : "");
    response->unredacted = secret_from_text(body != NULL ? body : "");
    redact(request, response->body->bytes, response->body->length);
    redact(request, response->www_authenticate, strlen(response->www_authenticate));
    return true;
}

void http_response_clear(struct http_response *response)
{
    secret_free(response->body);
    secret_free(response->unredacted);
    *response = (struct http_response){ 0 };
}
