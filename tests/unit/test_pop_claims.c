/* SPDX-License-Identifier: MIT */
/* kubelogin's --pop-claims. */
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "helpers/kubectl/pop_claims.h"

static void the_host_is_found_among_other_claims(void **state)
{
    (void)state;
    static const struct {
        const char *text, *host;
    } cases[] = {
        { "u=h", "h" },
        { " u = /a b/(c) ", "/a b/(c)" },
        { "k=v,u=h,l=w", "h" },
        { "uu=v,u=h", "h" },
        { "u=K\xc3\xbc"
          "che",
          "K\xc3\xbc"
          "che" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *host = NULL;
        struct error error = { 0 };
        if (!pop_claims_parse(cases[i].text, &host, &error))
            fail_msg("'%s' was refused: %s", cases[i].text, error.message);
        assert_string_equal(host, cases[i].host);
    }
}

static void claims_that_name_no_host_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        { "", "is not of the form" },
        { ",", "is not of the form" },
        { "u", "is not of the form" },
        { "u= ", "is not of the form" },
        { "=h", "is not of the form" },
        { "u=h,", "is not of the form" },
        { ",u=h", "is not of the form" },
        { "u=h,k", "is not of the form" },
        { "u=h=i", "is not of the form" },
        { "k=v", "has no u" },
        { "U=h", "has no u" },
        { "u=h,u=h", "two values" },
        { "u=a\nb", "has a character" },
        { "u=\xff", "has a character" },
        { "u=a\xe2\x80\xae"
          "b",
          "has a character" }, /* text from right to left */
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char *host = NULL;
        struct error error = { 0 };
        if (pop_claims_parse(cases[i].text, &host, &error))
            fail_msg("'%s' was accepted", cases[i].text);
        assert_error(&error, ERROR_USAGE, cases[i].message);
        assert_null(host);
    }
}

static void claims_have_a_limit(void **state)
{
    (void)state;
    char text[POP_CLAIMS_MAX + 2];
    struct error error = { 0 };
    memset(text, 'a', sizeof text);
    memcpy(text, "u=", 2);
    text[POP_CLAIMS_MAX] = '\0';
    autofree char *host = NULL;
    assert_true(pop_claims_parse(text, &host, &error));
    text[POP_CLAIMS_MAX] = 'a';
    text[POP_CLAIMS_MAX + 1] = '\0';
    assert_false(pop_claims_parse(text, &host, &error));
    assert_error(&error, ERROR_USAGE, "is too long");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_host_is_found_among_other_claims),
        cmocka_unit_test(claims_that_name_no_host_are_refused),
        cmocka_unit_test(claims_have_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
