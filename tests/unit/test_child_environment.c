/* SPDX-License-Identifier: MIT */
/* Which of our variables a child process gets. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/deadline.h"
#include "common/base/subprocess.h"
#include "common/entra/build_system.h"
#include "common/entra/child_environment.h"
#include "common/entra/identity_source.h"

/* Whether a child process gets the variable. */
static bool child_gets(bool (*filter)(const char *variable), const char *name)
{
    static char *const command[] = { "env", "-0", NULL };
    struct error error = { 0 };
    bool found = false;
    setenv(name, "hidden", 1);
    auto_secret struct secret *list =
        subprocess_read(command, filter, NULL, 65536, deadline_in(60000), &error);
    assert_non_null(list);
    const char *end = list->bytes + list->length;
    for (const char *at = list->bytes; at < end; at += strlen(at) + 1)
        found = found || (strncmp(at, name, strlen(name)) == 0 && at[strlen(name)] == '=');
    unsetenv(name);
    return found;
}

static void check_platform_secret(const char *name)
{
    assert_false(child_gets(child_environment_without_secrets, name));
    assert_true(child_gets(child_environment_with_platform_secrets, name));
}

static void an_identity_sources_secret_is_kept_back(void **state)
{
    (void)state;
    size_t count, secrets = 0;
    const struct identity_source *sources = identity_sources_all(&count);
    for (size_t i = 0; i < count; i++) {
        if (sources[i].secret_variable == NULL)
            continue;
        check_platform_secret(sources[i].secret_variable);
        secrets++;
    }
    assert_int_equal(secrets, 3); /* Service Fabric, App Service, Azure Machine Learning */
}

static void a_build_systems_secret_is_kept_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < BUILD_SYSTEMS; i++)
        check_platform_secret(build_systems[i].secret_variable);
}

static void a_credential_is_kept_back_from_every_child(void **state)
{
    (void)state;
    static const char *const names[] = { "AZURE_CLIENT_SECRET",
                                         "azure_client_secret",
                                         "ARM_CLIENT_SECRET",
                                         "AzureAd__ClientSecret",
                                         "AzureAd__ClientCertificates__0__CertificatePassword",
                                         "AzureAd:ClientSecret",
                                         "AzureAd__ClientCredentials:0:clientsecret",
                                         "AzureAd:ClientCredentials:0__Base64EncodedValue",
                                         "AzureAd__ClientCredentials__0__ReferenceOrValue",
                                         "AZUREAD:CLIENTCREDENTIALS__0:BASE64ENCODEDVALUE" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        assert_false(child_gets(child_environment_without_secrets, names[i]));
        assert_false(child_gets(child_environment_with_platform_secrets, names[i]));
    }
}

static void a_devices_pin_is_kept_back(void **state)
{
    (void)state;
    static const char pin[] = "KEY=pkcs11:object=x?pin-value=1234";
    assert_false(child_environment_without_secrets(pin));
    assert_false(child_environment_with_platform_secrets(pin));
}

static void a_name_is_told_from_one_that_ends_in_it(void **state)
{
    (void)state;
    assert_true(child_environment_is_credential("AZURE_CLIENT_SECRET=x"));
    assert_true(child_environment_is_credential("ARM_OIDC_TOKEN"));
    assert_false(child_environment_is_credential("TF_VAR_AZURE_CLIENT_SECRET=x"));
    assert_false(child_environment_is_credential("AZURE_CLIENT_SECRET_=x"));
    assert_false(child_environment_is_credential("AZURE_CLIENT=_SECRET"));
    assert_true(child_environment_is_platform_secret("SYSTEM_ACCESSTOKEN=x"));
    assert_true(child_environment_is_platform_secret("MSI_SECRET"));
    assert_false(child_environment_is_platform_secret("MY_SYSTEM_ACCESSTOKEN=x"));
}

static void everything_else_is_inherited(void **state)
{
    (void)state;
    static const char *const names[] = { "PATH_OF_OURS",      "AZURE_CLIENT_ID",
                                         "IDENTITY_ENDPOINT", "AZURE_CLIENT_SECRET_PATH",
                                         "MyClientSecret",    "AzureAd:ClientSecretPath",
                                         "ClientSecret",      "AzureAd_ClientSecret" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        assert_true(child_gets(child_environment_without_secrets, names[i]));
    assert_true(child_gets(NULL, "AZURE_CLIENT_SECRET"));
}

static int setup(void **state)
{
    (void)state;
    return setenv("PATH", "/usr/bin:/bin", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_identity_sources_secret_is_kept_back),
        cmocka_unit_test(a_build_systems_secret_is_kept_back),
        cmocka_unit_test(a_credential_is_kept_back_from_every_child),
        cmocka_unit_test(a_devices_pin_is_kept_back),
        cmocka_unit_test(a_name_is_told_from_one_that_ends_in_it),
        cmocka_unit_test(everything_else_is_inherited),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
