/* SPDX-License-Identifier: MIT */
/* Cargo's configuration: which registries it has, and changes that leave all else as it is. JSON's
 * ' is for " here too. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "helpers/entra/setup/cargo_config.h"
#include "helpers/entra/setup/toml_string.h"
#include "helpers/entra/setup/toml_text.h"

#define OURS  "credential-provider = 'cargo-credential-entra'"
#define INDEX "index = 'sparse+https://x/'"

static const char *const plain[] = { "cargo-credential-entra", NULL };
static const char *const with_options[] = { "cargo-credential-entra", "--account", "a b", NULL };

static struct secret *text_of(const char *text)
{
    autofree char *json = json_text(text);
    return secret_from_text(json);
}

/* The text with the provider set; or, if words is NULL, with ours removed. NULL if that fails. */
static struct secret *change(const struct secret *text, const char *name, const char *const *words,
                             struct error *error)
{
    auto_cargo_config struct cargo_config config = { 0 };
    auto_edits struct edits edits = { 0 };
    if (!cargo_config_read(text, &config, error))
        return NULL;
    const struct cargo_registry *registry = cargo_config_find(&config, name);
    if (words == NULL && registry != NULL && registry->provider == CARGO_PROVIDER_OURS)
        cargo_config_unset(&config, registry, &edits);
    else if (words != NULL && !cargo_config_set(&config, name, words, &edits, error))
        return NULL;
    edits_sort(&edits);
    return edits_apply(&edits, text);
}

static void assert_text(const struct secret *text, const char *expected)
{
    autofree char *json = json_text(expected);
    assert_non_null(text);
    assert_string_equal(text->bytes, json);
}

static void the_provider_is_set_and_removed_in_each_form(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after, *removed; /* NULL: as before */
    } cases[] = {
        { "", "[registries.c]\n" OURS "\n", NULL },
        { "[net]\n", "[net]\n\n[registries.c]\n" OURS "\n", NULL },
        { "[net]", "[net]\n\n[registries.c]\n" OURS "\n", "[net]\n" },
        { "# mine\n", "# mine\n\n[registries.c]\n" OURS "\n", NULL },
        { "[registries.c]\n" INDEX "\n", "[registries.c]\n" INDEX "\n" OURS "\n", NULL },
        { "[registries.c]\n" INDEX, "[registries.c]\n" INDEX "\n" OURS "\n",
          "[registries.c]\n" INDEX "\n" },
        { "[registries.c] # mine\n\n# more\n[net]\n",
          "[registries.c] # mine\n" OURS "\n\n# more\n[net]\n", NULL },
        { "[registries.c]\n" INDEX " # mine\ntoken = 'x'\n\n[net]\n",
          "[registries.c]\n" INDEX " # mine\ntoken = 'x'\n" OURS "\n\n[net]\n", NULL },
        { "[registries]\nc = { " INDEX " }\n", "[registries]\nc = { " INDEX ", " OURS " }\n",
          NULL },
        { "[registries]\nc = {" INDEX "} # mine\n",
          "[registries]\nc = {" INDEX ", " OURS "} # mine\n", NULL },
        { "registries.c = {}\n", "registries.c = { " OURS " }\n", "registries.c = {  }\n" },
        { "registries = { c = { " INDEX " } }\n", "registries = { c = { " INDEX ", " OURS " } }\n",
          NULL },
        { "[registries]\nc." INDEX "\nd." INDEX "\n",
          "[registries]\nc." INDEX "\nc." OURS "\nd." INDEX "\n", NULL },
        { "registries . c . " INDEX "\n[net]\n",
          "registries . c . " INDEX "\nregistries . c . " OURS "\n[net]\n", NULL },
        { "['registries'.\"c\"]\n" INDEX "\n", "['registries'.\"c\"]\n" INDEX "\n" OURS "\n",
          NULL },
        { "[registries.d]\n" INDEX "\n", "[registries.d]\n" INDEX "\n\n[registries.c]\n" OURS "\n",
          NULL },
        { "[registries.c.more]\nx = 1\n",
          "[registries.c.more]\nx = 1\n\n[registries.c]\n" OURS "\n", NULL },
        { "[registries.c]\r\n" INDEX "\r\n", "[registries.c]\r\n" INDEX "\r\n" OURS "\r\n", NULL },
        { "[registries.c]\r\n" INDEX, "[registries.c]\r\n" INDEX "\r\n" OURS "\r\n",
          "[registries.c]\r\n" INDEX "\r\n" },
        { "[net]\r\nretry = 2\r\n", "[net]\r\nretry = 2\r\n\r\n[registries.c]\r\n" OURS "\r\n",
          NULL },
        { "[net]\r\nretry = 2", "[net]\r\nretry = 2\r\n\r\n[registries.c]\r\n" OURS "\r\n",
          "[net]\r\nretry = 2\r\n" },
        { "[registries.c]\nhttp.timeout = 5\n", "[registries.c]\n" OURS "\nhttp.timeout = 5\n",
          NULL },
        { "[net]\nretry = 2\n\n[registries.c]\na.b.c = [ 1 ]\n",
          "[net]\nretry = 2\n\n[registries.c]\n" OURS "\na.b.c = [ 1 ]\n", NULL },
        { "[registries]\nc = { http.timeout = 5 }\n",
          "[registries]\nc = { http.timeout = 5, " OURS " }\n", NULL },
        { "[registries]\nc = { a = { b = 1 } }\n",
          "[registries]\nc = { a = { b = 1 }, " OURS " }\n", NULL },
        { "x = '[registries.c]'\ny = \"\"\"\n[registries.c]\n\"\"\"\nz = "
          "'''\n[registries.c]\n'''\n",
          "x = '[registries.c]'\ny = \"\"\"\n[registries.c]\n\"\"\"\nz = "
          "'''\n[registries.c]\n'''\n\n"
          "[registries.c]\n" OURS "\n",
          NULL },
        { "[source.registries.c]\nx = 1\n",
          "[source.registries.c]\nx = 1\n\n[registries.c]\n" OURS "\n", NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { 0 };
        auto_secret struct secret *before = text_of(cases[i].before);
        auto_secret struct secret *after = change(before, "c", plain, &error);
        if (after == NULL)
            fail_msg("%s: %s", cases[i].before, error.message);
        assert_text(after, cases[i].after);
        auto_secret struct secret *removed = change(after, "c", NULL, &error);
        assert_text(removed, cases[i].removed != NULL ? cases[i].removed : cases[i].before);
    }
}

static void what_has_no_place_for_a_provider_is_left_alone(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "[registries]\nc.http.timeout = 5\n", /* it can have no header any more */
        "registries.c.http.timeout = 5\n",
        "registries = { c." INDEX " }\n",
    };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        struct error error = { 0 };
        auto_secret struct secret *before = text_of(texts[i]);
        assert_null(change(before, "c", plain, &error));
        assert_error(&error, ERROR_USAGE, "is not one table");
    }
}

static void a_change_of_anything_else_is_noticed(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after;
        bool is_same;
    } cases[] = {
        { "[net]\nretry = 2\n\n[registries.c]\n" OURS "\nhttp.timeout = 5\n",
          "[net]\nretry = 2\nhttp.timeout = 5\n", false },
        { "registries = { c." OURS ", d." INDEX " }\n", "", false },
        { "a = 1\nb = 2\n", "b = 2\na = 1\n", false },
        { "a = 1\n", "a = 2\n", false },
        { "[registries.d]\n" OURS "\n", "[registries.d]\n", false },
        { "[registries.c]\n" OURS "\n", "", true },
        { "[registries.c]\n" OURS "\n", "[registries.c]\ncredential-provider = [ 'x', 'y' ]\n",
          true },
        { "[registries]\nc = { " INDEX " }\n", "[registries]\nc = { " INDEX ", " OURS " }\n",
          true },
    };
    static const char *const names[] = { "c" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_secret struct secret *before = text_of(cases[i].before);
        auto_secret struct secret *after = text_of(cases[i].after);
        assert_int_equal(cargo_config_keeps_others(before, after, names, 1), cases[i].is_same);
    }
}

static void a_provider_of_ours_is_replaced(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after;
    } cases[] = {
        { "[registries.c]\n" OURS " # mine\n",
          "[registries.c]\ncredential-provider = ['cargo-credential-entra', '--account', 'a b'] # "
          "mine\n" },
        { "[registries.c]\ncredential-provider = [\n  '/opt/bin/cargo-credential-entra', # x\n  "
          "'-v',\n]\n" INDEX,
          "[registries.c]\ncredential-provider = ['cargo-credential-entra', '--account', 'a "
          "b']\n" INDEX },
        { "registries.c = { credential-provider = 'cargo-credential-entra --keyring none' }\n",
          "registries.c = { credential-provider = ['cargo-credential-entra', '--account', 'a b'] "
          "}\n" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { 0 };
        auto_secret struct secret *before = text_of(cases[i].before);
        auto_secret struct secret *after = change(before, "c", with_options, &error);
        assert_text(after, cases[i].after);
    }
}

static void our_provider_is_removed_wherever_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after;
    } cases[] = {
        { "[registries]\nc = { " OURS ", http.timeout = 5 }\n",
          "[registries]\nc = { http.timeout = 5 }\n" },
        { "[registries]\nc = { " OURS ", a = { b = 1 } }\n",
          "[registries]\nc = { a = { b = 1 } }\n" },
        { "[registries.c]\n" OURS "\n\n# mine\nhttp.timeout = 5\n",
          "[registries.c]\n\n# mine\nhttp.timeout = 5\n" },
        { "[registries.c]\n" OURS "\n[registries.c.more]\nx = 1\n",
          "[registries.c.more]\nx = 1\n" },
        { "[registries.c]\ncredential-provider = [\n  'cargo-credential-entra', # x\n]\n" INDEX
          "\n",
          "[registries.c]\n" INDEX "\n" },
        { "[registries.c] # mine\n" OURS "\n", "[registries.c] # mine\n" },
        { "[registries.c]\n# mine\n" OURS "\n", "[registries.c]\n# mine\n" },
        { "registries.c = { " OURS ", " INDEX " }\n", "registries.c = { " INDEX " }\n" },
        { "registries.c = { x = 1, " OURS ", " INDEX " }\n",
          "registries.c = { x = 1, " INDEX " }\n" },
        { "\n[registries.c]\n" OURS "\n", "" },
        { "[registries.c]\n" OURS "\n[net]\n", "[net]\n" },
        { "[registries.c]\n" OURS, "" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { 0 };
        auto_secret struct secret *before = text_of(cases[i].before);
        auto_secret struct secret *after = change(before, "c", NULL, &error);
        assert_text(after, cases[i].after);
    }
}

static void what_cannot_be_changed_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        { "[registries.c]\ncredential-provider = 'cargo:token'\n", "another credential-provider" },
        { "[registries.c]\ncredential-provider = ['x', 'cargo-credential-entra']\n", "another" },
        { "[registries.c]\ncredential-provider = 'cargo-credential-entra-x'\n", "another" },
        { "[registries.c]\ncredential-provider = 'xcargo-credential-entra'\n", "another" },
        { "[registries.c]\ncredential-provider = '''cargo-credential-entra'''\n", "another" },
        { "[registries.c]\ncredential-provider = 1\n", "another" },
        { "registries = {}\n", "to which no table can be added" },
        { "[[registries]]\nx = 1\n", "to which no table can be added" },
        { "registries = 'x'\n", "to which no table can be added" },
        { "[[registries.c]]\nx = 1\n", "is not one table" },
        { "registries.c = 1\n", "is not one table" },
        { "[registries.c]\n[registries]\nc = { index = 'x' }\n", "is not one table" },
        { "[registries]\nc = { index = 'x' }\nc.token = 't'\n", "is not one table" },
        { "[registries]\nc = { index = 'x' }\n[registries.c]\n", "is not one table" },
        { "[registries.c]\nindex = 'x'\n[registries.c]\n", "is not one table" },
        { "x\n", "line 1 is not TOML as it is read here: a key has no value" },
        { "\n[x]\nx = \n", "line 3 is not TOML as it is read here: a value cannot be read" },
        { "x = 'a\n", "a string has no end" },
        { "x = \"\"\"a\n", "a string has no end" },
        { "x = 1 2\n", "there is more after a value" },
        { "x = [1, 2\n", "an array has no end" },
        { "x = { a = 1,\n b = 2 }\n", "there is no key" },
        { "x = { a = 1\n}\n", "an inline table has no end in its line" },
        { "[x\n", "a header has no end" },
        { "[[x]\n", "a header has no end" },
        { "[x] y = 1\n", "there is more after a value" },
        { "= 1\n", "there is no key" },
        { "'a\\x' = 1\n", "a key cannot be read" },
        { "x = [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]\n", "it is nested too deeply" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { 0 };
        auto_secret struct secret *text = text_of(cases[i].text);
        auto_secret struct secret *changed = change(text, "c", plain, &error);
        if (changed != NULL)
            fail_msg("%s became %s", cases[i].text, changed->bytes);
        assert_error(&error, ERROR_USAGE, cases[i].message);
    }
}

static void the_values_of_toml_are_passed_over(void **state)
{
    (void)state;
    static const char *const values[] = {
        "1",
        "+1_000",
        "0xff",
        "-3.1e-7",
        "inf",
        "true",
        "1979-05-27T07:32:00Z",
        "1979-05-27 07:32:00.5+01:00 # x",
        "07:32:00",
        "'a\\\\b\\'c' # ' x",
        "\"\"",
        "\"\"\"a\\\n  b \"quoted\" \\\"\"\" \"\"\"\"\"",
        "'''\n'x' ''x'''''",
        "[]",
        "[ # x\n 1, # y\n\n [ 'a', { b = [ {} ] } ], ]",
        "{ a.b = 1, 'c d' = {} }",
    };
    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        struct error error = { 0 };
        auto_cargo_config struct cargo_config config = { 0 };
        autofree char *line =
            text_format("x = %s\n[registries.c]\n" INDEX "\ny = %s", values[i], values[i]);
        auto_secret struct secret *text = text_of(line);
        if (!cargo_config_read(text, &config, &error))
            fail_msg("%s: %s", line, error.message);
        assert_int_equal(config.count, 1);
        assert_string_equal(config.registries[0].index, "sparse+https://x/");
    }
}

static void strings_mean_what_they_say(void **state)
{
    (void)state;
    static const struct {
        const char *text, *meaning; /* NULL: it cannot be read */
    } cases[] = {
        { "\"\"", "" },
        { "\"a b\"", "a b" },
        { "'a\\b\"'", "a\\b\"" },
        { "\"\\b\\t\\n\\f\\r\\\"\\\\\"", "\b\t\n\f\r\"\\" },
        { "\"\\u00e9\\U0001F511\\u0041\"", "\xc3\xa9\xf0\x9f\x94\x91"
                                           "A" },
        { "\"\\ud800\"", NULL },
        { "\"\\U00110000\"", NULL },
        { "\"\\u00e\"", NULL },
        { "\"\\x41\"", NULL },
        { "\"\"\"a\"\"\"", NULL },
        { "'''a'''", NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        size_t length = strlen(cases[i].text);
        assert_int_equal(toml_string_length(cases[i].text, length), length);
        auto_secret struct secret *meaning = toml_string_read(cases[i].text, length);
        if (!text_is_same(meaning != NULL ? meaning->bytes : NULL, cases[i].meaning))
            fail_msg("%s: %s", cases[i].text, meaning != NULL ? meaning->bytes : "NULL");
    }
}

static void a_string_that_is_made_can_be_read(void **state)
{
    (void)state;
    static const char text[] = "a \"b\" \\ c\n\x1b\x7f\xc3\xa9'";
    autofree char *string = toml_string_format(text);
    assert_int_equal(toml_string_length(string, strlen(string)), strlen(string));
    auto_secret struct secret *meaning = toml_string_read(string, strlen(string));
    assert_string_equal(meaning->bytes, text);
}

static void names_of_registries_are_plain(void **state)
{
    (void)state;
    autofree char *longest = repeated('a', 64), *longer = repeated('a', 65);
    assert_true(cargo_registry_is_name("Contoso-feed_2"));
    assert_true(cargo_registry_is_name(longest));
    static const char *const others[] = { "", "a b", "a.b", "a]\nx=1", "a\"", "\xc3\xa9", "a/b" };
    for (size_t i = 0; i < ARRAY_SIZE(others); i++)
        assert_false(cargo_registry_is_name(others[i]));
    assert_false(cargo_registry_is_name(longer));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_provider_is_set_and_removed_in_each_form),
        cmocka_unit_test(what_has_no_place_for_a_provider_is_left_alone),
        cmocka_unit_test(a_change_of_anything_else_is_noticed),
        cmocka_unit_test(a_provider_of_ours_is_replaced),
        cmocka_unit_test(our_provider_is_removed_wherever_it_is),
        cmocka_unit_test(what_cannot_be_changed_is_refused),
        cmocka_unit_test(the_values_of_toml_are_passed_over),
        cmocka_unit_test(strings_mean_what_they_say),
        cmocka_unit_test(a_string_that_is_made_can_be_read),
        cmocka_unit_test(names_of_registries_are_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
