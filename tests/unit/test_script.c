/* SPDX-License-Identifier: MIT */
/* Whether the interpreter of a script is there. */
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/script.h"

static void write_script(const char *first_line)
{
    FILE *file = fopen(below("script"), "w");
    assert_non_null(file);
    fputs(first_line, file);
    fclose(file);
}

static void an_interpreter_that_is_gone_is_named(void **state)
{
    (void)state;
    static const char *const lines[] = { "#!/nowhere/python\n", "#! \t/nowhere/python -I\n",
                                         "#!/nowhere/python", "#!/nowhere/python\n\necho" };
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        struct error error = { 0 };
        write_script(lines[i]);
        assert_false(script_check(below("script"), &error));
        assert_int_equal(error.kind, ERROR_OTHER);
        assert_non_null(strstr(error.message, " /nowhere/python is not there"));
    }
}

static void what_the_kernel_can_run_passes(void **state)
{
    (void)state;
    static const char *const lines[] = { "#!/bin/sh\n",     "#! /bin/sh -e\n", "#!", "#!sh\n", "",
                                         "#!/etc/passwd\n", /* it is there, but is no program */
                                         "\177ELF",         "echo\n" };
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        struct error error = { 0 };
        write_script(lines[i]);
        assert_true(script_check(below("script"), &error));
    }
    struct error error = { 0 };
    assert_true(script_check(below("missing"), &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_interpreter_that_is_gone_is_named),
        cmocka_unit_test(what_the_kernel_can_run_passes),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
