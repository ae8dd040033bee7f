/* SPDX-License-Identifier: MIT */
/* Errors: set once, without secrets, printed as one line. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/error.h"
#include "common/base/json.h"
#include "common/entra/remedies.h"

static struct error error_of(const char *wanted, const char *message, const char *hint)
{
    struct error error = { 0 };
    error_set(&error, ERROR_OTHER, "%s", message);
    error_wanted(&error, "%s", wanted);
    error_hint(&error, "%s", hint);
    return error;
}

static int name_the_program(void **state)
{
    (void)state;
    program_invocation_short_name = (char *)"entra";
    return 0;
}

static const char *printed(const struct error *error)
{
    catch_output(STDERR_FILENO);
    error_print(error);
    return caught_output();
}

/* ---- setting ---- */

static void setting_an_error_clears_the_old_one(void **state)
{
    (void)state;
    struct error error = error_of("old", "old", "old");
    error.retry_after = 60;
    assert_false(error_set(&error, ERROR_USAGE, "%s has %d bytes", "it", 7));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_string_equal(error.message, "it has 7 bytes");
    assert_string_equal(error.wanted, "");
    assert_string_equal(error.hint, "");
    assert_int_equal(error.retry_after, 0);
}

static void every_setter_returns_false(void **state)
{
    (void)state;
    struct error error = { 0 };
    assert_false(error_set(&error, ERROR_OTHER, "m"));
    assert_false(error_hint(&error, "h"));
    assert_false(error_wanted(&error, "w"));
}

static void the_first_wanted_text_is_kept(void **state)
{
    (void)state;
    struct error error = { 0 };
    error_set(&error, ERROR_REFUSED, "m");
    error_wanted(&error, "no token for %s", "AKS");
    error_wanted(&error, "no answer");
    assert_string_equal(error.wanted, "no token for AKS");
}

static void what_a_mistake_is_in_comes_before_the_message(void **state)
{
    (void)state;
    struct error error = error_of("no token", "the URL has no host", "Do this.");
    assert_false(error_at(&error, "--authority"));
    assert_string_equal(error.message, "--authority: the URL has no host");
    assert_string_equal(error.wanted, "no token");
    assert_string_equal(error.hint, "Do this.");
}

static void text_too_long_for_its_field_is_truncated(void **state)
{
    (void)state;
    struct error error = { 0 };
    autofree char *text = repeated('x', 100000);
    error_set(&error, ERROR_OTHER, "%s", text);
    error_hint(&error, "%s", text);
    error_wanted(&error, "%s", text);
    assert_int_equal(strlen(error.message), sizeof error.message - 1);
    assert_int_equal(strlen(error.hint), sizeof error.hint - 1);
    assert_int_equal(strlen(error.wanted), sizeof error.wanted - 1);
}

/* ---- printing ---- */

static void an_error_is_printed_as_one_paragraph(void **state)
{
    (void)state;
    static const struct {
        const char *wanted, *message, *hint, *text;
    } cases[] = {
        { "", "it broke", "", "entra: it broke\n" },
        { "no token", "it broke", "", "entra: no token: it broke\n" },
        { "no token", "it broke", "Mend it.", "entra: no token: it broke. Mend it.\n" },
        { "", "it broke", "Mend it.", "entra: it broke. Mend it.\n" },
        /* A message from outside may end with a full stop. */
        { "", "It broke.", "Mend it.", "entra: It broke. Mend it.\n" },
        { "", "It broke!", "Mend it.", "entra: It broke! Mend it.\n" },
        { "", "Broke it?", "Mend it.", "entra: Broke it? Mend it.\n" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = error_of(cases[i].wanted, cases[i].message, cases[i].hint);
        assert_string_equal(printed(&error), cases[i].text);
    }
}

static void the_kind_is_the_exit_code(void **state)
{
    (void)state;
    static const struct {
        enum error_kind kind;
        int code;
    } cases[] = {
        { ERROR_OTHER, 1 },   { ERROR_USAGE, 2 },   { ERROR_REFUSED, 3 }, { ERROR_NETWORK, 4 },
        { ERROR_SIGN_IN, 5 }, { ERROR_KEYRING, 6 }, { ERROR_NONE, 1 }, /* a failure without an
                                                                          explanation */
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { .kind = cases[i].kind, .message = "m" };
        catch_output(STDERR_FILENO);
        int code = error_print(&error);
        caught_output();
        assert_int_equal(code, cases[i].code);
    }
}

static void the_longest_error_is_printed_whole(void **state)
{
    (void)state;
    struct error error = { 0 };
    autofree char *text = repeated('x', 10000);
    error_set(&error, ERROR_OTHER, "%s", text);
    error_hint(&error, "%s", text);
    error_wanted(&error, "%s", text);
    size_t length = strlen("entra: ") + strlen(error.wanted) + strlen(": ") +
                    strlen(error.message) + strlen(". ") + strlen(error.hint) + strlen("\n");
    assert_int_equal(strlen(printed(&error)), length);
}

/* Otherwise a message from outside could forge a second one, or control the terminal. */
static void control_characters_are_shown_as_question_marks(void **state)
{
    (void)state;
    struct error error = error_of("a\r\nentra: b", "\x1b[2J\x07\x08\x7f\t",
                                  "\xc2\x9b"
                                  "31m \xc2\x80\xc2\x9f");
    assert_string_equal(printed(&error), "entra: a??entra: b: ?[2J???? ??31m ????\n");
}

/* ---- for programs ---- */

/* Valid until the next call. */
static const char *as_json(const struct error *error)
{
    static char text[65536];
    auto_json json_object *object = error_to_json(error);
    snprintf(text, sizeof text, "%s", json_object_to_json_string_ext(object, JSON_LINE));
    return text;
}

static void an_error_can_be_json(void **state)
{
    (void)state;
    struct error error = error_of("no token", "it \"broke\"\n", "Mend it.");
    assert_string_equal(as_json(&error),
                        "{\"kind\":\"other\",\"exitCode\":1,\"wanted\":\"no token\","
                        "\"message\":\"it \\\"broke\\\"?\",\"hint\":\"Mend it.\"}");
}

static void json_has_the_authoritys_fields(void **state)
{
    (void)state;
    struct error error = { .kind = ERROR_REFUSED,
                           .message = "m",
                           .hint = "Mend it.",
                           .code = "AADSTS50196",
                           .oauth_error = "invalid_grant",
                           .suberror = "bad_token",
                           .correlation_id = "2c4d5a1e",
                           .timestamp = "2026-01-02 15:04:05Z",
                           .retry_after = 60 };
    assert_string_equal(
        as_json(&error),
        "{\"kind\":\"refused\",\"exitCode\":3,\"message\":\"m\",\"hint\":"
        "\"Mend "
        "it.\",\"code\":\"AADSTS50196\",\"error\":\"invalid_grant\",\"suberror\":\"bad_token\","
        "\"correlationId\":\"2c4d5a1e\",\"timestamp\":\"2026-01-02 15:04:05Z\","
        "\"retryAfter\":60}");
}

static void the_longest_error_is_valid_json(void **state)
{
    (void)state;
    struct error error = { 0 };
    autofree char *text = repeated('"', 10000);
    error_set(&error, ERROR_OTHER, "%s", text);
    error_hint(&error, "%s", text);
    error_wanted(&error, "%s", text);
    struct error unused;
    const char *line = as_json(&error);
    auto_json json_object *read = json_parse(line, strlen(line), &unused);
    assert_non_null(read);
    assert_string_equal(json_string(read, "message"), error.message);
}

static void every_kind_has_a_name(void **state)
{
    (void)state;
    static const char *const names[] = { "other",   "other",   "usage",  "refused",
                                         "network", "sign-in", "keyring" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        struct error error = { .kind = (enum error_kind)i };
        auto_json json_object *object = error_to_json(&error);
        assert_string_equal(json_string(object, "kind"), names[i]);
    }
}

/* ---- remedies ---- */

static void the_remedy_comes_from_the_catalogue(void **state)
{
    (void)state;
    struct error error = error_of("w", "m", "");
    assert_false(error_known_as(&error, "keyring_locked"));
    assert_string_equal(error.code, "keyring_locked");
    assert_string_equal(error_advice(&error), remedies_text("keyring_locked"));
}

static void a_hint_takes_precedence_over_the_catalogue(void **state)
{
    (void)state;
    struct error error = error_of("w", "m", "h");
    assert_false(error_known_as(&error, "keyring_locked"));
    assert_string_equal(error_advice(&error), "h");
}

static void a_code_without_a_remedy_is_kept(void **state)
{
    (void)state;
    struct error error = error_of("w", "m", "");
    assert_false(error_known_as(&error, "AADSTS1"));
    assert_string_equal(error.code, "AADSTS1");
    assert_string_equal(error_advice(&error), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setting_an_error_clears_the_old_one),
        cmocka_unit_test(every_setter_returns_false),
        cmocka_unit_test(the_first_wanted_text_is_kept),
        cmocka_unit_test(what_a_mistake_is_in_comes_before_the_message),
        cmocka_unit_test(text_too_long_for_its_field_is_truncated),
        cmocka_unit_test(an_error_is_printed_as_one_paragraph),
        cmocka_unit_test(the_kind_is_the_exit_code),
        cmocka_unit_test(the_longest_error_is_printed_whole),
        cmocka_unit_test(control_characters_are_shown_as_question_marks),
        cmocka_unit_test(an_error_can_be_json),
        cmocka_unit_test(json_has_the_authoritys_fields),
        cmocka_unit_test(the_longest_error_is_valid_json),
        cmocka_unit_test(every_kind_has_a_name),
        cmocka_unit_test(the_remedy_comes_from_the_catalogue),
        cmocka_unit_test(a_hint_takes_precedence_over_the_catalogue),
        cmocka_unit_test(a_code_without_a_remedy_is_kept),
    };
    return cmocka_run_group_tests(tests, name_the_program, NULL);
}
