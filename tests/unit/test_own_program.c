/* SPDX-License-Identifier: MIT */
/* The program that is running. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/own_program.h"
#include "common/base/text.h"

static void a_program_knows_its_path(void **state)
{
    (void)state;
    char path[PATH_MAX];
    autofree char *found = own_program_path(NULL);
    assert_non_null(realpath(program_invocation_name, path));
    assert_string_equal(found, path);
}

static void a_program_knows_what_is_beside_it(void **state)
{
    (void)state;
    autofree char *own = own_program_path(NULL), *other = own_program_path("other");
    autofree char *wanted = text_format("%.*s/other", (int)(strrchr(own, '/') - own), own);
    assert_string_equal(other, wanted);
}

static void a_program_knows_itself_under_other_names(void **state)
{
    (void)state;
    autofree char *own = own_program_path(NULL);
    assert_true(own_program_is(own));
    assert_true(own_program_is("/proc/self/exe")); /* a link to it */
    assert_false(own_program_is("/bin/sh"));
    assert_false(own_program_is("/nonexistent"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_knows_its_path),
        cmocka_unit_test(a_program_knows_what_is_beside_it),
        cmocka_unit_test(a_program_knows_itself_under_other_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
