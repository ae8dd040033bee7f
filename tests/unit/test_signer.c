/* SPDX-License-Identifier: MIT */
/* What is made of the answer of the process that signs, which ran the library of a device. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <errno.h>
#include <string.h>

#include "common/acquire/app/signer.h"
#include "common/base/subprocess.h"

/* How the process ends, and what it answers; a NUL is written as | here. */
static struct {
    enum subprocess_end end;
    int status;
    const char *text;
} process;

enum subprocess_end __wrap_subprocess_start(const struct subprocess *subprocess, int64_t deadline,
                                            int *ret_status, struct secret **ret_output);

enum subprocess_end __wrap_subprocess_start(const struct subprocess *subprocess, int64_t deadline,
                                            int *ret_status, struct secret **ret_output)
{
    (void)deadline;
    assert_string_equal(subprocess->words[0], "entra-sign");
    assert_has(subprocess->input->bytes, "entra-sign");
    errno = EAGAIN;
    if (process.end != SUBPROCESS_ENDED)
        return process.end;
    *ret_status = process.status;
    *ret_output = secret_from_text(process.text);
    for (size_t i = 0; i < (*ret_output)->length; i++)
        if ((*ret_output)->bytes[i] == '|')
            (*ret_output)->bytes[i] = '\0';
    return process.end;
}

static char warned[256];

static void on_warning(const char *code, const char *text, const char *advice)
{
    snprintf(warned, sizeof warned, "%s: %s. %s", code, text, advice);
}

/* Returns false, as there is no certificate in any of the answers here. */
static bool sign(enum subprocess_end end, int status, const char *text, struct error *error)
{
    const struct token_request request = { .instance = "https://login.microsoftonline.com",
                                           .tenant = "contoso.com",
                                           .client_id = "app" };
    const struct credential credential = { .kind = CREDENTIAL_CERTIFICATE,
                                           .path = "pkcs11:object=x?pin-value=1" };
    process.end = end;
    process.status = status;
    process.text = text;
    *error = (struct error){ 0 };
    warned[0] = '\0';
    return signer_sign(&request, &credential, 0, NULL, error) != NULL;
}

#define FAILED "the key in pkcs11:object=x cannot be used: the process that loads it failed"

static void an_error_is_passed_on(void **state)
{
    (void)state;
    struct error error;
    assert_false(sign(SUBPROCESS_ENDED, 0, "-2|too bad|Do it.|a_code|", &error));
    assert_error(&error, ERROR_USAGE, "too bad");
    assert_string_equal(error.hint, "Do it.");
    assert_string_equal(error.code, "a_code");
}

static void warnings_are_passed_on_first(void **state)
{
    (void)state;
    struct error error;
    reporting.on_warning = on_warning;
    assert_false(
        sign(SUBPROCESS_ENDED, 0, "!one|is old||!two|is odd|Do it.|-2|too bad|||", &error));
    reporting.on_warning = NULL;
    assert_error(&error, ERROR_USAGE, "too bad");
    assert_string_equal(warned, "two: is odd. Do it.");
}

static void an_answer_that_is_none_is_no_mistake_of_the_user(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "",     "|",           "x",       "-",       "-2",       "-2|",
        "-2|a", "-2|a|b|c",    "-0|a|||", "-9|a|||", "-|a|||",   "-2|a||||",
        "!",    "!code|text|", "!code|",  "+",       "+not DER", "!code|text|",
    };
    reporting.on_warning = on_warning;
    for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
        struct error error;
        assert_false(sign(SUBPROCESS_ENDED, 0, answers[i], &error));
        assert_error(&error, ERROR_OTHER, FAILED);
    }
    reporting.on_warning = NULL;
}

static void the_error_says_how_the_process_ended(void **state)
{
    (void)state;
    static const struct {
        enum subprocess_end end;
        int status;
        enum error_kind kind;
        const char *message;
    } cases[] = {
        { SUBPROCESS_ENDED, 2, ERROR_OTHER, FAILED },
        { SUBPROCESS_ENDED, -1, ERROR_OTHER, FAILED },
        { SUBPROCESS_TOO_MUCH, 0, ERROR_OTHER, FAILED },
        { SUBPROCESS_UNREADABLE, 0, ERROR_OTHER, FAILED },
        { SUBPROCESS_LOST, 0, ERROR_OTHER, FAILED },
        { SUBPROCESS_NO_PROCESS, 0, ERROR_OTHER, "cannot start a process: Resource" },
        { SUBPROCESS_NOT_RUN, 0, ERROR_OTHER, "cannot start a process: Resource" },
        { SUBPROCESS_TOO_LONG, 0, ERROR_USAGE, "the key in pkcs11:object=x took too long" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error;
        assert_false(sign(cases[i].end, cases[i].status, "", &error));
        assert_error(&error, cases[i].kind, cases[i].message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_is_passed_on),
        cmocka_unit_test(warnings_are_passed_on_first),
        cmocka_unit_test(an_answer_that_is_none_is_no_mistake_of_the_user),
        cmocka_unit_test(the_error_says_how_the_process_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
