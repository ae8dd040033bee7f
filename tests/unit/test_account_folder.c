/* SPDX-License-Identifier: MIT */
/* Folders by which users keep accounts apart. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdlib.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/entra/account_folder.h"

#define HOME "/home/ada"

static int begin(void **state)
{
    (void)state;
    return setenv("HOME", HOME, 1);
}

static void a_folder_has_one_name_however_it_is_written(void **state)
{
    (void)state;
    static const struct {
        const char *path, *name;
    } cases[] = {
        { "/k/work", "/k/work" },
        { "/k/work/", "/k/work" },
        { "//k///work//", "/k/work" },
        { "/k/./work/.", "/k/work" },
        { "/k/../work", "/k/../work" },
        { "/k/.hidden/..x", "/k/.hidden/..x" },
        { "/", "/" },
        { "", "" },
        { ".", "." },
        { "./work", "./work" },
        { "work/", "work" },
        { "~/work", HOME "/work" },
        { "~", HOME },
        { "$HOME/work", HOME "/work" },
        { "${HOME}/work", HOME "/work" },
        { "~ada/work", "~ada/work" },
        { "$HOMEX/work", "$HOMEX/work" },
        { HOME "/.kube/cache/kubelogin/work", HOME "/.kube/cache/kubelogin/work" },
        { "/home/bob/.kube/cache/kubelogin", "/home/bob/.kube/cache/kubelogin" },
        { ".kube/cache/kubelogin", ".kube/cache/kubelogin" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *name = account_folder(cases[i].path);
        assert_non_null(name);
        assert_string_equal(name, cases[i].name);
    }
}

static void the_usual_folders_are_no_choice(void **state)
{
    (void)state;
    static const char *const paths[] = {
        HOME "/.kube/cache/kubelogin",
        "~/.kube/cache/kubelogin/",
        "$HOME/.kube//cache/kubelogin",
        HOME "/.kube/cache",
        "~/.azure",
        "${HOME}/.azure/",
    };
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
        assert_null(account_folder(paths[i]));
    setenv("HOME", HOME "/", 1);
    assert_null(account_folder(HOME "/.azure"));
    unsetenv("HOME");
    autofree char *name = account_folder("~/.azure");
    assert_string_equal(name, "~/.azure");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_folder_has_one_name_however_it_is_written, begin),
        cmocka_unit_test_setup(the_usual_folders_are_no_choice, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
