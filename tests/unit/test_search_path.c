/* SPDX-License-Identifier: MIT */
/* Which program a name runs. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/search_path.h"
#include "common/base/text.h"

static void make_file(const char *path, mode_t mode)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(chmod(path, mode), 0);
}

/* The working folder: programs, but first/tool is not executable and first/folder is a folder. */
static int setup(void **state)
{
    if (make_folder(state) != 0 || chdir(below(".")) != 0 || mkdir("first", 0700) != 0 ||
        mkdir("second", 0700) != 0 || mkdir("first/folder", 0700) != 0)
        return -1;
    make_file("here", 0700);
    make_file("first/tool", 0600);
    make_file("second/tool", 0700);
    make_file("second/folder", 0700);
    assert_int_equal(symlink("loop", "first/loop"), 0);
    make_file("second/loop", 0700);
    return 0;
}

/* In a case, @ stands for the working folder. */
static char *at(const char *text)
{
    autofree char *folder = getcwd(NULL, 0);
    char *whole = strdup("");
    for (; *text != '\0'; text++) {
        autofree char *before = whole;
        whole =
            *text == '@' ? text_format("%s%s", before, folder) : text_format("%s%c", before, *text);
    }
    return whole;
}

static void a_name_runs_the_first_program_of_the_path(void **state)
{
    (void)state;
    static const struct {
        const char *path, *name, *found;
    } cases[] = {
        { "@/first:@/second", "tool", "@/second/tool" },
        { "@/first:@/second", "folder", "@/second/folder" },
        { "@/first:@/nowhere", "tool", "" },
        { "@/first:@/second", "here", "" },
        { "@/first:@/second", "", "" },
        { "@/first", "@/second/tool", "@/second/tool" },
        { "@/second", "@/first/tool", "" },
        { "@/second", "@/first/folder", "" },
        /* What depends on the working folder is passed over. */
        { "", "here", "" },
        { ":@/first", "here", "" },
        { "@/first::@/second", "here", "" },
        { "@/first:", "here", "" },
        { ".:second", "tool", "" },
        { ":second:@/second", "tool", "@/second/tool" },
        { "@", "here", "@/here" },
        { "@/first", "second/tool", "" },
        { "@/first", "./here", "" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *path = at(cases[i].path);
        autofree char *name = at(cases[i].name);
        autofree char *expected = at(cases[i].found);
        setenv("PATH", path, 1);
        autofree char *found = search_path_find(name);
        assert_string_equal(found != NULL ? found : "", expected);
    }
}

static void a_typed_name_may_be_a_relative_path_but_the_folders_of_the_path_may_not(void **state)
{
    (void)state;
    static const struct {
        const char *path, *name, *found;
        int failure;
        const char *passed_over;
    } cases[] = {
        { "@/first:@/second", "tool", "@/second/tool", 0, "" },
        { "@/first:@/second", "folder", "@/second/folder", 0, "" },
        { "@/first:@/nowhere", "tool", "", EACCES, "" },
        { "@/first:@/second", "loop", "@/second/loop", 0, "" },
        { "@/nowhere:@/here", "tool", "", ENOENT, "" },
        { "@/nowhere", "./here", "./here", 0, "" },
        { "@/nowhere", "second/tool", "second/tool", 0, "" },
        { "@/second", "first/tool", "", EACCES, "" },
        { "@/second", "./nothing", "", ENOENT, "" },
        { "@", "", "", ENOENT, "" },
        { "", "here", "", ENOENT, "./here" },
        { "@/first:", "here", "", ENOENT, "./here" },
        { "@/first::@/second", "here", "", ENOENT, "./here" },
        { ".:@/second", "here", "", ENOENT, "./here" },
        { "@/first:first:second", "tool", "", EACCES, "second/tool" },
        { "second:@/second", "tool", "@/second/tool", 0, "second/tool" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *path = at(cases[i].path);
        autofree char *expected = at(cases[i].found);
        autofree char *found = NULL;
        setenv("PATH", path, 1);
        assert_int_equal(search_path_look(cases[i].name, &found), cases[i].failure);
        assert_string_equal(found != NULL ? found : "", expected);
        autofree char *passed_over = search_path_passed_over(cases[i].name);
        assert_string_equal(passed_over != NULL ? passed_over : "", cases[i].passed_over);
    }
}

static bool is_not_of_first(const char *path)
{
    return strstr(path, "/first/") == NULL;
}

static void the_search_goes_on_behind_a_program(void **state)
{
    (void)state;
    static const struct {
        const char *path, *behind, *found;
    } cases[] = {
        { "@/second:@", "", "@/second/here" },
        { "@/second:@", "@/nowhere/here", "@/second/here" },
        { "@/second:@", "@/second/here", "@/here" },
        { "@/second:@", "@/here", "" },
        { "@/second:@:@/second", "@/second/here", "" },
        { "@:@/second:@", "@/second/here", "@/here" },
        { "@/second:second:@", "@/second/here", "@/here" },
    };
    autofree char *link = at("@/second/here");
    assert_int_equal(symlink("../here", link), 0);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *path = at(cases[i].path);
        autofree char *behind = at(cases[i].behind);
        autofree char *expected = at(cases[i].found);
        setenv("PATH", path, 1);
        autofree char *found =
            search_path_find_behind("here", behind[0] != '\0' ? behind : NULL, is_not_of_first);
        assert_string_equal(found != NULL ? found : "", expected);
    }
    assert_int_equal(unlink(link), 0);
}

static void a_folder_has_its_place_in_the_path(void **state)
{
    (void)state;
    static const struct {
        const char *path, *folder;
        size_t place;
    } cases[] = {
        { "/a:/b", "/a", 0 },         { "/a:/b", "/b", 1 },
        { "/a:/b/", "/b", 1 },        { "/a://b//", "/b", SIZE_MAX },
        { "/a//:/b", "/a/", 0 },      { "/a:/b", "/c", SIZE_MAX },
        { "/ab:/b", "/a", SIZE_MAX }, { "/a/b", "/a", SIZE_MAX },
        { ":/a:", "/a", 1 },          { "a:/a", "/a", 1 },
        { "", "/a", SIZE_MAX },       { "/a:/", "/", 1 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        setenv("PATH", cases[i].path, 1);
        assert_int_equal(search_path_place(cases[i].folder), cases[i].place);
    }
}

static void without_a_path_there_are_the_systems_programs(void **state)
{
    (void)state;
    unsetenv("PATH");
    autofree char *found = search_path_find("sh");
    assert_string_equal(found != NULL ? found : "", "/bin/sh");
    assert_int_equal(search_path_place("/usr/bin"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_runs_the_first_program_of_the_path),
        cmocka_unit_test(a_typed_name_may_be_a_relative_path_but_the_folders_of_the_path_may_not),
        cmocka_unit_test(the_search_goes_on_behind_a_program),
        cmocka_unit_test(a_folder_has_its_place_in_the_path),
        cmocka_unit_test(without_a_path_there_are_the_systems_programs),
    };
    return cmocka_run_group_tests(tests, setup, remove_folder);
}
