/* SPDX-License-Identifier: MIT */
/* Command lines that are being typed: what they have, and what is wanted at the cursor. */
#include "tests/unit/support.h"

#include <string.h>

#include "common/base/array.h"
#include "helpers/entra/completion/candidates.h"

#define WORDS_MAX 16

/* Splits a text at blanks; the last word is the one at the cursor. */
struct line {
    char text[200];
    char *words[WORDS_MAX];
    int count;
    struct typed typed;
};

static void read_line(const char *text, struct line *ret_line)
{
    *ret_line = (struct line){ 0 };
    strncpy(ret_line->text, text, sizeof ret_line->text - 1);
    for (char *rest = ret_line->text; rest != NULL;)
        ret_line->words[ret_line->count++] = strsep(&rest, " ");
    typed_read(ret_line->words, ret_line->count - 1, ret_line->words[ret_line->count - 1],
               &ret_line->typed);
}

static void clear_line(struct line *line)
{
    typed_clear(&line->typed);
}
#define auto_line CLEANUP(clear_line)

static void the_first_words_lead_to_a_program(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "entra ", "entra" },
        { "entra token ", "entra token" },
        { "entra tok ", "entra" },
        { "entra setup ", "entra setup" },
        { "/opt/bin/entra setup git x ", "entra setup git" },
        { "git-credential-entra get ", "git-credential-entra" },
        { "exec-credential-entra get-token ", "exec-credential-entra" },
        { "exec-credential-entra convert-kubeconfig ", "entra setup kubectl" },
        { "another token ", "entra token" },
        { "A=1 B= entra token ", "entra token" },
        { "", "entra" },
        { "A=1 ", "entra" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_line struct line line;
        read_line(cases[i][0], &line);
        assert_string_equal(line.typed.program->name, cases[i][1]);
    }
}

/* The name of the option whose value is wanted, and the value so far; NULL: no value is wanted. */
static void the_value_at_the_cursor_belongs_to_an_option(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        { "entra token --api A", "api", "A" },
        { "entra token --api ", "api", "" },
        { "entra token --api=A=B", "api", "A=B" },
        { "entra token --ap=A", "api", "A" },   /* an abbreviation */
        { "entra token --a=A", NULL, "--a=A" }, /* of several */
        { "entra token --api --api", "api", "--api" },
        { "entra token --api A --api", NULL, "--api" },
        { "entra token --verbose A", NULL, "A" },
        { "entra token --verbose=A", NULL, "--verbose=A" },
        { "entra token --nothing A", NULL, "A" },
        { "entra token -- --api=A", NULL, "--api=A" },
        { "entra token --api -- A", NULL, "A" }, /* the value is -- */
        { "entra token - A", NULL, "A" },
        { "exec-credential-entra -l s", "l", "s" },
        { "exec-credential-entra -lspn s", NULL, "s" },
        { "exec-credential-entra -Vl s", "l", "s" },
        { "exec-credential-entra -Z s", NULL, "s" },
        { "exec-credential-entra --legacy s", NULL, "s" },
        { "exec-credential-entra --legacy=t", "legacy", "t" },
        { "exec-credential-entra --v 1", "v", "1" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_line struct line line;
        read_line(cases[i][0], &line);
        assert_int_equal(line.typed.value != NULL, cases[i][1] != NULL);
        if (cases[i][1] != NULL)
            assert_string_equal(line.typed.value->name, cases[i][1]);
        assert_string_equal(line.typed.text, cases[i][2]);
    }
}

static void operands_are_what_no_option_takes(void **state)
{
    (void)state;
    auto_line struct line line;
    read_line("exec-credential-entra a --api b -l c --legacy d -- --e f", &line);
    static const char *const expected[] = { "a", "d", "--e" };
    assert_int_equal(line.typed.operand_count, 3);
    for (int i = 0; i < 3; i++)
        assert_string_equal(line.typed.operands[i], expected[i]);
    assert_true(line.typed.is_ended);
}

static bool offers(const char *text, const char *word)
{
    auto_line struct line line;
    auto_candidates struct candidates candidates = { 0 };
    bool found = false;
    read_line(text, &line);
    candidates_find(&line.typed, false, &candidates);
    for (size_t i = 0; i < candidates.count; i++)
        found = found || strcmp(candidates.items[i].word, word) == 0;
    return found;
}

static void options_are_offered_once(void **state)
{
    (void)state;
    assert_true(offers("entra token --", "--api"));
    assert_false(offers("entra token --api x --", "--api"));
    assert_false(offers("entra token --ap x --", "--api"));
    assert_true(offers("entra token --scope x --", "--scope"));
    assert_true(offers("exec-credential-entra --", "--login"));
    assert_false(offers("exec-credential-entra -l x --", "--login"));
    assert_false(offers("entra token -V --", "--version"));
}

static void only_options_of_use_are_offered(void **state)
{
    (void)state;
    assert_false(offers("entra logout --", "--api"));
    assert_false(offers("entra token --", "--renew"));                   /* has no help */
    assert_false(offers("exec-credential-entra --", "--client-secret")); /* is refused */
    assert_false(offers("exec-credential-entra --", "--logtostderr"));   /* has no effect */
    assert_false(offers("entra token -- --", "--api"));
    assert_false(offers("entra completion --", "--answer"));
}

static void commands_come_first(void **state)
{
    (void)state;
    assert_true(offers("entra ", "token"));
    assert_false(offers("entra --verbose ", "token"));
    assert_true(offers("entra setup k", "kubectl"));
    assert_false(offers("entra setup g", "kubectl"));
    assert_true(offers("exec-credential-entra ", "get-token"));
    assert_true(offers("exec-credential-entra ", "convert-kubeconfig"));
    assert_true(offers("exec-credential-entra --legacy ", "get-token"));
    assert_false(offers("exec-credential-entra --legacy ", "convert-kubeconfig"));
    assert_false(offers("exec-credential-entra get-token ", "get-token"));
    assert_true(offers("entra help setup ", "git"));
    assert_true(offers("entra secret ", "set"));
    assert_false(offers("entra secret set ", "clear"));
}

static void options_are_offered_where_nothing_else_can_be(void **state)
{
    (void)state;
    assert_true(offers("entra token ", "--api"));
    assert_true(offers("entra secret set ", "--tenant"));
    assert_false(offers("entra ", "--help"));
    assert_false(offers("entra secret ", "--tenant"));
    assert_false(offers("entra token --api ", "--tenant"));
}

static void paths_are_left_to_the_shell(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum candidates_kind kind;
    } cases[] = {
        { "entra token --config ", CANDIDATES_FILES },
        { "entra token --config=", CANDIDATES_FILES },
        { "entra login --cache-dir ", CANDIDATES_FOLDERS },
        { "entra token --tenant ", CANDIDATES_WORDS },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_line struct line line;
        auto_candidates struct candidates candidates = { 0 };
        read_line(cases[i].text, &line);
        candidates_find(&line.typed, true, &candidates);
        assert_int_equal(candidates.kind, cases[i].kind);
        assert_int_equal(candidates.count, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_words_lead_to_a_program),
        cmocka_unit_test(the_value_at_the_cursor_belongs_to_an_option),
        cmocka_unit_test(operands_are_what_no_option_takes),
        cmocka_unit_test(options_are_offered_once),
        cmocka_unit_test(only_options_of_use_are_offered),
        cmocka_unit_test(commands_come_first),
        cmocka_unit_test(options_are_offered_where_nothing_else_can_be),
        cmocka_unit_test(paths_are_left_to_the_shell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
