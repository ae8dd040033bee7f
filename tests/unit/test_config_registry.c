/* SPDX-License-Identifier: MIT */
/* Which container registries an Entra token may be sent to. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <string.h>

#include "common/base/array.h"
#include "common/config/config.h"

#define REGISTRIES "'Scopes':['https://containerregistry.azure.net/.default']"

static const char text[] =
    "{'AzureAd':{'TenantId':'t','ClientId':'c','ClientSecret':'s'},"
    "'Ours':{'BaseUrl':'https://images.contoso.example/'," REGISTRIES "},"
    "'Ported':{'BaseUrl':'https://images.contoso.example:5000/','Scopes':"
    "'https://containerregistry.azure.us/.default'},"
    "'Clear':{'BaseUrl':'http://localhost:5000/'," REGISTRIES "},"
    "'Api':{'BaseUrl':'https://api.contoso.example/','Scopes':['api://x/.default']},"
    "'Two':{'BaseUrl':'https://two.contoso.example/','Scopes':"
    "['https://containerregistry.azure.net/.default','openid']}}";

/* The API of the registry; NULL if it is none. The configuration owns nothing that is returned. */
static enum config_match find(const char *configuration, const char *server)
{
    struct url url;
    struct error error = { 0 };
    const struct config_api *api = NULL;
    const struct options options = { .config = file_of(configuration) };
    auto_config struct config *config = config_read(&options, NULL, &error);
    assert_non_null(config);
    assert_true(url_parse(server, strlen(server), &url, &error));
    enum config_match match = config_find_registry(config, &url, &api, &error);
    assert_int_equal(api != NULL, match == CONFIG_MATCH);
    return match;
}

static void a_registry_is_azures_or_an_api_with_the_scope_of_registries(void **state)
{
    (void)state;
    static const char *const servers[] = {
        "https://contoso.azurecr.io/",        "https://contoso.azurecr.us/",
        "https://contoso.azurecr.cn/",        "https://contoso.azurecr.io/v2/",
        "https://images.contoso.example/v2/", "https://images.contoso.example:5000/",
    };
    for (size_t i = 0; i < ARRAY_SIZE(servers); i++)
        assert_int_equal(find(text, servers[i]), CONFIG_MATCH);
}

static void no_other_server_is_a_registry(void **state)
{
    (void)state;
    static const char *const servers[] = {
        "https://azurecr.io/",
        "https://a.contoso.azurecr.io/",
        "https://contoso.azurecr.de/",
        "https://contoso.azurecr.io:5000/",
        "https://contoso.azurecr.io.evil.example/",
        "http://contoso.azurecr.io/",
        "https://evilimages.contoso.example/",
        "http://localhost:5000/",
        "https://localhost:5000/",
        "https://api.contoso.example/",
        "https://two.contoso.example/",
        "https://dev.azure.com/",
        "https://contoso.vault.azure.net/",
    };
    for (size_t i = 0; i < ARRAY_SIZE(servers); i++)
        assert_int_equal(find(text, servers[i]), CONFIG_NO_MATCH);
}

static void the_configuration_may_move_or_end_azures_registries(void **state)
{
    (void)state;
    static const char moved[] = "{'ContainerRegistry':{'BaseUrl':'https://images.example/',"
                                "'Scopes':['https://management.azure.com/.default']}}";
    assert_int_equal(find(moved, "https://images.example/"), CONFIG_MATCH);
    assert_int_equal(find(moved, "https://contoso.azurecr.io/"), CONFIG_NO_MATCH);
    assert_int_equal(find("{'ContainerRegistry':{'Scopes':[]}}", "https://contoso.azurecr.io/"),
                     CONFIG_NO_MATCH);
}

static void azures_registries_are_known_without_a_configuration(void **state)
{
    (void)state;
    static const struct {
        const char *server;
        bool is_known;
    } cases[] = { { "https://contoso.azurecr.io/", true },
                  { "https://contoso.azurecr.cn/v2/", true },
                  { "https://azurecr.io/", false },
                  { "https://contoso.azurecr.io.evil.example/", false } };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct url url;
        struct error error;
        assert_true(url_parse(cases[i].server, strlen(cases[i].server), &url, &error));
        assert_int_equal(config_is_builtin_registry(&url), cases[i].is_known);
    }
}

#define TEST(function) cmocka_unit_test_setup(function, clear_environment)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_registry_is_azures_or_an_api_with_the_scope_of_registries),
        TEST(no_other_server_is_a_registry),
        TEST(the_configuration_may_move_or_end_azures_registries),
        TEST(azures_registries_are_known_without_a_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
