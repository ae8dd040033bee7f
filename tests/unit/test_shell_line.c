/* SPDX-License-Identifier: MIT */
/* The command lines in messages. */
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/shell_line.h"

static void a_value_is_shown_so_that_a_shell_takes_it_literally(void **state)
{
    (void)state;
    static const struct {
        const char *value, *shown;
    } cases[] = {
        { NULL, " --flag" },
        { "ada@contoso.com", " --flag ada@contoso.com" },
        { "ada_contoso.com#EXT#@fabrikam.com", " --flag ada_contoso.com#EXT#@fabrikam.com" },
        { "-x@contoso.com", " --flag -x@contoso.com" },
        { "", " --flag \"\"" },
        { "/a folder/it's", " --flag \"/a folder/it's\"" },
        { "a;b|c&d>e(f)*?[g]{h}<i", " --flag \"a;b|c&d>e(f)*?[g]{h}<i\"" },
        /* a comment, a home folder, the path of a program in zsh */
        { "#ada@contoso.com", " --flag \"#ada@contoso.com\"" },
        { "~root/work", " --flag \"~root/work\"" },
        { "=ls", " --flag \"=ls\"" },
        { "^a", " --flag \"^a\"" },
        /* not even in quotation marks */
        { "$(reboot)", " --flag \"...\"" },
        { "`reboot`", " --flag \"...\"" },
        { "a\"; reboot \"", " --flag \"...\"" },
        { "a\\", " --flag \"...\"" },
        { "a!b", " --flag \"...\"" },
        /* what messages show as a question mark, which would be another value */
        { "/a\nb", " --flag \"...\"" },
        { "/a\x1b[2Jb", " --flag \"...\"" },
        { "/a\xe2\x80\xae"
          "b",
          " --flag \"...\"" },
        { "/a\xff", " --flag \"...\"" },
        { "/K\xc3\xbc"
          "che",
          " --flag \"/K\xc3\xbc"
          "che\"" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct shell_line line = { "" };
        shell_line_add(&line, "--flag", cases[i].value);
        assert_string_equal(line.text, cases[i].shown);
    }
}

static void a_value_is_left_out_rather_than_cut(void **state)
{
    (void)state;
    struct shell_line line = { "" };
    char folder[sizeof line.text];
    memset(folder, 'a', sizeof folder - 1);
    folder[sizeof folder - 1] = '\0';
    shell_line_add(&line, "--cache-dir", folder);
    shell_line_add(&line, "--tenant", "contoso.com");
    assert_string_equal(line.text, " --cache-dir \"...\" --tenant contoso.com");
}

static void a_line_that_is_full_says_so(void **state)
{
    (void)state;
    struct shell_line line = { "" };
    for (size_t i = 0; i < 30; i++)
        shell_line_add(&line, "--scope", "0123456789");
    assert_true(strlen(line.text) < sizeof line.text);
    assert_non_null(strstr(line.text, " --scope 0123456789 --scope \"...\" ..."));
    assert_string_equal(line.text + strlen(line.text) - strlen(" ..."), " ...");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_shown_so_that_a_shell_takes_it_literally),
        cmocka_unit_test(a_value_is_left_out_rather_than_cut),
        cmocka_unit_test(a_line_that_is_full_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
