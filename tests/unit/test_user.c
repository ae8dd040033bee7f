/* SPDX-License-Identifier: MIT */
/* Whether a user is present. */
#include "tests/unit/support.h"

#include <stdlib.h>

#include "common/base/user.h"

static void a_display_means_that_a_user_is_present(void **state)
{
    (void)state;
    setenv("DISPLAY", ":0", 1);
    assert_true(user_is_present());
    unsetenv("DISPLAY");
    setenv("WAYLAND_DISPLAY", "wayland-0", 1);
    assert_true(user_is_present());
}

static void no_user_is_present_in_a_ci_job(void **state)
{
    (void)state;
    setenv("DISPLAY", ":0", 1);
    setenv("CI", "true", 1);
    assert_false(user_is_present());
    setenv("CI", "1", 1);
    assert_false(user_is_present());
}

static void some_services_say_that_this_is_no_ci_job(void **state)
{
    (void)state;
    setenv("DISPLAY", ":0", 1);
    static const char *const values[] = { "", "0", "false" };
    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        setenv("CI", values[i], 1);
        assert_true(user_is_present());
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_display_means_that_a_user_is_present, clear_environment),
        cmocka_unit_test_setup(no_user_is_present_in_a_ci_job, clear_environment),
        cmocka_unit_test_setup(some_services_say_that_this_is_no_ci_job, clear_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
