/* SPDX-License-Identifier: MIT */
/* client-go's exec credential protocol: reading the request and formatting the answer. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/json.h"
#include "helpers/kubectl/exec_credential.h"

#define V1      "'apiVersion':'client.authentication.k8s.io/v1','kind':'ExecCredential'"
#define V1BETA1 "'apiVersion':'client.authentication.k8s.io/v1beta1','kind':'ExecCredential'"

static bool parse(const char *text, struct exec_info *info, struct error *error)
{
    size_t length;
    autofree char *json = json_bytes(text, &length);
    return exec_info_parse(json, length, info, error);
}

static void exec_info_from_client_go_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *api_version;
        bool interactive;
    } cases[] = {
        { "{" V1 ",'spec':{'interactive':false}}", "client.authentication.k8s.io/v1", false },
        { "{" V1 ",'spec':{'interactive':true}}", "client.authentication.k8s.io/v1", true },
        { "{" V1BETA1 ",'spec':{'interactive':true}}", "client.authentication.k8s.io/v1beta1",
          true },
        { "{" V1 ",'spec':{}}", "client.authentication.k8s.io/v1", false },
        { "{" V1 "}", "client.authentication.k8s.io/v1", false },
        { " {'kind':'ExecCredential',\n'new':[1],'apiVersion':'client.authentication.k8s.io/v1'}\n",
          "client.authentication.k8s.io/v1", false },
        { "{" V1 ",'spec':{'cluster':{'server':'https://k.example','config':{'a':[{'b':1}]}},"
          "'interactive':true}}",
          "client.authentication.k8s.io/v1", true },
        { "{" V1 ",'spec':{'cluster':{'config':{" OTHER_MEMBERS "}," OTHER_MEMBERS
          "},'interactive':true}," OTHER_MEMBERS "}",
          "client.authentication.k8s.io/v1", true },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_exec_info struct exec_info info = { 0 };
        struct error error = { 0 };
        if (!parse(cases[i].text, &info, &error))
            fail_msg("%s was refused: %s", cases[i].text, error.message);
        assert_string_equal(info.api_version, cases[i].api_version);
        assert_int_equal(info.interactive, cases[i].interactive);
    }
}

static void exec_info_of_other_clients_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *api_version;
        bool interactive, wants_silence;
    } cases[] = {
        { "{'apiVersion':'client.authentication.k8s.io/v1beta1','kind':'ExecCredentials',"
          "'spec':{'interactive':true}}",
          "client.authentication.k8s.io/v1beta1", true, true },
        { "{" V1 ",'spec':null}", "client.authentication.k8s.io/v1", false, false },
        { "{" V1 ",'spec':{'cluster':null,'interactive':false},'status':null}",
          "client.authentication.k8s.io/v1", false, false },
        { "{" V1BETA1 ",'spec':{'interactive':null}}", "client.authentication.k8s.io/v1beta1",
          false, false },
        { "{" V1 ",'spec':{'cluster':{'server':null,'config':null}}}",
          "client.authentication.k8s.io/v1", false, false },
        { "{'kind':'ExecCredential'}", "client.authentication.k8s.io/v1beta1", false, false },
        { "{'kind':'ExecCredential','apiVersion':''}", "client.authentication.k8s.io/v1beta1",
          false, false },
        { "{'kind':'ExecCredential','apiVersion':null}", "client.authentication.k8s.io/v1beta1",
          false, false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_exec_info struct exec_info info = { 0 };
        struct error error = { 0 };
        if (!parse(cases[i].text, &info, &error))
            fail_msg("%s was refused: %s", cases[i].text, error.message);
        assert_string_equal(info.api_version, cases[i].api_version);
        assert_int_equal(info.interactive, cases[i].interactive);
        assert_int_equal(info.wants_silence, cases[i].wants_silence);
        assert_null(info.server);
        assert_null(info.config);
    }
}

static void anything_else_is_not_an_exec_credential(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        { "", "is empty" },
        { " ", "is not valid JSON" },
        { "{", "is not valid JSON" },
        { "{" V1 "} x", "is not valid JSON" },
        { "{" V1 ",}", "is not valid JSON" },
        { "{" V1, "is not valid JSON" },
        { "[]", "is not a JSON object" },
        { "'ExecCredential'", "is not a JSON object" },
        { "{}", "is not of kind ExecCredential" },
        { "{'kind':'ExecCredentialList'}", "is not of kind ExecCredential" },
        { "{'kind':7}", "is not of kind ExecCredential" },
        { "{'kind':null}", "is not of kind ExecCredential" },
        { "{'kind':'ExecCredential\\u0000'}", "is not of kind ExecCredential" },
        { "{'kind':'ExecCredentialss','apiVersion':null}", "is not of kind ExecCredential" },
        { "{'kind':'ExecCredential','apiVersion':'v1'}", "an unsupported apiVersion" },
        { "{'kind':'ExecCredential','apiVersion':'client.authentication.k8s.io/v1alpha1'}",
          "an unsupported apiVersion" },
        { "{'kind':'ExecCredential','apiVersion':'client.authentication.k8s.io/v2'}",
          "an unsupported apiVersion" },
        { "{'kind':'ExecCredential','apiVersion':1}", "an unsupported apiVersion" },
        { "{" V1 ",'spec':[]}", "a spec that is not an object" },
        { "{" V1 ",'spec':'x'}", "a spec that is not an object" },
        { "{" V1 ",'spec':{'interactive':'false'}}", "neither true nor false" },
        { "{" V1 ",'spec':{'interactive':0}}", "neither true nor false" },
        { "{" V1 ",'spec':{'cluster':'x'}}", "a spec.cluster that is not an object" },
        { "{" V1 ",'spec':false}", "a spec that is not an object" },
        { "{" V1 ",'spec':{'cluster':false}}", "a spec.cluster that is not an object" },
        { "{" V1 ",'spec':{'cluster':{'config':false}}}",
          "a spec.cluster.config that is not an object" },
        { "{'kind':'ExecCredential','apiVersion':false}", "an unsupported apiVersion" },
        { "{'kind':'ExecCredential','apiVersion':'client.authentication.k8s.io/v1\\u0000'}",
          "an unsupported apiVersion" },
        { "{" V1 ",'spec':{'cluster':{'config':'x'}}}",
          "a spec.cluster.config that is not an object" },
        { "{" V1 ",'spec':{'cluster':{'config':[]}}}",
          "a spec.cluster.config that is not an object" },
        { "{" V1 ",'spec':{'cluster':[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]}}",
          "is not valid JSON" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_exec_info struct exec_info info = { 0 };
        struct error error = { 0 };
        if (parse(cases[i].text, &info, &error))
            fail_msg("%s was accepted", cases[i].text);
        assert_error(&error, ERROR_USAGE, cases[i].message);
        assert_has(error.message, "KUBERNETES_EXEC_INFO");
        assert_has(error_advice(&error), "client-go");
    }
}

/* client-go writes null if the kubeconfig's cluster has no such extension. */
static void the_cluster_config_is_kept_if_there_is_one(void **state)
{
    (void)state;
    auto_exec_info struct exec_info info = { 0 };
    auto_exec_info struct exec_info without = { 0 };
    struct error error = { 0 };
    assert_true(parse("{" V1 ",'spec':{'cluster':{'config':{'tenant-id':'t'}}}}", &info, &error));
    assert_string_equal(json_string(info.config, "tenant-id"), "t");
    assert_true(parse("{" V1 ",'spec':{'cluster':{'config':null}}}", &without, &error));
    assert_null(without.config);
}

static void a_megabyte_is_too_long(void **state)
{
    (void)state;
    auto_exec_info struct exec_info info = { 0 };
    struct error error = { 0 };
    autofree char *text = repeated('[', 1024 * 1024);
    assert_false(exec_info_parse(text, 1024 * 1024, &info, &error));
    assert_error(&error, ERROR_USAGE, "KUBERNETES_EXEC_INFO is too long");
}

static void exec_info_has_at_most_256_kib(void **state)
{
    (void)state;
    auto_exec_info struct exec_info info = { 0 };
    struct error error = { 0 };
    autofree char *text = repeated(' ', EXEC_INFO_MAX + 1);
    autofree char *json = json_text("{" V1 "}");
    memcpy(text, json, strlen(json));
    assert_true(exec_info_parse(text, EXEC_INFO_MAX, &info, &error));
    assert_false(exec_info_parse(text, EXEC_INFO_MAX + 1, &info, &error));
    assert_error(&error, ERROR_USAGE, "too long");
}

/* client-go accepts only the version that it asked for. */
static void the_answer_has_the_requested_version(void **state)
{
    (void)state;
    static const char *const cases[] = { "{" V1 "}", "{" V1BETA1 "}" };
    auto_token struct token token = { .access_token = secret_new("a", 1) };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_exec_info struct exec_info info = { 0 };
        struct error error = { 0 };
        assert_true(parse(cases[i], &info, &error));
        auto_secret struct secret *answer = exec_credential_format(&info, &token);
        auto_json json_object *object = json_parse(answer->bytes, answer->length, &error);
        assert_string_equal(json_string(object, "apiVersion"), info.api_version);
        assert_string_equal(json_string(object, "kind"), "ExecCredential");
    }
}

/* client-go uses a token up to that very second, so it gets the time when a new token would be
 * given. */
static void the_answer_expires_when_the_token_stops_being_fresh(void **state)
{
    (void)state;
    const struct exec_info info = { .api_version = "client.authentication.k8s.io/v1" };
    auto_token struct token token = { .access_token = secret_new("eyJ0.eyJh.c2ln", 14),
                                      .received_on = 1767366245,
                                      .expires_on = 1767369845 };
    auto_secret struct secret *answer = exec_credential_format(&info, &token);
    autofree char *expected = json_text(
        "{'apiVersion':'client.authentication.k8s.io/v1','kind':'ExecCredential','status':{"
        "'expirationTimestamp':'2026-01-02T15:59:05Z','token':'eyJ0.eyJh.c2ln'}}\n");
    assert_string_equal(answer->bytes, expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exec_info_from_client_go_is_read),
        cmocka_unit_test(exec_info_of_other_clients_is_read),
        cmocka_unit_test(anything_else_is_not_an_exec_credential),
        cmocka_unit_test(the_cluster_config_is_kept_if_there_is_one),
        cmocka_unit_test(a_megabyte_is_too_long),
        cmocka_unit_test(exec_info_has_at_most_256_kib),
        cmocka_unit_test(the_answer_has_the_requested_version),
        cmocka_unit_test(the_answer_expires_when_the_token_stops_being_fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
