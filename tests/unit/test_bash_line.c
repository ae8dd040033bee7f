/* SPDX-License-Identifier: MIT */
/* Command lines as bash has them while they are typed. */
#include "tests/unit/support.h"

#include <string.h>

#include "common/base/array.h"
#include "common/base/text.h"
#include "helpers/entra/completion/bash_line.h"

/* Reads a line whose words are these, with a bar after each and before the one at the cursor. */
static void assert_words(const char *text, const char *replaced, const char *expected)
{
    auto_bash_line struct bash_line line = { 0 };
    assert_true(bash_line_read(text, replaced, &line));
    for (size_t i = 0; i < line.count; i++) {
        size_t length = strcspn(expected, "|");
        assert_int_equal(strlen(line.words[i]), length);
        assert_memory_equal(line.words[i], expected, length);
        assert_int_equal(expected[length], '|');
        expected += length + 1;
    }
    assert_string_equal(line.current, expected);
}

static void words_are_read_without_their_quotation_marks(void **state)
{
    (void)state;
    assert_words("", "", "");
    assert_words("entra", "entra", "entra");
    assert_words("entra  token\t--ap", "--ap", "entra|token|--ap");
    assert_words("entra token ", "", "entra|token|");
    assert_words("entra '' ", "", "entra||");
    assert_words("entra a\\ b 'c d'e \"f \\\" \\x\" ", "", "entra|a b|c de|f \" \\x|");
    assert_words("entra \"a 'b", "a 'b", "entra|a 'b");
    assert_words("entra 'a \\", "a \\", "entra|a \\");
    assert_words("entra a\\", "a\\", "entra|a");
    assert_words("entra \"$(x)\" `y` $z ", "", "entra|$(x)|`y`|$z|");
}

static void what_bash_replaces_may_be_a_part_of_the_word(void **state)
{
    (void)state;
    static const struct {
        const char *text, *replaced, *current;
        size_t kept;
        char quote;
    } cases[] = {
        { "x --account=a:b", "b", "--account=a:b", 12, 0 },
        { "x --account=", "", "--account=", 10, 0 },
        { "x --account=\"a b", "a b", "--account=a b", 10, '"' },
        { "x 'a:b", "a:b", "a:b", 0, '\'' },
        { "x a\\ b:c", "c", "a b:c", 4, 0 },
        { "x \"a", "\"a", "a", 0, 0 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_bash_line struct bash_line line = { 0 };
        assert_true(bash_line_read(cases[i].text, cases[i].replaced, &line));
        assert_string_equal(line.current, cases[i].current);
        assert_int_equal(line.kept, cases[i].kept);
        assert_int_equal(line.quote, cases[i].quote);
    }
}

static void a_line_that_does_not_end_so_is_not_read(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "entra a", "b" },      { "a", "entra a" },    { "entra a b", "a b" }, /* two words */
        { "entra a\\ b", " b" }, /* within an escape */
        { "entra a\\", "" },     { "entra \"a\\", "" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_bash_line struct bash_line line = { 0 };
        assert_false(bash_line_read(cases[i][0], cases[i][1], &line));
    }
}

static void a_candidate_is_quoted_for_its_place(void **state)
{
    (void)state;
    static const struct {
        size_t kept;
        char quote;
        const char *word, *expected;
    } cases[] = {
        { 0, 0, "--api", "--api" },
        { 2, 0, "a:b@c=d", "b@c=d" },
        { 0, 0, "a b", "a\\ b" },
        { 0, 0, "$(x)`y`;|&<>'\"\\!~#{,}*?[]^",
          "\\$\\(x\\)\\`y\\`\\;\\|\\&\\<\\>\\'\\\"\\\\\\!\\~"
          "\\#\\{\\,\\}\\*\\?\\[\\]\\^" },
        { 0, 0, "\u00e9 x", "\u00e9\\ x" },
        { 0, '"', "a $(b) 'c' `d` \\", "a \\$(b) 'c' \\`d\\` \\\\" },
        { 0, '"', "a\"b!c", "a\\\"b\"\\!\"c" },
        { 0, '"', "a\"", "a\\\"\"" }, /* bash would take the last one for the closing one */
        { 0, '\'', "a $(b) \"c\" !\\", "a $(b) \"c\" !\\" },
        { 0, '\'', "a'b", "a'\\''b" },
        { 0, '\'', "a'", "a'\\'''" },
        { 9, 0, "short", "" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct bash_line line = { .kept = cases[i].kept, .quote = cases[i].quote };
        autofree char *quoted = bash_line_quote(&line, cases[i].word);
        assert_string_equal(quoted, cases[i].expected);
    }
}

static void assert_one_word(const char *text, const char *word)
{
    auto_bash_line struct bash_line line = { 0 };
    assert_true(bash_line_read(text, "", &line));
    assert_int_equal(line.count, 1);
    assert_string_equal(line.words[0], word);
    assert_string_equal(line.current, "");
}

static void what_is_quoted_reads_as_itself(void **state)
{
    (void)state;
    static const char quotes[] = { 0, '"', '\'' };
    for (size_t q = 0; q < ARRAY_SIZE(quotes); q++) {
        for (int first = ' '; first < 0x7f; first++) {
            for (int second = ' '; second < 0x7f; second++) {
                const char word[] = { 'w', (char)first, (char)second, '\0' };
                const struct bash_line there = { .quote = quotes[q] };
                autofree char *quoted = bash_line_quote(&there, word);
                const char *quote = (char[]){ quotes[q], '\0' };
                bool is_closed = quoted[strlen(quoted) - 1] == quotes[q]; /* else bash does it */
                autofree char *text = text_format("%s%s%s ", quote, quoted, is_closed ? "" : quote);
                assert_one_word(text, word);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_read_without_their_quotation_marks),
        cmocka_unit_test(what_bash_replaces_may_be_a_part_of_the_word),
        cmocka_unit_test(a_line_that_does_not_end_so_is_not_read),
        cmocka_unit_test(a_candidate_is_quoted_for_its_place),
        cmocka_unit_test(what_is_quoted_reads_as_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
