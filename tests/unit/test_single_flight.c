/* SPDX-License-Identifier: MIT */
/* Single flight: one process fetches, the others wait for it. The other process is a second
 * descriptor of this one, and leaves while this one polls (ld --wrap=poll). */
#include "tests/unit/support.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/single_flight.h"

static struct single_flight other = { .fd = -1 };
static int polls; /* until the other process leaves */

int __wrap_poll(struct pollfd *fds, nfds_t count, int milliseconds);
int __wrap_poll(struct pollfd *fds, nfds_t count, int milliseconds)
{
    (void)fds, (void)count, (void)milliseconds;
    if (--polls == 0)
        single_flight_leave(&other);
    return 0;
}

static int begin(void **state)
{
    (void)state;
    clear_environment(NULL);
    setenv("XDG_RUNTIME_DIR", below(""), 1);
    single_flight_leave(&other);
    polls = 0;
    return 0;
}

static int64_t later(void)
{
    return deadline_in((int64_t)3600 * 1000);
}

static void the_first_to_join_leads(void **state)
{
    (void)state;
    assert_int_equal(single_flight_join(&other, "a.flight", 0), SINGLE_FLIGHT_LEADER);
    assert_true(single_flight_is_running("a.flight"));
    single_flight_leave(&other);
    assert_false(single_flight_is_running("a.flight"));
}

static void a_follower_waits_until_the_leader_leaves(void **state)
{
    (void)state;
    auto_single_flight struct single_flight flight;
    single_flight_join(&other, "a.flight", 0);
    polls = 3;
    assert_int_equal(single_flight_join(&flight, "a.flight", later()), SINGLE_FLIGHT_FOLLOWER);
    assert_int_equal(polls, 0);
    assert_int_equal(flight.fd, -1);
}

static void a_follower_waits_no_longer_than_its_deadline(void **state)
{
    (void)state;
    auto_single_flight struct single_flight flight;
    single_flight_join(&other, "a.flight", 0);
    assert_int_equal(single_flight_join(&flight, "a.flight", deadline_now()), SINGLE_FLIGHT_LATE);
    assert_true(single_flight_is_running("a.flight"));
}

static void followers_do_not_wait_for_each_other(void **state)
{
    (void)state;
    auto_single_flight struct single_flight first, second;
    single_flight_join(&other, "a.flight", 0);
    polls = 1;
    assert_int_equal(single_flight_join(&first, "a.flight", later()), SINGLE_FLIGHT_FOLLOWER);
    assert_int_equal(single_flight_join(&second, "a.flight", 0), SINGLE_FLIGHT_LEADER);
}

static void flights_of_other_names_are_independent(void **state)
{
    (void)state;
    auto_single_flight struct single_flight flight;
    single_flight_join(&other, "a.flight", 0);
    assert_int_equal(single_flight_join(&flight, "b.flight", 0), SINGLE_FLIGHT_LEADER);
    assert_false(single_flight_is_running("c.flight"));
}

static void joining_touches_the_lock_file(void **state)
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

static void with_a_new_lock_old_ones_go(void **state)
{
    (void)state;
    static const struct timespec old[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
    single_flight_join(&other, "a.flight", 0);
    single_flight_leave(&other);
    assert_int_equal(utimensat(AT_FDCWD, below("entra/a.flight"), old, 0), 0);
    single_flight_join(&other, "d.flight", 0);
    assert_int_equal(access(below("entra/a.flight"), F_OK), -1);
}

static void leaving_twice_is_harmless(void **state)
{
    (void)state;
    single_flight_join(&other, "a.flight", 0);
    single_flight_leave(&other);
    single_flight_leave(&other);
    assert_int_equal(other.fd, -1);
}

static void a_success_is_known_from_then_on(void **state)
{
    (void)state;
    int64_t before = deadline_now();
    single_flight_join(&other, "a.flight", 0);
    assert_false(single_flight_has_succeeded("a.flight", 0));
    single_flight_note_success("a.flight");
    assert_true(single_flight_has_succeeded("a.flight", before));
    single_flight_leave(&other);
    assert_true(single_flight_has_succeeded("a.flight", before));
    assert_false(single_flight_has_succeeded("a.flight", deadline_in(1000)));
    assert_false(single_flight_has_succeeded("b.flight", 0));
}

/* A file from before the machine started again, or anybody's. */
static void a_success_that_is_yet_to_come_is_none(void **state)
{
    (void)state;
    int64_t later_on = deadline_in((int64_t)3600 * 1000);
    single_flight_join(&other, "a.flight", 0);
    assert_int_equal(pwrite(other.fd, &later_on, sizeof later_on, 0), sizeof later_on);
    assert_false(single_flight_has_succeeded("a.flight", 0));
    assert_int_equal(ftruncate(other.fd, 3), 0);
    assert_false(single_flight_has_succeeded("a.flight", 0));
}

#define TEST(function) cmocka_unit_test_setup(function, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_to_join_leads),
        TEST(a_follower_waits_until_the_leader_leaves),
        TEST(a_follower_waits_no_longer_than_its_deadline),
        TEST(followers_do_not_wait_for_each_other),
        TEST(flights_of_other_names_are_independent),
        TEST(a_success_is_known_from_then_on),
        TEST(a_success_that_is_yet_to_come_is_none),
        TEST(joining_touches_the_lock_file),
        TEST(with_a_new_lock_old_ones_go),
        TEST(leaving_twice_is_harmless),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
