/* SPDX-License-Identifier: MIT */
#include "helpers/cargo/cargo_answer.h"

#include <inttypes.h>

#include "common/base/json.h"
#include "common/base/text.h"
#include "common/entra/error_report.h"
#include "helpers/document.h"

struct secret *cargo_answer_token(const struct token *token)
{
    /* Not with json-c, which would leave copies of the token. Nothing here needs escaping. */
    return secret_format("{\"Ok\":{\"kind\":\"get\",\"token\":\"Bearer %s\",\"cache\":\"expires\","
                         "\"expiration\":%" PRId64 ",\"operation_independent\":true}}\n",
                         token->access_token->bytes, token->expires_on);
}

/* Cargo shows the lines as they are, indented. */
static struct secret *format_failure(const struct error *error)
{
    autofree char *cause = error_cause(error);
    const char *advice = error_advice(error);
    autofree char *text = text_format("%s%s%s", cause, advice[0] != '\0' ? "\n" : "", advice);
    auto_json json_object *message = document_text(text);
    return secret_format("{\"Err\":{\"kind\":\"other\",\"message\":%s,\"caused-by\":[]}}\n",
                         json_object_to_json_string_ext(message, JSON_LINE));
}

struct secret *cargo_answer_end(enum cargo_end end, enum cargo_kind kind, const struct error *error)
{
    static const char *const kinds[] = {
        [CARGO_URL_NOT_SUPPORTED] = "url-not-supported",
        [CARGO_NOT_FOUND] = "not-found",
        [CARGO_OPERATION_NOT_SUPPORTED] = "operation-not-supported",
    };
    if (end == CARGO_FAILED)
        return format_failure(error);
    if (end == CARGO_DONE)
        return secret_format("{\"Ok\":{\"kind\":\"%s\"}}\n",
                             kind == CARGO_LOGIN ? "login" : "logout");
    return secret_format("{\"Err\":{\"kind\":\"%s\"}}\n", kinds[end]);
}
