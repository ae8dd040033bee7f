/* SPDX-License-Identifier: MIT */
/* Text from outside on a terminal: what is shown unchanged, and what is not. */
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/printable.h"

struct sample {
    const char *text, *shown;
};

static void assert_shown(const struct sample *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        autofree char *text = strdup(samples[i].text);
        printable_make(text);
        assert_string_equal(text, samples[i].shown);
    }
}

static void every_letter_is_kept(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        " ~",
        "Zugriff verweigert: \xc3\xbc\xc3\x9f",
        "\xe3\x82\xa2\xe3\x82\xaf",
        "\xf0\x9f\x94\x91",
        "\xc2\xa0\xdf\xbf\xe0\xa0\x80\xef\xbf\xbd\xf0\x90\x80\x80\xf4\x8f\xbf\xbf",
    };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        assert_shown(&(struct sample){ texts[i], texts[i] }, 1);
}

static void every_control_character_is_replaced(void **state)
{
    (void)state;
    for (int c = 1; c < 0x80; c++) {
        char text[] = { (char)c, 'x', '\0' };
        printable_make(text);
        assert_int_equal(text[0], c < 0x20 || c == 0x7f ? '?' : c);
        assert_int_equal(text[1], 'x');
    }
    for (int c = 0x80; c < 0xa0; c++)
        assert_shown(&(struct sample){ (char[]){ (char)0xc2, (char)c, '\0' }, "??" }, 1);
}

static void bidirectional_controls_are_replaced(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        { "a\xe2\x80\xae"
          "b",
          "a???b" },
        { "\xe2\x80\xaa\xe2\x81\xa6\xe2\x81\xa9", "?????????" },
        { "\xe2\x80\xa8\xe2\x80\xa9", "??????" },
        { "\xd8\x9c\xe2\x80\x8e\xe2\x80\x8f", "????????" },         /* the marks */
        { "\xe2\x80\xa7\xe2\x80\xaf", "\xe2\x80\xa7\xe2\x80\xaf" }, /* their neighbours */
    };
    assert_shown(samples, ARRAY_SIZE(samples));
}

static void invalid_bytes_are_replaced(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        { "\x80", "?" },
        { "\x9b"
          "31m",
          "?31m" },
        { "\xc3", "?" },               /* truncated */
        { "\xf0\x9f\x94 (", "??? (" }, /* also truncated */
        { "\xc0\x8a", "??" },          /* a line break, in overlong forms */
        { "\xe0\x80\x9b\xf0\x80\x80\x9b", "???"
                                          "????" },
        { "\xed\xa0\x80", "???" }, /* surrogates */
        { "\xed\xbf\xbf", "???" },
        { "\xed\x9f\xbf", "\xed\x9f\xbf" },
        { "\xf4\x90\x80\x80", "????" }, /* beyond Unicode */
        { "\xf8\x88\x80\x80\x80\xff\xfe", "???????" },
        { "\xc3(\xc3\xbc", "?(\xc3\xbc" },
    };
    assert_shown(samples, ARRAY_SIZE(samples));
}

static void no_character_is_split(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t max, cut;
    } cases[] = {
        { "", 0, 0 },
        { "abc", 5, 3 },
        { "abc", 3, 3 },
        { "abc", 2, 2 },
        { "a\xc3\xbc", 2, 1 },
        { "a\xc3\xbc", 3, 3 },
        { "\xf0\x9f\x94\x91", 3, 0 },
        { "\xf0\x9f\x94\x91z", 4, 4 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(printable_cut(cases[i].text, cases[i].max), cases[i].cut);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_letter_is_kept),
        cmocka_unit_test(every_control_character_is_replaced),
        cmocka_unit_test(bidirectional_controls_are_replaced),
        cmocka_unit_test(invalid_bytes_are_replaced),
        cmocka_unit_test(no_character_is_split),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
