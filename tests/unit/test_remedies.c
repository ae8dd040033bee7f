/* SPDX-License-Identifier: MIT */
/* The error catalogue: the form of its table. test_errors.py checks that each entry is met. */
#include "tests/unit/support.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/entra/remedies.h"

static const struct remedy *entry_at(size_t i)
{
    size_t count;
    const struct remedy *entries = remedies_all(&count);
    return i < count ? &entries[i] : NULL;
}

/* Calls a function with every code of the table and its entry. */
static void each_code(void (*check)(const char *code, const struct remedy *entry))
{
    for (size_t i = 0; entry_at(i) != NULL; i++) {
        autofree char *codes = strdup(entry_at(i)->codes);
        char *rest = NULL;
        for (char *code = strtok_r(codes, " ", &rest); code != NULL;
             code = strtok_r(NULL, " ", &rest))
            check(code, entry_at(i));
    }
}

static void check_found(const char *code, const struct remedy *entry)
{
    if (remedies_find(code) != entry)
        fail_msg("%s is in two entries", code);
    assert_ptr_equal(remedies_text(code), entry->remedy);
}

static void every_code_finds_its_entry_and_is_in_no_other(void **state)
{
    (void)state;
    each_code(check_found);
}

static void check_fits(const char *code, const struct remedy *entry)
{
    struct error error = { 0 };
    error_known_as(&error, code);
    assert_string_equal(error.code, code);
    assert_string_equal(error_advice(&error), entry->remedy);
}

static void every_entry_fits_an_error(void **state)
{
    (void)state;
    each_code(check_fits);
}

static bool is_sentence(const char *text)
{
    return (isupper((unsigned char)text[0]) || strchr("'-", text[0]) != NULL ||
            strncmp(text, "git ", 4) == 0 || strncmp(text, "keyctl", 6) == 0 ||
            strncmp(text, "chmod ", 6) == 0) &&
           text[strlen(text) - 1] == '.' && strstr(text, "  ") == NULL;
}

/* A remedy follows the authority's own text. */
static void every_text_is_a_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; entry_at(i) != NULL; i++) {
        if (!is_sentence(entry_at(i)->meaning))
            fail_msg("'%s' is no sentence", entry_at(i)->meaning);
        if (!is_sentence(entry_at(i)->remedy))
            fail_msg("'%s' is no sentence", entry_at(i)->remedy);
    }
}

static void another_keyring_is_named_by_the_variable_and_can_be_left_out(void **state)
{
    (void)state;
    for (size_t i = 0; entry_at(i) != NULL; i++) {
        const char *in_place = entry_at(i)->in_place;
        bool names = strstr(entry_at(i)->remedy, "'export ENTRA_KEYRING=") != NULL;
        assert_lacks(entry_at(i)->remedy, "use --keyring");
        assert_true(names == (in_place != NULL));
        if (in_place == NULL)
            continue;
        assert_true(is_sentence(in_place));
        assert_lacks(in_place, "KEYRING=");
    }
}

/* Users paste it: what depends on the case is in the error's own hint (error_hint). */
static void no_command_has_a_placeholder(void **state)
{
    (void)state;
    static const char *const placeholders[] = { "HOST", "FILE", "NAME", "PATH", "URL", "TENANT" };
    for (size_t i = 0; entry_at(i) != NULL; i++) {
        const char *command = strchr(entry_at(i)->remedy, '\'');
        while (command != NULL) {
            autofree char *quoted = strndup(command + 1, strcspn(command + 1, "'"));
            bool is_command = strncmp(quoted, "entra ", 6) == 0 || strncmp(quoted, "git ", 4) == 0;
            for (size_t p = 0; p < ARRAY_SIZE(placeholders) && is_command; p++)
                assert_lacks(quoted, placeholders[p]);
            command = strchr(command + 1, '\'');
        }
    }
}

static void an_unknown_code_finds_nothing(void **state)
{
    (void)state;
    static const char *const cases[] = { "",
                                         " ",
                                         "AADSTS",
                                         "AADSTS0",
                                         "AADSTS-7000215",
                                         "AADSTS70002150",
                                         "7000215",
                                         "AADSTS70011 AADSTS1002012",
                                         "AADSTS70011 ",
                                         "invalid" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        assert_null(remedies_find(cases[i]));
        assert_null(remedies_text(cases[i]));
    }
}

static void letter_case_does_not_matter(void **state)
{
    (void)state;
    assert_non_null(remedies_find("AADSTS7000215"));
    assert_ptr_equal(remedies_find("aadsts7000215"), remedies_find("AADSTS7000215"));
    assert_ptr_equal(remedies_find("Invalid_Scope"), remedies_find("invalid_scope"));
}

/* The codes that users of Entra meet, as listed in the project's reference. */
static void common_codes_have_an_entry(void **state)
{
    (void)state;
    static const long codes[] = {
        70011,   1002012, 28002,   28003,  500011,  700016, 90002,   900023, 7000215, 7000222,
        7000216, 700027,  700021,  50027,  700024,  700022, 700023,  700025, 7000214, 7000277,
        1000502, 7000274, 50012,   700030, 7000112, 70001,  5002738, 70021,  700211,  700212,
        700213,  7002137, 7002138, 65001,  65004,   50105,  50020,   50034,  50057,   50055,
        50053,   50126,   50076,   50079,  50074,   50158,  53000,   53001,  53003,   530003,
        50173,   700082,  70043,   700084, 70008,   70000,  70016,   70020,  70019,   7000218,
        50011,   500113,  90055,   50196,  90033,   90006,  90024,   90090,  50033,   9001023,
        50194,   900382,  900432,  650057, 50001,   100007, 9002313, 900144, 9002326, 65002,
        7000229, 650052,  70025,   700222, 70023,   500014, 90009,   650056, 700226,  700236,
        50072,   50078,   50089,   90095,  700011
    };
    for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
        char code[32];
        snprintf(code, sizeof code, "AADSTS%ld", codes[i]);
        if (remedies_find(code) == NULL)
            fail_msg("%s is missing", code);
    }
}

/* What Microsoft's page says of them, and what was once said here instead. */
static void a_code_means_what_microsoft_says(void **state)
{
    (void)state;
    static const struct {
        const char *code, *said, *not_said;
    } cases[] = {
        { "AADSTS7000277", "revoked", "clock" },
        { "AADSTS7000214", "revoked", "clock" },
        { "AADSTS1000502", "not valid yet", "clock" },
        { "AADSTS7000222", "secret", "certificate" },
        { "AADSTS700027", "expired", "clock" },
        { "AADSTS50005", "policy", "recognize this one" },
        { "AADSTS53002", "policy", "recognize this one" },
        { "AADSTS90009", "CLIENT_ID/.default", "api://x" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct remedy *entry = remedies_find(cases[i].code);
        char text[1024];
        assert_non_null(entry);
        snprintf(text, sizeof text, "%s %s", entry->meaning, entry->remedy);
        assert_has(text, cases[i].said);
        assert_lacks(text, cases[i].not_said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_finds_its_entry_and_is_in_no_other),
        cmocka_unit_test(every_entry_fits_an_error),
        cmocka_unit_test(every_text_is_a_sentence),
        cmocka_unit_test(another_keyring_is_named_by_the_variable_and_can_be_left_out),
        cmocka_unit_test(no_command_has_a_placeholder),
        cmocka_unit_test(an_unknown_code_finds_nothing),
        cmocka_unit_test(letter_case_does_not_matter),
        cmocka_unit_test(common_codes_have_an_entry),
        cmocka_unit_test(a_code_means_what_microsoft_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
