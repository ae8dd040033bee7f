/* SPDX-License-Identifier: MIT */
/* Suggestions for an unknown name. */
#include "tests/unit/support.h"

#include <string.h>

#include "common/base/array.h"
#include "common/base/suggest.h"

static const char *guess(const char *typed, struct suggestion *nearest)
{
    static const char *const known[] = { "ClientId", "ClientSecret", "TenantId", "token" };
    *nearest = suggest_for(typed);
    for (size_t i = 0; i < ARRAY_SIZE(known); i++)
        suggest_consider(nearest, known[i]);
    return suggest_question(nearest, "");
}

static void a_typing_error_is_recognized(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *meant;
    } cases[] = {
        { "ClientSecert", ", did you mean 'ClientSecret'?" }, /* swapped letters */
        { "ClientSecrets", ", did you mean 'ClientSecret'?" },
        { "clienid", ", did you mean 'ClientId'?" },
        { "TENANT", ", did you mean 'TenantId'?" },
        { "tokne", ", did you mean 'token'?" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct suggestion nearest;
        assert_string_equal(guess(cases[i].typed, &nearest), cases[i].meant);
    }
}

static void a_different_word_gets_no_suggestion(void **state)
{
    (void)state;
    static const char *const cases[] = { "", "x", "to", "Instance", "Password" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct suggestion nearest;
        assert_string_equal(guess(cases[i], &nearest), "");
    }
}

static void names_of_any_length_are_accepted(void **state)
{
    (void)state;
    char text[4096];
    struct suggestion nearest;
    memset(text, 't', sizeof text);
    text[sizeof text - 1] = '\0';
    assert_string_equal(guess(text, &nearest), "");
    suggest_consider(&nearest, text);
    assert_string_equal(suggest_question(&nearest, ""), "");
    nearest = suggest_for("token");
    suggest_consider(&nearest, text);
    assert_string_equal(suggest_question(&nearest, ""), "");
}

static void the_prefix_is_shown(void **state)
{
    (void)state;
    struct suggestion nearest;
    guess("tokn", &nearest);
    assert_string_equal(suggest_question(&nearest, "--"), ", did you mean '--token'?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_typing_error_is_recognized),
        cmocka_unit_test(a_different_word_gets_no_suggestion),
        cmocka_unit_test(names_of_any_length_are_accepted),
        cmocka_unit_test(the_prefix_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
