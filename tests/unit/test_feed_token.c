/* SPDX-License-Identifier: MIT */
/* Which URLs belong to a package feed of ours. The answers themselves are in tests/integration. */
#include "tests/unit/support.h"

#include <stdlib.h>

#include "common/base/array.h"
#include "helpers/feed/feed_token.h"

#define APIS                                                                                       \
    "'AzureAd':{'TenantId':'t','ClientId':'c','ClientSecret':'s'},"                                \
    "'Ours':{'BaseUrl':'https://feed.example:8443/pypi/','Scopes':['a/.default']},"                \
    "'Here':{'BaseUrl':'http://localhost:8080/','Scopes':['b/.default']},"                         \
    "'None':{'BaseUrl':'https://typed.example/','Scopes':[]}"

/* The tenant 't' is no host's, so that nothing is asked, and the keyring cannot be opened: what
 * goes as far as that is ours. */
static enum config_match find(const char *url, struct error *error)
{
    const struct options options = { .config = file_of("{" APIS "}"), .keyring = "nothing" };
    const struct feed feed = { .url = url };
    auto_feed_token struct feed_token token = { 0 };
    return feed_token_get(&options, &feed, &token, error);
}

static void a_url_below_a_base_url_is_ours(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "https://pkgs.dev.azure.com/contoso/_packaging/app/pypi/simple/",
        "HTTPS://PKGS.dev.azure.com:443/contoso/app/_packaging/app/pypi/simple/?a=b#c",
        "https://contoso.pkgs.visualstudio.com/_packaging/app/pypi/simple/",
        "https://feed.example:8443/pypi/simple/",
        "https://feed.example:8443/pypi",
    };
    for (size_t i = 0; i < ARRAY_SIZE(urls); i++) {
        struct error error = { 0 };
        assert_int_equal(find(urls[i], &error), CONFIG_FAILED);
        assert_has(error.message, "nothing");
    }
}

static void any_other_url_is_not(void **state)
{
    (void)state;
    static const char *const urls[] = {
        /* where anybody's files are */
        "https://dev.azure.com/contoso/",
        "https://contoso.visualstudio.com/",
        /* look-alikes */
        "https://pkgs.dev.azure.com.evil.example/contoso/",
        "https://pkgs.dev.azure.com@evil.example/contoso/",
        "https://evil.example/https://pkgs.dev.azure.com/contoso/",
        "https://evilpkgs.dev.azure.com/contoso/",
        "https://a.b.pkgs.visualstudio.com/_packaging/",
        "https://pkgs.visualstudio.com.evil.example/",
        "https://evil.example#pkgs.dev.azure.com/",
        "https://evil.example\\@pkgs.dev.azure.com/",
        "https://pkgs.dev.azure.com./contoso/",
        "https://pkgs\343\200\202dev.azure.com/contoso/", /* an ideographic full stop */
        /* user names, other schemes and ports, no scheme */
        "https://ada@pkgs.dev.azure.com/contoso/",
        "https://ada:secret@pkgs.dev.azure.com/contoso/",
        "http://pkgs.dev.azure.com/contoso/",
        "http://pkgs.dev.azure.com:443/contoso/",
        "https://pkgs.dev.azure.com:8443/contoso/",
        "ftp://pkgs.dev.azure.com/contoso/",
        "pkgs.dev.azure.com",
        "pkgs.dev.azure.com:443",
        "//pkgs.dev.azure.com/contoso/",
        "",
        /* APIs without feeds, without tokens, or without TLS */
        "https://graph.microsoft.com/v1.0/me",
        "https://contoso.azurecr.io/v2/",
        "https://typed.example/",
        "http://localhost:8080/pypi/simple/",
        /* beside the BaseUrl */
        "https://feed.example/pypi/simple/",
        "https://feed.example:8443/pypi2/simple/",
        "https://feed.example:8443/pypi/../admin/",
        "https://feed.example:8443/pypi/%2e%2e/admin/",
        "https://feed.example:8443/",
    };
    for (size_t i = 0; i < ARRAY_SIZE(urls); i++) {
        struct error error = { 0 };
        assert_int_equal(find(urls[i], &error), CONFIG_NO_MATCH);
        assert_int_equal(error.kind, ERROR_NONE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_below_a_base_url_is_ours),
        cmocka_unit_test(any_other_url_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
