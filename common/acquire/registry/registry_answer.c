/* SPDX-License-Identifier: MIT */
#include "common/acquire/registry/registry_answer.h"

#include <string.h>
#include <time.h>

#include "common/base/json.h"
#include "common/base/printable.h"
#include "common/entra/registry_token.h"

#define MESSAGE_MAX 300 /* of the registry's own words */

/* ---- refusals ---- */

/* The first of the registry's errors; NULL if it names none. */
static const json_object *first_error(const json_object *answer)
{
    json_object *errors = NULL;
    json_object_object_get_ex(answer, "errors", &errors);
    return json_object_is_type(errors, json_type_array) ? json_object_array_get_idx(errors, 0)
                                                        : NULL;
}

static const char *text_of(const json_object *first, const char *key)
{
    return json_object_is_type(first, json_type_object) ? json_string(first, key) : NULL;
}

/* Of 400, only with a code of the distribution specification that is about the identity. */
static bool is_refusal(long status, const json_object *answer)
{
    const char *code = text_of(first_error(answer), "code");
    return status == 401 || status == 403 ||
           (status == 400 && code != NULL &&
            (strcmp(code, "UNAUTHORIZED") == 0 || strcmp(code, "DENIED") == 0));
}

/* What the registry did, then its own words, if there are some, and the status. */
static void set_explained(const char *registry, const char *did, const char *otherwise, long status,
                          const json_object *answer, enum error_kind kind, struct error *error)
{
    const json_object *first = first_error(answer);
    const char *code = text_of(first, "code"), *message = text_of(first, "message");
    if (message == NULL)
        message = otherwise;
    size_t length = strlen(message);
    error_set(error, kind, "%s %s%s%.*s (%.64s%sHTTP %ld)", registry, did, length > 0 ? ": " : "",
              (int)printable_cut(message, length < MESSAGE_MAX ? length : MESSAGE_MAX), message,
              code != NULL ? code : "", code != NULL ? ", " : "", status);
}

static bool explain_status(const char *registry, long status, const json_object *answer,
                           struct error *error)
{
    if (status == 429) {
        error_set(error, ERROR_REFUSED, "%s is throttling: too many requests (HTTP 429)", registry);
        return error_known_as(error, "http_throttled");
    }
    if (status >= 500) {
        error_set(error, ERROR_NETWORK, "%s reported a server error (HTTP %ld)", registry, status);
        return error_known_as(error, "http_fault");
    }
    if (is_refusal(status, answer)) {
        set_explained(registry, "refused", "no reason given", status, answer, ERROR_REFUSED, error);
        return error_known_as(error, "registry_refused");
    }
    if (status >= 300 && status < 400)
        error_set(error, ERROR_NETWORK,
                  "%s answered with a redirect (HTTP %ld), which is not followed", registry,
                  status);
    else
        set_explained(registry, "does not answer as a container registry", "", status, answer,
                      ERROR_NETWORK, error);
    return error_known_as(error, "not_a_registry");
}

/* ---- tokens ---- */

static bool fail_token(const char *registry, const char *why, struct error *error)
{
    error_set(error, ERROR_NETWORK, "the refresh token from %s cannot be used: %s", registry, why);
    return error_known_as(error, "not_a_registry");
}

static bool read_token(const json_object *answer, const char *registry, int64_t now, int64_t date,
                       struct token *ret_token, struct error *error)
{
    struct error why = { 0 };
    int64_t ends_on = 0;
    const char *text = json_string(answer, "refresh_token");
    if (text == NULL)
        return fail_token(registry, "there is none in the answer", error);
    if (!registry_token_read(text, strlen(text), registry, &ends_on, &why))
        return fail_token(registry, why.message, error);
    /* By the registry's clock, so that this machine's may be wrong. */
    int64_t server_now = date > 0 ? date : now;
    if (ends_on <= server_now || ends_on - server_now > TOKEN_LIFE_MAX)
        return fail_token(registry, "its lifetime is not plausible", error);
    *ret_token = (struct token){ .source = TOKEN_FROM_AUTHORITY,
                                 .access_token = secret_from_text(text),
                                 .received_on = now,
                                 .expires_on = now + (ends_on - server_now) };
    return true;
}

bool registry_answer_parse(long status, const char *body, size_t length, const char *registry,
                           int64_t now, int64_t date, struct token *ret_token, struct error *error)
{
    struct error not_json = { 0 };
    auto_json_secret json_object *answer = json_parse(body, length, &not_json);
    if (status != 200)
        return explain_status(registry, status, answer, error);
    if (!json_object_is_type(answer, json_type_object))
        return fail_token(registry, "the answer is not a JSON object", error);
    return read_token(answer, registry, now, date, ret_token, error);
}

bool registry_answer_read(const struct http_response *response, const char *registry,
                          struct token *ret_token, struct error *error)
{
    /* Of what is not a token, only the redacted body is shown. */
    const struct secret *body = response->status == 200 ? response->unredacted : response->body;
    return registry_answer_parse(response->status, body->bytes, body->length, registry, time(NULL),
                                 response->date, ret_token, error);
}
