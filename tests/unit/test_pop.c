/* SPDX-License-Identifier: MIT */
/* Keys of proofs of possession, and what is signed with them. tests/integration/test_kubectl_pop.py
 * has other programs check the signature. */
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/text.h"
#include "common/pop/pop.h"

extern const struct pop_module entra_module;

static struct pop_key key;
static struct error error;

static int begin(void **state)
{
    (void)state;
    error = (struct error){ 0 };
    assert_true(entra_module.make_key(&key, &error));
    return 0;
}

static int end(void **state)
{
    (void)state;
    pop_key_clear(&key);
    return 0;
}

static void a_key_can_be_stored_and_used_again(void **state)
{
    (void)state;
    auto_secret struct secret *record = pop_key_to_json(&key);
    auto_pop_key struct pop_key read = { 0 };
    assert_true(pop_key_from_json(record->bytes, record->length, &read, &error));
    assert_string_equal(read.id, key.id);
    assert_true(entra_module.check_key(&read, &error));
}

static void two_keys_are_two(void **state)
{
    (void)state;
    auto_pop_key struct pop_key other = { 0 };
    assert_true(entra_module.make_key(&other, &error));
    assert_string_not_equal(other.id, key.id);
}

static void anything_else_is_no_record_of_a_key(void **state)
{
    (void)state;
    static const char id[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    static const struct {
        const char *id, *private_key;
    } cases[] = {
        { "", "AAAA" },
        { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "AAAA" },
        { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "AAAA" },
        { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=", "AAAA" },
        { id, "" },
        { id, "AAA" },
        { id, "====" },
        { id, "A===" },
        { id, "AA=A" },
        { id, "AAA-" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct pop_key read = { 0 };
        autofree char *text = text_format("{\"id\":\"%s\",\"private_key\":\"%s\"}", cases[i].id,
                                          cases[i].private_key);
        if (pop_key_from_json(text, strlen(text), &read, &error))
            fail_msg("%s was read", text);
        assert_null(read.private_key);
    }
}

/* Whoever can write to the keyring could otherwise choose a weak key, or one of their own. */
static void a_key_that_is_not_what_its_record_says_is_not_used(void **state)
{
    (void)state;
    auto_pop_key struct pop_key other = { 0 }, no_key = { .private_key = secret_from_text("AAAA") };
    assert_true(entra_module.make_key(&other, &error));
    memcpy(other.id, key.id, sizeof other.id);
    memcpy(no_key.id, key.id, sizeof no_key.id);
    assert_false(entra_module.check_key(&other, &error));
    assert_false(entra_module.check_key(&no_key, &error));
}

static struct token bound_token(const struct pop_key *to)
{
    struct token token = { .access_token = secret_from_text("a.b.c"),
                           .received_on = 1000,
                           .expires_on = 5000 };
    memcpy(token.key_id, to->id, sizeof token.key_id);
    return token;
}

static void a_signed_form_is_three_parts_and_expires_before_the_token(void **state)
{
    (void)state;
    auto_token struct token token = bound_token(&key), proof = { 0 };
    assert_true(entra_module.sign(&key, "host", &token, 2000, &proof, &error));
    assert_true(token_is_valid_text(proof.access_token->bytes, proof.access_token->length));
    assert_int_equal(proof.expires_on, 2000 + POP_SECONDS);
    auto_token struct token late = { 0 };
    assert_true(entra_module.sign(&key, "host", &token, 4900, &late, &error));
    assert_int_equal(late.expires_on, 5000);
}

static void a_token_of_another_key_or_of_none_is_not_signed(void **state)
{
    (void)state;
    auto_pop_key struct pop_key other = { 0 };
    assert_true(entra_module.make_key(&other, &error));
    auto_token struct token of_other = bound_token(&other), bearer = bound_token(&key);
    bearer.key_id[0] = '\0';
    struct token proof = { 0 };
    assert_false(entra_module.sign(&key, "host", &of_other, 2000, &proof, &error));
    assert_false(entra_module.sign(&key, "host", &bearer, 2000, &proof, &error));
    assert_null(proof.access_token);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_key_can_be_stored_and_used_again, begin, end),
        cmocka_unit_test_setup_teardown(two_keys_are_two, begin, end),
        cmocka_unit_test_setup_teardown(anything_else_is_no_record_of_a_key, begin, end),
        cmocka_unit_test_setup_teardown(a_key_that_is_not_what_its_record_says_is_not_used, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_signed_form_is_three_parts_and_expires_before_the_token,
                                        begin, end),
        cmocka_unit_test_setup_teardown(a_token_of_another_key_or_of_none_is_not_signed, begin,
                                        end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
