/* SPDX-License-Identifier: MIT */
/* Tokens that a git server refuses, counted. */
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "helpers/git/git_refusals.h"

#define NOW 1767369844

static int64_t now;

time_t __wrap_time(time_t *ret_now);
time_t __wrap_time(time_t *ret_now)
{
    (void)ret_now;
    return (time_t)now;
}

static const struct url url = { .https = true, .host = "git.example", .port = 443 };
static bool must_say;

static int begin(void **state)
{
    (void)state;
    static int count;
    char name[16];
    snprintf(name, sizeof name, "%d", count++);
    clear_environment(NULL);
    setenv("XDG_RUNTIME_DIR", below(name), 1);
    now = NOW;
    must_say = false;
    return mkdir(getenv("XDG_RUNTIME_DIR"), 0700);
}

/* Refuses tokens of the last seconds. */
static void refuse(const struct url *from, int count)
{
    for (int i = 0; i < count; i++) {
        git_refusals_add(from, now);
        now++;
    }
}

static void three_new_tokens_are_many(void **state)
{
    (void)state;
    assert_false(git_refusals_are_many(&url, &must_say));
    refuse(&url, GIT_REFUSALS_MANY - 1);
    assert_false(git_refusals_are_many(&url, &must_say));
    refuse(&url, 1);
    assert_true(git_refusals_are_many(&url, &must_say));
    assert_true(must_say);
}

static void it_is_said_once_a_minute(void **state)
{
    (void)state;
    refuse(&url, GIT_REFUSALS_MANY);
    git_refusals_are_many(&url, &must_say);
    now += 59;
    assert_true(git_refusals_are_many(&url, &must_say) && !must_say);
    now += 1;
    assert_true(git_refusals_are_many(&url, &must_say) && must_say);
}

static void they_are_many_for_five_minutes_after_the_last(void **state)
{
    (void)state;
    refuse(&url, GIT_REFUSALS_MANY); /* the last one a second ago */
    now += GIT_REFUSALS_MINUTES * 60 - 2;
    assert_true(git_refusals_are_many(&url, &must_say));
    now += 1;
    assert_false(git_refusals_are_many(&url, &must_say));
    refuse(&url, 1);
    assert_false(git_refusals_are_many(&url, &must_say));
}

static void one_token_counts_once(void **state)
{
    (void)state;
    for (int i = 0; i < GIT_REFUSALS_MANY; i++)
        git_refusals_add(&url, NOW);
    git_refusals_add(&url, NOW - 1);
    assert_false(git_refusals_are_many(&url, &must_say));
}

static void only_a_new_token_counts(void **state)
{
    (void)state;
    refuse(&url, GIT_REFUSALS_MANY - 1);
    git_refusals_add(&url, now - 61); /* it may have been accepted before */
    git_refusals_add(&url, now + 1);
    assert_false(git_refusals_are_many(&url, &must_say));
    git_refusals_add(&url, now);
    assert_true(git_refusals_are_many(&url, &must_say));
}

static void an_accepted_token_ends_it(void **state)
{
    (void)state;
    refuse(&url, GIT_REFUSALS_MANY);
    git_refusals_clear(&url);
    assert_false(git_refusals_are_many(&url, &must_say));
    refuse(&url, GIT_REFUSALS_MANY - 1);
    assert_false(git_refusals_are_many(&url, &must_say));
}

static void each_host_port_and_organization_is_counted_alone(void **state)
{
    (void)state;
    static const struct {
        struct url url;
        bool same; /* as the organization contoso */
    } cases[] = {
        { { .https = true,
            .host = "dev.azure.com",
            .port = 443,
            .has_path = true,
            .path = "/Contoso/other" },
          true },
        { { .https = true,
            .host = "dev.azure.com",
            .port = 443,
            .has_path = true,
            .path = "/contoso" },
          true },
        { { .https = true,
            .host = "dev.azure.com",
            .port = 443,
            .has_path = true,
            .path = "/contoso-2" },
          false },
        { { .https = true, .host = "dev.azure.com", .port = 443, .has_path = true, .path = "/" },
          false },
        { { .https = true, .host = "dev.azure.com", .port = 443 }, false },
        { { .https = true,
            .host = "dev.azure.com",
            .port = 8443,
            .has_path = true,
            .path = "/contoso" },
          false },
        { { .https = true, .host = "contoso.visualstudio.com", .port = 443 }, false },
    };
    refuse(&cases[1].url, GIT_REFUSALS_MANY);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(git_refusals_are_many(&cases[i].url, &must_say), cases[i].same);
}

static void another_path_of_a_host_is_the_same(void **state)
{
    (void)state;
    struct url other = url;
    other.has_path = true;
    snprintf(other.path, sizeof other.path, "/contoso/app");
    refuse(&url, GIT_REFUSALS_MANY);
    assert_true(git_refusals_are_many(&other, &must_say));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(three_new_tokens_are_many, begin),
        cmocka_unit_test_setup(it_is_said_once_a_minute, begin),
        cmocka_unit_test_setup(they_are_many_for_five_minutes_after_the_last, begin),
        cmocka_unit_test_setup(one_token_counts_once, begin),
        cmocka_unit_test_setup(only_a_new_token_counts, begin),
        cmocka_unit_test_setup(an_accepted_token_ends_it, begin),
        cmocka_unit_test_setup(each_host_port_and_organization_is_counted_alone, begin),
        cmocka_unit_test_setup(another_path_of_a_host_is_the_same, begin),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
