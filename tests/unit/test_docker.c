/* SPDX-License-Identifier: MIT */
/* What docker writes to its helpers, and what it reads from ours. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/text.h"
#include "common/store/store.h"
#include "helpers/docker/docker_answer.h"
#include "helpers/docker/docker_login.h"

#define TOKEN "e30.eyJhdWQiOiJjb250b3NvLmF6dXJlY3IuaW8iLCJleHAiOjE3OTUwMTA4MDB9.c2ln"

static void a_server_is_a_host_or_a_url(void **state)
{
    (void)state;
    static const struct {
        const char *text, *named, *registry;
    } cases[] = {
        { "contoso.azurecr.io", "contoso.azurecr.io", "contoso.azurecr.io" },
        { " \tcontoso.azurecr.io\r\n", "contoso.azurecr.io", "contoso.azurecr.io" },
        { "CONTOSO.azurecr.io", "CONTOSO.azurecr.io", "contoso.azurecr.io" },
        { "contoso.azurecr.io:443", "contoso.azurecr.io:443", "contoso.azurecr.io" },
        { "contoso.azurecr.io:5000", "contoso.azurecr.io:5000", "contoso.azurecr.io:5000" },
        { "https://contoso.azurecr.io/v2/", "https://contoso.azurecr.io/v2/",
          "contoso.azurecr.io" },
        { "https://index.docker.io/v1/", "https://index.docker.io/v1/", "index.docker.io" },
        { "[::1]:5000", "[::1]:5000", "[::1]:5000" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_docker_server struct docker_server server = { 0 };
        struct error error = { 0 };
        assert_true(docker_server_parse(cases[i].text, strlen(cases[i].text), &server, &error));
        assert_string_equal(server.text, cases[i].named);
        assert_string_equal(server.registry, cases[i].registry);
    }
}

static void what_is_not_a_server_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = { "",           " ",         "a b",  "a@b",
                                         "a\"b",       "a\\b",      "a.",   "a:0",
                                         "ftp://a",    "https:///", "a\nb", "\xc3\xa4.azurecr.io",
                                         "https://a@b" };
    struct error error = { 0 };
    struct docker_server server;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        assert_false(docker_server_parse(cases[i], strlen(cases[i]), &server, &error));
        assert_null(server.text);
        assert_int_equal(error.kind, ERROR_USAGE);
    }
    assert_false(docker_server_parse("a\0.azurecr.io", 13, &server, &error));
}

static void a_request_ends_after_its_first_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t end;
    } cases[] = { { "", 0 }, { "a", 0 }, { "\n \n", 0 }, { "a\n", 2 }, { "\na\nb\n", 3 } };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(docker_server_end(cases[i].text, strlen(cases[i].text), 0), cases[i].end);
}

static void an_answer_names_the_server_as_docker_did(void **state)
{
    (void)state;
    auto_docker_server struct docker_server server = { 0 };
    struct error error = { 0 };
    auto_secret struct secret *text = secret_from_text(TOKEN);
    const struct token token = { .access_token = text };
    assert_true(docker_server_parse("https://A.azurecr.io", 20, &server, &error));
    auto_secret struct secret *answer = docker_answer_format(&server, &token);
    assert_string_equal(answer->bytes,
                        "{\"ServerURL\":\"https://A.azurecr.io\",\"Username\":"
                        "\"00000000-0000-0000-0000-000000000000\",\"Secret\":\"" TOKEN "\"}\n");
}

static void a_login_is_ours_if_it_has_the_registrys_token(void **state)
{
    (void)state;
    static const struct {
        const char *server, *secret;
        bool is_token;
    } cases[] = {
        { "contoso.azurecr.io", TOKEN, true },   { "https://contoso.azurecr.io", TOKEN, true },
        { "fabrikam.azurecr.io", TOKEN, false }, { "contoso.azurecr.io", "hunter2", false },
        { "contoso.azurecr.io", "", false },     { "a b", TOKEN, false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_docker_login struct docker_login login = { 0 };
        struct error error = { 0 };
        autofree char *text =
            text_format("{\"ServerURL\":\"%s\",\"Username\":\"x\",\"Secret\":\"%s\"}",
                        cases[i].server, cases[i].secret);
        assert_true(docker_login_parse(text, strlen(text), &login, &error));
        assert_string_equal(login.server_text, cases[i].server);
        assert_int_equal(docker_login_is_token(&login), cases[i].is_token);
    }
}

static void the_list_has_readable_items_that_are_alive(void **state)
{
    (void)state;
    static const struct {
        const char *registry, *record;
        bool is_listed;
    } cases[] = {
        { "a.azurecr.io",
          "{'access_token':'x','received_on':1000,'expires_on':11800,'refresh_on':0}", true },
        { "b.azurecr.io",
          "{'access_token':'x','received_on':1000,'expires_on':2000,'refresh_on':0}", false },
        { "c.azurecr.io", "garbage", false },
        { "d.azurecr.io", NULL, false },
        { "not a host", "{'access_token':'x','received_on':1000,'expires_on':11800,'refresh_on':0}",
          false },
        { NULL, "{'access_token':'x','received_on':1000,'expires_on':11800,'refresh_on':0}",
          false },
    };
    struct keyring_item items[ARRAY_SIZE(cases)] = { { 0 } };
    const struct keyring_list list = { items, ARRAY_SIZE(items) };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *record = cases[i].record != NULL ? json_text(cases[i].record) : NULL;
        items[i].record = secret_from_text(record);
        if (cases[i].registry != NULL)
            keyring_item_add(&items[i], STORE_REGISTRY, cases[i].registry);
    }
    auto_json json_object *servers = docker_answer_list(&list, 2500);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        if (cases[i].registry != NULL)
            assert_int_equal(json_object_object_get_ex(servers, cases[i].registry, NULL),
                             cases[i].is_listed);
        keyring_item_clear(&items[i]);
    }
    assert_int_equal(json_object_object_length(servers), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_is_a_host_or_a_url),
        cmocka_unit_test(what_is_not_a_server_is_refused),
        cmocka_unit_test(a_request_ends_after_its_first_line),
        cmocka_unit_test(an_answer_names_the_server_as_docker_did),
        cmocka_unit_test(a_login_is_ours_if_it_has_the_registrys_token),
        cmocka_unit_test(the_list_has_readable_items_that_are_alive),
    };
    return cmocka_run_group_tests(tests, clear_environment, NULL);
}
