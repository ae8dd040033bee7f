/* SPDX-License-Identifier: MIT */
/* Which session it is. */
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/cleanup.h"
#include "common/base/session.h"
#include "common/base/text.h"

#define ADDRESS "DBUS_SESSION_BUS_ADDRESS"

static void each_session_has_names_of_its_own(void **state)
{
    (void)state;
    setenv(ADDRESS, "unix:path=/one", 1);
    struct runtime_name one = session_name("silent"), other = session_name("prompt");
    assert_string_equal(session_name("silent").text, one.text);
    assert_string_not_equal(other.text, one.text);
    setenv(ADDRESS, "unix:path=/two", 1);
    assert_string_not_equal(session_name("silent").text, one.text);
}

static void the_bus_of_systemd_is_the_same_whether_its_address_is_set(void **state)
{
    (void)state;
    setenv("XDG_RUNTIME_DIR", "/run/user/1000", 1);
    struct runtime_name name = session_name("silent");
    setenv(ADDRESS, "unix:path=/run/user/1000/bus", 1);
    assert_string_equal(session_name("silent").text, name.text);
    unsetenv(ADDRESS);
    setenv("XDG_RUNTIME_DIR", "/run/user/1001", 1);
    assert_string_not_equal(session_name("silent").text, name.text);
    unsetenv("XDG_RUNTIME_DIR");
    assert_string_equal(session_name("silent").text, session_name("silent").text);
}

static void listen_at(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(strlen(path) < sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path));
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
}

static void a_bus_is_where_the_environment_names_one(void **state)
{
    (void)state;
    assert_false(session_has_bus());
    make_runtime_folder();
    assert_false(session_has_bus());
    autofree char *path = text_format("%s/bus", getenv("XDG_RUNTIME_DIR"));
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    assert_false(session_has_bus());
    unlink(path);
    listen_at(path);
    assert_true(session_has_bus());
    unsetenv("XDG_RUNTIME_DIR");
    assert_false(session_has_bus());
    setenv(ADDRESS, "unix:path=/one", 1);
    assert_true(session_has_bus());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_session_has_names_of_its_own, clear_environment),
        cmocka_unit_test_setup(the_bus_of_systemd_is_the_same_whether_its_address_is_set,
                               clear_environment),
        cmocka_unit_test_setup(a_bus_is_where_the_environment_names_one, clear_environment),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
