/* SPDX-License-Identifier: MIT */
/* What is said of a credential before it is sent anywhere. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/acquire/app/client_credentials.h"
#include "common/acquire/app/credential_check.h"
#include "common/acquire/app/federated.h"
#include "common/acquire/app/signer.h"
#include "common/base/array.h"
#include "common/base/rfc3339.h"

#define DAY 86400

/* ---- what the credentials give ---- */

static int begins_in, ends_in; /* seconds from now, of the certificate */

static X509 *make_certificate(void)
{
    X509 *certificate = X509_new();
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"app", -1, -1, 0);
    X509_gmtime_adj(X509_getm_notBefore(certificate), begins_in);
    X509_gmtime_adj(X509_getm_notAfter(certificate), ends_in);
    X509_set_pubkey(certificate, key);
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
    EVP_PKEY_free(key);
    return certificate;
}

struct secret *signer_sign(const struct token_request *request, const struct credential *credential,
                           int64_t deadline, X509 **ret_certificate, struct error *error)
{
    (void)request, (void)credential, (void)deadline, (void)error;
    *ret_certificate = make_certificate();
    return secret_from_text("signed");
}

bool client_proof_load(const struct token_request *request, const struct credential *credential,
                       int64_t deadline, struct client_proof *ret_proof, struct error *error)
{
    (void)request, (void)deadline, (void)error;
    struct secret *copy = secret_new(credential->secret->bytes, credential->secret->length);
    if (credential->kind == CREDENTIAL_CLIENT_SECRET)
        ret_proof->client_secret = copy;
    else
        ret_proof->client_assertion = copy;
    return true;
}

void client_proof_clear(struct client_proof *proof)
{
    secret_free(proof->client_secret);
    secret_free(proof->client_assertion);
}

bool federated_may_ask(const struct credential *credential, struct error *error)
{
    return credential->id != NULL || error_set(error, ERROR_USAGE, "may not ask");
}

/* ---- */

static struct credential_facts facts_of(enum credential_kind kind, const char *text)
{
    auto_secret struct secret *secret = secret_from_text(text);
    const struct credential credential = { .kind = kind, .secret = secret };
    const struct token_request request = { .credential_count = 1 };
    struct credential_facts facts;
    struct error error = { 0 };
    assert_true(credential_check(&request, &credential, false, 0, &facts, &error));
    return facts;
}

static void a_certificate_is_good_from_its_first_second_to_its_last(void **state)
{
    (void)state;
    static const struct {
        int begins_in, ends_in;
        const char *fault; /* NULL: none */
    } certificates[] = {
        { -DAY, DAY, NULL },
        { 0, DAY, NULL },
        { -DAY, 0, "the certificate /CN=app expired on " },
        { DAY, 2 * DAY, "the certificate /CN=app is not valid before " },
        { -2 * DAY, -DAY, "the certificate /CN=app expired on " },
    };
    for (size_t i = 0; i < ARRAY_SIZE(certificates); i++) {
        const struct credential credential = { .kind = CREDENTIAL_CERTIFICATE };
        const struct token_request request = { .credential_count = 1 };
        struct credential_facts facts;
        struct error error = { 0 };
        begins_in = certificates[i].begins_in;
        ends_in = certificates[i].ends_in;
        int64_t before = time(NULL);
        bool is_good = credential_check(&request, &credential, false, 0, &facts, &error);
        assert_between(facts.expires_on, before + ends_in, time(NULL) + ends_in);
        assert_int_equal(is_good, certificates[i].fault == NULL);
        assert_has(facts.text, "the key matches the certificate /CN=app, thumbprint ");
        assert_int_equal(strspn(strrchr(facts.text, ' ') + 1, "0123456789ABCDEF"), 40);
        if (is_good)
            continue;
        assert_error(&error, ERROR_USAGE, certificates[i].fault);
        assert_string_equal(error.code, "certificate_expired");
        if (begins_in < 0)
            assert_has(error.message, rfc3339_format(facts.expires_on).text);
    }
}

static void a_secret_that_is_an_id_is_recognized(void **state)
{
    (void)state;
    struct credential_facts facts = facts_of(CREDENTIAL_CLIENT_SECRET, "Zq~8Q");
    assert_string_equal(facts.text, "a client secret is configured");
    assert_int_equal(facts.expires_on, 0);
    facts = facts_of(CREDENTIAL_CLIENT_SECRET, "11111111-2222-3333-4444-555555555555");
    assert_string_equal(facts.text,
                        "a client secret is configured, but it looks like a secret's id");
}

static void what_others_have_is_not_fetched_where_nobody_may_be_asked(void **state)
{
    (void)state;
    static const enum credential_kind elsewhere[] = {
        CREDENTIAL_ASSERTION_COMMAND,
        CREDENTIAL_GITHUB_ACTIONS,
        CREDENTIAL_AZURE_PIPELINES,
        CREDENTIAL_ASSERTION_IDENTITY,
    };
    const struct token_request request = { .credential_count = 1 };
    struct credential_facts facts;
    for (size_t i = 0; i < ARRAY_SIZE(elsewhere); i++) {
        struct error error = { 0 };
        struct credential credential = { .kind = elsewhere[i], .id = (char *)"known" };
        assert_true(credential_check(&request, &credential, true, 0, &facts, &error));
        credential.id = NULL;
        assert_false(credential_check(&request, &credential, true, 0, &facts, &error));
        assert_error(&error, ERROR_USAGE, "may not ask");
    }
    const struct credential device = { .kind = CREDENTIAL_CERTIFICATE,
                                       .path = (char *)"app.pem",
                                       .key_path = (char *)"pkcs11:token=app",
                                       .id = (char *)"known" };
    struct error error = { 0 };
    assert_true(credential_check(&request, &device, true, 0, &facts, &error));
    assert_string_equal(facts.text, "");
}

static void issuer_and_subject_of_a_federated_token_are_named(void **state)
{
    (void)state;
    /* {"iss":"https://i","sub":"s","exp":1767441600}, and {} */
    struct credential_facts facts =
        facts_of(CREDENTIAL_ASSERTION_FILE,
                 "e30.eyJpc3MiOiJodHRwczovL2kiLCJzdWIiOiJzIiwiZXhwIjoxNzY3NDQxNjAwfQ.x");
    assert_string_equal(facts.text,
                        "a federated token with the issuer https://i and the subject s");
    assert_int_equal(facts.expires_on, 1767441600);
    facts = facts_of(CREDENTIAL_ASSERTION_FILE, "e30.e30.x");
    assert_string_equal(facts.text,
                        "a federated token with the issuer (none) and the subject (none)");
    assert_int_equal(facts.expires_on, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_is_good_from_its_first_second_to_its_last),
        cmocka_unit_test(a_secret_that_is_an_id_is_recognized),
        cmocka_unit_test(what_others_have_is_not_fetched_where_nobody_may_be_asked),
        cmocka_unit_test(issuer_and_subject_of_a_federated_token_are_named),
    };
    return cmocka_run_group_tests(tests, clear_environment, NULL);
}
