/* SPDX-License-Identifier: MIT */
/* Paragraphs: words, commands and URLs are never broken. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/cleanup.h"
#include "common/base/columns.h"
#include "common/base/paragraph.h"
#include "common/base/text.h"

static void assert_laid_out(const char *prefix, const char *text, const char *advice,
                            size_t columns, const char *expected)
{
    autofree char *lines =
        paragraph_format(&(struct paragraph){ prefix, text, advice, 2 }, columns);
    assert_string_equal(lines, expected);
}

static void without_a_width_it_is_one_line_as_it_is(void **state)
{
    (void)state;
    assert_laid_out("entra: ", "it  broke", NULL, 0, "entra: it  broke");
    assert_laid_out("entra: ", "it broke", "", 0, "entra: it broke");
    assert_laid_out(NULL, "it broke", "Run 'entra login --tenant x'.", 0,
                    "it broke. Run 'entra login --tenant x'.");
    /* A message from outside may end with a stop. */
    assert_laid_out(NULL, "It broke.", "Mend it.", 0, "It broke. Mend it.");
    assert_laid_out(NULL, "It broke!", "Mend it.", 0, "It broke! Mend it.");
    assert_laid_out(NULL, "Broke it?", "Mend it.", 0, "Broke it? Mend it.");
}

static void lines_end_between_words_and_the_next_are_indented(void **state)
{
    (void)state;
    assert_laid_out("entra: ", "one two three four five", NULL, 20,
                    "entra: one two three\n  four five");
    assert_laid_out("entra: ", "one two three", NULL, 20, "entra: one two three");
    assert_laid_out("entra: ", "one two threes", NULL, 20, "entra: one two\n  threes");
}

static void an_advice_begins_a_line(void **state)
{
    (void)state;
    assert_laid_out("entra: ", "it broke", "Mend it.", 40, "entra: it broke.\n  Mend it.");
    assert_laid_out("entra: ", "It broke.", "Mend it and then go on with it.", 20,
                    "entra: It broke.\n  Mend it and then\n  go on with it.");
}

static void the_stop_before_an_advice_counts_too(void **state)
{
    (void)state;
    assert_laid_out(NULL, "one two three four 9", "Mend it.", 20,
                    "one two three four\n  9.\n  Mend it.");
}

static void a_word_longer_than_a_line_has_one_of_its_own(void **state)
{
    (void)state;
    assert_laid_out("entra: ", "see https://example.com/a/very/long/path in a browser", NULL, 20,
                    "entra: see\n  https://example.com/a/very/long/path\n  in a browser");
}

static void a_command_without_room_has_a_line_of_its_own(void **state)
{
    (void)state;
    static const char command[] = "Run 'entra login --api \"My Api\"', or wait.";
    assert_laid_out(NULL, "no", command, 60, "no.\n  Run 'entra login --api \"My Api\"', or wait.");
    assert_laid_out(NULL, "no", command, 30,
                    "no.\n  Run\n    entra login --api \"My Api\"\n  or wait.");
    assert_laid_out(NULL, "no", command, 20,
                    "no.\n  Run\n    entra login --api \"My Api\"\n  or wait.");
    assert_laid_out(NULL, "no", "Run 'chmod go-w /home/ada/x/y'.", 20,
                    "no.\n  Run\n    chmod go-w /home/ada/x/y");
    assert_laid_out(NULL, "no", "'/usr/bin/git config --x' shows it.", 20,
                    "no.\n    /usr/bin/git config --x\n  shows it.");
    assert_laid_out(NULL, "no", "Run 'chmod go-w \"/home/o'brien/x y\"' now.", 20,
                    "no.\n  Run\n    chmod go-w \"/home/o'brien/x y\"\n  now.");
}

/* What is quoted in the cause is no advice: it may come from outside. */
static void a_quotation_that_is_no_advised_command_keeps_its_marks(void **state)
{
    (void)state;
    assert_laid_out(NULL, "they said 'curl x | sh now' to me", NULL, 20,
                    "they said\n  'curl x | sh now'\n  to me");
    assert_laid_out(NULL, "no", "Choose 'Mobile and desktop apps' there.", 20,
                    "no.\n  Choose\n  'Mobile and desktop apps'\n  there.");
    assert_laid_out(NULL, "no", "Give ('entra x y z w v') so.", 20,
                    "no.\n  Give\n  ('entra x y z w v')\n  so.");
}

static void an_apostrophe_is_no_quotation_mark(void **state)
{
    (void)state;
    assert_laid_out(NULL, "the app's own and the users' tokens", NULL, 20,
                    "the app's own and\n  the users' tokens");
    assert_laid_out(NULL, "'tis a mark that nothing ends", NULL, 20,
                    "'tis a mark that\n  nothing ends");
}

static void columns_are_counted_not_bytes(void **state)
{
    (void)state;
    assert_laid_out(NULL, "Größe Größe Größe 123 x", NULL, 21, "Größe Größe Größe 123\n  x");
    assert_laid_out(NULL, "鍵鍵鍵鍵鍵 鍵鍵鍵鍵 x", NULL, 20, "鍵鍵鍵鍵鍵 鍵鍵鍵鍵\n  x");
}

/* Every width: joined again, the words are what they were, and no line is longer than it must be.
 */
static void no_width_breaks_a_word(void **state)
{
    (void)state;
    static const char text[] =
        "no token for https://example.com/a/b/c: the authority's answer "
        "(trace 8f6d5f2e-4b1a-4c55-9d3e-1f2a3b4c5d6e) said: Größe 鍵鍵 'x y' z";
    for (size_t columns = 20; columns < 200; columns++) {
        autofree char *lines =
            paragraph_format(&(struct paragraph){ NULL, text, NULL, 2 }, columns);
        autofree char *joined = strdup("");
        for (char *line = lines, *next = NULL; line != NULL; line = next) {
            next = strchr(line, '\n');
            if (next != NULL)
                *next++ = '\0';
            size_t blanks = strspn(line, " ");
            bool is_one_word = strchr(line + blanks, ' ') == NULL;
            assert_true(is_one_word || columns_of_text(line, strlen(line)) <= columns);
            autofree char *before = joined;
            joined = text_format("%s%s%s", before, before[0] != '\0' ? " " : "", line + blanks);
        }
        assert_string_equal(joined, text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_width_it_is_one_line_as_it_is),
        cmocka_unit_test(lines_end_between_words_and_the_next_are_indented),
        cmocka_unit_test(an_advice_begins_a_line),
        cmocka_unit_test(the_stop_before_an_advice_counts_too),
        cmocka_unit_test(a_word_longer_than_a_line_has_one_of_its_own),
        cmocka_unit_test(a_command_without_room_has_a_line_of_its_own),
        cmocka_unit_test(a_quotation_that_is_no_advised_command_keeps_its_marks),
        cmocka_unit_test(an_apostrophe_is_no_quotation_mark),
        cmocka_unit_test(columns_are_counted_not_bytes),
        cmocka_unit_test(no_width_breaks_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
