/* SPDX-License-Identifier: MIT */
/* The token: what it may be made of, how long it is fresh, its JSON form. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/entra/token.h"

#define RECEIVED 1767366245
#define LIFE     3599

static struct token token_of(const char *text)
{
    return (struct token){ .access_token = secret_new(text, strlen(text)),
                           .received_on = RECEIVED,
                           .expires_on = RECEIVED + LIFE,
                           .refresh_on = RECEIVED + LIFE / 2 };
}

static bool read_record(const char *text, struct token *token, struct error *error)
{
    size_t length;
    autofree char *json = json_bytes(text, &length);
    return token_from_json(json, length, token, error);
}

/* ---- its text ---- */

static void a_token_is_base64_text(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "a", "eyJ0eXAiOiJKV1Qi.eyJhdWQi.c2lnbmF0dXJl", "a=", "a==", "-._~+/", "0"
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        if (!token_is_valid_text(cases[i], strlen(cases[i])))
            fail_msg("'%s' was refused", cases[i]);
}

static void no_other_character_is_in_it(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        char text[] = { 'a', (char)c, 'b' };
        bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       (c != 0 && strchr("-._~+/", c) != NULL);
        if (token_is_valid_text(text, sizeof text) != allowed)
            fail_msg("the byte 0x%02x was %s", c, allowed ? "refused" : "taken");
    }
}

static void equals_signs_stand_at_its_end_only(void **state)
{
    (void)state;
    static const char *const cases[] = { "=", "==", "=a", "a=b", "a==b", "" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        if (token_is_valid_text(cases[i], strlen(cases[i])))
            fail_msg("'%s' was taken", cases[i]);
    assert_false(token_is_valid_text("a\0", 2));
    assert_false(token_is_valid_text("a=\0", 3));
}

static void the_longest_token_has_48_kib(void **state)
{
    (void)state;
    autofree char *text = repeated('a', TOKEN_LENGTH_MAX + 1);
    assert_true(token_is_valid_text(text, TOKEN_LENGTH_MAX));
    assert_false(token_is_valid_text(text, TOKEN_LENGTH_MAX + 1));
}

/* ---- its freshness ---- */

static void a_token_is_fresh_until_five_minutes_before_its_end(void **state)
{
    (void)state;
    const struct token token = { .received_on = RECEIVED, .expires_on = RECEIVED + LIFE };
    assert_true(token_is_fresh(&token, RECEIVED));
    assert_true(token_is_fresh(&token, RECEIVED + LIFE - 301));
    assert_false(token_is_fresh(&token, RECEIVED + LIFE - 300));
    assert_false(token_is_fresh(&token, RECEIVED + LIFE));
    assert_false(token_is_fresh(&token, RECEIVED + LIFE + 1000000));
}

static void the_moment_that_callers_are_told_is_the_one_at_which_it_stops_being_fresh(void **state)
{
    (void)state;
    const struct token token = { .received_on = RECEIVED, .expires_on = RECEIVED + LIFE };
    int64_t until = token_fresh_until(&token);
    assert_true(token_is_fresh(&token, until - 1));
    assert_false(token_is_fresh(&token, until));
}

static void a_clock_set_back_by_more_than_five_minutes_makes_it_stale(void **state)
{
    (void)state;
    const struct token token = { .received_on = RECEIVED, .expires_on = RECEIVED + LIFE };
    assert_true(token_is_fresh(&token, RECEIVED - 300));
    assert_false(token_is_fresh(&token, RECEIVED - 301));
    assert_false(token_is_fresh(&token, 0));
}

static void the_moment_of_renewal_does_not_make_it_stale(void **state)
{
    (void)state;
    const struct token token = { .received_on = RECEIVED,
                                 .expires_on = RECEIVED + LIFE,
                                 .refresh_on = RECEIVED + 10 };
    assert_true(token_is_fresh(&token, RECEIVED + 20));
}

static void a_token_is_alive_until_its_very_end(void **state)
{
    (void)state;
    const struct token token = { .received_on = RECEIVED, .expires_on = RECEIVED + LIFE };
    assert_true(token_is_alive(&token, RECEIVED - 300));
    assert_true(token_is_alive(&token, RECEIVED + LIFE - 1));
    assert_false(token_is_alive(&token, RECEIVED + LIFE));
    assert_false(token_is_alive(&token, RECEIVED - 301));
}

/* ---- its renewal ---- */

static void a_token_is_due_from_its_moment_of_renewal_to_its_margin(void **state)
{
    (void)state;
    const struct token token = { .received_on = RECEIVED,
                                 .expires_on = RECEIVED + LIFE,
                                 .refresh_on = RECEIVED + 1000 };
    assert_false(token_is_due(&token, RECEIVED + 999));
    assert_true(token_is_due(&token, RECEIVED + 1000));
    assert_true(token_is_due(&token, RECEIVED + LIFE - 301));
    assert_false(token_is_due(&token, RECEIVED + LIFE - 300)); /* it is not fresh any more */
}

static void a_token_without_such_a_moment_is_never_due(void **state)
{
    (void)state;
    const struct token token = { .received_on = RECEIVED, .expires_on = RECEIVED + LIFE };
    for (int64_t now = RECEIVED - 400; now < RECEIVED + LIFE + 400; now += 50)
        assert_false(token_is_due(&token, now));
}

static void the_authority_says_when_to_renew_or_half_of_a_long_life_does(void **state)
{
    (void)state;
    static const struct {
        int64_t life, refresh_in, wait; /* 0: not before its margin */
    } cases[] = {
        { 3600, 1800, 1800 },  { 3600, 1, 1 },
        { 3600, 0, 0 },        { 7200, 0, 0 },
        { 7201, 0, 3600 },     { 86400, 0, 43200 },
        { 86400, 1000, 1000 }, { 3600, 3299, 3299 },
        { 3600, 3300, 0 },     { 3600, 3600, 0 },
        { 3600, 100000, 0 },   { 200, 100, 0 },
        { 1, 0, 0 },           { TOKEN_LIFE_MAX, 0, TOKEN_LIFE_MAX / 2 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        int64_t expected = cases[i].wait > 0 ? RECEIVED + cases[i].wait : 0;
        assert_int_equal(
            token_renewal_time(RECEIVED, RECEIVED + cases[i].life, cases[i].refresh_in, 0),
            expected);
    }
}

static void chance_puts_it_off_by_up_to_a_tenth(void **state)
{
    (void)state;
    static const uint32_t numbers[] = { 0, 1, 0x7fffffff, 0x80000000, 0xfffeffff, 0xffffffff };
    int64_t last = RECEIVED + 43200;
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        int64_t moment = token_renewal_time(RECEIVED, RECEIVED + 86400, 0, numbers[i]);
        assert_in_range(moment, last, RECEIVED + 43200 + 4320);
        last = moment;
    }
    assert_in_range(last, RECEIVED + 43200 + 4310, RECEIVED + 43200 + 4320);
}

static void chance_does_not_put_it_off_into_the_margin(void **state)
{
    (void)state;
    assert_int_equal(token_renewal_time(RECEIVED, RECEIVED + 3600, 3200, 0), RECEIVED + 3200);
    assert_int_equal(token_renewal_time(RECEIVED, RECEIVED + 3600, 3200, 0xffffffff), 0);
}

/* ---- its JSON form ---- */

static void the_json_form_is_one_object(void **state)
{
    (void)state;
    auto_token struct token token = token_of("eyJ0.eyJh.c2ln-_~+/==");
    auto_secret struct secret *record = token_to_json(&token);
    autofree char *expected =
        json_text("{'access_token':'eyJ0.eyJh.c2ln-_~+/==','received_on':1767366245,"
                  "'expires_on':1767369844,'refresh_on':1767368044,'claims':0}");
    assert_string_equal(record->bytes, expected);
    assert_int_equal(record->length, strlen(expected));
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    autofree char *longest = repeated('a', TOKEN_LENGTH_MAX);
    const char *const texts[] = { "a", "eyJ0.eyJh.c2ln-_~+/==", longest };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        auto_token struct token token = token_of(texts[i]);
        auto_token struct token again = { 0 };
        token.claims = INT64_MAX;
        auto_secret struct secret *record = token_to_json(&token);
        struct error error = { 0 };
        assert_true(token_from_json(record->bytes, record->length, &again, &error));
        assert_string_equal(again.access_token->bytes, texts[i]);
        assert_int_equal(again.received_on, token.received_on);
        assert_int_equal(again.expires_on, token.expires_on);
        assert_int_equal(again.refresh_on, token.refresh_on);
        assert_int_equal(again.claims, token.claims);
    }
}

static void a_token_that_was_read_is_from_the_keyring(void **state)
{
    (void)state;
    auto_token struct token token = { .source = TOKEN_FROM_AUTHORITY };
    struct error error = { 0 };
    assert_true(read_record("{'access_token':'a','received_on':1,'expires_on':2,'refresh_on':0}",
                            &token, &error));
    assert_int_equal(token.source, TOKEN_FROM_KEYRING);
}

static void members_of_a_later_version_are_left_alone(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    struct error error = { 0 };
    assert_true(read_record(" {'version':2,'expires_on':2,'received_on':1,'refresh_on':0,"
                            "'access_token':'a','scope':['x']}\n",
                            &token, &error));
    assert_string_equal(token.access_token->bytes, "a");
}

/* The keyring's contents are input like any other. */
static const char *const hostile_records[] = {
    "",
    " ",
    "{",
    "null",
    "[]",
    "'a'",
    "{}",
    "eyJ0eXAi",
    /* Cut off, or something after it. */
    "{'access_token':'a','received_on':1,'expires_on':2,'refresh_on':0",
    "{'access_token':'a','received_on':1,'expires_on':2,'refresh_on':0}x",
    "{'access_token':'a','received_on':1,'expires_on':2,'refresh_on':0}{}",
    /* One member less. */
    "{'received_on':1,'expires_on':2,'refresh_on':0}",
    "{'access_token':'a','expires_on':2,'refresh_on':0}",
    "{'access_token':'a','received_on':1,'refresh_on':0}",
    "{'access_token':'a','received_on':1,'expires_on':2}",
    /* A text that is no token, and would be another line or header where it goes. */
    "{'access_token':null,'received_on':1,'expires_on':2,'refresh_on':0}",
    "{'access_token':7,'received_on':1,'expires_on':2,'refresh_on':0}",
    "{'access_token':{},'received_on':1,'expires_on':2,'refresh_on':0}",
    "{'access_token':'','received_on':1,'expires_on':2,'refresh_on':0}",
    "{'access_token':'a\\nhost=b','received_on':1,'expires_on':2,'refresh_on':0}",
    "{'access_token':'a\\r','received_on':1,'expires_on':2,'refresh_on':0}",
    "{'access_token':'a\\u0000b','received_on':1,'expires_on':2,'refresh_on':0}",
    "{'access_token':'a b','received_on':1,'expires_on':2,'refresh_on':0}",
    "{'access_token':'a\\u0022','received_on':1,'expires_on':2,'refresh_on':0}",
    "{'access_token':'\\u00e4','received_on':1,'expires_on':2,'refresh_on':0}",
    /* Times that no token has. */
    "{'access_token':'a','received_on':0,'expires_on':2,'refresh_on':0}",
    "{'access_token':'a','received_on':-1,'expires_on':2,'refresh_on':0}",
    "{'access_token':'a','received_on':2,'expires_on':2,'refresh_on':0}",
    "{'access_token':'a','received_on':3,'expires_on':2,'refresh_on':0}",
    "{'access_token':'a','received_on':1,'expires_on':2419202,'refresh_on':0}",
    "{'access_token':'a','received_on':1,'expires_on':9223372036854775807,'refresh_on':0}",
    "{'access_token':'a','received_on':1,'expires_on':18446744073709551615,'refresh_on':0}",
    "{'access_token':'a','received_on':-9223372036854775808,'expires_on':1,'refresh_on':0}",
    "{'access_token':'a','received_on':1,'expires_on':2,'refresh_on':-1}",
    "{'access_token':'a','received_on':1,'expires_on':2,'refresh_on':3}",
    /* Numbers that are none. */
    "{'access_token':'a','received_on':1.0,'expires_on':2,'refresh_on':0}",
    "{'access_token':'a','received_on':1e0,'expires_on':2,'refresh_on':0}",
    "{'access_token':'a','received_on':true,'expires_on':2,'refresh_on':0}",
    "{'access_token':'a','received_on':null,'expires_on':2,'refresh_on':0}",
    "{'access_token':'a','received_on':'','expires_on':2,'refresh_on':0}",
    "{'access_token':'a','received_on':'1x','expires_on':2,'refresh_on':0}",
    "{'access_token':'a','received_on':' 1','expires_on':2,'refresh_on':0}",
    "{'access_token':'a','received_on':'+1','expires_on':2,'refresh_on':0}",
    "{'access_token':'a','received_on':'0x1','expires_on':2,'refresh_on':0}",
    "{'access_token':'a','received_on':'1\\u0000','expires_on':2,'refresh_on':0}",
    "{'access_token':'a','received_on':'99999999999999999999','expires_on':2,'refresh_on':0}",
    /* Deeper than any record. */
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
};

static void what_is_no_such_record_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(hostile_records); i++) {
        struct token token = { 0 };
        struct error error = { 0 };
        if (read_record(hostile_records[i], &token, &error))
            fail_msg("%s was taken", hostile_records[i]);
        assert_int_equal(error.kind, ERROR_OTHER);
        assert_string_not_equal(error.message, "");
        assert_null(token.access_token);
    }
}

static void a_record_with_a_nul_byte_is_refused(void **state)
{
    (void)state;
    struct token token = { 0 };
    struct error error = { 0 };
    autofree char *json =
        json_text("{'access_token':'a','received_on':1,'expires_on':2,'refresh_on':0}");
    assert_false(token_from_json(json, strlen(json) + 1, &token, &error));
    assert_error(&error, ERROR_OTHER, "NUL");
}

static void a_record_with_too_long_a_token_is_refused(void **state)
{
    (void)state;
    autofree char *text = repeated('a', TOKEN_LENGTH_MAX + 1);
    autofree char *record = NULL;
    if (asprintf(&record, "{'access_token':'%s','received_on':1,'expires_on':2,'refresh_on':0}",
                 text) < 0)
        fail();
    struct token token = { 0 };
    struct error error = { 0 };
    assert_false(read_record(record, &token, &error));
    assert_error(&error, ERROR_OTHER, "not the record of a token");
}

static void a_refused_record_is_not_in_the_error(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{'access_token':'s3cret','received_on':1}",
        "{'access_token':'s3cret','received_on':1,'expires_on':2,'refresh_on':0} x",
        "{'access_token':'s3cret",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct token token = { 0 };
        struct error error = { 0 };
        assert_false(read_record(cases[i], &token, &error));
        assert_lacks(error.message, "s3cret");
        assert_string_equal(error_advice(&error), "");
    }
}

static void a_cleared_token_has_no_text(void **state)
{
    (void)state;
    struct token token = token_of("a");
    token_clear(&token);
    assert_null(token.access_token);
    token_clear(&token); /* and can be cleared again */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_base64_text),
        cmocka_unit_test(no_other_character_is_in_it),
        cmocka_unit_test(equals_signs_stand_at_its_end_only),
        cmocka_unit_test(the_longest_token_has_48_kib),
        cmocka_unit_test(a_token_is_fresh_until_five_minutes_before_its_end),
        cmocka_unit_test(the_moment_that_callers_are_told_is_the_one_at_which_it_stops_being_fresh),
        cmocka_unit_test(a_clock_set_back_by_more_than_five_minutes_makes_it_stale),
        cmocka_unit_test(the_moment_of_renewal_does_not_make_it_stale),
        cmocka_unit_test(a_token_is_alive_until_its_very_end),
        cmocka_unit_test(a_token_is_due_from_its_moment_of_renewal_to_its_margin),
        cmocka_unit_test(a_token_without_such_a_moment_is_never_due),
        cmocka_unit_test(the_authority_says_when_to_renew_or_half_of_a_long_life_does),
        cmocka_unit_test(chance_puts_it_off_by_up_to_a_tenth),
        cmocka_unit_test(chance_does_not_put_it_off_into_the_margin),
        cmocka_unit_test(the_json_form_is_one_object),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(a_token_that_was_read_is_from_the_keyring),
        cmocka_unit_test(members_of_a_later_version_are_left_alone),
        cmocka_unit_test(what_is_no_such_record_is_refused),
        cmocka_unit_test(a_record_with_a_nul_byte_is_refused),
        cmocka_unit_test(a_record_with_too_long_a_token_is_refused),
        cmocka_unit_test(a_refused_record_is_not_in_the_error),
        cmocka_unit_test(a_cleared_token_has_no_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
