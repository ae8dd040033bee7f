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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_knows_its_path),
        cmocka_unit_test(a_program_knows_what_is_beside_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
