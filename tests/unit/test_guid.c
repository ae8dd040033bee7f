/* SPDX-License-Identifier: MIT */
/* Random GUIDs. */
#include "tests/unit/support.h"

#include <string.h>

#include "common/base/guid.h"

static void a_guid_has_the_form_of_version_4(void **state)
{
    (void)state;
    static const char form[] = "xxxxxxxx-xxxx-4xxx-vxxx-xxxxxxxxxxxx";
    struct guid guid;
    assert_true(guid_make(&guid));
    assert_int_equal(strlen(guid.text), strlen(form));
    for (size_t i = 0; form[i] != '\0'; i++) {
        const char fixed[] = { form[i], '\0' };
        const char *allowed = form[i] == 'x' ? "0123456789abcdef" : form[i] == 'v' ? "89ab" : fixed;
        if (strchr(allowed, guid.text[i]) == NULL)
            fail_msg("%s does not have the form %s", guid.text, form);
    }
}

static void no_two_guids_are_the_same(void **state)
{
    (void)state;
    struct guid first, second;
    assert_true(guid_make(&first));
    assert_true(guid_make(&second));
    assert_string_not_equal(first.text, second.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_guid_has_the_form_of_version_4),
        cmocka_unit_test(no_two_guids_are_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
