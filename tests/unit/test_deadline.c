/* SPDX-License-Identifier: MIT */
/* Deadlines. */
#include "tests/unit/support.h"

#include <time.h>

#include "common/base/deadline.h"

static struct timespec now;

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_now)
{
    assert_int_equal(clock, CLOCK_MONOTONIC);
    *ret_now = now;
    return 0;
}

static void the_time_is_that_of_the_monotonic_clock_in_milliseconds(void **state)
{
    (void)state;
    now = (struct timespec){ .tv_sec = 12, .tv_nsec = 345678901 };
    assert_int_equal(deadline_now(), 12345);
    assert_int_equal(deadline_in(655), 13000);
}

static void a_deadline_that_has_passed_leaves_no_time(void **state)
{
    (void)state;
    now = (struct timespec){ .tv_sec = 10 };
    assert_int_equal(deadline_left(10001), 1);
    assert_int_equal(deadline_left(10000), 0);
    assert_int_equal(deadline_left(9999), 0);
}

static void a_program_has_started_when_it_says_so(void **state)
{
    (void)state;
    now = (struct timespec){ .tv_sec = 10 };
    assert_int_equal(deadline_began(), 10000); /* it has not said so: now */
    deadline_begin();
    now = (struct timespec){ .tv_sec = 25 };
    assert_int_equal(deadline_began(), 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_time_is_that_of_the_monotonic_clock_in_milliseconds),
        cmocka_unit_test(a_deadline_that_has_passed_leaves_no_time),
        cmocka_unit_test(a_program_has_started_when_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
