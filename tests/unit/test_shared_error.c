/* SPDX-License-Identifier: MIT */
/* Errors that processes share. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/deadline.h"
#include "common/base/runtime_folder.h"
#include "common/base/shared_error.h"

static int begin(void **state)
{
    (void)state;
    clear_environment(NULL);
    return setenv("XDG_RUNTIME_DIR", below(""), 1);
}

static struct error failure(enum error_kind kind, int64_t retry_after)
{
    return (struct error){ .kind = kind,
                           .message = "the authority refused: \"AADSTS1\"\n",
                           .hint = "Mend it.",
                           .code = "AADSTS1",
                           .oauth_error = "invalid_grant",
                           .suberror = "bad_token",
                           .correlation_id = "2c4d5a1e",
                           .timestamp = "2026-01-02",
                           .retry_after = retry_after };
}

/* Writes a record by hand. */
static void write_record(const char *name, const char *text)
{
    autoclose int folder = runtime_folder_open();
    autofree char *json = json_text(text);
    auto_secret struct secret *content = secret_new(json, strlen(json));
    assert_true(runtime_write(folder, name, content));
}

static void a_failure_is_read_as_posted(void **state)
{
    (void)state;
    static const enum error_kind kinds[] = { ERROR_OTHER,   ERROR_USAGE,   ERROR_REFUSED,
                                             ERROR_NETWORK, ERROR_SIGN_IN, ERROR_KEYRING };
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        struct error posted = failure(kinds[i], 0), read = { 0 };
        shared_error_post("a", &posted, 1000);
        assert_true(shared_error_read("a", 0, &read));
        assert_int_equal(read.kind, posted.kind);
        assert_string_equal(read.message, posted.message);
        assert_string_equal(read.hint, posted.hint);
        assert_string_equal(read.code, "AADSTS1");
        assert_string_equal(read.oauth_error, "invalid_grant");
        assert_string_equal(read.suberror, "bad_token");
        assert_string_equal(read.correlation_id, "2c4d5a1e");
        assert_string_equal(read.timestamp, "2026-01-02");
        assert_int_equal(read.retry_after, 0);
    }
}

/* Also where the message was cut within a letter, or quotes what is no text. */
static void a_failure_may_have_any_bytes(void **state)
{
    (void)state;
    struct error posted = failure(ERROR_REFUSED, 0), read = { 0 };
    snprintf(posted.message, sizeof posted.message, "Ung\xc3\xbcltig \xe5\xb1\xb1 \xfc \xc3");
    shared_error_post("a", &posted, 1000);
    assert_true(shared_error_read("a", 0, &read));
    assert_string_equal(read.message, "Ung\xc3\xbcltig \xe5\xb1\xb1 ? ?");
}

static void a_failure_posted_before_the_request_is_ignored(void **state)
{
    (void)state;
    struct error posted = failure(ERROR_REFUSED, 0), read = { 0 };
    int64_t before = deadline_now();
    shared_error_post("a", &posted, 1000);
    assert_true(shared_error_read("a", before, &read));
    assert_false(shared_error_read("a", deadline_in(1000000), &read));
}

static void a_throttling_failure_has_the_seconds_left(void **state)
{
    (void)state;
    struct error posted = failure(ERROR_REFUSED, 1000), read = { 0 };
    shared_error_post("a", &posted, posted.retry_after);
    assert_true(shared_error_read("a", 0, &read));
    assert_between(read.retry_after, 1, 1000);
}

static void no_failure_is_shared_for_more_than_an_hour(void **state)
{
    (void)state;
    struct error posted = failure(ERROR_REFUSED, 100000), read = { 0 };
    shared_error_post("a", &posted, posted.retry_after);
    assert_true(shared_error_read("a", 0, &read));
    assert_between(read.retry_after, 1, 3600);
}

static void an_expired_failure_is_ignored(void **state)
{
    (void)state;
    struct error posted = failure(ERROR_REFUSED, 0), read = { 0 };
    shared_error_post("a", &posted, 0);
    assert_false(shared_error_read("a", 0, &read));
    shared_error_post("a", &posted, -1000);
    assert_false(shared_error_read("a", 0, &read));
}

static void a_failure_of_another_name_is_ignored(void **state)
{
    (void)state;
    struct error posted = failure(ERROR_REFUSED, 0), read = { 0 };
    shared_error_post("a", &posted, 1000);
    assert_false(shared_error_read("b", 0, &read));
}

static void a_failure_that_is_withdrawn_is_no_longer_read(void **state)
{
    (void)state;
    struct error error = { .kind = ERROR_KEYRING, .message = "m" }, found = { 0 };
    shared_error_post("kept", &error, 60);
    shared_error_post("withdrawn", &error, 60);
    shared_error_post("old", &error, 0);
    assert_true(shared_error_withdraw("withdrawn"));
    assert_true(shared_error_withdraw("old"));
    assert_false(shared_error_withdraw("never posted"));
    assert_false(shared_error_read("withdrawn", 0, &found));
    assert_true(shared_error_read("kept", 0, &found));
}

static void an_invalid_record_is_ignored(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "x",
        "[]",
        "{}",
        "null",
        "{'until':UNTIL,'posted':9,'kind':3,'message':'m'}",
        "{'until':UNTIL,'posted':9,'kind':3,'hint':'h'}",
        "{'until':UNTIL,'posted':9,'message':'m','hint':'h'}",
        "{'until':UNTIL,'kind':3,'message':'m','hint':'h'}",
        "{'posted':9,'kind':3,'message':'m','hint':'h'}",
        "{'until':UNTIL,'posted':9,'kind':0,'message':'m','hint':'h'}",
        "{'until':UNTIL,'posted':9,'kind':7,'message':'m','hint':'h'}",
        "{'until':UNTIL,'posted':9,'kind':-1,'message':'m','hint':'h'}",
        "{'until':UNTIL,'posted':9,'kind':4294967299,'message':'m','hint':'h'}",
        "{'until':UNTIL,'posted':9,'kind':3,'message':7,'hint':'h'}",
        "{'until':UNTIL,'posted':9,'kind':3,'message':'a\\u0000b','hint':'h'}",
        "{'until':9223372036854775807,'posted':9,'kind':3,'message':'m','hint':'h'}",
        "{'until':'soon','posted':9,'kind':3,'message':'m','hint':'h'}",
        "{'until':UNTIL,'posted':9,'kind':3,'message':'m','hint':'h'} x",
    };
    char until[24];
    snprintf(until, sizeof until, "%" PRId64, (int64_t)time(NULL) + 1000);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error read = { 0 };
        const char *gap = strstr(cases[i], "UNTIL");
        autofree char *text = NULL;
        if (asprintf(&text, "%.*s%s%s", gap != NULL ? (int)(gap - cases[i]) : 0, cases[i],
                     gap != NULL ? until : "", gap != NULL ? gap + 5 : cases[i]) < 0)
            fail();
        write_record("c", text);
        if (shared_error_read("c", 0, &read))
            fail_msg("%s was used", text);
        assert_int_equal(read.kind, ERROR_NONE);
    }
}

static void a_record_that_is_too_long_is_ignored(void **state)
{
    (void)state;
    struct error read = { 0 };
    autofree char *message = repeated('m', 9000);
    autofree char *text = NULL;
    if (asprintf(&text, "{'until':%" PRId64 ",'posted':9,'kind':3,'message':'%s','hint':'h'}",
                 (int64_t)time(NULL) + 1000, message) < 0)
        fail();
    write_record("d", text);
    assert_false(shared_error_read("d", 0, &read));
}

#define TEST(function) cmocka_unit_test_setup(function, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_failure_is_read_as_posted),
        TEST(a_failure_may_have_any_bytes),
        TEST(a_failure_posted_before_the_request_is_ignored),
        TEST(a_throttling_failure_has_the_seconds_left),
        TEST(no_failure_is_shared_for_more_than_an_hour),
        TEST(an_expired_failure_is_ignored),
        TEST(a_failure_of_another_name_is_ignored),
        TEST(a_failure_that_is_withdrawn_is_no_longer_read),
        TEST(an_invalid_record_is_ignored),
        TEST(a_record_that_is_too_long_is_ignored),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
