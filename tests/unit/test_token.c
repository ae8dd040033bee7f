/* SPDX-License-Identifier: MIT */
/* Tokens: their characters, freshness, renewal and stored record. */
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

/* ---- text ---- */

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

static void a_token_has_no_other_character(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        char text[] = { 'a', (char)c, 'b' };
        bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       (c != 0 && strchr("-._~+/", c) != NULL);
        if (token_is_valid_text(text, sizeof text) != allowed)
            fail_msg("the byte 0x%02x was %s", c, allowed ? "refused" : "accepted");
    }
}

static void a_token_has_equals_signs_only_at_its_end(void **state)
{
    (void)state;
    static const char *const cases[] = { "=", "==", "=a", "a=b", "a==b", "" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        if (token_is_valid_text(cases[i], strlen(cases[i])))
            fail_msg("'%s' was accepted", cases[i]);
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

/* ---- freshness ---- */

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

static void callers_are_told_when_the_token_stops_being_fresh(void **state)
{
    (void)state;
    const struct token token = { .received_on = RECEIVED, .expires_on = RECEIVED + LIFE };
    int64_t until = token_fresh_until(&token);
    assert_true(token_is_fresh(&token, until - 1));
    assert_false(token_is_fresh(&token, until));
}

static void a_clock_set_back_by_more_than_five_minutes_makes_a_token_stale(void **state)
{
    (void)state;
    const struct token token = { .received_on = RECEIVED, .expires_on = RECEIVED + LIFE };
    assert_true(token_is_fresh(&token, RECEIVED - 300));
    assert_false(token_is_fresh(&token, RECEIVED - 301));
    assert_false(token_is_fresh(&token, 0));
}

static void a_token_due_for_renewal_is_still_fresh(void **state)
{
    (void)state;
    const struct token token = { .received_on = RECEIVED,
                                 .expires_on = RECEIVED + LIFE,
                                 .refresh_on = RECEIVED + 10 };
    assert_true(token_is_fresh(&token, RECEIVED + 20));
}

static void a_token_is_valid_until_it_expires(void **state)
{
    (void)state;
    const struct token token = { .received_on = RECEIVED, .expires_on = RECEIVED + LIFE };
    assert_true(token_is_alive(&token, RECEIVED - 300));
    assert_true(token_is_alive(&token, RECEIVED + LIFE - 1));
    assert_false(token_is_alive(&token, RECEIVED + LIFE));
    assert_false(token_is_alive(&token, RECEIVED - 301));
}

/* ---- renewal ---- */

static void a_token_is_due_from_its_renewal_time_until_it_is_stale(void **state)
{
    (void)state;
    const struct token token = { .received_on = RECEIVED,
                                 .expires_on = RECEIVED + LIFE,
                                 .refresh_on = RECEIVED + 1000 };
    assert_false(token_is_due(&token, RECEIVED + 999));
    assert_true(token_is_due(&token, RECEIVED + 1000));
    assert_true(token_is_due(&token, RECEIVED + LIFE - 301));
    assert_false(token_is_due(&token, RECEIVED + LIFE - 300)); /* it is stale */
}

static void a_token_without_a_renewal_time_is_never_due(void **state)
{
    (void)state;
    const struct token token = { .received_on = RECEIVED, .expires_on = RECEIVED + LIFE };
    for (int64_t now = RECEIVED - 400; now < RECEIVED + LIFE + 400; now += 50)
        assert_false(token_is_due(&token, now));
}

#define FIRST 0
#define LAST  UINT32_MAX

/* Seconds from the receipt of a token to its renewal. */
static int64_t renewal(int64_t life, int64_t refresh_in, bool in_time, uint32_t random)
{
    int64_t at =
        token_renewal_time(RECEIVED, RECEIVED + life, refresh_in, in_time ? RECEIVED : 0, random);
    return at == 0 ? 0 : at - RECEIVED;
}

static void the_first_token_is_renewed_anywhere_from_a_quarter_of_its_use(void **state)
{
    (void)state;
    static const struct {
        int64_t life, earliest, latest;
    } cases[] = {
        { 3600, 792, 3167 },
        { 3599, 791, 3166 },
        { 7200, 1584, 6335 },
        { 86400, 19008, 76031 },
        { 600, 72, 287 },
        { 2400, 504, 2015 },
        { TOKEN_LIFE_MAX, TOKEN_LIFE_MAX * 22 / 100, (int64_t)TOKEN_LIFE_MAX * 88 / 100 - 1 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        assert_int_equal(renewal(cases[i].life, 0, false, FIRST), cases[i].earliest);
        assert_int_equal(renewal(cases[i].life, 0, false, LAST), cases[i].latest);
    }
    assert_int_equal(renewal(3600, 0, false, LAST / 2 + 1), (792 + 3168) / 2);
}

static void a_token_renewed_in_time_is_renewed_late_again(void **state)
{
    (void)state;
    assert_int_equal(renewal(3600, 0, true, FIRST), 2914);
    assert_int_equal(renewal(3600, 0, true, LAST), 3167);
    assert_int_equal(renewal(86400, 0, true, FIRST), 69949);
    assert_int_equal(renewal(86400, 0, true, LAST), 76031);
    assert_int_equal(renewal(600, 0, true, FIRST), 264);
    assert_int_equal(renewal(600, 0, true, LAST), 287);
}

static void a_token_renewed_too_late_is_renewed_early(void **state)
{
    (void)state;
    static const struct {
        int64_t life, late, wait;
    } cases[] = {
        { 3600, -1, 2914 },     { 3600, 120, 2914 },    { 3600, 121, 792 },
        { 86400, 2880, 69949 }, { 86400, 2881, 19008 }, { 3600, RECEIVED, 792 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(token_renewal_time(RECEIVED, RECEIVED + cases[i].life, 0,
                                            RECEIVED - cases[i].late, FIRST),
                         RECEIVED + cases[i].wait);
    /* Even if it was received as soon after the beginning of time: 0 is no time. */
    assert_int_equal(token_renewal_time(100, 100 + 3600, 0, 0, FIRST), 100 + 792);
}

static void the_authority_says_when_at_the_earliest(void **state)
{
    (void)state;
    assert_int_equal(renewal(86400, 43200, false, FIRST), 43200);
    assert_int_equal(renewal(86400, 43200, false, LAST), 76031);
    assert_int_equal(renewal(86400, 43200, true, FIRST), 43200);
    assert_int_equal(renewal(86400, 43200, true, LAST), 43200 + 76032 - 69949 - 1);
    assert_int_equal(renewal(3600, 1, false, FIRST), 1);
    assert_int_equal(renewal(3600, 1, false, LAST), 3167);
    assert_int_equal(renewal(3600, 2913, true, LAST), 3166);
    assert_int_equal(renewal(3600, 2915, true, LAST), 3167);
    /* Even if that is later than it would have been, but not within the margin. */
    for (int in_time = 0; in_time <= 1; in_time++) {
        assert_int_equal(renewal(3600, 3167, in_time, LAST), 3167);
        assert_int_equal(renewal(3600, 3299, in_time, FIRST), 3299);
        assert_int_equal(renewal(3600, 3299, in_time, LAST), 3299);
        assert_int_equal(renewal(3600, 3300, in_time, FIRST), 0);
        assert_int_equal(renewal(3600, 100000, in_time, FIRST), 0);
    }
}

static void a_token_that_is_hardly_fresh_is_not_renewed_early(void **state)
{
    (void)state;
    static const int64_t lives[] = { 1, 200, 299, 300, 301 };
    for (size_t i = 0; i < ARRAY_SIZE(lives); i++) {
        assert_int_equal(renewal(lives[i], 0, false, LAST), 0);
        assert_int_equal(renewal(lives[i], 0, true, LAST), 0);
    }
    assert_int_equal(token_renewal_time(RECEIVED, RECEIVED + 303, 0, 0, FIRST), 0);
    assert_int_equal(renewal(303, 0, false, LAST), 1);
    assert_int_equal(renewal(200, 100, false, FIRST), 0);
}

/* Whoever comes every two minutes finds a token of an hour between its renewal and its margin. */
static void from_the_latest_renewal_there_are_two_minutes_left(void **state)
{
    (void)state;
    for (int64_t life = 3598; life <= 2 * 86400; life += 7)
        assert_true(life - TOKEN_MARGIN - renewal(life, 0, true, LAST) >= 120);
}

/* ---- a pause ---- */

/* For a token that is fresh for `left` more seconds. */
static int64_t pause_after(int64_t left, int64_t retry_after, uint32_t random)
{
    const struct token token = { .received_on = RECEIVED, .expires_on = RECEIVED + 86400 };
    return token_renewal_pause(&token, token_fresh_until(&token) - left, retry_after, random);
}

static void after_a_failed_renewal_a_part_of_the_time_that_is_left_passes(void **state)
{
    (void)state;
    assert_int_equal(pause_after(4300, 0, FIRST), 30);
    assert_int_equal(pause_after(4300, 0, LAST / 2 + 1), 30 + 2000);
    assert_int_equal(pause_after(4300, 0, LAST), 30 + 3999);
}

static void in_the_last_minutes_renewals_are_tried_often(void **state)
{
    (void)state;
    assert_int_equal(pause_after(302, 0, LAST), 30 + 1);
    assert_int_equal(pause_after(300, 0, LAST), 30);
    assert_int_equal(pause_after(0, 0, LAST), 30);
    assert_int_equal(pause_after(-4000, 0, LAST), 30);
}

static void the_pause_begins_when_the_authority_allows_requests_again(void **state)
{
    (void)state;
    assert_int_equal(pause_after(4300, 600, FIRST), 600 + 30);
    assert_int_equal(pause_after(4300, 600, LAST), 600 + 30 + 3399);
    assert_int_equal(pause_after(4300, 5000, LAST), 5000 + 30);
}

/* ---- records ---- */

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

static void a_record_is_read_back_as_written(void **state)
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

static void a_record_tells_a_bound_token_from_a_bearer_token(void **state)
{
    (void)state;
    static const char id[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    for (int is_bound = 0; is_bound <= 1; is_bound++) {
        auto_token struct token token = token_of("a");
        auto_token struct token again = { 0 };
        struct error error = { 0 };
        if (is_bound)
            memcpy(token.key_id, id, sizeof id);
        auto_secret struct secret *record = token_to_json(&token);
        assert_true(token_from_json(record->bytes, record->length, &again, &error));
        assert_string_equal(again.key_id, is_bound ? id : "");
    }
}

static void a_token_read_from_a_record_is_from_the_keyring(void **state)
{
    (void)state;
    auto_token struct token token = { .source = TOKEN_FROM_AUTHORITY };
    struct error error = { 0 };
    assert_true(read_record("{'access_token':'a','received_on':1,'expires_on':2,'refresh_on':0}",
                            &token, &error));
    assert_int_equal(token.source, TOKEN_FROM_KEYRING);
}

static void a_record_of_an_older_version_has_no_claims(void **state)
{
    (void)state;
    auto_token struct token token = { .claims = 7 };
    struct error error = { 0 };
    assert_true(read_record("{'access_token':'a','received_on':1,'expires_on':2,'refresh_on':2}",
                            &token, &error));
    assert_int_equal(token.claims, 0);
    assert_int_equal(token.refresh_on, 2);
}

static void unknown_members_are_ignored(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    struct error error = { 0 };
    assert_true(read_record(" {'version':2,'expires_on':2,'received_on':1,'refresh_on':0,"
                            "'access_token':'a','scope':['x']," OTHER_MEMBERS "}\n",
                            &token, &error));
    assert_string_equal(token.access_token->bytes, "a");
}

/* The contents of the keyring are untrusted input. */
static const char *const hostile_records[] = {
    "",
    " ",
    "{",
    "null",
    "[]",
    "'a'",
    "{}",
    "eyJ0eXAi",
    /* Truncated, or with something after the value. */
    "{'access_token':'a','received_on':1,'expires_on':2,'refresh_on':0",
    "{'access_token':'a','received_on':1,'expires_on':2,'refresh_on':0}x",
    "{'access_token':'a','received_on':1,'expires_on':2,'refresh_on':0}{}",
    /* One member missing. */
    "{'received_on':1,'expires_on':2,'refresh_on':0}",
    "{'access_token':'a','expires_on':2,'refresh_on':0}",
    "{'access_token':'a','received_on':1,'refresh_on':0}",
    "{'access_token':'a','received_on':1,'expires_on':2}",
    /* Text that is not a token and could add a line or a header. */
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
    /* Invalid times. */
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
    /* Invalid numbers. */
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
    /* Bound to something that is no key. */
    "{'access_token':'a','received_on':1,'expires_on':2,'refresh_on':0,'key_id':null}",
    "{'access_token':'a','received_on':1,'expires_on':2,'refresh_on':0,'key_id':''}",
    "{'access_token':'a','received_on':1,'expires_on':2,'refresh_on':0,'key_id':'a'}",
    /* Nested deeper than any record. */
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
};

static void anything_else_is_not_a_record(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(hostile_records); i++) {
        struct token token = { 0 };
        struct error error = { 0 };
        if (read_record(hostile_records[i], &token, &error))
            fail_msg("%s was accepted", hostile_records[i]);
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

static void a_record_with_a_token_that_is_too_long_is_refused(void **state)
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

static void the_error_does_not_quote_the_record(void **state)
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
        cmocka_unit_test(a_token_has_no_other_character),
        cmocka_unit_test(a_token_has_equals_signs_only_at_its_end),
        cmocka_unit_test(the_longest_token_has_48_kib),
        cmocka_unit_test(a_token_is_fresh_until_five_minutes_before_its_end),
        cmocka_unit_test(callers_are_told_when_the_token_stops_being_fresh),
        cmocka_unit_test(a_clock_set_back_by_more_than_five_minutes_makes_a_token_stale),
        cmocka_unit_test(a_token_due_for_renewal_is_still_fresh),
        cmocka_unit_test(a_token_is_valid_until_it_expires),
        cmocka_unit_test(a_token_is_due_from_its_renewal_time_until_it_is_stale),
        cmocka_unit_test(a_token_without_a_renewal_time_is_never_due),
        cmocka_unit_test(the_first_token_is_renewed_anywhere_from_a_quarter_of_its_use),
        cmocka_unit_test(a_token_renewed_in_time_is_renewed_late_again),
        cmocka_unit_test(a_token_renewed_too_late_is_renewed_early),
        cmocka_unit_test(the_authority_says_when_at_the_earliest),
        cmocka_unit_test(a_token_that_is_hardly_fresh_is_not_renewed_early),
        cmocka_unit_test(from_the_latest_renewal_there_are_two_minutes_left),
        cmocka_unit_test(after_a_failed_renewal_a_part_of_the_time_that_is_left_passes),
        cmocka_unit_test(in_the_last_minutes_renewals_are_tried_often),
        cmocka_unit_test(the_pause_begins_when_the_authority_allows_requests_again),
        cmocka_unit_test(the_json_form_is_one_object),
        cmocka_unit_test(a_record_is_read_back_as_written),
        cmocka_unit_test(a_record_tells_a_bound_token_from_a_bearer_token),
        cmocka_unit_test(a_token_read_from_a_record_is_from_the_keyring),
        cmocka_unit_test(a_record_of_an_older_version_has_no_claims),
        cmocka_unit_test(unknown_members_are_ignored),
        cmocka_unit_test(anything_else_is_not_a_record),
        cmocka_unit_test(a_record_with_a_nul_byte_is_refused),
        cmocka_unit_test(a_record_with_a_token_that_is_too_long_is_refused),
        cmocka_unit_test(the_error_does_not_quote_the_record),
        cmocka_unit_test(a_cleared_token_has_no_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
