/* SPDX-License-Identifier: MIT */
/* Text helpers. */
#include "tests/unit/support.h"

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/text.h"

static void a_guid_has_hyphens_in_the_right_places(void **state)
{
    (void)state;
    assert_true(text_is_guid("97e0a5b7-d745-40b6-94fe-5f77d35c6e05"));
    assert_true(text_is_guid("97E0A5B7-D745-40B6-94FE-5F77D35C6E05"));
    static const char *const others[] = {
        "",
        "------------------------------------",
        "97e0a5b7d745-40b6-94fe-5f77d35c6e05-",
        "97e0a5b7-d745-40b6-94fe-5f77d35c6e0",
        "97e0a5b7-d745-40b6-94fe-5f77d35c6e051",
        "97e0a5b7-d745-40b6-94fe-5f77d35c6e0g",
        "97e0a5b7-d745-40b6-94fe-",
    };
    for (size_t i = 0; i < ARRAY_SIZE(others); i++)
        assert_false(text_is_guid(others[i]));
}

static void a_text_is_made_as_by_printf(void **state)
{
    (void)state;
    autofree char *text = text_format("%s-%.*s", "a", 1, "bc");
    assert_string_equal(text, "a-b");
}

static void a_hexadecimal_digit_has_a_value(void **state)
{
    (void)state;
    assert_int_equal(text_hex_value('0'), 0);
    assert_int_equal(text_hex_value('a'), 10);
    assert_int_equal(text_hex_value('F'), 15);
    for (const char *c = "gG/:@`\x80"; *c != '\0'; c++)
        assert_int_equal(text_hex_value(*c), -1);
}

static void letters_are_lowercased(void **state)
{
    (void)state;
    char text[] = "Ada@CONTOSO.com [\xc3\x84]";
    text_lower(text);
    assert_string_equal(text, "ada@contoso.com [\xc3\x84]");
}

static void blanks_at_both_ends_are_trimmed(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "", "" }, { " \t\r\n", "" }, { "a b", "a b" }, { " a b\n", "a b" }, { "a\r\n", "a" }
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *text = text_trimmed(cases[i][0]);
        assert_string_equal(text, cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_guid_has_hyphens_in_the_right_places),
        cmocka_unit_test(a_text_is_made_as_by_printf),
        cmocka_unit_test(a_hexadecimal_digit_has_a_value),
        cmocka_unit_test(letters_are_lowercased),
        cmocka_unit_test(blanks_at_both_ends_are_trimmed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
