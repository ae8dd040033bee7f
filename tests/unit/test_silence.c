/* SPDX-License-Identifier: MIT */
/* What processes remember of a desktop keyring that does not answer. */
#include "tests/unit/support.h"

#include "keyring/silence.h"

static int begin(void **state)
{
    clear_environment(state);
    make_runtime_folder();
    return 0;
}

static void a_silence_is_remembered_until_it_is_forgotten(void **state)
{
    (void)state;
    const struct error silent = { .kind = ERROR_KEYRING, .message = "it did not answer in time" };
    assert_false(silence_is_remembered());
    silence_remember(&silent);
    assert_true(silence_is_remembered());
    silence_forget();
    assert_false(silence_is_remembered());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_silence_is_remembered_until_it_is_forgotten, begin),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
