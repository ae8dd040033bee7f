/* SPDX-License-Identifier: MIT */
/* How wide terminals and texts are. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/columns.h"
#include "common/base/paragraph.h"

/* The columns of a terminal that says it has so many, while COLUMNS is this (NULL: not set). */
static size_t columns(unsigned short its_own, const char *variable, size_t (*measure)(int))
{
    struct winsize size = { .ws_col = its_own };
    int master = -1, slave = -1;
    unsetenv("COLUMNS");
    if (variable != NULL)
        setenv("COLUMNS", variable, 1);
    assert_int_equal(openpty(&master, &slave, NULL, NULL, &size), 0);
    size_t result = measure(slave);
    close(master);
    close(slave);
    return result;
}

static void a_terminal_has_the_columns_that_it_says_unless_the_user_says_others(void **state)
{
    (void)state;
    assert_int_equal(columns(120, NULL, columns_of_terminal), 120);
    assert_int_equal(columns(120, "70", columns_of_terminal), 70);
    assert_int_equal(columns(0, "70", columns_of_terminal), 70);
    static const char *const odd[] = { "", "0", "-5", "x", "70x", "10000", "99999999999999999999" };
    for (size_t i = 0; i < ARRAY_SIZE(odd); i++)
        assert_int_equal(columns(120, odd[i], columns_of_terminal), 120);
}

static void what_is_no_terminal_or_does_not_say_has_none(void **state)
{
    (void)state;
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    setenv("COLUMNS", "70", 1);
    assert_int_equal(columns_of_terminal(null), 0);
    assert_int_equal(paragraph_columns(null), 0);
    assert_int_equal(columns_of_terminal(-1), 0);
    close(null);
    assert_int_equal(columns(0, NULL, columns_of_terminal), 0);
    assert_int_equal(columns(0, NULL, paragraph_columns), 0);
}

static void a_paragraph_is_neither_too_narrow_nor_too_wide_to_be_read(void **state)
{
    (void)state;
    assert_int_equal(columns(1, NULL, paragraph_columns), 20);
    assert_int_equal(columns(20, NULL, paragraph_columns), 20);
    assert_int_equal(columns(80, NULL, paragraph_columns), 80);
    assert_int_equal(columns(100, NULL, paragraph_columns), 100);
    assert_int_equal(columns(300, NULL, paragraph_columns), 100);
}

static size_t width(const char *text)
{
    return columns_of_text(text, strlen(text));
}

static void characters_are_as_wide_as_they_are_shown(void **state)
{
    (void)state;
    assert_int_equal(width(""), 0);
    assert_int_equal(width("abc"), 3);
    assert_int_equal(width("Zo\xc3\xab"), 3);
    assert_int_equal(width("Zoe\xcc\x88"), 3); /* a combining diaeresis */
    assert_int_equal(width("\xe5\xb1\xb1\xe7\x94\xb0"), 4);
    assert_int_equal(width("\xff\xc3"), 2); /* no characters */
    assert_int_equal(columns_of_text("abc", 2), 2);
}

static void what_fits_is_whole_characters(void **state)
{
    (void)state;
    assert_int_equal(columns_fit("abc", 2), 2);
    assert_int_equal(columns_fit("abc", 9), 3);
    assert_int_equal(columns_fit("\xe5\xb1\xb1\xe7\x94\xb0", 3), 3);
    assert_int_equal(columns_fit("\xe5\xb1\xb1\xe7\x94\xb0", 1), 0);
}

static void the_locale_tells_whether_there_is_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *all, *ctype, *lang;
        bool has_utf8;
    } cases[] = {
        { NULL, NULL, NULL, false },          { NULL, NULL, "C", false },
        { NULL, NULL, "POSIX", false },       { NULL, NULL, "C.UTF-8", true },
        { NULL, "C.UTF-8", "C", true },       { "C", "C.UTF-8", "C.UTF-8", false },
        { NULL, NULL, "xx_YY.UTF-8", false }, { "C.UTF-8", NULL, NULL, true },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        clear_environment(NULL);
        unsetenv("LC_ALL");
        if (cases[i].all != NULL)
            setenv("LC_ALL", cases[i].all, 1);
        if (cases[i].ctype != NULL)
            setenv("LC_CTYPE", cases[i].ctype, 1);
        if (cases[i].lang != NULL)
            setenv("LANG", cases[i].lang, 1);
        assert_int_equal(columns_have_utf8(), cases[i].has_utf8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_terminal_has_the_columns_that_it_says_unless_the_user_says_others),
        cmocka_unit_test(what_is_no_terminal_or_does_not_say_has_none),
        cmocka_unit_test(a_paragraph_is_neither_too_narrow_nor_too_wide_to_be_read),
        cmocka_unit_test(characters_are_as_wide_as_they_are_shown),
        cmocka_unit_test(what_fits_is_whole_characters),
        cmocka_unit_test(the_locale_tells_whether_there_is_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
