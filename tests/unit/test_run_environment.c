/* SPDX-License-Identifier: MIT */
/* The environment of the command that `entra run` runs. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/environment.h"
#include "helpers/entra/run/run_environment.h"

static void a_variable_and_what_it_is_for(void **state)
{
    (void)state;
    static const struct {
        const char *option, *name, *wanted;
    } cases[] = {
        { "PGPASSWORD=PostgreSQL", "PGPASSWORD", "PostgreSQL" },
        { "_x1=api://a/.default", "_x1", "api://a/.default" },
        { "NODE_AUTH_TOKEN=a=b", "NODE_AUTH_TOKEN", "a=b" },
        { "GIT_TOKEN=AzureDevOps", "GIT_TOKEN", "AzureDevOps" },
        { "PATHS=x", "PATHS", "x" },
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

static void a_value_replaces_the_old_one_for_the_command_alone(void **state)
{
    (void)state;
    auto_run_environment struct run_environment environment = { 0 };
    setenv("PGPASSWORD", "old", 1);
    run_environment_begin(&environment, false);
    size_t before = environment.count;
    run_environment_set(&environment, "PGPASSWORD", "new");
    run_environment_set(&environment, "PGPASS", "other");
    assert_string_equal(run_environment_get(&environment, "PGPASSWORD"), "new");
    assert_string_equal(run_environment_get(&environment, "PGPASS"), "other");
    assert_null(run_environment_get(&environment, "PGPA"));
    assert_int_equal(environment.count, before + 1);
    assert_null(environment.list[environment.count]);
    assert_string_equal(getenv("PGPASSWORD"), "old");
    unsetenv("PGPASSWORD");
}

static void what_our_libraries_must_not_see_is_the_commands(void **state)
{
    (void)state;
    auto_run_environment struct run_environment environment = { 0 };
    setenv("SSLKEYLOGFILE", "/keys", 1);
    environment_disarm();
    assert_null(getenv("SSLKEYLOGFILE"));
    run_environment_begin(&environment, true);
    assert_string_equal(run_environment_get(&environment, "SSLKEYLOGFILE"), "/keys");
}

static void sockets_are_for_the_command_if_they_were_for_us(void **state)
{
    (void)state;
    char own[16];
    snprintf(own, sizeof own, "%d", (int)getpid());
    static const char *const others[] = { NULL, "", "1" };
    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        auto_run_environment struct run_environment environment = { 0 };
        unsetenv("LISTEN_PID");
        if (others[i] != NULL)
            setenv("LISTEN_PID", others[i], 1);
        run_environment_begin(&environment, false);
        char *places[RUN_ENVIRONMENT_PIDS + 1];
        run_environment_make_room_for_pids(&environment, places);
        assert_null(places[0]);
    }
    auto_run_environment struct run_environment environment = { 0 };
    setenv("LISTEN_PID", own, 1);
    setenv("LISTEN_PIDFDID", "5", 1);
    setenv("WATCHDOG_PID", own, 1);
    run_environment_begin(&environment, false);
    char *places[RUN_ENVIRONMENT_PIDS + 1];
    run_environment_make_room_for_pids(&environment, places);
    assert_ptr_equal(places[0], run_environment_get(&environment, "LISTEN_PID"));
    assert_int_equal(strlen(places[0]), strlen("4294967295"));
    assert_ptr_equal(places[1], run_environment_get(&environment, "WATCHDOG_PID"));
    assert_null(places[2]);
    assert_null(run_environment_get(&environment, "LISTEN_PIDFDID"));
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_PIDFDID");
    unsetenv("WATCHDOG_PID");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_variable_and_what_it_is_for),
        cmocka_unit_test(what_decides_how_programs_run_is_refused),
        cmocka_unit_test(what_is_no_name_is_refused),
        cmocka_unit_test(a_value_replaces_the_old_one_for_the_command_alone),
        cmocka_unit_test(what_our_libraries_must_not_see_is_the_commands),
        cmocka_unit_test(sockets_are_for_the_command_if_they_were_for_us),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
