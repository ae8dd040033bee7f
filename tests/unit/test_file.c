/* SPDX-License-Identifier: MIT */
/* Files that are read. */
#include "tests/unit/support.h"

#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/file.h"
#include "common/base/text.h"

static void a_file_is_read_to_the_limit_and_not_beyond(void **state)
{
    (void)state;
    struct error error;
    struct file_rights rights = { 0 };
    const char *path = file_of("12345");
    auto_secret struct secret *text = file_read(path, 5, &rights, &error);
    assert_non_null(text);
    assert_int_equal(text->length, 5);
    assert_memory_equal(text->bytes, "12345", 5);
    assert_int_equal(rights.mode & 07777U, 0600);
    assert_null(file_read(path, 4, &rights, &error));
    assert_error(&error, ERROR_USAGE, "File too large");
}

static void a_file_that_is_not_there_says_so(void **state)
{
    (void)state;
    struct error error;
    struct file_rights rights;
    assert_null(file_read(below("nothing"), 5, &rights, &error));
    assert_error(&error, ERROR_USAGE, "nothing: No such file or directory");
}

static void a_name_is_a_path_or_a_file_url(void **state)
{
    (void)state;
    assert_string_equal(file_path("/a/b"), "/a/b");
    assert_string_equal(file_path("b"), "b");
    assert_string_equal(file_path("file:///a/b"), "/a/b");
    assert_string_equal(file_path("file:/a/b"), "/a/b");
    assert_string_equal(file_path("file:a"), "a");
    assert_string_equal(file_path("File:///a/b"), "/a/b");
    assert_string_equal(file_path("FILE:a"), "a");
    assert_string_equal(file_path("file://localhost/a/b"), "/a/b");
    assert_string_equal(file_path("file://LocalHost/a/b"), "/a/b");
}

static void a_file_of_another_host_is_no_path(void **state)
{
    (void)state;
    static const char *const names[] = { "file://host/a",    "File://host/a",
                                         "file://",          "file://a",
                                         "file://localhost", "file://localhost.example/a" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        assert_string_equal(file_path(names[i]), names[i]);
        assert_true(file_is_uri(names[i]));
    }
}

static void other_uris_are_no_paths(void **state)
{
    (void)state;
    assert_true(file_is_uri("pkcs11:token=a"));
    assert_true(file_is_uri("handle:0x81000000"));
    assert_true(file_is_uri("PKCS11:token=a"));
    assert_true(file_is_uri("Handle:0x81000000"));
    assert_false(file_is_uri("file:a"));
    assert_false(file_is_uri("FILE:///a"));
    assert_false(file_is_uri("file://localhost/a"));
    assert_false(file_is_uri("2024:a"));
    assert_false(file_is_uri(".key:a"));
    assert_false(file_is_uri("/a:b"));
    assert_false(file_is_uri("c:a"));
}

static void a_relative_name_is_below_a_folder(void **state)
{
    (void)state;
    static const struct {
        const char *folder, *name, *path;
    } cases[] = {
        { "/a", "b", "/a/b" },      { "/a/", "b", "/a/b" },      { "/", "b", "/b" },
        { "/a", "/b", "/b" },       { "/a", "././b", "/a/b" },   { "/a", ".b", "/a/.b" },
        { "/a", "file:b", "/a/b" }, { "/a", "file:///b", "/b" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *path = file_path_below(cases[i].folder, cases[i].name);
        assert_string_equal(path, cases[i].path);
    }
}

/* Owners and groups that no process of this test has. */
#define SOMEBODY 54321

static bool has_readers(const char *path, mode_t mode, uid_t owner)
{
    return file_has_readers(path, &(struct file_rights){ mode, owner, SOMEBODY });
}

/* This test may run as root. */
static uid_t become_a_user(void)
{
    if (geteuid() == 0) {
        assert_int_equal(setgroups(0, NULL), 0);
        assert_int_equal(setegid(1000), 0);
        assert_int_equal(seteuid(1000), 0);
    }
    return geteuid();
}

static void be_root_again(void)
{
    if (getuid() == 0) {
        assert_int_equal(seteuid(0), 0);
        assert_int_equal(setegid(0), 0);
    }
}

static void others_can_read_a_users_file_that_is_its_groups_or_everybodys(void **state)
{
    (void)state;
    static const struct {
        mode_t mode;
        bool by_others;
    } cases[] = { { 0600, false }, { 0733, false }, { 0640, true }, { 0604, true } };
    uid_t user = become_a_user();
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(has_readers("/a", cases[i].mode, user), cases[i].by_others);
    be_root_again();
}

static void root_gives_a_file_to_the_group_that_needs_it(void **state)
{
    (void)state;
    assert_false(has_readers("/a", 0640, 0));
    assert_false(has_readers("/a", 0440, 0));
    assert_true(has_readers("/a", 0644, 0));
    become_a_user();
    assert_false(has_readers("/a", 0640, 0));
    assert_true(has_readers("/a", 0604, 0));
    be_root_again();
}

static void the_advice_takes_a_file_from_nobody_who_needs_it(void **state)
{
    (void)state;
    uid_t user = become_a_user();
    autofree char *regroup =
        text_format("sudo chgrp %u /a && sudo chmod g+r,o-r /a", (unsigned)getegid());
    autofree char *grant =
        text_format("sudo setfacl -m u:%u:r /a && sudo chmod o-r /a", (unsigned)geteuid());
    const struct {
        struct file_rights rights;
        const char *command;
    } cases[] = {
        { { 0644, user, SOMEBODY }, "chmod go-r /a" },
        { { 0644, 0, getegid() }, "sudo chmod o-r /a" },
        { { 0604, 0, getegid() }, grant },
        { { 0644, 0, SOMEBODY }, grant },
        { { 0604, 0, SOMEBODY }, grant },
        { { 0644, 0, 0 }, regroup },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *command = file_hiding_command("/a", &cases[i].rights);
        assert_string_equal(command, cases[i].command);
    }
    be_root_again();
    autofree char *of_root = file_hiding_command("/it's", &(struct file_rights){ 0644, 0, 1 });
    if (geteuid() == 0)
        assert_string_equal(of_root, "chmod o-r \"/it's\"");
}

static void credentials_of_a_service_have_a_mask_in_the_place_of_the_group(void **state)
{
    (void)state;
    uid_t user = become_a_user();
    setenv("CREDENTIALS_DIRECTORY", "/run/credentials/a", 1);
    assert_false(has_readers("/run/credentials/a/secret", 0440, user));
    assert_true(has_readers("/run/credentials/a/secret", 0444, user));
    assert_true(has_readers("/run/credentials/another/secret", 0440, user));
    assert_true(has_readers("/run/credentials/a", 0440, user));
    assert_true(has_readers("/home/ada/secret/file/of/hers", 0440, user));
    setenv("CREDENTIALS_DIRECTORY", "run", 1); /* as everywhere, ignored unless it is absolute */
    assert_true(has_readers("run/secret", 0440, user));
    setenv("CREDENTIALS_DIRECTORY", "/", 1);
    assert_true(has_readers("//secret", 0440, user));
    be_root_again();
}

static void a_secret_that_others_can_read_draws_a_warning(void **state)
{
    (void)state;
    static const struct {
        mode_t mode;
        bool draws;
    } cases[] = { { 0600, false }, { 0644, true } };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *path = file_of_bytes("secret", 6, cases[i].mode);
        struct error error;
        catch_output(2);
        auto_secret struct secret *text = file_read_secret(path, 100, &error);
        const char *said = caught_output();
        assert_non_null(text);
        if (cases[i].draws)
            assert_has(said, "holds a secret and others can read it (mode 0644). Run 'chmod ");
        else
            assert_string_equal(said, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read_to_the_limit_and_not_beyond),
        cmocka_unit_test(a_file_that_is_not_there_says_so),
        cmocka_unit_test(a_name_is_a_path_or_a_file_url),
        cmocka_unit_test(a_file_of_another_host_is_no_path),
        cmocka_unit_test(other_uris_are_no_paths),
        cmocka_unit_test(a_relative_name_is_below_a_folder),
        cmocka_unit_test_setup(others_can_read_a_users_file_that_is_its_groups_or_everybodys,
                               clear_environment),
        cmocka_unit_test(root_gives_a_file_to_the_group_that_needs_it),
        cmocka_unit_test(the_advice_takes_a_file_from_nobody_who_needs_it),
        cmocka_unit_test_setup(credentials_of_a_service_have_a_mask_in_the_place_of_the_group,
                               clear_environment),
        cmocka_unit_test_setup(a_secret_that_others_can_read_draws_a_warning, clear_environment),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
