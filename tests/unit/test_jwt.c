/* SPDX-License-Identifier: MIT */
/* The claims of a JWT, and what is not a JWT. */
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/entra/jwt.h"
#include "common/entra/token.h"

/* The claims, parsed from bytes without a NUL after them; "" if there are none. */
static char *claims_of(const char *token, size_t length, struct error *error)
{
    autofree char *bytes = malloc(length + 1);
    memcpy(bytes, token, length);
    bytes[length] = 'A'; /* which would be read as part of the token */
    auto_json json_object *claims = jwt_claims(bytes, length, error);
    return strdup(claims != NULL
                      ? json_object_to_json_string_ext(claims, JSON_C_TO_STRING_PLAIN |
                                                                   JSON_C_TO_STRING_NOSLASHESCAPE)
                      : "");
}

static void the_claims_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *token, *claims;
    } cases[] = {
        /* RFC 7515, appendix A.1, with line breaks in the claims. */
        { "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
          "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
          "cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
          "{'iss':'joe','exp':1300819380,'http://example.com/is_root':true}" },
        /* Claims of a length of 0, 1 and 2 modulo 3. */
        { "e30.eyJhIjoxMn0.", "{'a':12}" },
        { "e30.eyJhIjoxfQ.c2ln", "{'a':1}" },
        { "e30.eyJhIjoxMjN9.c2ln", "{'a':123}" },
        { "e30.e30.", "{}" },
        /* The characters that only base64url has: two of U+00FF and U+00FE, of U+07FF. */
        { "e30.eyJhIjoiw7_DviJ9.", "{'a':'\xc3\xbf\xc3\xbe'}" },
        { "e30.eyJhIjoi378-In0.", "{'a':'\xdf\xbf>'}" },
        /* A name with such letters, and an integer beyond 64 bits. */
        { "e30.eyJuYW1lIjoiWm_DqyDlsbEg8J-UkSIsIm4iOjE4NDQ2NzQ0MDczNzA5NTUxNjE2LCJ4IjoieSJ9.",
          "{'name':'Zo\xc3\xab \xe5\xb1\xb1 \xf0\x9f\x94\x91','n':18446744073709551615,'x':'y'}" },
        /* The header and the signature are not read. */
        { "!.e30.!", "{}" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { 0 };
        autofree char *claims = claims_of(cases[i].token, strlen(cases[i].token), &error);
        autofree char *expected = json_text(cases[i].claims);
        assert_string_equal(claims, expected);
    }
}

static void anything_else_is_not_a_jwt(void **state)
{
    (void)state;
    static const struct {
        const char *token, *why;
    } cases[] = {
        { "", "three parts" },
        { "opaque", "three parts" },
        { "e30.e30", "three parts" },
        { "e30.e30.e30.e30", "three parts" },
        { "eyJlbmMiOiJBIn0.a.b.c.d", "three parts" }, /* encrypted: RFC 7516 */
        { "e30.e3 0.", "not base64url" },
        { "e30.e30=.", "not base64url" },
        { "e30.e3+0.", "not base64url" },
        { "e30.e3/0.", "not base64url" },
        { "e30.e\xc3\xa4.", "not base64url" },
        { "e30.e30A1.", "not base64url" }, /* a lone letter */
        { "e30.e31.", "not base64url" },   /* bits left over */
        { "e30.eyJhIjoxfR.", "not base64url" },
        { "e30..", "not a JSON object" },
        { "e30.MQ.", "not a JSON object" },           /* 1 */
        { "e30.W10.", "not a JSON object" },          /* [] */
        { "e30.bnVsbA.", "not a JSON object" },       /* null */
        { "e30.eyJhIjoxfXg.", "not a JSON object" },  /* {"a":1}x */
        { "e30.eyJhIjoxAH0.", "not a JSON object" },  /* a NUL */
        { "e30.eyJhIjoi_yJ9.", "not a JSON object" }, /* no UTF-8 */
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = { 0 };
        autofree char *claims = claims_of(cases[i].token, strlen(cases[i].token), &error);
        assert_string_equal(claims, "");
        assert_error(&error, ERROR_OTHER, cases[i].why);
    }
}

static void nothing_beyond_the_length_is_read(void **state)
{
    (void)state;
    struct error error = { 0 };
    autofree char *cut = claims_of("e30.eyJhIjoxfQ.x", 13, &error);
    assert_string_equal(cut, "");
    assert_error(&error, ERROR_OTHER, "three parts");
}

static void the_longest_token_is_read_and_no_longer_one(void **state)
{
    (void)state;
    struct error error = { 0 };
    autofree char *token = repeated('x', TOKEN_LENGTH_MAX + 1);
    memcpy(token, "e30.e30.", 8);
    autofree char *longest = claims_of(token, TOKEN_LENGTH_MAX, &error);
    assert_string_equal(longest, "{}");
    autofree char *longer = claims_of(token, TOKEN_LENGTH_MAX + 1, &error);
    assert_string_equal(longer, "");
    assert_error(&error, ERROR_OTHER, "too long");
}

static void the_error_does_not_quote_the_token(void **state)
{
    (void)state;
    static const char *const tokens[] = { "secrettoken", "e30.secrettoken!.e30",
                                          "e30.InNlY3JldHRva2VuIg.secrettoken" };
    for (size_t i = 0; i < ARRAY_SIZE(tokens); i++) {
        struct error error = { 0 };
        autofree char *claims = claims_of(tokens[i], strlen(tokens[i]), &error);
        assert_string_equal(claims, "");
        assert_lacks(error.message, "secrettoken");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_claims_are_read),
        cmocka_unit_test(anything_else_is_not_a_jwt),
        cmocka_unit_test(nothing_beyond_the_length_is_read),
        cmocka_unit_test(the_longest_token_is_read_and_no_longer_one),
        cmocka_unit_test(the_error_does_not_quote_the_token),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
