/* SPDX-License-Identifier: MIT */
/* What the endpoint of `entra run` is asked, and whom it answers. */
#include "tests/unit/support.h"

#include <string.h>

#include "helpers/entra/run/identity_request.h"

#define RESOURCE "https://vault.azure.net"

static struct endpoint_request request;

static void add(bool is_header, const char *name, const char *value)
{
    request.fields[request.count++] =
        (struct endpoint_field){ is_header, name, value, value != NULL ? strlen(value) : 0 };
}

static void begin(const char *resource)
{
    request = (struct endpoint_request){ .method = "GET", .path = IDENTITY_PATH };
    add(true, "Host", "127.0.0.1:1234");
    add(true, "x-identity-header", "s3cret");
    add(false, "api-version", "2019-08-01");
    if (resource != NULL)
        add(false, "resource", resource);
}

/* The status of a refusal; 0 if the request is read. */
static int read_it(struct identity_request *ret_request, struct error *error)
{
    auto_secret struct secret *secret = secret_from_text("s3cret");
    const struct identity_rules rules = { "127.0.0.1:1234", secret };
    int status = 0;
    *error = (struct error){ 0 };
    return identity_request_read(&request, &rules, ret_request, &status, error) ? 0 : status;
}

static void check_refused(int status, const char *message)
{
    struct identity_request unused;
    struct error error;
    assert_int_equal(read_it(&unused, &error), status);
    assert_has(error.message, message);
    assert_lacks(error.message, "s3cret");
}

static void check_resource(const char *resource, const char *expected)
{
    struct identity_request got;
    struct error error;
    begin(resource);
    assert_int_equal(read_it(&got, &error), 0);
    assert_string_equal(got.resource, expected);
    assert_int_equal(got.id_kind, IDENTITY_SYSTEM);
}

static void the_resource_is_without_default(void **state)
{
    (void)state;
    check_resource(RESOURCE, RESOURCE);
    check_resource(RESOURCE "/.default", RESOURCE);
    check_resource(RESOURCE "//.default", RESOURCE "/");
    check_resource(RESOURCE "/.DEFAULT", RESOURCE "/.DEFAULT");
    check_resource("/.default", "/.default");
    check_resource("6dae42f8-4368-4678-94ff-3960e28e3630", "6dae42f8-4368-4678-94ff-3960e28e3630");
}

static void a_resource_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const none[] = { "", "a b", "a\"b", "a\\b", "a\nb", "\xc3\xbc" };
    for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
        begin(none[i]);
        check_refused(400, "resource");
    }
    begin(NULL);
    check_refused(400, "no resource");
    add(false, "resource", NULL);
    check_refused(400, "resource");
    begin(RESOURCE);
    request.fields[3].length++; /* with its NUL */
    check_refused(400, "resource");
    begin(RESOURCE);
    add(false, "resource", RESOURCE);
    check_refused(400, "resource");
}

static void an_identity_may_be_named_once(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum identity_id kind;
    } cases[] = { { "client_id", IDENTITY_CLIENT_ID },
                  { "object_id", IDENTITY_OBJECT_ID },
                  { "principal_id", IDENTITY_OBJECT_ID },
                  { "mi_res_id", IDENTITY_RESOURCE_ID },
                  { "msi_res_id", IDENTITY_RESOURCE_ID } };
    struct identity_request got;
    struct error error;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        begin(RESOURCE);
        add(false, cases[i].name, "/an/id");
        assert_int_equal(read_it(&got, &error), 0);
        assert_int_equal(got.id_kind, cases[i].kind);
        assert_string_equal(got.id, "/an/id");
        add(false, cases[(i + 1) % ARRAY_SIZE(cases)].name, "/an/id");
        check_refused(400, "several identities");
    }
}

static void only_the_commands_own_requests_are_read(void **state)
{
    (void)state;
    static const char *const led[] = { "Origin", "x-forwarded-for", "X-Forwarded-Host",
                                       "Forwarded" };
    for (size_t i = 0; i < ARRAY_SIZE(led); i++) {
        begin(RESOURCE);
        add(true, led[i], "");
        check_refused(403, "not sent here by the command");
    }
    static const char *const hosts[] = { "localhost:1234", "127.0.0.1", "127.0.0.1:12345", "" };
    for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
        begin(RESOURCE);
        request.fields[0].value = hosts[i];
        request.fields[0].length = strlen(hosts[i]);
        check_refused(403, "not sent here by the command");
    }
    begin(RESOURCE);
    add(true, "host", "127.0.0.1:1234");
    check_refused(403, "not sent here by the command");
}

static void the_secret_is_needed_once(void **state)
{
    (void)state;
    static const char *const wrong[] = { "", "s3cre", "s3cret ", "S3CRET" };
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        begin(RESOURCE);
        request.fields[1].value = wrong[i];
        request.fields[1].length = strlen(wrong[i]);
        check_refused(401, "IDENTITY_HEADER");
    }
    begin(RESOURCE);
    request.fields[1].is_header = false;
    check_refused(401, "IDENTITY_HEADER");
    begin(RESOURCE);
    add(true, "X-MS-Identity", "s3cret");
    check_refused(401, "IDENTITY_HEADER");
    request.fields[1].name = "x-other";
    struct identity_request got;
    struct error error;
    assert_int_equal(read_it(&got, &error), 0);
}

/* The status for a request without a header that has the secret. */
static int read_path(const char *path)
{
    struct identity_request got;
    struct error error;
    begin(RESOURCE);
    request.path = path;
    request.fields[1].name = "Metadata";
    return read_it(&got, &error);
}

static void the_secret_may_be_in_the_path(void **state)
{
    (void)state;
    assert_int_equal(read_path(IDENTITY_PATH "/s3cret"), 0);
    assert_int_equal(read_path(IDENTITY_PATH), 401);
    assert_int_equal(read_path(IDENTITY_PATH "/"), 401);
    assert_int_equal(read_path(IDENTITY_PATH "/s3cre"), 401);
    assert_int_equal(read_path(IDENTITY_PATH "/s3cret/"), 401);
    assert_int_equal(read_path(IDENTITY_PATH "//s3cret"), 401);
    assert_int_equal(read_path("/s3cret"), 401);
    begin(RESOURCE);
    request.path = IDENTITY_PATH "/s3cret";
    struct identity_request got;
    struct error error;
    assert_int_equal(read_it(&got, &error), 0); /* in both places */
    request.fields[1].value = "other";
    check_refused(401, "IDENTITY_HEADER");
}

static void nothing_but_the_form_of_app_service_is_read(void **state)
{
    (void)state;
    begin(RESOURCE);
    request.method = "POST";
    check_refused(405, "GET");
    begin(RESOURCE);
    request.path = "/msi/token/";
    check_refused(404, IDENTITY_PATH);
    begin(RESOURCE);
    request.fields[2].value = "2017-09-01";
    check_refused(400, "api-version");
    begin(RESOURCE);
    add(true, "Content-Length", "1");
    check_refused(400, "body");
    begin(RESOURCE);
    add(true, "Transfer-Encoding", "identity");
    check_refused(400, "body");
    begin(RESOURCE);
    add(true, "Content-Length", "0");
    add(false, "unknown", "x");
    struct identity_request got;
    struct error error;
    assert_int_equal(read_it(&got, &error), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_resource_is_without_default),
        cmocka_unit_test(a_resource_that_is_none_is_refused),
        cmocka_unit_test(an_identity_may_be_named_once),
        cmocka_unit_test(only_the_commands_own_requests_are_read),
        cmocka_unit_test(the_secret_is_needed_once),
        cmocka_unit_test(the_secret_may_be_in_the_path),
        cmocka_unit_test(nothing_but_the_form_of_app_service_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
