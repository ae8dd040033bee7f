/* SPDX-License-Identifier: MIT */
/* URLs that users type: with the user name of git's URLs, and what is said of others. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <string.h>

#include "common/base/array.h"
#include "common/entra/url_typed.h"

static void a_user_name_is_taken_off(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *text, *username;
    } cases[] = {
        { "https://dev.azure.com/contoso", "https://dev.azure.com/contoso", NULL },
        { "https://contoso@dev.azure.com/contoso/p/_git/r",
          "https://dev.azure.com/contoso/p/_git/r", "contoso" },
        { "https://ada%40contoso.com@dev.azure.com/", "https://dev.azure.com/", "ada@contoso.com" },
        { "https://a%4@dev.azure.com/%zz", "https://dev.azure.com/%zz", "a%4" },
        { "https://dev.azure.com/@scope/x", "https://dev.azure.com/@scope/x", NULL },
        { "https://dev.azure.com?a@b", "https://dev.azure.com?a@b", NULL },
        /* Another program may take what is before the user's end for the host. */
        { "https://dev.azure.com\\@evil.example/", "https://dev.azure.com\\@evil.example/", NULL },
        { "https://a@b@evil.example/", "https://a@b@evil.example/", NULL },
        { "https://@evil.example/", "https://@evil.example/", NULL },
        { "ada@contoso.com", "ada@contoso.com", NULL },
        { "", "", NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_url_typed struct url_typed typed = { 0 };
        struct error error = { 0 };
        assert_true(url_typed_split(cases[i].typed, &typed, &error));
        assert_string_equal(typed.text, cases[i].text);
        if (cases[i].username == NULL)
            assert_null(typed.username);
        else
            assert_string_equal(typed.username, cases[i].username);
    }
}

static void what_was_meant_is_said(void **state)
{
    (void)state;
    static const char ssh[] = "For ssh, git takes a key and asks no credential helper. ";
    static const struct {
        const char *typed, *message, *ssh, *hint;
    } cases[] = {
        { "dev.azure.com/contoso", "https://", "", "Did you mean https://dev.azure.com/contoso?" },
        { "contoso@dev.azure.com/c", "https://", "", "Did you mean https://dev.azure.com/c?" },
        { "ada:s3cret@dev.azure.com/c", "https://", "", "Did you mean https://dev.azure.com/c?" },
        { "dev.azure.com/c?sig=s3cret", "https://", "", "Did you mean https://dev.azure.com/c?" },
        { "ftp://dev.azure.com/c", "https://", "", "" },
        { "kubectl", "https://", "", "" },
        { "a b", "invalid character", "", "" },
        { "https://dev.azure.com:x/", "port", "", "" },
        { "https://a~!@dev.azure.com/c", "user name", "",
          "Give it without: https://dev.azure.com/c" },
        { "https://s3cret@b@dev.azure.com/c", "user name", "",
          "Give it without: https://dev.azure.com/c" },
        { "git@ssh.dev.azure.com:v3/contoso/p/r", "https://", ssh,
          "The https URL is https://dev.azure.com/contoso/p/_git/r." },
        { "ssh://git@ssh.dev.azure.com/v3/contoso/My%20p/r", "https://", ssh,
          "The https URL is https://dev.azure.com/contoso/My%20p/_git/r." },
        { "git@ssh.dev.azure.com:v3/contoso", "https://", ssh, "Give the https URL." },
        { "git@ssh.dev.azure.com:v3/contoso/My p/r", "invalid character", ssh,
          "Give the https URL." },
        { "git@ssh.dev.azure.com.evil.example:v3/c/p/r", "https://", ssh, "Give the https URL." },
        { "git@github.com:app", "https://", ssh, "Give the https URL." },
        { "ssh://github.com/app", "https://", ssh, "Give the https URL." },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_url_typed struct url_typed typed = { 0 };
        struct url url;
        struct error error = { 0 };
        assert_false(url_typed_parse(cases[i].typed, &typed, &url, &error));
        assert_int_equal(error.kind, ERROR_USAGE);
        assert_non_null(strstr(error.message, cases[i].message));
        size_t length = strlen(cases[i].ssh);
        assert_memory_equal(error.hint, cases[i].ssh, length);
        assert_string_equal(error.hint + length, cases[i].hint);
    }
}

static void a_password_is_refused_and_never_shown(void **state)
{
    (void)state;
    static const char *const typed[] = {
        "https://ada:s3cret@dev.azure.com/contoso",
        "https://:s3cret@dev.azure.com/contoso",
        "https://contoso:@dev.azure.com/contoso",
        "ssh://git:s3cret@ssh.dev.azure.com/v3/contoso/p/r",
        "https://ada:s3cret@x@dev.azure.com/contoso",
    };
    for (size_t i = 0; i < ARRAY_SIZE(typed); i++) {
        auto_url_typed struct url_typed split = { 0 };
        struct error error = { 0 };
        assert_false(url_typed_split(typed[i], &split, &error));
        assert_string_equal(error.message, "the URL contains a password");
        assert_null(strstr(error.hint, "s3cret"));
        assert_non_null(strstr(error.hint, "dev.azure.com/"));
    }
}

static void no_secret_is_in_what_is_said_of_a_text(void **state)
{
    (void)state;
    static const char *const typed[] = {
        "ada:s3cret@dev.azure.com/c", "https://ada:s3#cret@dev.azure.com",
        "ada:s3?cret@a.example",      "https://ada:s3/cret@dev.azure.com/",
        "ada:s3/cret@a.example",      "git@host:s3cret@a.example",
    };
    for (size_t i = 0; i < ARRAY_SIZE(typed); i++) {
        auto_url_typed struct url_typed split = { 0 };
        struct url url;
        struct error error = { 0 };
        assert_false(url_typed_parse(typed[i], &split, &url, &error));
        if (strstr(error.hint, "s3") != NULL || strstr(error.message, "s3") != NULL)
            fail_msg("%s: %s %s", typed[i], error.message, error.hint);
    }
}

static void only_a_password_changes_what_is_shown(void **state)
{
    (void)state;
    static const struct {
        const char *text, *safe, *shown;
        bool has_password;
    } cases[] = {
        { "AKS", "AKS", "AKS", false },
        { "ada@contoso.com", "ada@contoso.com", "ada@contoso.com", false },
        { "{\"a\":\"b@c\"}", "{\"a\":\"b@c\"}", "{\"a\":\"b@c\"}", false },
        { "api://my-web-api/.default", "api://my-web-api/.default", "api://my-web-api/.default",
          false },
        { "https://a.example/?x=1", "https://a.example/?x=1", "https://a.example/", false },
        { "https://ada:s3cret@a.example/", "https://a.example/", "https://a.example/", true },
        { "ada:s3cret@a.example", "a.example", "a.example", true },
        { "https://ada:s3/cret@a.example/", "https://a.example/", "https://a.example/", false },
        { "fatal: no 'https://ada:s3cret@a.example/'", "fatal: no 'https://a.example/'",
          "fatal: no 'https://a.example/'", false },
        { "a-word-that-is-much-longer-than-forty-bytes-",
          "a-word-that-is-much-longer-than-forty-bytes-",
          "a-word-that-is-much-longer-than-forty-by", false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct url_shown room;
        assert_string_equal(url_typed_safe(cases[i].text, &room), cases[i].safe);
        assert_string_equal(url_typed_shown(cases[i].text).text, cases[i].shown);
        assert_int_equal(url_typed_has_password(cases[i].text), cases[i].has_password);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_user_name_is_taken_off),
        cmocka_unit_test(what_was_meant_is_said),
        cmocka_unit_test(a_password_is_refused_and_never_shown),
        cmocka_unit_test(no_secret_is_in_what_is_said_of_a_text),
        cmocka_unit_test(only_a_password_changes_what_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
