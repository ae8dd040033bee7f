/* SPDX-License-Identifier: MIT */
/* What `entra run --env` takes. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#include "helpers/entra/run/run_variable.h"

static void a_variable_and_what_it_is_for(void **state)
{
    (void)state;
    static const struct {
        const char *option, *name, *wanted;
    } cases[] = {
        { "PGPASSWORD=PostgreSQL", "PGPASSWORD", "PostgreSQL" },
        { "_x1=api://a/.default", "_x1", "api://a/.default" },
        { "NODE_AUTH_TOKEN=a=b", "NODE_AUTH_TOKEN", "a=b" },
        { "NPM_TOKEN=AzureDevOps", "NPM_TOKEN", "AzureDevOps" },
        { "GIT_TOKEN=AzureDevOps", "GIT_TOKEN", "AzureDevOps" },
        { "PATHS=x", "PATHS", "x" },
        { "MY_AZURE_PASSWORD=PostgreSQL", "MY_AZURE_PASSWORD", "PostgreSQL" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct run_variable variable;
        struct error error = { 0 };
        if (!run_variable_parse(cases[i].option, &variable, &error))
            fail_msg("'%s' was refused: %s", cases[i].option, error.message);
        assert_string_equal(variable.name, cases[i].name);
        assert_string_equal(variable.wanted, cases[i].wanted);
    }
}

static void what_decides_how_programs_run_is_refused(void **state)
{
    (void)state;
    static const char *const names[] = { "PATH",
                                         "path",
                                         "LD_PRELOAD",
                                         "LD_x",
                                         "BASH_ENV",
                                         "BASH_FUNC_x",
                                         "LC_ALL",
                                         "XDG_DATA_HOME",
                                         "PYTHONPATH",
                                         "GIT_CONFIG_COUNT",
                                         "all_proxy",
                                         "IDENTITY_HEADER",
                                         "MSI_SECRET",
                                         "ENTRA_KEYRING",
                                         "SYSTEM_ACCESSTOKEN",
                                         "PROMPT_COMMAND",
                                         "PS1",
                                         "LESSOPEN",
                                         "GIT_CONFIG",
                                         "GIT_SEQUENCE_EDITOR",
                                         "GIT_TRACE_CURL",
                                         "PYTHONBREAKPOINT",
                                         "PERLLIB",
                                         "npm_config_script_shell",
                                         "GRADLE_USER_HOME",
                                         "SUDO_ASKPASS",
                                         "AzureAd__ClientSecret",
                                         "AZURE_CLIENT_CERTIFICATE_PATH",
                                         "AZURE_CLIENT_SECRET" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        struct run_variable unused;
        struct error error = { 0 };
        char option[64];
        snprintf(option, sizeof option, "%s=Graph", names[i]);
        assert_false(run_variable_parse(option, &unused, &error));
        assert_error(&error, ERROR_USAGE, "does not hold a password or token");
    }
}

static void what_is_no_name_is_refused(void **state)
{
    (void)state;
    static const char *const options[] = { "",        "X",         "X=",        "=Graph",
                                           "1=Graph", "A-B=Graph", "A B=Graph", "\xc3\xbc=Graph" };
    for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
        struct run_variable unused;
        struct error error = { 0 };
        assert_false(run_variable_parse(options[i], &unused, &error));
        assert_error(&error, ERROR_USAGE, "--env");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_variable_and_what_it_is_for),
        cmocka_unit_test(what_decides_how_programs_run_is_refused),
        cmocka_unit_test(what_is_no_name_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
