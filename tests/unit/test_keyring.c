/* SPDX-License-Identifier: MIT */
/* Which keyring is used, and what a list of items holds. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "keyring/kernel.h"
#include "keyring/secret_service.h"

/* Instead of common/base/module.c: which stores can be loaded, and how often each was. */
static struct {
    bool desktop, kernel;
    int desktop_loads, kernel_loads;
} modules;

static const struct module *load(const struct keyring_module *table, bool there, int *loads,
                                 struct error *error)
{
    ++*loads;
    if (!there)
        error_set(error, ERROR_OTHER, "the module %s cannot be loaded", table->keyring.name);
    return there ? &table->module : NULL;
}

const struct module *module_load(const char *file, struct error *error)
{
    static const struct keyring_module desktop = { .keyring = { .name = "secret-service" } };
    static const struct keyring_module kernel = { .keyring = { .name = "kernel" } };
    if (strcmp(file, KEYRING_SECRET_SERVICE_MODULE) == 0)
        return load(&desktop, modules.desktop, &modules.desktop_loads, error);
    assert_string_equal(file, KEYRING_KERNEL_MODULE);
    return load(&kernel, modules.kernel, &modules.kernel_loads, error);
}

static int begin(void **state)
{
    (void)state;
    clearenv();
    memset(&modules, 0, sizeof modules);
    modules.desktop = modules.kernel = true;
    return 0;
}

static void the_none_keyring_stores_nothing(void **state)
{
    (void)state;
    struct error why = { 0 }, error = { 0 };
    struct keyring_key key = { { { "a", "b" } } };
    auto_keyring_list struct keyring_list list = { 0 };
    struct secret *found = NULL;
    auto_secret struct secret *record = secret_new("r", 1);
    const struct keyring *none = keyring_open("none", &why, &error);
    assert_string_equal(none->name, "none");
    assert_true(none->store(&key, "label", record, 0, 0, &error));
    assert_int_equal(none->lookup(&key, 0, &found, &error), KEYRING_NOTHING);
    assert_true(none->erase(&key, 0, &error));
    assert_int_equal(none->list(&key, 0, &list, &error), KEYRING_FOUND);
    assert_int_equal(list.count, 0);
    assert_int_equal(modules.desktop_loads + modules.kernel_loads, 0);
}

static void with_a_session_bus_the_desktop_keyring_is_used(void **state)
{
    (void)state;
    struct error why = { 0 }, error = { 0 };
    setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere", 1);
    assert_string_equal(keyring_open("auto", &why, &error)->name, "secret-service");
    assert_string_equal(why.message, "");
    assert_string_equal(keyring_open("secret-service", &why, &error)->name, "secret-service");
    assert_int_equal(modules.kernel_loads, 0);
}

/* Loading GLib would be wasted, and might start a bus. */
static void without_a_session_bus_its_module_is_not_loaded(void **state)
{
    (void)state;
    static const char *const cases[] = { NULL, "" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error why = { 0 }, error = { 0 };
        if (cases[i] != NULL)
            setenv("DBUS_SESSION_BUS_ADDRESS", cases[i], 1);
        assert_string_equal(keyring_open("auto", &why, &error)->name, "kernel");
        assert_error(&why, ERROR_KEYRING, "no session bus");
        assert_null(keyring_open("secret-service", &why, &error));
        assert_error(&error, ERROR_KEYRING, "no session bus");
        assert_int_equal(modules.desktop_loads, 0);
    }
}

/* systemd's user bus, if the environment names no other. */
static void a_socket_in_the_runtime_folder_is_a_session_bus(void **state)
{
    (void)state;
    struct error why = { 0 }, error = { 0 };
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    char folder[] = "/tmp/entra-unit-......";
    memset(strchr(folder, '.'), 'X', 6);
    assert_non_null(mkdtemp(folder));
    snprintf(address.sun_path, sizeof address.sun_path, "%s/bus", folder);
    setenv("XDG_RUNTIME_DIR", folder, 1);

    const struct keyring *without = keyring_open("auto", &why, &error);
    bool made_folder = mkdir(address.sun_path, 0700) == 0;
    const struct keyring *with_folder = keyring_open("auto", &why, &error);
    rmdir(address.sun_path);
    autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool bound = bind(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    const struct keyring *with_socket = keyring_open("auto", &why, &error);
    unlink(address.sun_path);
    rmdir(folder);

    assert_true(made_folder && bound);
    assert_string_equal(without->name, "kernel");
    assert_string_equal(with_folder->name, "kernel");
    assert_string_equal(with_socket->name, "secret-service");
}

static void a_module_that_cannot_be_loaded_is_an_error_only_if_it_was_named(void **state)
{
    (void)state;
    struct error why = { 0 }, error = { 0 };
    setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere", 1);
    modules.desktop = false;
    assert_string_equal(keyring_open("auto", &why, &error)->name, "kernel");
    assert_int_equal(error.kind, ERROR_NONE);
    assert_null(keyring_open("secret-service", &why, &error));
    assert_error(&error, ERROR_KEYRING, "secret-service cannot be loaded");
}

static void without_any_module_nothing_is_stored(void **state)
{
    (void)state;
    struct error why = { 0 }, error = { 0 };
    modules.kernel = false;
    assert_string_equal(keyring_open("auto", &why, &error)->name, "none");
    assert_error(&why, ERROR_KEYRING, "kernel cannot be loaded");
    assert_int_equal(error.kind, ERROR_NONE);
    assert_null(keyring_open("kernel", &why, &error));
    assert_error(&error, ERROR_KEYRING, "kernel cannot be loaded");
}

static void the_kernel_keyring_is_second_to_the_desktops(void **state)
{
    (void)state;
    struct error why = { 0 }, error = { 0 };
    setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere", 1);
    const struct keyring *next = keyring_next_best(keyring_open("auto", &why, &error));
    assert_string_equal(next->name, "kernel");
    assert_null(keyring_next_best(next));
}

static void an_unknown_store_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = { "", "file", "NONE", "secret_service", "none " };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error why = { 0 }, error = { 0 };
        if (keyring_open(cases[i], &why, &error) != NULL)
            fail_msg("'%s' was accepted", cases[i]);
        assert_error(&error, ERROR_USAGE, "there is no keyring");
        assert_has(error_advice(&error), "secret-service");
    }
}

static void a_missing_attribute_is_empty(void **state)
{
    (void)state;
    auto_keyring_list struct keyring_list list = { calloc(1, sizeof(struct keyring_item)), 1 };
    keyring_item_add(&list.items[0], "a", "1");
    keyring_item_add(&list.items[0], "b", "2");
    assert_string_equal(keyring_item_attribute(&list.items[0], "a"), "1");
    assert_string_equal(keyring_item_attribute(&list.items[0], "b"), "2");
    assert_string_equal(keyring_item_attribute(&list.items[0], "c"), "");
}

/* Such as a null, or more attributes than a key can have. */
static void an_item_has_the_attributes_that_are_texts(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":null,\"b\":1,\"c\":[\"x\"],\"d\":\"x\\u0000y\",\"e\":true,"
                               "\"1\":\"x\",\"2\":\"x\",\"3\":\"x\",\"4\":\"x\",\"5\":\"x\","
                               "\"6\":\"x\",\"7\":\"x\",\"8\":\"x\",\"9\":\"last\"}";
    struct error error;
    auto_json json_object *attributes = json_parse(text, strlen(text), &error);
    auto_keyring_list struct keyring_list list = { calloc(1, sizeof(struct keyring_item)), 1 };
    keyring_item_add_json(&list.items[0], attributes);
    assert_int_equal(list.items[0].attribute_count, 9);
    assert_string_equal(keyring_item_attribute(&list.items[0], "a"), "");
    assert_string_equal(keyring_item_attribute(&list.items[0], "d"), "");
    assert_string_equal(keyring_item_attribute(&list.items[0], "9"), "last");
}

static int wiped; /* secrets */

void __real_secret_free(struct secret *secret);
void __wrap_secret_free(struct secret *secret);
void __wrap_secret_free(struct secret *secret)
{
    wiped += secret != NULL;
    __real_secret_free(secret);
}

static void of_a_cleared_list_nothing_is_left(void **state)
{
    (void)state;
    struct keyring_list list = { calloc(4, sizeof(struct keyring_item)), 4 };
    for (size_t i = 0; i < 3; i++) { /* the last one is locked */
        list.items[i] = (struct keyring_item){ .label = strdup("label"),
                                               .place = strdup("place"),
                                               .record = secret_new("r", 1) };
        keyring_item_add(&list.items[i], "name", "value");
    }
    wiped = 0;
    keyring_list_clear(&list);
    assert_int_equal(wiped, 3);
    assert_null(list.items);
    assert_int_equal(list.count, 0);
    keyring_list_clear(&list);
    assert_int_equal(wiped, 3);
}

#define TEST(function) cmocka_unit_test_setup(function, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_none_keyring_stores_nothing),
        TEST(with_a_session_bus_the_desktop_keyring_is_used),
        TEST(without_a_session_bus_its_module_is_not_loaded),
        TEST(a_socket_in_the_runtime_folder_is_a_session_bus),
        TEST(a_module_that_cannot_be_loaded_is_an_error_only_if_it_was_named),
        TEST(without_any_module_nothing_is_stored),
        TEST(the_kernel_keyring_is_second_to_the_desktops),
        TEST(an_unknown_store_is_refused),
        TEST(a_missing_attribute_is_empty),
        TEST(an_item_has_the_attributes_that_are_texts),
        TEST(of_a_cleared_list_nothing_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
