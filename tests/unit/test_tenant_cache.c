/* SPDX-License-Identifier: MIT */
/* The tenants that servers named. */
#include "tests/unit/support.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/cleanup.h"
#include "common/store/tenant_cache.h"

#define PLACE "https://dev.azure.com/contoso"
#define OTHER "https://dev.azure.com/fabrikam"

/* Gives each test its own folder, which does not exist yet, nor does its parent. */
static int make_state_home(void **state)
{
    static unsigned count;
    char name[32];
    clear_environment(state);
    snprintf(name, sizeof name, "home%u/state", count++);
    return setenv("XDG_STATE_HOME", below(name), 1);
}

static void assert_tenant(const char *url, const char *tenant)
{
    char found[AUTHORITY_TENANT_MAX];
    if (!tenant_cache_find(url, found))
        fail_msg("no tenant of %s is stored", url);
    assert_string_equal(found, tenant);
}

static void assert_no_tenant(const char *url)
{
    char found[AUTHORITY_TENANT_MAX];
    assert_false(tenant_cache_find(url, found));
}

/* The path of the only file of the folder. Valid until the next call. */
static const char *only_file(void)
{
    static char path[512];
    char folder[256];
    snprintf(folder, sizeof folder, "%s/entra", getenv("XDG_STATE_HOME"));
    DIR *files = opendir(folder);
    assert_non_null(files);
    path[0] = '\0';
    for (struct dirent *entry; (entry = readdir(files)) != NULL;)
        if (entry->d_name[0] != '.') {
            assert_string_equal(path, "");
            snprintf(path, sizeof path, "%s/%.100s", folder, entry->d_name);
        }
    closedir(files);
    return path;
}

static void each_place_has_its_own_tenant(void **state)
{
    (void)state;
    assert_no_tenant(PLACE);
    tenant_cache_keep(PLACE, "contoso.example");
    tenant_cache_keep(OTHER, "fabrikam.example");
    assert_tenant(PLACE, "contoso.example");
    assert_tenant(OTHER, "fabrikam.example");
}

static void another_tenant_replaces_the_earlier_one(void **state)
{
    (void)state;
    tenant_cache_keep(PLACE, "contoso.example");
    tenant_cache_keep(PLACE, "adatum.example");
    assert_tenant(PLACE, "adatum.example");
}

static void the_same_tenant_is_not_written_again(void **state)
{
    (void)state;
    struct stat before, after;
    tenant_cache_keep(PLACE, "contoso.example");
    assert_int_equal(stat(only_file(), &before), 0);
    tenant_cache_keep(PLACE, "contoso.example");
    assert_int_equal(stat(only_file(), &after), 0);
    assert_int_equal(after.st_ino, before.st_ino);
}

static const char *path_of(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/entra/%s", getenv("XDG_STATE_HOME"), name);
    return path;
}

static void make_file(const char *name, time_t days)
{
    const struct timespec then = { .tv_sec = time(NULL) - days * 24 * 3600 };
    const struct timespec times[2] = { then, then };
    autoclose int fd = open(path_of(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(futimens(fd, times), 0);
}

static void what_is_old_or_left_by_a_killed_writer_goes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        time_t days;
        bool stays;
    } files[] = {
        { "0123456789abcdef.tenant.01234567.new", 0, false },
        { "0123456789abcdef.tenant", 91, false },
        { "1123456789abcdef.tenant", 89, true },
        { "appsettings.json", 1000, true },
    };
    tenant_cache_keep(PLACE, "contoso.example");
    for (size_t i = 0; i < ARRAY_SIZE(files); i++)
        make_file(files[i].name, files[i].days);
    tenant_cache_keep(OTHER, "fabrikam.example");
    for (size_t i = 0; i < ARRAY_SIZE(files); i++)
        assert_true((access(path_of(files[i].name), F_OK) == 0) == files[i].stays);
    assert_tenant(PLACE, "contoso.example");
}

static void a_tenant_can_be_forgotten(void **state)
{
    (void)state;
    tenant_cache_keep(PLACE, "contoso.example");
    tenant_cache_keep(OTHER, "fabrikam.example");
    tenant_cache_forget(PLACE);
    assert_no_tenant(PLACE);
    assert_tenant(OTHER, "fabrikam.example");
}

static void what_is_not_a_line_about_this_place_is_ignored(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *tenant; /* NULL: none */
    } cases[] = {
        { PLACE " adatum.example\n", "adatum.example" },
        { PLACE " a\n", "a" },
        { PLACE " adatum.example", NULL },
        { PLACE " \n", NULL },
        { PLACE "/adatum.example\n", NULL },
        { OTHER " adatum.example\n", NULL },
        { PLACE " a/b\n", NULL },
        { "\n", NULL },
        { "", NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        tenant_cache_keep(PLACE, "contoso.example");
        FILE *file = fopen(only_file(), "w");
        fputs(cases[i].text, file);
        fclose(file);
        if (cases[i].tenant != NULL)
            assert_tenant(PLACE, cases[i].tenant);
        else
            assert_no_tenant(PLACE);
    }
}

static void what_is_too_long_is_not_stored(void **state)
{
    (void)state;
    static const struct {
        size_t url, tenant;
        bool stored;
    } cases[] = { { 1024, 253, true }, { 1025, 253, false }, { 1024, 256, false } };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char found[AUTHORITY_TENANT_MAX];
        char *url = repeated('p', cases[i].url), *tenant = repeated('t', cases[i].tenant);
        tenant_cache_forget(url);
        tenant_cache_keep(url, tenant);
        assert_int_equal(tenant_cache_find(url, found), cases[i].stored);
        free(url);
        free(tenant);
    }
}

static void without_a_home_nothing_is_stored(void **state)
{
    (void)state;
    unsetenv("XDG_STATE_HOME");
    tenant_cache_keep(PLACE, "contoso.example");
    assert_no_tenant(PLACE);
}

static void the_folder_is_in_the_home_if_nothing_else_is_named(void **state)
{
    (void)state;
    setenv("XDG_STATE_HOME", "relative", 1);
    setenv("HOME", below("ada"), 1);
    tenant_cache_keep(PLACE, "contoso.example");
    setenv("XDG_STATE_HOME", below("ada/.local/state"), 1);
    assert_tenant(PLACE, "contoso.example");
}

#define TEST(name) cmocka_unit_test_setup(name, make_state_home)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_place_has_its_own_tenant),
        TEST(another_tenant_replaces_the_earlier_one),
        TEST(the_same_tenant_is_not_written_again),
        TEST(what_is_old_or_left_by_a_killed_writer_goes),
        TEST(a_tenant_can_be_forgotten),
        TEST(what_is_not_a_line_about_this_place_is_ignored),
        TEST(what_is_too_long_is_not_stored),
        TEST(without_a_home_nothing_is_stored),
        TEST(the_folder_is_in_the_home_if_nothing_else_is_named),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
