/* SPDX-License-Identifier: MIT */
/* The answer to a sign-in: the account, and the refresh token that comes with it. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/acquire/base64url.h"
#include "common/acquire/user/sign_in_answer.h"
#include "common/base/array.h"
#include "common/base/cleanup.h"

#define CLIENT "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
#define ADA    "'aud':'" CLIENT "','preferred_username':'ada@contoso.com','oid':'oid','tid':'tid'"

static struct error error;

/* ---- answers ---- */

/* A JSON text, encoded in base64url. */
static struct secret *encoded(const char *text)
{
    autofree char *json = json_text(text);
    struct secret *letters = base64url((const unsigned char *)json, strlen(json));
    if (letters == NULL)
        abort();
    return letters;
}

/* An answer with these claims in its id_token, this client_info (NULL: without), and more members,
 * ",'name':value". */
static char *answer_with(const char *claims, const char *client_info, const char *more)
{
    char *body = NULL;
    auto_secret struct secret *id_token = claims != NULL ? encoded(claims) : NULL;
    auto_secret struct secret *info = client_info != NULL ? encoded(client_info) : NULL;
    if (asprintf(&body, "{'access_token':'a'%s%s%s%s%s%s%s}",
                 id_token != NULL ? ",'id_token':'eyJhbGciOiJub25lIn0." : "",
                 id_token != NULL ? id_token->bytes : "", id_token != NULL ? ".c2ln'" : "",
                 info != NULL ? ",'client_info':'" : "", info != NULL ? info->bytes : "",
                 info != NULL ? "'" : "", more) < 0)
        abort();
    return body;
}

static bool parse(const char *body, const char *nonce, struct account *account)
{
    size_t length;
    autofree char *json = json_bytes(body, &length);
    error = (struct error){ 0 };
    return sign_in_answer_parse(json, length, CLIENT, nonce, account, &error);
}

/* The account of such an answer, which must be accepted. */
static struct account account_of(const char *claims, const char *client_info, const char *more)
{
    struct account account = { 0 };
    autofree char *body = answer_with(claims, client_info, more);
    if (!parse(body, NULL, &account))
        fail_msg("%s, %s: %s", claims, client_info, error.message);
    return account;
}

static void assert_refused(const char *body, const char *nonce, const char *why)
{
    struct account account = { 0 };
    if (parse(body, nonce, &account))
        fail_msg("accepted: %s", body);
    assert_error(&error, ERROR_NETWORK, why);
    assert_string_equal(error.code, "unusable_answer");
    assert_null(account.refresh_token);
    assert_null(account.home_account_id);
    assert_null(account.username);
}

/* ---- the account ---- */

static void the_account_id_is_uid_and_utid_of_client_info(void **state)
{
    (void)state;
    auto_account struct account account =
        account_of("{" ADA "}", "{'uid':'uid','utid':'utid'}", ",'refresh_token':'0.Aa-_'");
    assert_string_equal(account.home_account_id, "uid.utid");
    assert_string_equal(account.username, "ada@contoso.com");
    assert_string_equal(account.refresh_token->bytes, "0.Aa-_");
    assert_false(account.family);
}

static void names_and_numbers_may_be_any(void **state)
{
    (void)state;
    auto_account struct account account = account_of(
        "{" ADA "," OTHER_MEMBERS ",'name':'Zo\xc3\xab','preferred_username':"
        "'J\xc3\xb6rg@Contoso.com'}",
        "{'uid':'uid','utid':'utid'," OTHER_MEMBERS "}", ",'refresh_token':'r'," OTHER_MEMBERS);
    assert_string_equal(account.home_account_id, "uid.utid");
    assert_string_equal(account.username, "j\xc3\xb6rg@contoso.com");
    assert_string_equal(account.refresh_token->bytes, "r");
}

static void without_client_info_it_is_oid_and_tid(void **state)
{
    (void)state;
    static const char *const cases[] = { NULL, "{}", "{'uid':'uid'}", "{'uid':'','utid':'t'}",
                                         "{'uid':7,'utid':'t'}" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_account struct account account = account_of("{" ADA "}", cases[i], "");
        assert_string_equal(account.home_account_id, "oid.tid");
    }
}

static void without_either_it_is_an_ad_fs_sub(void **state)
{
    (void)state;
    auto_account struct account account =
        account_of("{'aud':'" CLIENT "','sub':'eUn/W9M+gw=','upn':'ada@contoso.com'}", NULL, "");
    assert_string_equal(account.home_account_id, "eUn/W9M+gw=");
    assert_string_equal(account.username, "ada@contoso.com");
}

static void an_answer_need_not_name_an_account(void **state)
{
    (void)state;
    static const char *const cases[] = { NULL, "{'aud':'" CLIENT "'}",
                                         "{'aud':'" CLIENT "','upn':'ada@contoso.com'}" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_account struct account account = account_of(cases[i], NULL, ",'refresh_token':'r'");
        assert_null(account.home_account_id);
        assert_null(account.username);
        assert_string_equal(account.refresh_token->bytes, "r");
    }
}

static void the_user_name_is_the_first_claim_that_can_be_one(void **state)
{
    (void)state;
    static const struct {
        const char *claims, *username;
    } cases[] = {
        { "'preferred_username':'Ada@Contoso.com','upn':'b'", "ada@contoso.com" },
        { "'upn':'ada@contoso.com','unique_name':'b'", "ada@contoso.com" },
        { "'unique_name':'ada@contoso.com','email':'b'", "ada@contoso.com" },
        { "'email':'ada@contoso.com'", "ada@contoso.com" },
        { "'unique_name':'CONTOSO\\\\ada','email':'ada@contoso.com'", "ada@contoso.com" },
        { "'upn':'','email':'ada@contoso.com'", "ada@contoso.com" },
        { "'upn':'*','email':'ada@contoso.com'", "ada@contoso.com" },
        { "'upn':'\\u001b[2J','email':'ada@contoso.com'", "ada@contoso.com" },
        { "'upn':'a\\u202eb','email':'ada@contoso.com'", "ada@contoso.com" },
        { "'upn':'a\\u0000b','email':'ada@contoso.com'", "ada@contoso.com" },
        { "'upn':'a\\nb','email':'ada@contoso.com'", "ada@contoso.com" },
        { "'name':'Ada Lovelace'", "oid.tid" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *claims = NULL;
        if (asprintf(&claims, "{'aud':'" CLIENT "','oid':'oid','tid':'tid',%s}", cases[i].claims) <
            0)
            abort();
        auto_account struct account account = account_of(claims, NULL, "");
        assert_string_equal(account.username, cases[i].username);
    }
}

/* The ID becomes an attribute in the keyring and part of file names. */
static void an_invalid_account_id_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = { "{'uid':'a b','utid':'t'}",
                                         "{'uid':'\\u001b[2J','utid':'t'}",
                                         "{'uid':'a','utid':'\\n'}", "{'uid':'a\\'b','utid':'t'}",
                                         "{'uid':'*','utid':'t'}" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *body = answer_with("{" ADA "}", cases[i], "");
        assert_refused(body, NULL, "it does not identify the user");
    }
    autofree char *long_name = repeated('a', HOME_ACCOUNT_MAX);
    autofree char *info = NULL;
    if (asprintf(&info, "{'uid':'%s','utid':'t'}", long_name) < 0)
        abort();
    autofree char *body = answer_with("{" ADA "}", info, "");
    assert_refused(body, NULL, "it does not identify the user");
}

/* ---- the id_token ---- */

static void an_id_token_must_be_for_this_client(void **state)
{
    (void)state;
    static const char *const others[] = { "{'oid':'o','tid':'t'}",
                                          "{'aud':'','oid':'o'}",
                                          "{'aud':'872cd9fa-d31f-45e0-9eab-6e460a02d1f1'}",
                                          "{'aud':'" CLIENT "0'}",
                                          "{'aud':['" CLIENT "','evil']}",
                                          "{'aud':'" CLIENT "\\u0000'}" };
    auto_account struct account account =
        account_of("{'aud':'04B07795-8DDB-461A-BBEE-02F9E1BF7B46','oid':'o','tid':'t'}", NULL, "");
    assert_string_equal(account.home_account_id, "o.t");
    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        autofree char *body = answer_with(others[i], NULL, ",'refresh_token':'r'");
        assert_refused(body, NULL, "its id_token is for another client");
    }
}

static void an_id_token_must_have_the_nonce_that_was_sent(void **state)
{
    (void)state;
    static const char *const others[] = { "{" ADA "}",
                                          "{" ADA ",'nonce':''}",
                                          "{" ADA ",'nonce':'n0nce '}",
                                          "{" ADA ",'nonce':'N0NCE'}",
                                          "{" ADA ",'nonce':null}",
                                          "{" ADA ",'nonce':'n0nce\\u0000'}" };
    auto_account struct account account = { 0 };
    autofree char *good = answer_with("{" ADA ",'nonce':'n0nce'}", NULL, "");
    assert_true(parse(good, "n0nce", &account));
    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        autofree char *body = answer_with(others[i], NULL, ",'refresh_token':'r'");
        assert_refused(body, "n0nce", "its id_token is for another sign-in (nonce)");
    }
    autofree char *without = answer_with(NULL, "{'uid':'u','utid':'t'}", "");
    assert_refused(without, "n0nce", "it has no id_token");
}

static void an_unreadable_part_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *body, *why;
    } cases[] = {
        { "{'id_token':''}", "its id_token: " },
        { "{'id_token':'a.b'}", "its id_token: " },
        { "{'id_token':'a.b.c.d.e'}", "its id_token: " },
        { "{'id_token':'a.W10.c'}", "its id_token: " }, /* [] */
        { "{'id_token':'a.!!!!.c'}", "its id_token: " },
        { "{'client_info':''}", "its client_info: " },
        { "{'client_info':'e30='}", "its client_info: " }, /* {}, padded */
        { "{'client_info':'W10'}", "its client_info: " },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_refused(cases[i].body, NULL, cases[i].why);
}

static void an_answer_that_is_not_json_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = { "", "{", "<html>", "{} {}" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_refused(cases[i], NULL, "the authority's answer cannot be used: ");
}

/* ---- the refresh token ---- */

/* That of a personal Microsoft account has ! * $ in it. */
static void a_refresh_token_is_visible_ascii(void **state)
{
    (void)state;
    auto_account struct account account =
        account_of(NULL, NULL, ",'refresh_token':'M.C527_BAY.0.U.-CtJ!Zk*aB$$~'");
    assert_string_equal(account.refresh_token->bytes, "M.C527_BAY.0.U.-CtJ!Zk*aB$$~");
}

/* Without it the user has to sign in again; the access token is good. */
static void a_refresh_token_that_cannot_be_stored_is_left_out(void **state)
{
    (void)state;
    static const char *const cases[] = { "",         "a b",    "a\\nb",     "a\\u0000b",
                                         "a\\u00e4", "a\\\\b", "a\\u0022b", "\\u001b[2J" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *more = NULL;
        if (asprintf(&more, ",'refresh_token':'%s','foci':'1'", cases[i]) < 0)
            abort();
        auto_account struct account account = account_of("{" ADA "}", NULL, more);
        assert_null(account.refresh_token);
        assert_string_equal(account.home_account_id, "oid.tid");
    }
}

static void the_length_of_a_refresh_token_is_limited(void **state)
{
    (void)state;
    for (size_t over = 0; over < 2; over++) {
        autofree char *text = repeated('r', REFRESH_TOKEN_MAX + over);
        autofree char *more = NULL;
        if (asprintf(&more, ",'refresh_token':'%s'", text) < 0)
            abort();
        auto_account struct account account = account_of(NULL, NULL, more);
        assert_int_equal(account.refresh_token == NULL, over == 1);
    }
}

static void foci_marks_a_family_refresh_token(void **state)
{
    (void)state;
    static const struct {
        const char *more;
        bool family;
    } cases[] = {
        { "", false },           { ",'foci':'1'", true }, { ",'foci':'2'", false },
        { ",'foci':''", false }, { ",'foci':[]", false }, { ",'foci':'1\\u0000'", false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *more = NULL;
        if (asprintf(&more, ",'refresh_token':'r'%s", cases[i].more) < 0)
            abort();
        auto_account struct account account = account_of(NULL, NULL, more);
        assert_int_equal(account.family, cases[i].family);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_account_id_is_uid_and_utid_of_client_info),
        cmocka_unit_test(names_and_numbers_may_be_any),
        cmocka_unit_test(without_client_info_it_is_oid_and_tid),
        cmocka_unit_test(without_either_it_is_an_ad_fs_sub),
        cmocka_unit_test(an_answer_need_not_name_an_account),
        cmocka_unit_test(the_user_name_is_the_first_claim_that_can_be_one),
        cmocka_unit_test(an_invalid_account_id_is_refused),
        cmocka_unit_test(an_id_token_must_be_for_this_client),
        cmocka_unit_test(an_id_token_must_have_the_nonce_that_was_sent),
        cmocka_unit_test(an_unreadable_part_is_refused),
        cmocka_unit_test(an_answer_that_is_not_json_is_refused),
        cmocka_unit_test(a_refresh_token_is_visible_ascii),
        cmocka_unit_test(a_refresh_token_that_cannot_be_stored_is_left_out),
        cmocka_unit_test(the_length_of_a_refresh_token_is_limited),
        cmocka_unit_test(foci_marks_a_family_refresh_token),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
