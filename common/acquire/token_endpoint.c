#include "common/acquire/token_endpoint.h"

#include <time.h>

#include "common/acquire/token_answer.h"
#include "common/authority.h"
#include "common/rfc3339.h"

/* Authorities, and what stands between, may echo what they were sent. The body is cleaned before
 * anything is cut out of it, the error again for what JSON's escapes hid. */
static void redact(const struct http_field *fields, struct secret *body, struct error *error)
{
    for (; fields->name != NULL; fields++) {
        if (!fields->secret || fields->value == NULL)
            continue;
        auto_secret struct secret *escaped = http_escape(fields->value);
        secret_redact(body->bytes, body->length, fields->value);
        error_redact(error, fields->value);
        if (escaped != NULL) {
            secret_redact(body->bytes, body->length, escaped->bytes);
            error_redact(error, escaped->bytes);
        }
    }
}

bool token_endpoint_post(const struct token_request *request, const struct http_field *fields,
                         int64_t deadline, struct token *token, struct error *error)
{
    autofree char *endpoint = authority_token_endpoint(request->instance, request->tenant);
    if (endpoint == NULL)
        return error_no_memory(error);

    struct http_response response CLEANUP(http_response_clear) = { 0 };
    const struct http_field header[] = { { "Accept", "application/json", false },
                                         { NULL, NULL, false } };
    const struct http_request post = {
        .url = endpoint, .form = fields, .header = header, .post = true
    };
    if (!http_send(&post, deadline, &response, error))
        return false;
    if (response.status != 200)
        redact(fields, response.body, error);
    if (token_answer_parse(response.status, response.body->bytes, response.body->length, time(NULL),
                           token, error))
        return true;
    if ((response.status == 429 || response.status == 503) && response.retry_after > 0) {
        error->retry_after = response.retry_after;
        error_hint(error, "It asks to be left alone until %s.",
                   rfc3339_format(time(NULL) + response.retry_after).text);
    }
    redact(fields, response.body, error);
    return false;
}
