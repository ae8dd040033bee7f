/* What an AADSTS code asks one to do. */
#include "tests/unit/support.h"

#include <limits.h>
#include <string.h>

#include "common/aadsts.h"

/* A word of each hint, by which it helps with that code and no other. */
static const struct {
    long code;
    const char *word;
} known[] = {
    { 70011, "/.default" },
    { 1002012, "/.default" },
    { 28002, "scope" },
    { 28003, "scope" },
    { 500011, "URI" },
    { 700022, "one resource" },
    { 700023, "one resource" },
    { 650057, "permissions" },
    { 50001, "URI" },
    { 700016, "ClientId" },
    { 90002, "TenantId" },
    { 900023, "GUID or a domain" },
    { 70001, "ClientId" },
    { 7000112, "disabled" },
    { 9001023, "tenant" },
    { 50194, "tenant" },
    { 900382, "Instance" },
    { 900432, "Instance" },
    { 7000215, "value" },
    { 7000222, "expired" },
    { 7000216, "credential" },
    { 7000218, "credential" },
    { 700025, "public client" },
    { 700027, "certificate" },
    { 700021, "clock" },
    { 50027, "clock" },
    { 700024, "clock" },
    { 7000214, "revoked" },
    { 7000277, "dates" },
    { 1000502, "dates" },
    { 7000274, "key" },
    { 50012, "Register" },
    { 700030, "subject" },
    { 5002738, "RS256" },
    { 70021, "issuer" },
    { 700211, "issuer" },
    { 700212, "audience" },
    { 700213, "subject" },
    { 7002137, "issuer" },
    { 7002138, "issuer" },
    { 65001, "consent" },
    { 65004, "consent" },
    { 50105, "assign" },
    { 53003, "Conditional access" },
    { 530003, "Conditional" },
    { 50196, "loop" },
    { 90055, "wait" },
    { 90033, "try again" },
    { 90006, "try again" },
    { 90024, "try again" },
    { 90090, "try again" },
    { 50033, "try again" },
};

static void a_known_code_has_a_hint(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(known); i++) {
        const char *hint = aadsts_hint(known[i].code);
        if (hint == NULL)
            fail_msg("AADSTS%ld has none", known[i].code);
        assert_has(hint, known[i].word);
    }
}

/* It stands behind the authority's own text. */
static void a_hint_is_a_sentence_that_fits_an_error(void **state)
{
    (void)state;
    struct error error;
    for (size_t i = 0; i < COUNT(known); i++) {
        const char *hint = aadsts_hint(known[i].code);
        assert_non_null(hint);
        if (hint[0] < 'A' || hint[0] > 'Z' || hint[strlen(hint) - 1] != '.')
            fail_msg("'%s' is no sentence", hint);
        assert_true(strlen(hint) < sizeof error.hint);
    }
}

static void another_number_has_none(void **state)
{
    (void)state;
    static const long cases[] = { 0, 1, -1, -7000215, 700021500, 70000, LONG_MAX, LONG_MIN };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_null(aadsts_hint(cases[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_code_has_a_hint),
        cmocka_unit_test(a_hint_is_a_sentence_that_fits_an_error),
        cmocka_unit_test(another_number_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
