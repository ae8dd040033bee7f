/* SPDX-License-Identifier: MIT */
/* Accounts: user names, home account ids and stored records. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/entra/account.h"

static void only_text_that_can_be_a_user_name_is_accepted(void **state)
{
    (void)state;
    static const char *const good[] = { "ada@contoso.com", "ada_live.com#EXT#@contoso.com",
                                        "o'hara", "j\xc3\xb6rg@contoso.com" };
    static const char *const bad[] = { "",     "*",         "ada lovelace", "CONTOSO\\ada",  "a\"b",
                                       "a\nb", "a\033[2Jb", "a\xffz",       "a\xe2\x80\xaez" };
    for (size_t i = 0; i < ARRAY_SIZE(good); i++)
        assert_true(account_is_username(good[i]));
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        if (account_is_username(bad[i]))
            fail_msg("case %zu", i);
    autofree char *longest = repeated('a', USERNAME_MAX);
    autofree char *longer = repeated('a', USERNAME_MAX + 1);
    assert_true(account_is_username(longest));
    assert_false(account_is_username(longer));
}

static void a_home_account_id_may_be_an_ad_fs_sub(void **state)
{
    (void)state;
    autofree char *longer = repeated('a', HOME_ACCOUNT_MAX + 1);
    assert_true(account_is_home_account_id("0000-11.2222-33"));
    assert_true(account_is_home_account_id("eUnQg8hVGJzz/W9M4kTR+gw="));
    assert_false(account_is_home_account_id(""));
    assert_false(account_is_home_account_id("a b"));
    assert_false(account_is_home_account_id("a\"b"));
    assert_false(account_is_home_account_id(longer));
}

static void a_record_is_read_back_as_written(void **state)
{
    (void)state;
    struct error error = { 0 };
    auto_account struct account written = { .refresh_token = secret_new("M.C5!*$x", 8) };
    auto_account struct account read = { 0 };
    assert_true(account_set(&written, "uid.utid", "Ada@Contoso.com", &error));
    auto_secret struct secret *record = account_to_json(&written);
    assert_true(account_from_json(record->bytes, record->length, &read, &error));
    assert_string_equal(read.username, "ada@contoso.com");
    assert_string_equal(read.home_account_id, "uid.utid");
    assert_string_equal(read.refresh_token->bytes, "M.C5!*$x");
}

static void a_record_may_have_any_letters(void **state)
{
    (void)state;
    struct error error = { 0 };
    auto_account struct account written = { 0 }, read = { 0 };
    assert_true(account_set(&written, "uid.utid", "j\xc3\xb6rg.\xe5\xb1\xb1@contoso.com", &error));
    auto_secret struct secret *record = account_to_json(&written);
    assert_true(account_from_json(record->bytes, record->length, &read, &error));
    assert_string_equal(read.username, "j\xc3\xb6rg.\xe5\xb1\xb1@contoso.com");

    autofree char *other =
        json_text("{'home_account_id':'u','username':'ada@contoso.com'," OTHER_MEMBERS "}");
    account_clear(&read);
    assert_true(account_from_json(other, strlen(other), &read, &error));
}

static void anything_else_is_not_a_record(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "[]",
        "{}",
        "{'home_account_id':'u.t'}",
        "{'username':'ada'}",
        "{'home_account_id':'u.t','username':'*'}",
        "{'home_account_id':'u.t','username':'a b'}",
        "{'home_account_id':'u t','username':'ada'}",
        "{'home_account_id':'u.t','username':'ada','refresh_token':''}",
        "{'home_account_id':'u.t','username':'ada','refresh_token':'a b'}",
        "{'home_account_id':'u.t','username':'ada'",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct account read = { 0 };
        struct error error = { 0 };
        size_t length;
        autofree char *text = json_bytes(cases[i], &length);
        assert_false(account_from_json(text, length, &read, &error));
        assert_error(&error, ERROR_OTHER, "not the record of an account");
        assert_null(read.username);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_text_that_can_be_a_user_name_is_accepted),
        cmocka_unit_test(a_home_account_id_may_be_an_ad_fs_sub),
        cmocka_unit_test(a_record_is_read_back_as_written),
        cmocka_unit_test(a_record_may_have_any_letters),
        cmocka_unit_test(anything_else_is_not_a_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
