/* SPDX-License-Identifier: MIT */
/* Scopes and resources. */
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/entra/scope.h"

static void a_resource_becomes_a_scope_unchanged(void **state)
{
    (void)state;
    static const struct {
        const char *resource, *scope;
    } cases[] = {
        { "api://my-web-api", "api://my-web-api/.default" },
        { "https://graph.microsoft.com", "https://graph.microsoft.com/.default" },
        { "6dae42f8-4368-4678-94ff-3960e28e3630", "6dae42f8-4368-4678-94ff-3960e28e3630/.default" },
        /* A v1.0 resource keeps its trailing slash. */
        { "https://database.windows.net/", "https://database.windows.net//.default" },
        { "https://a//", "https://a///.default" },
        { "API://Mixed-Case", "API://Mixed-Case/.default" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { 0 };
        autofree char *scope = scope_from_resource(cases[i].resource, &error);
        assert_string_equal(scope, cases[i].scope);
    }
}

static void anything_else_is_not_a_resource(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",           " ",          "api://a b",      "api://a\tb",  "api://a\nb",
        "api://a\"b", "api://a\\b", "api://\xc3\xa4", "api://a\x7f",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { 0 };
        autofree char *scope = scope_from_resource(cases[i], &error);
        if (scope != NULL)
            fail_msg("'%s' made the scope '%s'", cases[i], scope);
        assert_error(&error, ERROR_USAGE, "is not the identifier of a resource");
    }
}

static void a_scope_is_not_accepted_as_a_resource(void **state)
{
    (void)state;
    struct error error = { 0 };
    assert_null(scope_from_resource("api://my-web-api/.default", &error));
    assert_error(&error, ERROR_USAGE, "is a scope, not a resource");
    assert_has(error_advice(&error), "--scope");
}

static void the_longest_scope_has_2048_characters(void **state)
{
    (void)state;
    struct error error = { 0 };
    autofree char *scope = repeated('a', SCOPE_MAX + 1);
    memcpy(scope + SCOPE_MAX + 1 - 9, "/.default", 9);
    assert_false(scope_check_for_app(scope, &error));
    assert_true(scope_check_for_app(scope + 1, &error));
}

/* Otherwise a resource could have a scope that --scope refuses. */
static void the_scope_of_the_longest_resource_is_not_too_long(void **state)
{
    (void)state;
    for (size_t length = SCOPE_MAX - 12; length <= SCOPE_MAX + 1; length++) {
        struct error error = { 0 };
        autofree char *resource = repeated('a', length);
        autofree char *scope = scope_from_resource(resource, &error);
        if (scope != NULL && strlen(scope) > SCOPE_MAX)
            fail_msg("a resource of %zu characters makes a scope of %zu", length, strlen(scope));
    }
}

static void an_app_requests_the_default_scope_of_one_resource(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "api://my-web-api/.default",
        "https://graph.microsoft.com/.default",
        "https://database.windows.net//.default",
        "499b84ac-1321-427f-aa17-267ca6975798/.default",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { 0 };
        if (!scope_check_for_app(cases[i], &error))
            fail_msg("'%s' was refused: %s", cases[i], error.message);
    }
}

static void an_app_cannot_request_any_other_scope(void **state)
{
    (void)state;
    static const struct {
        const char *scope, *message;
    } cases[] = {
        { "https://graph.microsoft.com/User.Read", "does not end in /.default" },
        { "api://my-web-api/access_as_user", "does not end in /.default" },
        { "api://my-web-api", "does not end in /.default" },
        { "openid", "does not end in /.default" },
        { "/.default", "names no resource" },
        { ".default", "does not end in /.default" },
        { "api://a/.DEFAULT", "does not end in /.default" },
        { "api://a/.default/", "does not end in /.default" },
        { "api://a/.default api://b/.default", "more than one scope" },
        { "api://a/.default\tapi://b/.default", "more than one scope" },
        { "api://a/.default ", "more than one scope" },
        { "", "is not a scope" },
        { "api://a\r\n/.default", "is not a scope" },
        { "api://a\"/.default", "is not a scope" },
        { "api://a\\/.default", "is not a scope" },
        { "api://\xc3\xa4/.default", "is not a scope" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { 0 };
        if (scope_check_for_app(cases[i].scope, &error))
            fail_msg("'%s' was accepted", cases[i].scope);
        assert_error(&error, ERROR_USAGE, cases[i].message);
    }
}

static void the_error_for_a_delegated_scope_says_what_to_write(void **state)
{
    (void)state;
    struct error error = { 0 };
    assert_false(scope_check_for_app("api://my-web-api/access_as_user", &error));
    assert_has(error_advice(&error), "--resource");
    assert_false(scope_check_for_app("User.Read", &error));
    assert_has(error_advice(&error), "https://graph.microsoft.com/.default");
}

static void the_resource_is_everything_before_the_last_slash(void **state)
{
    (void)state;
    static const struct {
        const char *scope;
        size_t length;
    } cases[] = {
        { "api://a/.default", 7 },
        { "https://database.windows.net//.default", 29 },
        { "https://a/b/.default", 11 },
        { "openid", 6 },
        { "", 0 },
        { "/.default", 0 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(scope_resource_length(cases[i].scope), cases[i].length);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_resource_becomes_a_scope_unchanged),
        cmocka_unit_test(anything_else_is_not_a_resource),
        cmocka_unit_test(a_scope_is_not_accepted_as_a_resource),
        cmocka_unit_test(the_longest_scope_has_2048_characters),
        cmocka_unit_test(the_scope_of_the_longest_resource_is_not_too_long),
        cmocka_unit_test(an_app_requests_the_default_scope_of_one_resource),
        cmocka_unit_test(an_app_cannot_request_any_other_scope),
        cmocka_unit_test(the_error_for_a_delegated_scope_says_what_to_write),
        cmocka_unit_test(the_resource_is_everything_before_the_last_slash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
