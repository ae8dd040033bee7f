/* SPDX-License-Identifier: MIT */
/* What a container registry answers to an Entra token. */
#include "tests/unit/support.h"

#include <string.h>

#include "common/acquire/registry/registry_answer.h"
#include "common/base/array.h"
#include "common/base/text.h"

#define NOW      1795000000
#define REGISTRY "contoso.azurecr.io"

/* {"aud":"contoso.azurecr.io","exp":1795010800}: in three hours. */
#define TOKEN "e30.eyJhdWQiOiJjb250b3NvLmF6dXJlY3IuaW8iLCJleHAiOjE3OTUwMTA4MDB9.c2ln"

static bool parse(long status, const char *body, int64_t date, struct token *token,
                  struct error *error)
{
    return registry_answer_parse(status, body, strlen(body), REGISTRY, NOW, date, token, error);
}

static void a_refresh_token_is_taken_with_its_life(void **state)
{
    (void)state;
    static const int64_t dates[] = { 0, NOW, NOW + 600, NOW - 600 };
    for (size_t i = 0; i < ARRAY_SIZE(dates); i++) {
        auto_token struct token token = { 0 };
        struct error error = { 0 };
        int64_t registry_now = dates[i] > 0 ? dates[i] : NOW;
        assert_true(parse(200, "{\"refresh_token\":\"" TOKEN "\"}", dates[i], &token, &error));
        assert_string_equal(token.access_token->bytes, TOKEN);
        assert_int_equal(token.received_on, NOW);
        assert_int_equal(token.expires_on, NOW + (NOW + 10800 - registry_now));
        assert_int_equal(token.source, TOKEN_FROM_AUTHORITY);
    }
}

static void a_token_that_is_not_this_registrys_is_not_taken(void **state)
{
    (void)state;
    static const struct {
        const char *token, *why;
    } cases[] = {
        { "", "invalid characters" },
        { "opaque", "not a JSON Web Token" },
        { "a b", "invalid characters" },
        { TOKEN " ", "invalid characters" },
        { "e30.eyJhdWQiOiJmYWJyaWthbS5henVyZWNyLmlvIiwiZXhwIjoxNzk1MDEwODAwfQ.c2ln",
          "for another registry" },
        { "e30.eyJhdWQiOlsiY29udG9zby5henVyZWNyLmlvIl0sImV4cCI6MTc5NTAxMDgwMH0.c2ln",
          "for another registry" },
        /* contoso.azurecr.io.evil.example */
        { "e30.eyJhdWQiOiJjb250b3NvLmF6dXJlY3IuaW8uZXZpbC5leGFtcGxlIiwiZXhwIjoxNzk1MDEwODAwfQ.c2ln",
          "for another registry" },
        { "e30.eyJhdWQiOiJjb250b3NvLmF6dXJlY3IuaW8ifQ.c2ln", "does not say when it ends" },
        { "e30.eyJhdWQiOiJjb250b3NvLmF6dXJlY3IuaW8iLCJleHAiOjB9.c2ln",
          "does not say when it ends" },
        /* A second ago; in 28 days and a second. */
        { "e30.eyJhdWQiOiJjb250b3NvLmF6dXJlY3IuaW8iLCJleHAiOjE3OTQ5OTk5OTl9.c2ln",
          "not plausible" },
        { "e30.eyJhdWQiOiJjb250b3NvLmF6dXJlY3IuaW8iLCJleHAiOjE3OTc0MTkyMDF9.c2ln",
          "not plausible" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_token struct token token = { 0 };
        struct error error = { 0 };
        autofree char *body = text_format("{\"refresh_token\":\"%s\"}", cases[i].token);
        assert_false(parse(200, body, NOW, &token, &error));
        assert_null(token.access_token);
        assert_int_equal(error.kind, ERROR_NETWORK);
        assert_string_equal(error.code, "not_a_registry");
        assert_non_null(strstr(error.message, cases[i].why));
        assert_null(strstr(error.message, "e30."));
    }
}

static void other_answers_are_explained(void **state)
{
    (void)state;
    static const struct {
        long status;
        const char *body;
        enum error_kind kind;
        const char *code, *message;
    } cases[] = {
        { 401, "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"no role\"}]}", ERROR_REFUSED,
          "registry_refused", REGISTRY " refused: no role (UNAUTHORIZED, HTTP 401)" },
        { 403, "", ERROR_REFUSED, "registry_refused",
          REGISTRY " refused: no reason given (HTTP 403)" },
        { 401, "{\"errors\":[1]}", ERROR_REFUSED, "registry_refused",
          REGISTRY " refused: no reason given (HTTP 401)" },
        { 400, "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"y\"}]}", ERROR_REFUSED,
          "registry_refused", REGISTRY " refused: y (DENIED, HTTP 400)" },
        { 400, "{\"errors\":[{\"code\":\"UNSUPPORTED\",\"message\":\"y\"}]}", ERROR_NETWORK,
          "not_a_registry",
          REGISTRY " does not answer as a container registry: y (UNSUPPORTED, HTTP 400)" },
        { 404, "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"y\"}]}", ERROR_NETWORK,
          "not_a_registry",
          REGISTRY " does not answer as a container registry: y (UNAUTHORIZED, HTTP 404)" },
        { 405, "{\"errors\":[{\"status\":405}]}", ERROR_NETWORK, "not_a_registry",
          REGISTRY " does not answer as a container registry (HTTP 405)" },
        { 400, "{\"errors\":[]}", ERROR_NETWORK, "not_a_registry",
          REGISTRY " does not answer as a container registry (HTTP 400)" },
        { 404, "<html>", ERROR_NETWORK, "not_a_registry",
          REGISTRY " does not answer as a container registry (HTTP 404)" },
        { 201, "{\"refresh_token\":\"" TOKEN "\"}", ERROR_NETWORK, "not_a_registry",
          REGISTRY " does not answer as a container registry (HTTP 201)" },
        { 302, "", ERROR_NETWORK, "not_a_registry",
          REGISTRY " answered with a redirect (HTTP 302), which is not followed" },
        { 429, "", ERROR_REFUSED, "http_throttled",
          REGISTRY " is throttling: too many requests (HTTP 429)" },
        { 503, "", ERROR_NETWORK, "http_fault", REGISTRY " reported a server error (HTTP 503)" },
        { 200, "[]", ERROR_NETWORK, "not_a_registry",
          "the refresh token from " REGISTRY " cannot be used: the answer is not a JSON object" },
        { 200, "{\"access_token\":\"" TOKEN "\"}", ERROR_NETWORK, "not_a_registry",
          "the refresh token from " REGISTRY " cannot be used: there is none in the answer" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_token struct token token = { 0 };
        struct error error = { 0 };
        assert_false(parse(cases[i].status, cases[i].body, NOW, &token, &error));
        assert_null(token.access_token);
        assert_int_equal(error.kind, cases[i].kind);
        assert_string_equal(error.code, cases[i].code);
        assert_string_equal(error.message, cases[i].message);
    }
}

static void of_a_response_only_what_is_redacted_is_shown(void **state)
{
    (void)state;
    auto_secret struct secret *sent = secret_from_text("{\"errors\":[{\"message\":\"s3cret\"}]}");
    auto_secret struct secret *shown = secret_from_text("{\"errors\":[{\"message\":\"***\"}]}");
    const struct http_response response = { .status = 401, .unredacted = sent, .body = shown };
    auto_token struct token token = { 0 };
    struct error error = { 0 };
    assert_false(registry_answer_read(&response, REGISTRY, &token, &error));
    assert_string_equal(error.message, REGISTRY " refused: *** (HTTP 401)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refresh_token_is_taken_with_its_life),
        cmocka_unit_test(a_token_that_is_not_this_registrys_is_not_taken),
        cmocka_unit_test(other_answers_are_explained),
        cmocka_unit_test(of_a_response_only_what_is_redacted_is_shown),
    };
    return cmocka_run_group_tests(tests, clear_environment, NULL);
}
