/* SPDX-License-Identifier: MIT */
/* Single flight: one fetches, the others wait for it. The other process is this one's second
 * descriptor, and it lands while this one waits (ld --wrap=poll). */
#include "tests/unit/support.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "common/base/deadline.h"
#include "common/tokens/single_flight.h"

static struct single_flight other = { .fd = -1 };
static int waits; /* how often it was waited, before the other lands */

int __wrap_poll(struct pollfd *fds, nfds_t count, int milliseconds);
int __wrap_poll(struct pollfd *fds, nfds_t count, int milliseconds)
{
    (void)fds, (void)count, (void)milliseconds;
    if (--waits == 0)
        single_flight_leave(&other);
    return 0;
}

static int begin(void **state)
{
    (void)state;
    clear_environment(NULL);
    setenv("XDG_RUNTIME_DIR", below(""), 1);
    single_flight_leave(&other);
    waits = 0;
    return 0;
}

static int64_t later(void)
{
    return deadline_in((int64_t)3600 * 1000);
}

static void who_boards_first_is_the_pilot(void **state)
{
    (void)state;
    assert_int_equal(single_flight_join(&other, "a.flight", 0), SINGLE_FLIGHT_LEADER);
    assert_true(single_flight_is_running("a.flight"));
    single_flight_leave(&other);
    assert_false(single_flight_is_running("a.flight"));
}

static void who_boards_later_waits_for_the_landing(void **state)
{
    (void)state;
    auto_single_flight struct single_flight flight;
    single_flight_join(&other, "a.flight", 0);
    waits = 3;
    assert_int_equal(single_flight_join(&flight, "a.flight", later()), SINGLE_FLIGHT_FOLLOWER);
    assert_int_equal(waits, 0);
    assert_int_equal(flight.fd, -1);
}

static void who_waits_past_the_deadline_is_late(void **state)
{
    (void)state;
    auto_single_flight struct single_flight flight;
    single_flight_join(&other, "a.flight", 0);
    assert_int_equal(single_flight_join(&flight, "a.flight", deadline_now()), SINGLE_FLIGHT_LATE);
    assert_true(single_flight_is_running("a.flight"));
}

static void passengers_do_not_keep_each_other_waiting(void **state)
{
    (void)state;
    auto_single_flight struct single_flight first, second;
    single_flight_join(&other, "a.flight", 0);
    waits = 1;
    assert_int_equal(single_flight_join(&first, "a.flight", later()), SINGLE_FLIGHT_FOLLOWER);
    assert_int_equal(single_flight_join(&second, "a.flight", 0), SINGLE_FLIGHT_LEADER);
}

static void flights_of_other_names_do_not_matter(void **state)
{
    (void)state;
    auto_single_flight struct single_flight flight;
    single_flight_join(&other, "a.flight", 0);
    assert_int_equal(single_flight_join(&flight, "b.flight", 0), SINGLE_FLIGHT_LEADER);
    assert_false(single_flight_is_running("c.flight"));
}

static void who_boards_renews_the_lock(void **state)
{
    (void)state;
    static const struct timespec old[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
    struct stat status;
    single_flight_join(&other, "a.flight", 0);
    single_flight_leave(&other);
    assert_int_equal(utimensat(AT_FDCWD, below("entra/a.flight"), old, 0), 0);
    single_flight_join(&other, "a.flight", 0);
    assert_int_equal(stat(below("entra/a.flight"), &status), 0);
    assert_true(status.st_mtime > 1);
}

static void landing_twice_is_fine(void **state)
{
    (void)state;
    single_flight_join(&other, "a.flight", 0);
    single_flight_leave(&other);
    single_flight_leave(&other);
    assert_int_equal(other.fd, -1);
}

#define TEST(function) cmocka_unit_test_setup(function, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_boards_first_is_the_pilot),
        TEST(who_boards_later_waits_for_the_landing),
        TEST(who_waits_past_the_deadline_is_late),
        TEST(passengers_do_not_keep_each_other_waiting),
        TEST(flights_of_other_names_do_not_matter),
        TEST(who_boards_renews_the_lock),
        TEST(landing_twice_is_fine),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
