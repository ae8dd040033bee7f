/* SPDX-License-Identifier: MIT */
/* UTF-8: which bytes are a character, and what becomes of those that are none. */
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/utf8.h"

static void a_character_is_decoded(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size;
        uint32_t character;
    } cases[] = {
        { "a\xc3", 1, 'a' },
        { "", 1, 0 }, /* the NUL */
        { "\xc2\x80", 2, 0x80 },
        { "\xc3\xa4\xa4", 2, 0xe4 },
        { "\xe0\xa0\x80", 3, 0x800 },
        { "\xef\xbf\xbf", 3, 0xffff },
        { "\xf0\x90\x80\x80", 4, 0x10000 },
        { "\xf4\x8f\xbf\xbf", 4, 0x10ffff },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        uint32_t character = 7;
        assert_int_equal(utf8_read(cases[i].text, UTF8_MAX, &character), cases[i].size);
        assert_int_equal(character, cases[i].character);
    }
}

/* The bytes after the end would complete the character. */
static void nothing_is_read_past_the_end(void **state)
{
    (void)state;
    uint32_t unused;
    static const char *const texts[] = { "\xc3\xa4", "\xe3\x82\xa2", "\xf0\x9f\x94\x91" };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        size_t size = strlen(texts[i]);
        for (size_t length = 0; length < size; length++) {
            assert_int_equal(utf8_read(texts[i], length, &unused), 0);
            assert_int_equal(utf8_is_valid(texts[i], length), length == 0);
        }
        assert_int_equal(utf8_read(texts[i], size, &unused), size);
        assert_true(utf8_is_valid(texts[i], size));
    }
}

static void bytes_that_are_no_character_are_replaced(void **state)
{
    (void)state;
    static const struct {
        const char *text, *mended;
    } cases[] = {
        { "", "" },
        { "plain\n\x1b\x7f", "plain\n\x1b\x7f" },
        { "Jos\xc3\xa9 \xf0\x9f\x94\x91", "Jos\xc3\xa9 \xf0\x9f\x94\x91" },
        { "Jos\xe9 x", "Jos? x" },
        { "Jos\xc3", "Jos?" },
        { "\xf0\x9f\x94z", "???z" },
        { "\x80\xff", "??" },
        { "\xc0\x80", "??" },           /* longer than it must be */
        { "\xe0\x9f\xbf", "???" },      /* likewise */
        { "\xed\xa0\x80", "???" },      /* half of a pair of UTF-16 */
        { "\xf4\x90\x80\x80", "????" }, /* beyond Unicode */
        { "\xf8\x88\x80\x80\x80", "?????" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *text = strdup(cases[i].text);
        bool is_valid = strcmp(cases[i].text, cases[i].mended) == 0;
        assert_int_equal(utf8_is_valid(text, strlen(text)), is_valid);
        utf8_mend(text);
        assert_string_equal(text, cases[i].mended);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_character_is_decoded),
        cmocka_unit_test(nothing_is_read_past_the_end),
        cmocka_unit_test(bytes_that_are_no_character_are_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
