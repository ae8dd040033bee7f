/* SPDX-License-Identifier: MIT */
/* The text of docker's configuration, in which a registry gets a helper or loses it. */
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#include "common/base/array.h"
#include "helpers/entra/setup/docker_config.h"

#define R "contoso.azurecr.io"

static struct secret *set(const char *text, const char *helper, struct error *error)
{
    auto_secret struct secret *before = secret_from_text(text);
    return docker_config_set(before, R, helper, error);
}

static void a_registry_gets_its_helper_and_all_else_stays(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after;
    } cases[] = {
        { "", "{\n\t\"credHelpers\": {\n\t\t\"" R "\": \"entra\"\n\t}\n}\n" },
        { " \n", "{\n\t\"credHelpers\": {\n\t\t\"" R "\": \"entra\"\n\t}\n}\n" },
        { "{}", "{\n\t\"credHelpers\": {\n\t\t\"" R "\": \"entra\"\n\t}\n}" },
        { "{\n}\n", "{\n\t\"credHelpers\": {\n\t\t\"" R "\": \"entra\"\n\t}\n}\n" },
        /* docker's manner */
        { "{\n\t\"auths\": {},\n\t\"psFormat\": \"x\"\n}",
          "{\n\t\"auths\": {},\n\t\"psFormat\": \"x\",\n\t\"credHelpers\": {\n\t\t\"" R
          "\": \"entra\"\n\t}\n}" },
        /* another one's */
        { "{\n  \"n\": 1e400, \"m\": 18446744073709551616 }\n",
          "{\n  \"n\": 1e400, \"m\": 18446744073709551616, \"credHelpers\": {\n    \"" R
          "\": \"entra\"\n  } }\n" },
        { "{\"a\":[1,{\"b\":\"}\\\"]\"}]}",
          "{\"a\":[1,{\"b\":\"}\\\"]\"}],\"credHelpers\":{\"" R "\": \"entra\"}}" },
        /* there are helpers */
        { "{\"credHelpers\":{\"gcr.io\":\"gcloud\"}}",
          "{\"credHelpers\":{\"gcr.io\":\"gcloud\",\"" R "\":\"entra\"}}" },
        { "{\n\t\"credHelpers\": {\n\t\t\"gcr.io\": \"gcloud\"\n\t},\n\t\"x\": 1\n}",
          "{\n\t\"credHelpers\": {\n\t\t\"gcr.io\": \"gcloud\",\n\t\t\"" R
          "\": \"entra\"\n\t},\n\t\"x\": 1\n}" },
        { "{\"credhelpers\":{\"" R "\":\"acr-env\",\"b\":\"c\"}}",
          "{\"credhelpers\":{\"" R "\":\"entra\",\"b\":\"c\"}}" },
        { "{\"credHelpers\":{\"contoso\\u002eazurecr.io\":\"acr-env\"}}",
          "{\"credHelpers\":{\"contoso\\u002eazurecr.io\":\"entra\"}}" },
        { "{\"credHelpers\":{\"" R "\":1}}", "{\"credHelpers\":{\"" R "\":\"entra\"}}" },
        { "{\"credHelpers\": {}}", "{\"credHelpers\": {\"" R "\": \"entra\"}}" },
        { "{\"credHelpers\": null, \"a\": 1}",
          "{\"credHelpers\": {\"" R "\": \"entra\"}, \"a\": 1}" },
        { "{\"credHelpers\":{\"" R "\":\"entra\"}}", "{\"credHelpers\":{\"" R "\":\"entra\"}}" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { 0 };
        auto_secret struct secret *after = set(cases[i].before, "entra", &error);
        assert_non_null(after);
        assert_string_equal(after->bytes, cases[i].after);
        assert_int_equal(after->length, strlen(after->bytes));
        auto_json json_object *config = docker_config_parse(after, &error);
        assert_string_equal(docker_config_helper(config, R), "entra");
    }
}

static void the_name_of_a_helper_is_written_as_json(void **state)
{
    (void)state;
    struct error error = { 0 };
    auto_secret struct secret *after = set("{\"credHelpers\":{\"" R "\":1}}", "a\\b\"/c", &error);
    assert_non_null(after);
    assert_string_equal(after->bytes, "{\"credHelpers\":{\"" R "\":\"a\\\\b\\\"/c\"}}");
}

static void a_registry_loses_its_helper_and_all_else_stays(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after;
    } cases[] = {
        { "{\n\t\"credHelpers\": {\n\t\t\"" R "\": \"entra\"\n\t}\n}\n", "{}\n" },
        { "{\"a\": 1, \"credHelpers\": {\"" R "\": \"entra\"}}", "{\"a\": 1}" },
        { "{\"credHelpers\": {\"" R "\": \"entra\"}, \"a\": 1}", "{\"a\": 1}" },
        { "{\"credHelpers\":{\"a\":\"b\",\"" R "\":\"entra\",\"c\":\"d\"}}",
          "{\"credHelpers\":{\"a\":\"b\",\"c\":\"d\"}}" },
        { "{\"credHelpers\":{\"" R "\":\"entra\", \"c\":\"d\"}}",
          "{\"credHelpers\":{\"c\":\"d\"}}" },
        { "{\"credHelpers\":{\"a\":\"b\"}}", "{\"credHelpers\":{\"a\":\"b\"}}" },
        { "{\"a\":1}", "{\"a\":1}" },
        { "", "" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { 0 };
        auto_secret struct secret *after = set(cases[i].before, NULL, &error);
        assert_non_null(after);
        assert_string_equal(after->bytes, cases[i].after);
    }
}

static void what_cannot_be_changed_for_sure_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } cases[] = {
        { "{", "not valid JSON" },
        { "{\n\"a\":1,\n}", "line 3 is not valid JSON: " },
        { "// comment\n{}", "not valid JSON" },
        { "[]", "it is not a JSON object" },
        { "\"x\"", "it is not a JSON object" },
        { "{\"credHelpers\":[]}", "its credHelpers is not a JSON object" },
        { "{\"credHelpers\":\"entra\"}", "its credHelpers is not a JSON object" },
        { "{\"credHelpers\":{},\"credHelpers\":{}}", "it has credHelpers twice" },
        { "{\"credHelpers\":{},\"CredHelpers\":{}}", "it has credHelpers twice" },
        { "{\"credHelpers\":{\"" R "\":\"a\",\"" R "\":\"b\"}}", "it has " R " twice" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { 0 };
        assert_null(set(cases[i].text, "entra", &error));
        assert_error(&error, ERROR_OTHER, cases[i].why);
    }
}

static char visited[256];

static void note(void *context, const char *registry, const char *helper)
{
    size_t used = strlen(visited);
    (void)context;
    snprintf(visited + used, sizeof visited - used, "%s=%s ", registry,
             helper != NULL ? helper : "-");
}

static void registries_with_a_helper_or_a_login_are_found(void **state)
{
    (void)state;
    struct error error = { 0 };
    auto_secret struct secret *text = secret_from_text(
        "{\"auths\":{\"a\":{\"auth\":\"x\"},\"b\":{}},\"credHelpers\":{\"c\":\"d\",\"e\":1}}");
    auto_json_secret json_object *config = docker_config_parse(text, &error);
    docker_config_each(config, note, NULL);
    assert_string_equal(visited, "c=d e=- a=- b=- ");
    assert_null(docker_config_helper(config, "a"));
    assert_null(docker_config_helper(NULL, "c"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_registry_gets_its_helper_and_all_else_stays),
        cmocka_unit_test(the_name_of_a_helper_is_written_as_json),
        cmocka_unit_test(a_registry_loses_its_helper_and_all_else_stays),
        cmocka_unit_test(what_cannot_be_changed_for_sure_is_refused),
        cmocka_unit_test(registries_with_a_helper_or_a_login_are_found),
    };
    return cmocka_run_group_tests(tests, clear_environment, NULL);
}
