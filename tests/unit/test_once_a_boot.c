/* SPDX-License-Identifier: MIT */
/* What is said once until the machine starts again. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/cleanup.h"
#include "common/base/once_a_boot.h"
#include "common/base/runtime_folder.h"

/* ---- the runtime folder, unless there is none (ld --wrap=runtime_folder_open) ---- */

static bool there_is_a_folder;

int __real_runtime_folder_open(void);
int __wrap_runtime_folder_open(void);
int __wrap_runtime_folder_open(void)
{
    errno = ENOENT;
    return there_is_a_folder ? __real_runtime_folder_open() : -1;
}

static int begin(void **state)
{
    there_is_a_folder = true;
    clear_environment(state);
    make_runtime_folder();
    return 0;
}

static void each_text_is_said_once(void **state)
{
    (void)state;
    assert_true(once_a_boot("locked"));
    assert_true(once_a_boot("absent"));
    assert_false(once_a_boot("locked"));
    assert_false(once_a_boot("absent"));
}

/* Makes every file in the folder one of the year 2001. */
static void make_old(int folder)
{
    const struct timespec then[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
    DIR *directory = fdopendir(dup(folder));
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        if (entry->d_name[0] != '.')
            assert_int_equal(utimensat(folder, entry->d_name, then, 0), 0);
    closedir(directory);
}

static void after_the_next_boot_it_is_said_again(void **state)
{
    (void)state;
    assert_true(once_a_boot("locked"));
    autoclose int folder = runtime_folder_open();
    make_old(folder);
    assert_true(once_a_boot("locked"));
    assert_false(once_a_boot("locked"));
}

/* Nothing behind a link is written or made. */
static void a_link_in_place_of_the_record_is_not_followed(void **state)
{
    (void)state;
    struct stat status;
    assert_true(once_a_boot("locked"));
    autoclose int folder = runtime_folder_open();
    DIR *directory = fdopendir(dup(folder));
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        if (entry->d_name[0] != '.') {
            assert_int_equal(unlinkat(folder, entry->d_name, 0), 0);
            assert_int_equal(symlinkat(below("elsewhere"), folder, entry->d_name), 0);
        }
    closedir(directory);
    once_a_boot("locked");
    assert_int_not_equal(stat(below("elsewhere"), &status), 0);
}

static void where_nothing_can_be_recorded_it_is_said_each_time(void **state)
{
    (void)state;
    there_is_a_folder = false;
    assert_true(once_a_boot("locked"));
    assert_true(once_a_boot("locked"));
}

#define TEST(function) cmocka_unit_test_setup(function, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_text_is_said_once),
        TEST(after_the_next_boot_it_is_said_again),
        TEST(a_link_in_place_of_the_record_is_not_followed),
        TEST(where_nothing_can_be_recorded_it_is_said_each_time),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
