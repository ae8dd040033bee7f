/* SPDX-License-Identifier: MIT */
/* The environment. */
#include "tests/unit/support.h"

#include <stdlib.h>

#include "common/base/array.h"
#include "common/base/environment.h"

static void an_empty_variable_counts_as_not_set(void **state)
{
    (void)state;
    assert_null(environment("ENTRA_TEST"));
    setenv("ENTRA_TEST", "", 1);
    assert_null(environment("ENTRA_TEST"));
    setenv("ENTRA_TEST", "value", 1);
    assert_string_equal(environment("ENTRA_TEST"), "value");
    assert_null(environment(NULL));
}

static void a_path_is_absolute(void **state)
{
    (void)state;
    setenv("ENTRA_TEST", "relative/path", 1);
    assert_null(environment_path("ENTRA_TEST"));
    setenv("ENTRA_TEST", "/path", 1);
    assert_string_equal(environment_path("ENTRA_TEST"), "/path");
    assert_null(environment_path("ENTRA_ANOTHER"));
}

static void what_makes_libraries_write_down_secrets_is_removed(void **state)
{
    (void)state;
    setenv("SSLKEYLOGFILE", "/tmp/keys", 1);
    setenv("G_DBUS_DEBUG", "all", 1);
    environment_disarm();
    assert_null(getenv("SSLKEYLOGFILE"));
    assert_null(getenv("G_DBUS_DEBUG"));
}

/* Libraries would load it from the working folder. */
static void a_relative_path_of_a_library_is_removed(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value;
        bool kept;
    } cases[] = {
        { "OPENSSL_CONF", "openssl.cnf", false },
        { "OPENSSL_CONF", "./openssl.cnf", false },
        { "OPENSSL_CONF", "", false },
        { "OPENSSL_CONF", "/etc/ssl/openssl.cnf", true },
        { "OPENSSL_MODULES", ".", false },
        { "GCONV_PATH", ".", false },
        { "GIO_EXTRA_MODULES", "/a:b", false },
        { "GIO_EXTRA_MODULES", "/a:", false },
        { "GIO_EXTRA_MODULES", "/a:/b", true },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        setenv(cases[i].name, cases[i].value, 1);
        environment_disarm();
        assert_true((getenv(cases[i].name) != NULL) == cases[i].kept);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_empty_variable_counts_as_not_set, clear_environment),
        cmocka_unit_test_setup(a_path_is_absolute, clear_environment),
        cmocka_unit_test_setup(what_makes_libraries_write_down_secrets_is_removed,
                               clear_environment),
        cmocka_unit_test_setup(a_relative_path_of_a_library_is_removed, clear_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
