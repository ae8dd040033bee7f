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
    static const char *const names[] = {
        "SSLKEYLOGFILE", "G_DBUS_DEBUG",          "KRB5_TRACE",
        "TSS2_LOG",      "TSS2_LOGFILE",          "TPM2_PKCS11_LOG_LEVEL",
        "OPENSC_DEBUG",  "PKCS11_PROVIDER_DEBUG", "YKCS11_DBG",
    };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        setenv(names[i], "/tmp/record", 1);
    environment_disarm();
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        assert_null(getenv(names[i]));
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
        { "OPENSSL_CONF_INCLUDE", ".", false },
        { "GSS_MECH_CONFIG", "mech", false },
        { "OPENSC_CONF", "opensc.conf", false },
        { "HOSTALIASES", "aliases", false },
        { "GNUTLS_SYSTEM_PRIORITY_FILE", "priorities", false },
        { "G_DBUS_COOKIE_SHA1_KEYRING_DIR", "cookies", false },
        { "TPM2OPENSSL_TCTI", "./evil.so", false },
        { "TPM2OPENSSL_TCTI", "evil/evil.so:more", false },
        { "TPM2OPENSSL_TCTI", "swtpm/evil.so", false },
        { "TPM2OPENSSL_TCTI", "cmd:./evil", false },
        { "TPM2OPENSSL_TCTI", "device:tpm", false },
        { "TPM2OPENSSL_TCTI", "tabrmd", true },
        { "TPM2OPENSSL_TCTI", "device:/dev/tpmrm0", true },
        { "TPM2OPENSSL_TCTI", "swtpm:host=127.0.0.1,port=2321", true },
        { "TPM2OPENSSL_TCTI", "/usr/lib/tcti.so:more", true },
        { "TPM2_PKCS11_TCTI", "./evil.so", false },
        { "KRB5CCNAME", "tickets", false },
        { "KRB5CCNAME", "FILE:tickets", false },
        { "KRB5CCNAME", "KEYRING", false },
        { "KRB5CCNAME", "", false },
        { "KRB5CCNAME", "/tmp/krb5cc_1000", true },
        { "KRB5CCNAME", "FILE:/tmp/krb5cc_1000", true },
        { "KRB5CCNAME", "KEYRING:persistent:1000", true },
        { "KRB5_CLIENT_KTNAME", "FILE:keys", false },
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
