/* SPDX-License-Identifier: MIT */
/* The command lines of keyring and of Microsoft's credential provider. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "helpers/keyring/keyring_answer.h"
#include "helpers/keyring/keyring_request.h"
#include "helpers/keyring/provider_request.h"

#define WORDS_MAX 16

/* The words of a line, which the caller frees with free. */
static char *split(const char *line, char *words[WORDS_MAX])
{
    char *copy = strdup(line), *rest = copy;
    size_t count = 0;
    for (char *word; (word = strsep(&rest, " ")) != NULL;)
        if (word[0] != '\0')
            words[count++] = word;
    words[count] = NULL;
    return copy;
}

static bool is_get(const char *line)
{
    char *words[WORDS_MAX];
    char *copy = split(line, words);
    bool is_get = keyring_request_is_get(words);
    free(copy);
    return is_get;
}

static void the_forms_of_pip_and_uv_are_known(void **state)
{
    (void)state;
    assert_true(is_get("get https://a.example/ ada"));
    assert_true(is_get("get https://a.example/"));
    assert_true(is_get("--mode=creds --output=json get https://a.example/"));
    assert_true(is_get("--mode=creds --output=json get https://a.example/ ada"));
    assert_true(is_get("get https://a.example/ --mode creds"));
    assert_true(is_get("get --output plain a --mode=password b"));
}

static void any_other_form_is_not(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",           "get",           "set a b",           "del a b",        "diagnose",
        "a get",      "get a b c",     "--list-backends",   "-b x get a b",   "get a b --help",
        "get a -- b", "--mode get a",  "get a --mode",      "--mode=x get a", "--mod=creds get a",
        "GET a b",    "--output= get", "--modecreds get a", "get - a",
    };
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
        assert_false(is_get(lines[i]));
}

static void a_user_name_is_one_line(void **state)
{
    (void)state;
    assert_true(keyring_request_is_username(NULL));
    assert_true(keyring_request_is_username("ada@contoso.com \xc3\xa4"));
    assert_false(keyring_request_is_username("a\nb"));
    assert_false(keyring_request_is_username("a\x1b"));
    assert_false(keyring_request_is_username("a\x7f"));
}

static struct provider_request parse(const char *line, bool *ret_ok, struct error *error)
{
    static char *words[WORDS_MAX];
    static char *copy;
    struct provider_request request = { 0 };
    free(copy); /* uri is one of its words */
    copy = split(line, words);
    *ret_ok = provider_request_parse(words, &request, error);
    return request;
}

static void the_options_of_the_provider_are_read(void **state)
{
    (void)state;
    bool ok;
    struct error error = { 0 };
    struct provider_request all =
        parse("-Uri https://a.example/ -IsRetry True -NonInteractive true -CanShowDialog False "
              "-OutputFormat Json -Verbosity Debug -RedactPassword",
              &ok, &error);
    assert_true(ok && all.is_retry && all.is_non_interactive && all.without_dialog);
    assert_true(all.wants_json && all.is_verbose && all.wants_redaction);
    assert_string_equal(all.uri, "https://a.example/");
    struct provider_request none =
        parse("-u https://a.example/ -i false -N False -c -f HumanReadable -v Error", &ok, &error);
    assert_true(ok && !none.is_retry && !none.is_non_interactive && !none.without_dialog);
    assert_true(!none.wants_json && !none.is_verbose && !none.wants_redaction);
    parse("-i", &ok, &error);
    assert_false(ok);
    assert_error(&error, ERROR_USAGE, "-Uri is missing");
}

static void the_first_word_tells_whose_command_line_it_is(void **state)
{
    (void)state;
    assert_true(provider_request_is("-Uri") && provider_request_is("-U"));
    assert_true(provider_request_is("-isretry") && provider_request_is("-F"));
    assert_false(provider_request_is("--Uri") || provider_request_is("-V"));
    assert_false(provider_request_is("-h") || provider_request_is("Uri"));
    assert_false(provider_request_is("get") || provider_request_is("-") ||
                 provider_request_is(NULL));
}

static void a_user_name_in_json_is_escaped_and_valid(void **state)
{
    (void)state;
    auto_secret struct secret *password = secret_from_text("eyJ0");
    auto_secret struct secret *answer = keyring_answer_format(true, true, "a\"\\\xff/b", password);
    assert_string_equal(answer->bytes,
                        "{\"username\": \"a\\\"\\\\?/b\", \"password\": \"eyJ0\"}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_forms_of_pip_and_uv_are_known),
        cmocka_unit_test(any_other_form_is_not),
        cmocka_unit_test(a_user_name_is_one_line),
        cmocka_unit_test(the_options_of_the_provider_are_read),
        cmocka_unit_test(the_first_word_tells_whose_command_line_it_is),
        cmocka_unit_test(a_user_name_in_json_is_escaped_and_valid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
