/* SPDX-License-Identifier: MIT */
/* The claims of a git server's challenge, kept for the next request. */
#include "tests/unit/support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/runtime_folder.h"
#include "helpers/git/git_claims.h"

static const struct url url = { .https = true, .host = "dev.azure.com", .port = 443 };
static const struct git_request get;

static int begin(void **state)
{
    (void)state;
    static int count;
    char name[16];
    snprintf(name, sizeof name, "%d", count++);
    clear_environment(NULL);
    setenv("XDG_RUNTIME_DIR", below(name), 1);
    return mkdir(getenv("XDG_RUNTIME_DIR"), 0700);
}

static void keep(void)
{
    struct git_request erase = { 0 };
    erase.wwwauth.items[erase.wwwauth.count++] =
        "Bearer realm=\"\", error=\"insufficient_claims\", claims=\"eyJhIjp7fX0=\"";
    git_claims_keep(&erase, &url);
}

/* Replaces the text in the only file of the folder, which then has as long to live. */
static void put(const char *text)
{
    autoclose int folder = runtime_folder_open();
    auto_secret struct secret *line = secret_format("%lld %s", (long long)time(NULL) + 60, text);
    DIR *directory = fdopendir(dup(folder));
    char name[256] = "";
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        if (entry->d_name[0] != '.')
            snprintf(name, sizeof name, "%s", entry->d_name);
    closedir(directory);
    assert_true(name[0] != '\0' && runtime_write(folder, name, line));
}

static void claims_are_kept_until_they_are_dropped(void **state)
{
    (void)state;
    keep();
    autofree char *claims = git_claims_find(&get, &url);
    autofree char *again = git_claims_find(&get, &url);
    git_claims_drop(&get, &url);
    autofree char *dropped = git_claims_find(&get, &url);
    assert_string_equal(claims, "{\"a\":{}}");
    assert_string_equal(again, claims);
    assert_null(dropped);
}

static void a_text_that_is_not_an_object_is_ignored(void **state)
{
    (void)state;
    static const char *const texts[] = { "", "claims", "[]", "\"{}\"", "{} {}", "{" };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        keep();
        put(texts[i]);
        autofree char *claims = git_claims_find(&get, &url);
        assert_null(claims);
    }
    keep();
    put("{\"\xc3\xa4\":\"\xf0\x9f\x94\x91\",\"b\":1}");
    autofree char *claims = git_claims_find(&get, &url);
    assert_string_equal(claims, "{\"\xc3\xa4\":\"\xf0\x9f\x94\x91\",\"b\":1}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(claims_are_kept_until_they_are_dropped, begin),
        cmocka_unit_test_setup(a_text_that_is_not_an_object_is_ignored, begin),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
