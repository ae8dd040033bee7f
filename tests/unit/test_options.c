/* SPDX-License-Identifier: MIT */
/* The command line. */
#include "tests/unit/support.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/options.h"

#define WORDS_MAX 24

static const struct option_spec own_options[] = {
    { "output", "FORM", "token or json", OPTION_TEXT, offsetof(struct options, output), 0 },
    { "renew", NULL, NULL, OPTION_OWN_FLAG, OPTION_OWN(2), 0 },
    { "legacy", NULL, "as it was", OPTION_SWITCH, OPTION_OWN(0), 0 },
    { "login", "MODE", "how the user signs in", OPTION_TEXT, OPTION_OWN(1), 0 },
    { "l", "MODE", NULL, OPTION_TEXT, OPTION_OWN(1), 0 },
    { "env", "NAME", "may be repeated", OPTION_OWN_LIST, OPTION_LIST(1), 0 },
    { .name = NULL },
};

static const struct option_set all = { .program = "program",
                                       .own = own_options,
                                       .common = OPTIONS_ALL };

struct outcome {
    bool ok;
    struct options options;
    struct error error;
    char *argv[WORDS_MAX];
    int argc;
    int first;
};

/* Parses a command line of words, NULL after the last. */
static struct outcome parse(const struct option_set *set, const char *const words[])
{
    struct outcome outcome = { .argv = { (char *)"program" }, .argc = 1 };
    while (outcome.argc + 1 < WORDS_MAX && words[outcome.argc - 1] != NULL) {
        outcome.argv[outcome.argc] = (char *)words[outcome.argc - 1];
        outcome.argc++;
    }
    outcome.ok = options_parse(outcome.argc, outcome.argv, set, &outcome.options, &outcome.first,
                               &outcome.error);
    return outcome;
}
#define PARSE(...) parse(&all, (const char *const[]){ __VA_ARGS__, NULL })

static void assert_refused(const struct outcome *outcome, const char *message)
{
    assert_false(outcome->ok);
    assert_error(&outcome->error, ERROR_USAGE, message);
}

static void every_option_sets_its_member(void **state)
{
    (void)state;
    struct outcome outcome =
        PARSE("--config", "a.json", "--api", "Api", "--scope", "s/.default", "--tenant", "t",
              "--client-id", "c", "--authority", "https://a", "--claims", "{}", "--keyring", "none",
              "--timeout=7", "--resource=r", "--output", "json");
    assert_true(outcome.ok);
    assert_string_equal(outcome.options.config, "a.json");
    assert_string_equal(outcome.options.api, "Api");
    assert_int_equal(outcome.options.scope_count, 1);
    assert_string_equal(outcome.options.scopes[0], "s/.default");
    assert_string_equal(outcome.options.resource, "r");
    assert_string_equal(outcome.options.tenant, "t");
    assert_string_equal(outcome.options.client_id, "c");
    assert_string_equal(outcome.options.authority, "https://a");
    assert_string_equal(outcome.options.claims, "{}");
    assert_string_equal(outcome.options.keyring, "none");
    assert_string_equal(outcome.options.output, "json");
    assert_int_equal(outcome.options.timeout, 7);
    assert_int_equal(outcome.first, outcome.argc);
}

static void flags_take_no_argument(void **state)
{
    (void)state;
    struct outcome outcome = PARSE("--force-refresh", "a", "--verbose", "b", "--help", "--version",
                                   "--managed-identity", "c");
    assert_true(outcome.ok);
    assert_true(outcome.options.force_refresh);
    assert_true(outcome.options.managed_identity);
    assert_true(outcome.options.verbose);
    assert_true(outcome.options.help);
    assert_true(outcome.options.version);
    assert_int_equal(outcome.argc - outcome.first, 3);
}

static void options_not_given_are_null_or_zero(void **state)
{
    (void)state;
    static const struct options nothing;
    struct outcome outcome = PARSE("operand");
    assert_true(outcome.ok);
    assert_memory_equal(&outcome.options, &nothing, sizeof nothing);
}

static void operands_are_moved_to_the_end_in_order(void **state)
{
    (void)state;
    struct outcome outcome = PARSE("one", "--api", "Api", "two", "--verbose", "three");
    assert_true(outcome.ok);
    assert_int_equal(outcome.argc - outcome.first, 3);
    assert_string_equal(outcome.argv[outcome.first], "one");
    assert_string_equal(outcome.argv[outcome.first + 1], "two");
    assert_string_equal(outcome.argv[outcome.first + 2], "three");
}

/* git and kubectl pass their environment on, which may have it. */
static void options_after_operands_are_read_despite_posixly_correct(void **state)
{
    (void)state;
    setenv("POSIXLY_CORRECT", "1", 1);
    struct outcome outcome = PARSE("get-token", "--api", "Api");
    unsetenv("POSIXLY_CORRECT");
    assert_true(outcome.ok);
    assert_string_equal(outcome.options.api, "Api");
    assert_int_equal(outcome.argc - outcome.first, 1);
    assert_string_equal(outcome.argv[outcome.first], "get-token");
}

static void everything_after_two_dashes_is_an_operand(void **state)
{
    (void)state;
    struct outcome outcome = PARSE("one", "--api", "Api", "--", "--verbose", "-x");
    assert_true(outcome.ok);
    assert_false(outcome.options.verbose);
    assert_int_equal(outcome.argc - outcome.first, 3);
    assert_string_equal(outcome.argv[outcome.first], "one");
    assert_string_equal(outcome.argv[outcome.first + 1], "--verbose");
    assert_string_equal(outcome.argv[outcome.first + 2], "-x");
}

static void a_repeated_option_replaces_the_first_but_scopes_add_up(void **state)
{
    (void)state;
    struct outcome outcome = PARSE("--api", "A", "--scope", "1", "--api", "B", "--scope", "2");
    assert_true(outcome.ok);
    assert_string_equal(outcome.options.api, "B");
    assert_int_equal(outcome.options.scope_count, 2);
    assert_string_equal(outcome.options.scopes[0], "1");
    assert_string_equal(outcome.options.scopes[1], "2");
}

static void the_number_of_scopes_is_limited(void **state)
{
    (void)state;
    const char *words[2 * (OPTIONS_SCOPES_MAX + 1) + 1] = { NULL };
    for (size_t i = 0; i < OPTIONS_SCOPES_MAX; i++) {
        words[2 * i] = "--scope";
        words[2 * i + 1] = "s";
    }
    struct outcome outcome = parse(&all, words);
    assert_true(outcome.ok);
    assert_int_equal(outcome.options.scope_count, OPTIONS_SCOPES_MAX);
    words[(size_t)2 * OPTIONS_SCOPES_MAX] = "--scope=s";
    outcome = parse(&all, words);
    assert_refused(&outcome, "more than 8 scopes");
}

static void a_timeout_is_from_one_second_to_one_hour(void **state)
{
    (void)state;
    struct outcome outcome = PARSE("--timeout", "1");
    assert_int_equal(outcome.options.timeout, 1);
    outcome = PARSE("--timeout", "3600");
    assert_int_equal(outcome.options.timeout, 3600);

    static const char *const cases[] = { "0",
                                         "-1",
                                         "3601",
                                         "",
                                         "x",
                                         "1x",
                                         "1.5",
                                         "1 ",
                                         " 5",
                                         "+5",
                                         "5\t",
                                         "0x10",
                                         "1e3",
                                         "99999999999999999999",
                                         "-99999999999999999999" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        outcome = PARSE("--timeout", cases[i]);
        if (outcome.ok)
            fail_msg("--timeout '%s' was accepted", cases[i]);
        assert_refused(&outcome, "--timeout takes a whole number from 1 to 3600");
    }
}

static void a_timeout_may_be_a_go_duration(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int seconds;
    } cases[] = {
        { "60s", 60 },     { "1m", 60 },      { "1m30s", 90 }, { "1h", 3600 },
        { "0m5s", 5 },     { "500ms", 1 },    { "1.5m", 90 },  { "2h", 3600 },
        { "1h30m", 3600 }, { "1h1s", 3600 },  { "1ns", 1 },    { "1us", 1 },
        { "3\u00b5s", 1 }, { "3\u03bcs", 1 }, { ".5m", 30 },   { "2.s", 2 },
        { "1.2s", 2 },     { "+5s", 5 },      { "1.1m", 66 },  { "99999999999999999999h", 3600 }
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct outcome outcome = PARSE("--timeout", cases[i].text);
        assert_true(outcome.ok);
        assert_int_equal(outcome.options.timeout, cases[i].seconds);
    }
    static const char *const wrong[] = { "0s",     "s",    "1m30", "m1",   "-1m", ".s",   "1..5s",
                                         "1.2.3s", " 5s",  "5s ",  "5 s",  "+",   "++5s", "1d",
                                         "1M",     "1e3s", "0x1s", "infs", "1hm" };
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        struct outcome outcome = PARSE("--timeout", wrong[i]);
        if (outcome.ok)
            fail_msg("--timeout '%s' was accepted", wrong[i]);
    }
}

static void a_switch_is_true_unless_it_is_false(void **state)
{
    (void)state;
    static const struct {
        const char *word, *value;
    } cases[] = { { "--legacy", "true" },        { "--legacy=true", "true" },
                  { "--legacy=1", "true" },      { "--legacy=false", "false" },
                  { "--legacy=False", "false" }, { "--legacy=0", "false" } };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct outcome outcome = PARSE(cases[i].word, "operand");
        assert_true(outcome.ok);
        assert_string_equal(outcome.options.own[0], cases[i].value);
        assert_string_equal(outcome.argv[outcome.first], "operand");
    }
    struct outcome outcome = PARSE("--legacy=yes");
    assert_refused(&outcome, "--legacy takes true or false, not 'yes'");
    outcome = PARSE("--legacy=");
    assert_refused(&outcome, "--legacy takes true or false");
    outcome = PARSE("--legacy=false", "--legacy");
    assert_string_equal(outcome.options.own[0], "true");
}

static void a_letter_is_short_for_a_name(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        { "-l", "spn", NULL }, { "-lspn", NULL }, { "-l=spn", NULL }, { "--login", "spn", NULL }
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct outcome outcome = parse(&all, cases[i]);
        assert_true(outcome.ok);
        assert_string_equal(outcome.options.own[1], "spn");
    }
    struct outcome outcome = PARSE("-l");
    assert_refused(&outcome, "-l requires an argument");
    outcome = PARSE("-l=");
    assert_refused(&outcome, "is empty");
}

static void an_empty_argument_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = { "--config=", "--api=",       "--resource=", "--tenant=",
                                         "--claims=", "--client-id=", "--keyring=",  "--output=" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct outcome outcome = PARSE(cases[i]);
        assert_refused(&outcome, "is empty");
    }
}

static void the_error_for_a_missing_argument_names_the_option(void **state)
{
    (void)state;
    struct outcome outcome = PARSE("--tenant");
    assert_refused(&outcome, "--tenant requires an argument");
    outcome = PARSE("operand", "--verbose", "--claims");
    assert_refused(&outcome, "--claims requires an argument");
    assert_has(error_advice(&outcome.error), "--help");
}

static void the_error_for_an_unknown_option_names_it(void **state)
{
    (void)state;
    struct outcome outcome = PARSE("--no-such");
    assert_refused(&outcome, "unknown option --no-such");
    outcome = PARSE("operand", "--no-such", "x");
    assert_refused(&outcome, "unknown option --no-such");
    outcome = PARSE("-x");
    assert_refused(&outcome, "unknown option -x");
    assert_has(error_advice(&outcome.error), "--help");
    outcome = PARSE("--tennant", "contoso");
    assert_refused(&outcome, "unknown option --tennant, did you mean '--tenant'?");
}

static void an_option_for_a_secret_gets_a_hint_about_better_ways(void **state)
{
    (void)state;
    struct outcome outcome = PARSE("--client-secret", "s3cret");
    assert_has(error_advice(&outcome.error), "AZURE_CLIENT_SECRET");
}

/* The user may have tried to give a secret as its value. */
static void the_value_of_an_unknown_option_is_not_shown(void **state)
{
    (void)state;
    struct outcome outcome = PARSE("--client-secret=s3cret");
    assert_refused(&outcome, "unknown option --client-secret");
    assert_lacks(outcome.error.message, "s3cret");
    outcome = PARSE("--client-secret", "s3cret");
    assert_lacks(outcome.error.message, "s3cret");
}

static void the_error_for_combined_letters_names_the_first_unknown_one(void **state)
{
    (void)state;
    struct outcome outcome = PARSE("--tenant", "contoso", "-xyz");
    assert_refused(&outcome, "unknown option -x");
    outcome = PARSE("operand", "-ps3cret");
    assert_refused(&outcome, "unknown option -p");
    assert_lacks(outcome.error.message, "s3cret");
}

static void an_argument_to_a_flag_is_refused(void **state)
{
    (void)state;
    struct outcome outcome = PARSE("--verbose=1");
    assert_refused(&outcome, "--verbose");
}

static void a_name_may_be_abbreviated_if_it_is_unambiguous(void **state)
{
    (void)state;
    struct outcome outcome = PARSE("--ten", "t", "--out", "json");
    assert_true(outcome.ok);
    assert_string_equal(outcome.options.tenant, "t");
    assert_string_equal(outcome.options.output, "json");
}

static void an_ambiguous_abbreviation_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = { "--c", "--cl", "--t", "--a" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct outcome outcome = PARSE(cases[i], "7");
        if (outcome.ok)
            fail_msg("%s was accepted", cases[i]);
        assert_refused(&outcome, cases[i]);
    }
    struct outcome outcome = PARSE("--ver"); /* verbose, version */
    assert_refused(&outcome, "--ver");
}

static void the_help_lists_every_option(void **state)
{
    (void)state;
    catch_output(STDOUT_FILENO);
    options_print_help(&all);
    const char *help = caught_output();
    size_t count = 0;
    for (const char *line = strstr(help, "\n  --"); line != NULL;
         line = strstr(line + 1, "\n  --")) {
        char name[40], argument[40];
        assert_int_equal(sscanf(line, " %39s %39s", name, argument), 2);
        bool flag = argument[0] < 'A' || argument[0] > 'Z';
        struct outcome outcome = flag ? PARSE(name) : PARSE(name, "7");
        if (!outcome.ok || outcome.first != outcome.argc)
            fail_msg("%s is not accepted as the help says: %s", name, outcome.error.message);
        count++;
    }
    assert_true(count >= 16);
}

static void internal_options_are_accepted_but_not_in_the_help(void **state)
{
    (void)state;
    struct outcome outcome = PARSE("--renew");
    assert_true(outcome.options.own[2]);
    catch_output(STDOUT_FILENO);
    options_print_help(&all);
    assert_lacks(caught_output(), "--renew");
}

static void an_option_that_a_program_does_not_take_is_refused_and_not_in_its_help(void **state)
{
    (void)state;
    const struct option_set some = { .program = "entra logout",
                                     .common = OPTION_ACCOUNT | OPTION_KEYRING };
    struct outcome taken =
        parse(&some, (const char *const[]){ "--account", "a", "--keyring", "none", NULL });
    assert_true(taken.ok);
    struct outcome refused = parse(&some, (const char *const[]){ "--api", "AKS", NULL });
    assert_refused(&refused, "--api has no effect on 'entra logout'");
    assert_has(refused.error.hint, "entra logout --help");
    struct outcome unknown = parse(&some, (const char *const[]){ "--apo", "AKS", NULL });
    assert_refused(&unknown, "unknown option --apo");
    catch_output(STDOUT_FILENO);
    options_print_help(&some);
    const char *help = caught_output();
    assert_has(help, "--account");
    assert_has(help, "--help");
    assert_lacks(help, "--api");
    assert_lacks(help, "Which token");
}

static void the_help_has_topics(void **state)
{
    (void)state;
    catch_output(STDOUT_FILENO);
    options_print_help(&all);
    const char *help = caught_output();
    static const char *const order[] = {
        "\nOptions:\n", "--output",         "\nWhich token:\n", "--api",
        "--claims",     "\nWhose token:\n", "--tenant",         "\nKeyring and time:\n",
        "--timeout",    "\nOther:\n",       "--verbose"
    };
    for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
        help = strstr(help, order[i]);
        if (help == NULL)
            fail_msg("%s is not there, or too early", order[i]);
    }
}

static void help_and_version_have_letters(void **state)
{
    (void)state;
    assert_true(PARSE("-h").options.help);
    assert_true(PARSE("-V").options.version);
    struct outcome both = PARSE("-hV");
    assert_true(both.ok && both.options.help && both.options.version);
}

static void an_option_may_be_given_several_times(void **state)
{
    (void)state;
    struct outcome outcome = PARSE("--env", "a", "--env=b", "--env", "c");
    const struct option_list *list = &outcome.options.lists[1];
    assert_true(outcome.ok);
    assert_int_equal(list->count, 3);
    assert_string_equal(list->items[0], "a");
    assert_string_equal(list->items[2], "c");
    assert_int_equal(outcome.options.lists[0].count, 0);
    outcome = PARSE("--env", "");
    assert_refused(&outcome, "--env is empty");
    const char *words[WORDS_MAX] = { NULL };
    for (size_t i = 0; i <= OPTIONS_LIST_MAX; i++)
        words[i] = "--env=x";
    outcome = parse(&all, words);
    assert_refused(&outcome, "more than 16 times --env");
}

static void what_follows_a_command_is_not_ours(void **state)
{
    (void)state;
    const struct option_set set = {
        .program = "program", .own = own_options, .common = OPTIONS_ALL, .ends_at_operand = true
    };
    struct outcome outcome = parse(
        &set, (const char *const[]){ "--api", "A", "command", "--api", "B", "-x", "--", NULL });
    assert_true(outcome.ok);
    assert_string_equal(outcome.options.api, "A");
    assert_string_equal(outcome.argv[outcome.first], "command");
    assert_int_equal(outcome.argc - outcome.first, 5);
    outcome = parse(&set, (const char *const[]){ "--", "--api", "B", NULL });
    assert_true(outcome.ok);
    assert_string_equal(outcome.argv[outcome.first], "--api");
    assert_null(outcome.options.api);
}

static void options_are_filled_up_with_others(void **state)
{
    (void)state;
    const struct options from = { .api = "A",
                                  .scopes = { "s" },
                                  .scope_count = 1,
                                  .keyring = "kernel",
                                  .timeout = 20,
                                  .managed_identity = true };
    struct options named = { .resource = "r", .keyring = "none" };
    struct options bare = { .timeout = 5, .verbose = true };
    options_fill(&named, &from);
    assert_null(named.api);
    assert_int_equal(named.scope_count, 0);
    assert_string_equal(named.resource, "r");
    assert_string_equal(named.keyring, "none");
    assert_int_equal(named.timeout, 20);
    options_fill(&bare, &from);
    assert_string_equal(bare.api, "A");
    assert_string_equal(bare.scopes[0], "s");
    assert_int_equal(bare.scope_count, 1);
    assert_int_equal(bare.timeout, 5);
    assert_true(bare.managed_identity && bare.verbose);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_sets_its_member),
        cmocka_unit_test(flags_take_no_argument),
        cmocka_unit_test(options_not_given_are_null_or_zero),
        cmocka_unit_test(operands_are_moved_to_the_end_in_order),
        cmocka_unit_test(options_after_operands_are_read_despite_posixly_correct),
        cmocka_unit_test(everything_after_two_dashes_is_an_operand),
        cmocka_unit_test(a_repeated_option_replaces_the_first_but_scopes_add_up),
        cmocka_unit_test(the_number_of_scopes_is_limited),
        cmocka_unit_test(a_timeout_is_from_one_second_to_one_hour),
        cmocka_unit_test(a_timeout_may_be_a_go_duration),
        cmocka_unit_test(a_switch_is_true_unless_it_is_false),
        cmocka_unit_test(a_letter_is_short_for_a_name),
        cmocka_unit_test(an_empty_argument_is_refused),
        cmocka_unit_test(the_error_for_a_missing_argument_names_the_option),
        cmocka_unit_test(the_error_for_an_unknown_option_names_it),
        cmocka_unit_test(an_option_for_a_secret_gets_a_hint_about_better_ways),
        cmocka_unit_test(the_value_of_an_unknown_option_is_not_shown),
        cmocka_unit_test(the_error_for_combined_letters_names_the_first_unknown_one),
        cmocka_unit_test(an_argument_to_a_flag_is_refused),
        cmocka_unit_test(a_name_may_be_abbreviated_if_it_is_unambiguous),
        cmocka_unit_test(an_ambiguous_abbreviation_is_refused),
        cmocka_unit_test(the_help_lists_every_option),
        cmocka_unit_test(internal_options_are_accepted_but_not_in_the_help),
        cmocka_unit_test(an_option_that_a_program_does_not_take_is_refused_and_not_in_its_help),
        cmocka_unit_test(the_help_has_topics),
        cmocka_unit_test(help_and_version_have_letters),
        cmocka_unit_test(an_option_may_be_given_several_times),
        cmocka_unit_test(what_follows_a_command_is_not_ours),
        cmocka_unit_test(options_are_filled_up_with_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
