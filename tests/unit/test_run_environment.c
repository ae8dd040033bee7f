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

static void begin(struct run_environment *ret_environment, bool for_endpoint)
{
    const struct options options = { .config = file_of("{}") };
    struct error error = { 0 };
    auto_config struct config *config = config_load(&options, NULL, &error);
    assert_string_equal(error.message, "");
    run_environment_begin(config, for_endpoint, ret_environment);
}

static void a_value_replaces_the_old_one_for_the_command_alone(void **state)
{
    (void)state;
    auto_run_environment struct run_environment environment = { 0 };
    setenv("PGPASSWORD", "old", 1);
    begin(&environment, false);
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

static void a_variable_that_is_there_twice_is_replaced_or_withheld_twice(void **state)
{
    (void)state;
    auto_run_environment struct run_environment environment = { 0 };
    char *twice[] = { "PGPASSWORD=old",
                      "AZURE_CLIENT_SECRET=s",
                      "IMDS_ENDPOINT=x",
                      "PGPASSWORD=older",
                      "AZURE_CLIENT_SECRET=s",
                      "IMDS_ENDPOINT=x",
                      "IDENTITY_HEADER=x",
                      "IDENTITY_HEADER=x",
                      "NO_PROXY=a",
                      "NO_PROXY=b",
                      NULL };
    char **before = environ;
    environ = twice;
    begin(&environment, true);
    environ = before;
    run_environment_set(&environment, "PGPASSWORD", "new");
    run_environment_pass_proxies(&environment, "h");
    static const char *const expected[] = { CONFIG_WITHHELD_VARIABLE "=AZURE_CLIENT_SECRET",
                                            "PGPASSWORD=new", "NO_PROXY=a,h", "no_proxy=a,h" };
    assert_int_equal(environment.count, ARRAY_SIZE(expected));
    for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
        size_t found = 0;
        for (size_t j = 0; j < environment.count; j++)
            found += strncmp(environment.list[j], expected[i], strlen(expected[i])) == 0;
        assert_int_equal(found, 1);
    }
}

static void what_our_libraries_must_not_see_is_the_commands(void **state)
{
    (void)state;
    auto_run_environment struct run_environment environment = { 0 };
    setenv("SSLKEYLOGFILE", "/keys", 1);
    environment_disarm();
    assert_null(getenv("SSLKEYLOGFILE"));
    begin(&environment, true);
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
        begin(&environment, false);
        char *places[RUN_ENVIRONMENT_PIDS + 1];
        run_environment_make_room_for_pids(&environment, places);
        assert_null(places[0]);
    }
    auto_run_environment struct run_environment environment = { 0 };
    setenv("LISTEN_PID", own, 1);
    setenv("LISTEN_PIDFDID", "5", 1);
    setenv("WATCHDOG_PID", own, 1);
    begin(&environment, false);
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
        cmocka_unit_test(a_value_replaces_the_old_one_for_the_command_alone),
        cmocka_unit_test(a_variable_that_is_there_twice_is_replaced_or_withheld_twice),
        cmocka_unit_test(what_our_libraries_must_not_see_is_the_commands),
        cmocka_unit_test(sockets_are_for_the_command_if_they_were_for_us),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
