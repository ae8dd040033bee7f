/* SPDX-License-Identifier: MIT */
/* What was meant by a name that nothing has. */
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

static void a_slip_of_the_keys_is_seen(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *meant;
    } cases[] = {
        { "ClientSecert", ", did you mean 'ClientSecret'?" }, /* exchanged */
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

static void another_word_is_not_taken_for_one(void **state)
{
    (void)state;
    static const char *const cases[] = { "", "x", "to", "Instance", "Password" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct suggestion nearest;
        assert_string_equal(guess(cases[i], &nearest), "");
    }
}

static void a_name_of_any_length_is_taken(void **state)
{
    (void)state;
    char text[4096];
    struct suggestion nearest;
    memset(text, 't', sizeof text);
    text[sizeof text - 1] = '\0';
    assert_string_equal(guess(text, &nearest), "");
    suggest_consider(&nearest, text);
    assert_string_equal(suggest_question(&nearest, ""), "");
}

static void what_stands_before_the_names_is_shown(void **state)
{
    (void)state;
    struct suggestion nearest;
    guess("tokn", &nearest);
    assert_string_equal(suggest_question(&nearest, "--"), ", did you mean '--token'?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slip_of_the_keys_is_seen),
        cmocka_unit_test(another_word_is_not_taken_for_one),
        cmocka_unit_test(a_name_of_any_length_is_taken),
        cmocka_unit_test(what_stands_before_the_names_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
