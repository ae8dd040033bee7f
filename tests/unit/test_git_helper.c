/* SPDX-License-Identifier: MIT */
/* The words of a helper's line in git's configuration. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#include "common/base/array.h"
#include "helpers/entra/setup/git_helper.h"
#include "helpers/entra/setup/setup.h"

/* Has a test of its own. */
void setup_helper_options(const struct options *options, struct setup_storage *storage,
                          const char *ret_words[SETUP_WORDS_MAX])
{
    (void)options, (void)storage;
    ret_words[0] = NULL;
}

char *setup_quote(char *const *words)
{
    return strdup(words[0]);
}

static void a_line_is_split_as_a_shell_does(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        int count;
        const char *last;
    } lines[] = {
        { "entra", 1, "entra" },
        { "entra --keyring kernel", 3, "kernel" },
        { "  entra   --account  ada@contoso.com ", 3, "ada@contoso.com" },
        { "!'/opt/a folder/git-credential-entra' --verbose", 2, "--verbose" },
        { "!/opt/git-credential-entra --config '/a b/c.json'", 3, "/a b/c.json" },
        { "entra --scope 'a'\\''b'", 3, "a'b" },
        { "entra --scope ''", 3, "" },
        { "entra --scope a'b c'd", 3, "ab cd" },
        { "entra --scope a\\ b", 3, "a b" },
        { "entra --scope '$(x);`y`'", 3, "$(x);`y`" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        struct git_helper_line line;
        assert_true(git_helper_split(lines[i].value, &line));
        assert_int_equal(line.count, lines[i].count);
        assert_string_equal(line.words[line.count - 1], lines[i].last);
        assert_null(line.words[line.count]);
    }
}

static void what_takes_a_shell_is_not_split(void **state)
{
    (void)state;
    static const char *const values[] = {
        "",
        "!",
        "entra --config $HOME/x",
        "entra --config ~/x",
        "entra; x",
        "entra | x",
        "entra --a \"b\"",
        "entra `x`",
        "entra --a 'b",
        "entra '",
        "entra \\",
        "entra a\nb",
        "entra *",
    };
    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        struct git_helper_line line;
        if (git_helper_split(values[i], &line))
            fail_msg("'%s' has %d words", values[i], line.count);
    }
}

static void a_line_of_any_length_is_safe(void **state)
{
    (void)state;
    static char text[3 * GIT_HELPER_LINE_MAX];
    struct git_helper_line line;
    memset(text, 'a', GIT_HELPER_LINE_MAX - 1);
    assert_true(git_helper_split(text, &line));
    text[GIT_HELPER_LINE_MAX - 1] = 'a';
    assert_false(git_helper_split(text, &line));
    memset(text, 0, sizeof text);
    for (int i = 0; i < GIT_HELPER_WORDS_MAX; i++)
        memcpy(text + 2 * i, "a ", 2);
    assert_true(git_helper_split(text, &line));
    assert_int_equal(line.count, GIT_HELPER_WORDS_MAX);
    text[strlen(text)] = 'a';
    assert_false(git_helper_split(text, &line));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_split_as_a_shell_does),
        cmocka_unit_test(what_takes_a_shell_is_not_split),
        cmocka_unit_test(a_line_of_any_length_is_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
