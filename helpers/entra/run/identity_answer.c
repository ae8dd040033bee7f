/* SPDX-License-Identifier: MIT */
#include "helpers/entra/run/identity_answer.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/printable.h"
#include "common/base/text.h"
#include "common/entra/error_report.h"
#include "helpers/entra/run/endpoint/endpoint.h"

/* Puts the head before a text, which it frees. */
static struct secret *with_head(int status, int64_t retry_after, struct secret *text)
{
    const struct endpoint_head head = {
        .status = status,
        .retry_after = retry_after < INT32_MAX ? (int32_t)retry_after : INT32_MAX,
    };
    struct secret *answer = secret_allocate(sizeof head + text->length);
    memcpy(answer->bytes, &head, sizeof head);
    memcpy(answer->bytes + sizeof head, text->bytes, text->length);
    secret_free(text);
    return answer;
}

/* json-c is avoided, since it would leave copies of the token. Nothing here needs escaping
 * (token.h, identity_request.h, request.h). */
struct secret *identity_answer_token(const struct run_token *token, const char *resource,
                                     int64_t now)
{
    int64_t left = token->expires_on > now ? token->expires_on - now : 0;
    return with_head(200, 0,
                     secret_format("{\"access_token\":\"%s\",\"client_id\":\"%s\","
                                   "\"resource\":\"%s\",\"token_type\":\"Bearer\","
                                   "\"expires_in\":\"%" PRId64 "\",\"expires_on\":\"%" PRId64 "\"}",
                                   token->text->bytes, token->client_id, resource, left,
                                   token->expires_on));
}

struct secret *identity_answer_refusal(int status, const struct error *error)
{
    auto_json json_object *object = json_object_new_object();
    const char *advice = error_advice(error);
    autofree char *cause = error_cause(error);
    autofree char *message = text_format("%s%s%s", cause, advice[0] != '\0' ? ". " : "", advice);
    printable_make(message);
    json_object_object_add(object, "statusCode", json_object_new_int(status));
    json_object_object_add(object, "message", json_object_new_string(message));
    if (error->correlation_id[0] != '\0')
        json_object_object_add(object, "correlationId",
                               json_object_new_string(error->correlation_id));
    return with_head(status, error->retry_after,
                     secret_from_text(json_object_to_json_string_ext(object, JSON_LINE)));
}

struct secret *identity_answer_error(const struct error *error)
{
    static const int statuses[] = {
        [ERROR_NONE] = 500,    [ERROR_OTHER] = 500,   [ERROR_USAGE] = 400,   [ERROR_REFUSED] = 403,
        [ERROR_NETWORK] = 503, [ERROR_SIGN_IN] = 401, [ERROR_KEYRING] = 500,
    };
    int status = error->retry_after > 0 ? 429 : statuses[error->kind];
    return identity_answer_refusal(status, error);
}
