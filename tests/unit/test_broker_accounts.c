/* SPDX-License-Identifier: MIT */
/* The accounts of a broker, and the one that a request is for. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#include "common/base/text.h"
#include "tests/unit/broker_case.h"

#define BOB_TID "c2a41d0e-5b6a-4f7c-8d9e-0f1a2b3c4d5e"
#define BOB     "3d8a0f1e-2c3b-4a5d-9e6f-7b8c9d0e1f2a." BOB_TID
#define BOTH    BROKER_ACCOUNT ",{'homeAccountId':'" BOB "','username':'bob@fabrikam.com'}"

static enum broker_end read_text(const char *text, struct broker_accounts *accounts,
                                 struct error *error)
{
    size_t length;
    autofree char *bytes = json_bytes(text, &length);
    return broker_accounts_read(bytes, length, accounts, error);
}

/* The user name of the account that is found in this list; "" if none is. */
static char *found(const char *list, const struct token_request *request, struct error *error)
{
    auto_broker_accounts struct broker_accounts accounts = { .count = 0 };
    autofree char *text = text_format("{'accounts':[%s]}", list);
    assert_int_equal(read_text(text, &accounts, error), BROKER_DONE);
    const struct broker_account *account = broker_accounts_find(&accounts, request, error);
    return strdup(account != NULL ? account->username : "");
}

static void assert_found(const char *list, struct token_request request, const char *expected)
{
    struct error error = { 0 };
    if (request.tenant == NULL)
        request.tenant = "organizations";
    autofree char *name = found(list, &request, &error);
    assert_string_equal(name, expected);
    if (expected[0] == '\0')
        assert_int_equal(error.kind, ERROR_SIGN_IN);
}

static void the_only_account_is_it(void **state)
{
    (void)state;
    assert_found(BROKER_ACCOUNT, (struct token_request){ .client_id = NULL }, "Ada@contoso.com");
}

static void the_account_is_matched_by_name_or_id_in_any_case(void **state)
{
    (void)state;
    assert_found(BOTH, (struct token_request){ .account = "ada@contoso.com" }, "Ada@contoso.com");
    assert_found(BOTH, (struct token_request){ .account = "bob@fabrikam.com" }, "bob@fabrikam.com");
    assert_found(BOTH, (struct token_request){ .home_account_id = BOB }, "bob@fabrikam.com");
    autofree char *upper = strdup(BROKER_ADA);
    for (char *c = upper; *c != '\0'; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    assert_found(BOTH, (struct token_request){ .home_account_id = upper }, "Ada@contoso.com");
}

static void of_several_accounts_the_one_of_the_tenant_is_it(void **state)
{
    (void)state;
    assert_found(BOTH, (struct token_request){ .tenant = BOB_TID }, "bob@fabrikam.com");
    assert_found(BOTH, (struct token_request){ .tenant = "organizations" }, "");
    assert_found(BOTH ",{'homeAccountId':'x." BOB_TID "','username':'x@fabrikam.com'}",
                 (struct token_request){ .tenant = BOB_TID }, "");
}

/* A guest of other tenants. */
#define ADA_AS_GUEST                                                                               \
    "{'homeAccountId':'" BROKER_ADA "','realm':'" BOB_TID "','username':'Ada@contoso.com'}"

static void assert_realm(const char *list, struct token_request request, const char *expected)
{
    auto_broker_accounts struct broker_accounts accounts = { .count = 0 };
    struct error error = { 0 };
    autofree char *text = text_format("{'accounts':[%s]}", list);
    assert_int_equal(read_text(text, &accounts, &error), BROKER_DONE);
    const struct broker_account *account = broker_accounts_find(&accounts, &request, &error);
    assert_non_null(account);
    assert_string_equal(json_string(account->as_sent, "realm"), expected);
}

static void an_account_that_is_listed_for_each_tenant_is_one(void **state)
{
    (void)state;
    static const char *const lists[] = { BROKER_ACCOUNT "," ADA_AS_GUEST,
                                         ADA_AS_GUEST "," BROKER_ACCOUNT };
    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        assert_found(lists[i], (struct token_request){ .client_id = NULL }, "Ada@contoso.com");
        assert_found(lists[i], (struct token_request){ .account = "ada@contoso.com" },
                     "Ada@contoso.com");
        assert_realm(lists[i], (struct token_request){ .tenant = BOB_TID }, BOB_TID);
        assert_realm(lists[i], (struct token_request){ .tenant = BROKER_TID }, BROKER_TID);
        assert_realm(lists[i],
                     (struct token_request){ .tenant = BOB_TID, .home_account_id = BROKER_ADA },
                     BOB_TID);
    }
    assert_found(ADA_AS_GUEST "," BOTH, (struct token_request){ .client_id = NULL }, "");
}

static void another_account_than_the_wanted_one_is_none(void **state)
{
    (void)state;
    assert_found(BROKER_ACCOUNT, (struct token_request){ .account = "bob@fabrikam.com" }, "");
    assert_found(BROKER_ACCOUNT, (struct token_request){ .home_account_id = BOB }, "");
    assert_found("", (struct token_request){ .client_id = NULL }, "");
}

static void why_there_is_none_is_said(void **state)
{
    (void)state;
    struct error error = { 0 };
    struct token_request anybody = { .tenant = "organizations" };
    struct token_request bob = { .tenant = "organizations", .account = "bob@fabrikam.com" };
    free(found("", &anybody, &error));
    assert_error(&error, ERROR_SIGN_IN, "nobody is signed in to this device");
    free(found(BOTH, &anybody, &error));
    assert_error(&error, ERROR_SIGN_IN, "2 accounts are signed in to this device");
    free(found(BROKER_ACCOUNT, &bob, &error));
    assert_error(&error, ERROR_SIGN_IN, "bob@fabrikam.com is not signed in to this device");
    free(found(BOTH "," ADA_AS_GUEST, &anybody, &error));
    assert_error(&error, ERROR_SIGN_IN, "2 accounts are signed in to this device");
    free(found("{}", &anybody, &error));
    assert_error(&error, ERROR_SIGN_IN, "it is not known who is signed in to this device");
    free(found("{}", &bob, &error));
    assert_error(&error, ERROR_SIGN_IN, "as far as its accounts can be read: 1 cannot");
    free(found("{'homeAccountId':'x." BROKER_TID "','username':'bob@fabrikam.com'}," BOTH, &bob,
               &error));
    assert_error(&error, ERROR_SIGN_IN, "several accounts that are called bob@fabrikam.com");
}

static void what_is_no_account_is_passed_over(void **state)
{
    (void)state;
    auto_broker_accounts struct broker_accounts accounts = { .count = 0 };
    struct error error = { 0 };
    assert_int_equal(read_text("{'accounts':[null,1,'x',{},{'homeAccountId':'a.b'},"
                               "{'homeAccountId':'a b','username':'x@y.z'},"
                               "{'homeAccountId':'a.b','username':'x\\u000ay'},"
                               "{'homeAccountId':'a.b','username':'x\\u0000y'}," BROKER_ACCOUNT
                               "]}",
                               &accounts, &error),
                     BROKER_DONE);
    assert_int_equal(accounts.count, 1);
    assert_int_equal(accounts.passed_over, 8);
}

static void a_list_is_read_to_its_limit(void **state)
{
    (void)state;
    auto_broker_accounts struct broker_accounts accounts = { .count = 0 };
    struct error error = { 0 };
    char text[64 * 1024] = "{'accounts':[" BROKER_ACCOUNT;
    size_t used = strlen(text);
    for (size_t i = 0; i < BROKER_ACCOUNTS_MAX; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "," BROKER_ACCOUNT);
    snprintf(text + used, sizeof text - used, "]}");
    assert_int_equal(read_text(text, &accounts, &error), BROKER_DONE);
    assert_int_equal(accounts.count, BROKER_ACCOUNTS_MAX);
    assert_int_equal(accounts.passed_over, 1);
}

static void a_picture_is_not_handed_back(void **state)
{
    (void)state;
    auto_broker_accounts struct broker_accounts accounts = { .count = 0 };
    struct error error = { 0 };
    autofree char *picture = repeated('A', BROKER_MEMBER_MAX + 1);
    autofree char *text =
        text_format("{'accounts':[{'homeAccountId':'a.b','username':'x@y.z','name':'X','picture':"
                    "'%s','more':{'picture':1}}]}",
                    picture);
    assert_int_equal(read_text(text, &accounts, &error), BROKER_DONE);
    assert_string_equal(json_object_to_json_string_ext(accounts.items[0].as_sent, JSON_LINE),
                        "{\"homeAccountId\":\"a.b\",\"username\":\"x@y.z\",\"name\":\"X\"}");
}

static void what_is_no_answer_is_unusable(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "garbage", "[]", "{}", "1", "{'accounts':1}", "{'accounts':[", "null"
    };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        struct broker_accounts accounts = { .count = 0 };
        struct error error = { 0 };
        assert_int_equal(read_text(texts[i], &accounts, &error), BROKER_UNUSABLE);
        assert_error(&error, ERROR_NETWORK, "identity broker is unusable");
    }
}

static void an_answer_that_is_too_long_is_not_read(void **state)
{
    (void)state;
    struct broker_accounts accounts = { .count = 0 };
    struct error error = { 0 };
    autofree char *blanks = repeated(' ', BROKER_ANSWER_MAX + 1);
    assert_int_equal(broker_accounts_read(blanks, BROKER_ANSWER_MAX + 1, &accounts, &error),
                     BROKER_UNUSABLE);
    assert_error(&error, ERROR_NETWORK, "longer than");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_only_account_is_it),
        cmocka_unit_test(the_account_is_matched_by_name_or_id_in_any_case),
        cmocka_unit_test(of_several_accounts_the_one_of_the_tenant_is_it),
        cmocka_unit_test(an_account_that_is_listed_for_each_tenant_is_one),
        cmocka_unit_test(another_account_than_the_wanted_one_is_none),
        cmocka_unit_test(why_there_is_none_is_said),
        cmocka_unit_test(what_is_no_account_is_passed_over),
        cmocka_unit_test(a_list_is_read_to_its_limit),
        cmocka_unit_test(a_picture_is_not_handed_back),
        cmocka_unit_test(what_is_no_answer_is_unusable),
        cmocka_unit_test(an_answer_that_is_too_long_is_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
