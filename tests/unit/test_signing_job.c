/* SPDX-License-Identifier: MIT */
/* What the process that signs is told. */
#include "tests/unit/support.h"

#include <string.h>

#include "common/acquire/app/signing_job.h"

#define ID "00001111-aaaa-2222-bbbb-3333cccc4444"

/* Records end with a NUL, which is written as | here. The caller frees the result. */
static struct secret *text_of(const char *records)
{
    struct secret *text = secret_from_text(records);
    for (size_t i = 0; i < text->length; i++)
        if (text->bytes[i] == '|')
            text->bytes[i] = '\0';
    return text;
}

static void assert_same(const char *one, const char *other)
{
    assert_int_equal(one == NULL, other == NULL);
    if (one != NULL)
        assert_string_equal(one, other);
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    auto_secret struct secret *base64 = secret_from_text("TUlJ"), *empty = secret_from_text("");
    auto_secret struct secret *password = secret_from_text("p\xe4ss=word\n"); /* no UTF-8 */
    const struct credential credentials[] = {
        { .path = "/etc/app.pem" },
        { .path = "/etc/a=b.pem", .key_path = "pkcs11:token=x", .password = password },
        { .secret = base64, .password = empty, .send_x5c = true },
    };
    const struct token_request request = { .instance = "https://login.microsoftonline.com",
                                           .tenant = "contoso.com",
                                           .client_id = ID };
    for (size_t i = 0; i < ARRAY_SIZE(credentials); i++) {
        const struct credential *written = &credentials[i];
        auto_signing_job struct signing_job job = { 0 };
        auto_secret struct secret *text = signing_job_write(&request, written);
        assert_true(signing_job_read(text, &job));
        assert_string_equal(job.request.instance, request.instance);
        assert_string_equal(job.request.tenant, request.tenant);
        assert_string_equal(job.request.client_id, request.client_id);
        assert_int_equal(job.credential.kind, CREDENTIAL_CERTIFICATE);
        assert_same(job.credential.path, written->path);
        assert_same(job.credential.key_path, written->key_path);
        assert_same(job.credential.secret != NULL ? job.credential.secret->bytes : NULL,
                    written->secret != NULL ? written->secret->bytes : NULL);
        assert_same(job.credential.password != NULL ? job.credential.password->bytes : NULL,
                    written->password != NULL ? written->password->bytes : NULL);
        assert_int_equal(job.credential.send_x5c, written->send_x5c);
    }
}

#define HEAD    "entra-sign " ENTRA_VERSION "|"
#define REQUEST "instance=https://login.microsoftonline.com|tenant=contoso.com|client_id=" ID "|"

static void a_job_has_each_record_once_and_in_order(void **state)
{
    (void)state;
    static const struct {
        const char *records;
        bool is_job;
    } cases[] = {
        { HEAD REQUEST "path=/a|send_x5c=0|", true },
        { HEAD REQUEST "secret=AAAA|password=p|send_x5c=1|", true },
        { "", false },
        { "|", false },
        { "entra-sign|" REQUEST "path=/a|send_x5c=0|", false },
        { "entra-sign " ENTRA_VERSION "1|" REQUEST "path=/a|send_x5c=0|", false },
        { REQUEST "path=/a|send_x5c=0|", false },
        { HEAD "path=/a|send_x5c=0|", false },
        { HEAD "tenant=contoso.com|client_id=" ID "|path=/a|send_x5c=0|", false },
        { HEAD "instance=https://a|client_id=" ID "|path=/a|send_x5c=0|", false },
        { HEAD "instance=https://a|tenant=contoso.com|path=/a|send_x5c=0|", false },
        { HEAD "instance=https://a|tenant=../x|client_id=" ID "|path=/a|send_x5c=0|", false },
        { HEAD REQUEST "send_x5c=0|", false },
        { HEAD REQUEST "password=p|send_x5c=0|", false },
        { HEAD REQUEST "path=/a|path=/b|send_x5c=0|", false },
        { HEAD REQUEST "password=p|path=/a|send_x5c=0|", false },
        { HEAD REQUEST "path=/a|other=1|send_x5c=0|", false },
        { HEAD REQUEST "path=/a|send_x5c=2|", false },
        { HEAD REQUEST "path=/a|send_x5c=|", false },
        { HEAD REQUEST "path=/a|send_x5c=0|send_x5c=0|", false },
        { HEAD REQUEST "path=/a|send_x5c=0||", false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_signing_job struct signing_job job = { 0 };
        auto_secret struct secret *text = text_of(cases[i].records);
        assert_int_equal(signing_job_read(text, &job), cases[i].is_job);
    }
}

static void a_job_that_is_cut_off_is_none(void **state)
{
    (void)state;
    auto_secret struct secret *whole = text_of(HEAD REQUEST "path=/a|password=p|send_x5c=0|");
    for (size_t length = 0; length <= whole->length; length++) {
        auto_signing_job struct signing_job job = { 0 };
        auto_secret struct secret *text = secret_new(whole->bytes, length);
        assert_int_equal(signing_job_read(text, &job), length == whole->length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(a_job_has_each_record_once_and_in_order),
        cmocka_unit_test(a_job_that_is_cut_off_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
