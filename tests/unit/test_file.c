/* SPDX-License-Identifier: MIT */
/* Files that are read. */
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/cleanup.h"
#include "common/base/file.h"

static void a_file_is_read_to_the_limit_and_not_beyond(void **state)
{
    (void)state;
    struct error error;
    unsigned mode = 0;
    const char *path = file_of("12345");
    auto_secret struct secret *text = file_read(path, 5, &mode, &error);
    assert_non_null(text);
    assert_int_equal(text->length, 5);
    assert_memory_equal(text->bytes, "12345", 5);
    assert_int_equal(mode & 07777U, 0600);
    assert_null(file_read(path, 4, &mode, &error));
    assert_error(&error, ERROR_USAGE, "File too large");
}

static void a_file_that_is_not_there_says_so(void **state)
{
    (void)state;
    struct error error;
    unsigned mode;
    assert_null(file_read(below("nothing"), 5, &mode, &error));
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

static void others_can_read_a_file_of_the_group_or_of_all(void **state)
{
    (void)state;
    static const struct {
        unsigned mode;
        bool by_others;
    } cases[] = { { 0600, false }, { 0733, false }, { 0640, true }, { 0604, true } };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(file_has_readers("/a", cases[i].mode), cases[i].by_others);
}

static void credentials_of_a_service_have_a_mask_in_the_place_of_the_group(void **state)
{
    (void)state;
    setenv("CREDENTIALS_DIRECTORY", "/run/credentials/a", 1);
    assert_false(file_has_readers("/run/credentials/a/secret", 0440));
    assert_true(file_has_readers("/run/credentials/a/secret", 0444));
    assert_true(file_has_readers("/run/credentials/another/secret", 0440));
    assert_true(file_has_readers("/run/credentials/a", 0440));
    assert_true(file_has_readers("/home/ada/secret/file/of/hers", 0440));
    setenv("CREDENTIALS_DIRECTORY", "run", 1); /* as everywhere, ignored unless it is absolute */
    assert_true(file_has_readers("run/secret", 0440));
    setenv("CREDENTIALS_DIRECTORY", "/", 1);
    assert_true(file_has_readers("//secret", 0440));
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
            assert_has(said, "holds a secret and others can read it (mode 0644): chmod go-r");
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
        cmocka_unit_test_setup(others_can_read_a_file_of_the_group_or_of_all, clear_environment),
        cmocka_unit_test_setup(credentials_of_a_service_have_a_mask_in_the_place_of_the_group,
                               clear_environment),
        cmocka_unit_test_setup(a_secret_that_others_can_read_draws_a_warning, clear_environment),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
