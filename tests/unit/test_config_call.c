/* SPDX-License-Identifier: MIT */
/* The HTTP call that an API's section describes: its URL, method and headers. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/text.h"
#include "common/entra/url.h"

#define IDENTITY "'AzureAd':{'TenantId':'t','ClientId':'c','ClientSecret':'s'}"

struct made {
    bool ok;
    struct config *config;
    struct config_call call;
    struct error error;
};

static void made_clear(struct made *made)
{
    config_call_clear(&made->call);
    config_free(made->config);
}
#define auto_made CLEANUP(made_clear)

/* The call of an API whose section has these members. */
static struct made make_of(const char *api, const char *members, const char *path)
{
    struct made made = { 0 };
    static struct options options;
    auto_token_candidates struct token_candidates candidates = { 0 };
    autofree char *text = NULL;
    if (asprintf(&text, "{" IDENTITY ",'Api':{\n'Scopes':'a/.default',%s}}", members) < 0)
        fail();
    options = (struct options){ .config = file_of(text), .api = api };
    made.config = config_load(&options, NULL, &made.error);
    made.ok = made.config != NULL && config_request(made.config, NULL, &candidates, &made.error) &&
              config_call(made.config, path, &candidates.items[0], &made.call, &made.error);
    return made;
}

static struct made make(const char *members, const char *path)
{
    return make_of("Api", members, path);
}

/* ---- the URL ---- */

static void base_url_and_path_are_joined_with_one_slash(void **state)
{
    (void)state;
    static const struct {
        const char *members, *path, *url;
    } cases[] = {
        { "'BaseUrl':'https://a.example/','RelativePath':'api/TodoList'", NULL,
          "https://a.example/api/TodoList" },
        { "'BaseUrl':'https://a.example','RelativePath':'/api/TodoList/'", NULL,
          "https://a.example/api/TodoList/" },
        { "'BaseUrl':'https://a.example/v1/','RelativePath':'//x'", NULL,
          "https://a.example/v1/x" },
        { "'BaseUrl':'https://a.example/v1'", NULL, "https://a.example/v1/" },
        { "'BaseUrl':'https://a.example/','RelativePath':''", NULL, "https://a.example/" },
        { "'BaseUrl':'HTTPS://A.example:8443/v1/'", "x", "HTTPS://A.example:8443/v1/x" },
        { "'BaseUrl':'http://localhost:8080'", "x", "http://localhost:8080/x" },
        /* A path takes the place of RelativePath. */
        { "'BaseUrl':'https://a.example/','RelativePath':'api/TodoList'", "api/TodoList/3",
          "https://a.example/api/TodoList/3" },
        { "'BaseUrl':'https://a.example/','RelativePath':'api'", "/", "https://a.example/" },
        { "'BaseUrl':'https://a.example/'", "?a=b", "https://a.example/?a=b" },
        { "'BaseUrl':'https://a.example/'", "v1:batch", "https://a.example/v1:batch" },
        { "'BaseUrl':'https://a.example/?old=1#x'", "y", "https://a.example/y" },
        { "'BaseUrl':'https://a.example/100%25%20Wool/'", "y",
          "https://a.example/100%25%20Wool/y" },
        /* As people write it, and .NET escapes it. */
        { "'BaseUrl':'https://a.example/v1/'", "Z\xc3\xbcrich/a b?$filter=a eq '1'&b=\"<^`>",
          "https://a.example/v1/Z%C3%BCrich/a%20b?$filter=a%20eq%20'1'&b=%22%3C%5E%60%3E" },
        { "'BaseUrl':'https://a.example/'", "a%20b%2Fc", "https://a.example/a%20b%2Fc" },
        { "'BaseUrl':'https://a.example/'", "x?u=https://b.example/",
          "https://a.example/x?u=https://b.example/" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *members = strdup(cases[i].members);
        auto_made struct made made = make(members, cases[i].path);
        if (!made.ok)
            fail_msg("%s: %s", cases[i].url, made.error.message);
        assert_string_equal(made.call.url, cases[i].url);
    }
}

static void a_path_cannot_leave_the_base_url(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "..",
        "../admin",
        "a/../../admin",
        "%2e%2e/admin",
        "a%2f..%2fadmin",
        "..;/admin",
        "a/..",
        "%252e%252e/admin",
        "a%5c..%5c..",
        "\\..\\admin",
        "a\\b",
        "//../admin",
        "/../admin",
        ".. /admin",
        "..?a",
        "a\nb",
        "a\tb",
        "a%00b%",
        "x#y",
        "x?a#b",
        "https://b.example/",
        "://x",
        "\xef\xbc\x8e\xef\xbc\x8e/admin",
        "\xff",
        "%zz",
        "a\x7f",
    };
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        auto_made struct made made = make("'BaseUrl':'https://a.example/v1/'", paths[i]);
        if (made.ok)
            fail_msg("'%s' made %s", paths[i], made.call.url);
        assert_int_equal(made.error.kind, ERROR_USAGE);
    }
}

static void the_host_stays_that_of_the_base_url(void **state)
{
    (void)state;
    static const char *const paths[] = { "@evil.example/",  "//evil.example/", ":1/",
                                         ".evil.example/",  "../..//evil",     "?@evil.example",
                                         "/@evil.example:1" };
    static const char *const bases[] = { "'BaseUrl':'https://a.example'",
                                         "'BaseUrl':'https://a.example/'",
                                         "'BaseUrl':'https://a.example:443/'" };
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
        for (size_t j = 0; j < ARRAY_SIZE(bases); j++) {
            struct url url;
            struct error error = { 0 };
            auto_made struct made made = make(bases[j], paths[i]);
            assert_string_equal(made.error.message, "");
            assert_true(url_parse(made.call.url, strlen(made.call.url), &url, &error));
            assert_string_equal(url.host, "a.example");
            assert_int_equal(url.port, 443);
        }
}

static void parameters_are_appended_to_the_query(void **state)
{
    (void)state;
    static const struct {
        const char *members, *path, *url;
    } cases[] = {
        { "'ExtraQueryParameters':{'api-version':'7.4'}", "x",
          "https://a.example/x?api-version=7.4" },
        { "'ExtraQueryParameters':{'a':'1','b':'2'}", "x?c=3", "https://a.example/x?c=3&a=1&b=2" },
        { "'ExtraQueryParameters':{'n':7,'t':true,'d':7.40}", "x",
          "https://a.example/x?n=7&t=True&d=7.40" },
        { "'ExtraQueryParameters':{'a&b=':'c d/?#\\u00fc\\u0022\\\\\\n','e':''}", "x",
          "https://a.example/x?a%26b%3D=c%20d%2F%3F%23%C3%BC%22%5C%0A&e=" },
        { "'ExtraQueryParameters':{}", "x", "https://a.example/x" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *members = NULL;
        if (asprintf(&members, "'BaseUrl':'https://a.example/',%s", cases[i].members) < 0)
            fail();
        auto_made struct made made = make(members, cases[i].path);
        assert_string_equal(made.error.message, "");
        assert_string_equal(made.call.url, cases[i].url);
    }
}

static void a_call_needs_one_base_url(void **state)
{
    (void)state;
    static const struct {
        const char *members, *message;
    } cases[] = {
        { "'RelativePath':'a'", "the API 'Api' has no BaseUrl" },
        { "'BaseUrl':'https://*.a.example/'",
          "the BaseUrl 'https://*.a.example/' of Api is that of "
          "many hosts" },
        { "'BaseUrl':'http://a.example/'", "not sent over http" },
        { "'BaseUrl':'https://u:p@a.example/'", "user name" },
        { "'BaseUrl':'https://a.example/','RelativePath':'../x/%00'", "NUL" },
        { "'BaseUrl':'https://a.example/','RelativePath':'https://b.example/'",
          "is not a path below a BaseUrl" },
        { "'BaseUrl':'https://a.example/','RelativePath':'[Enter here the path]'",
          "RelativePath still has the placeholder" },
        { "'BaseUrl':'https://a.example/','ExtraQueryParameters':{'a':[]}",
          ":2: ExtraQueryParameters must have names and texts" },
        { "'BaseUrl':'https://a.example/','ExtraQueryParameters':{'':'a'}",
          ":2: ExtraQueryParameters must have names and texts" },
        { "'BaseUrl':'https://a.example/','ExtraQueryParameters':{'a':'b\\u0000c'}",
          ":2: ExtraQueryParameters must have names and texts" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_made struct made made = make(cases[i].members, NULL);
        assert_false(made.ok);
        assert_error(&made.error, ERROR_USAGE, cases[i].message);
    }
}

/* What is shown has what is wrong with it, and no query. */
static void the_error_of_a_path_shows_it_and_where_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *path, *fault;
    } cases[] = {
        { "#f", "'#f' has a fragment" },
        { "a#frag", "'a#frag' has a fragment" },
        { "a?code=s3cret#f", "'a?...' has a fragment" },
        { "https://b.example/", "'https://b.example/' is not a path below a BaseUrl" },
        { "https://ada:s3cret@b.example/?sig=s3cret",
          "'https://b.example/' is not a path below a BaseUrl" },
        { "users/ada@contoso.com/a\\b?s3cret",
          "'users/ada@contoso.com/a\\b?...' cannot be used: the URL has an invalid character" },
        { "a%2", "'a%2' cannot be used: the URL has an invalid %-escape" },
        { "../x?s3cret", "'../x?...' leads to https://a.example/v1/../x, which is not below the "
                         "BaseUrl of Api" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *operand_message = text_format("the path %s", cases[i].fault);
        auto_made struct made by_operand = make("'BaseUrl':'https://a.example/v1'", cases[i].path);
        assert_error(&by_operand.error, ERROR_USAGE, operand_message);
        autofree char *members =
            text_format("'BaseUrl':'https://a.example/v1',\n\n"
                        "'RelativePath':'%s'",
                        strchr(cases[i].path, '\\') != NULL ? "users/ada@contoso.com/a\\\\b?s3cret"
                                                            : cases[i].path);
        autofree char *setting_message = text_format(":4: RelativePath %s", cases[i].fault);
        auto_made struct made by_setting = make(members, NULL);
        assert_error(&by_setting.error, ERROR_USAGE, setting_message);
        assert_lacks(by_operand.error.message, "s3cret");
        assert_lacks(by_setting.error.message, "s3cret");
    }
}

static void a_url_has_a_longest_length(void **state)
{
    (void)state;
    autofree char *path = repeated('a', URL_MAX);
    auto_made struct made made = make("'BaseUrl':'https://a.example/'", path);
    assert_error(&made.error, ERROR_USAGE, "longer than 8192 bytes");
    assert_true(strlen(made.error.message) < 300);
}

static void a_built_in_api_has_a_base_url_too(void **state)
{
    (void)state;
    auto_made struct made graph = make_of("Graph", "'BaseUrl':'https://a.example/'", "v1.0/me");
    assert_string_equal(graph.call.url, "https://graph.microsoft.com/v1.0/me");
    auto_made struct made devops = make_of("AzureDevOps", "'A':1", "contoso/_apis/projects");
    assert_string_equal(devops.call.url, "https://dev.azure.com/contoso/_apis/projects");
    auto_made struct made vault = make_of("KeyVault", "'A':1", "secrets");
    assert_error(&vault.error, ERROR_USAGE, "is that of many hosts");
    auto_made struct made aks = make_of("AKS", "'A':1", "x");
    assert_error(&aks.error, ERROR_USAGE, "the API 'AKS' has no BaseUrl");
    setenv("AzureAd__Instance", "https://login.microsoftonline.us/", 1);
    auto_made struct made government = make_of("Graph", "'A':1", "v1.0/me");
    assert_string_equal(government.call.url, "https://graph.microsoft.us/v1.0/me");
}

/* ---- method and headers ---- */

static void the_method_is_a_known_one_in_any_case(void **state)
{
    (void)state;
    static const struct {
        const char *members, *method; /* NULL: refused */
    } cases[] = {
        { "'A':1", "GET" },
        { "'HttpMethod':''", "GET" },
        { "'HttpMethod':'Get'", "GET" },
        { "'HttpMethod':'Post'", "POST" },
        { "'HttpMethod':'PATCH'", "PATCH" },
        { "'HttpMethod':'delete'", "DELETE" },
        { "'HttpMethod':'Head'", "HEAD" },
        { "'HttpMethod':'Options'", "OPTIONS" },
        { "'HttpMethod':'CONNECT'", NULL },
        { "'HttpMethod':'TRACE'", NULL },
        { "'HttpMethod':'GET '", NULL },
        { "'HttpMethod':'GET\\u0022\\noutput = \\u0022/tmp/x'", NULL },
        { "'HttpMethod':'-X'", NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *members = NULL;
        if (asprintf(&members, "'BaseUrl':'https://a.example/',%s", cases[i].members) < 0)
            fail();
        auto_made struct made made = make(members, NULL);
        if (cases[i].method != NULL) {
            assert_string_equal(made.error.message, "");
            assert_string_equal(made.call.method, cases[i].method);
        } else {
            assert_error(&made.error, ERROR_USAGE, ":2: HttpMethod is none of GET, HEAD");
        }
    }
}

static void headers_are_those_of_the_section(void **state)
{
    (void)state;
    auto_made struct made made =
        make("'BaseUrl':'https://a.example/','AcceptHeader':'application/json','ContentType':"
             "'text/plain; charset=utf-8','ExtraHeaderParameters':{'OData-Version':4.0,"
             "'Prefer':'return=\\u0022x\\u0022','X-~!#$%&*+.^_`|-1':true}",
             NULL);
    static const struct config_header headers[] = {
        { "Accept", "application/json" }, { "Content-Type", "text/plain; charset=utf-8" },
        { "OData-Version", "4.0" },       { "Prefer", "return=\"x\"" },
        { "X-~!#$%&*+.^_`|-1", "True" },
    };
    assert_string_equal(made.error.message, "");
    assert_int_equal(made.call.header_count, ARRAY_SIZE(headers));
    for (size_t i = 0; i < ARRAY_SIZE(headers); i++) {
        assert_string_equal(made.call.headers[i].name, headers[i].name);
        assert_string_equal(made.call.headers[i].value, headers[i].value);
    }
}

#define NO_NAME  "is not the name of a header"
#define RESERVED "is a header that cannot be set"
#define NO_VALUE "must be visible ASCII without a space at an end"

static void other_headers_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *member, *message;
    } cases[] = {
        { "'A B':'a'", NO_NAME },
        { "'A:B':'a'", ":3: A must be a string" }, /* the path A, B */
        { "'A\\nB':'a'", NO_NAME },
        { "'A\\u0022':'a'", NO_NAME },
        { "'A\\\\':'a'", NO_NAME },
        { "'@/etc/passwd':'a'", NO_NAME },
        { "'A;':'a'", NO_NAME },
        { "'\\u00e4':'a'", NO_NAME },
        { "'Authorization':'Basic x'", RESERVED },
        { "'AUTHORIZATION':'Basic x'", RESERVED },
        { "'Proxy-Authorization':'Basic x'", RESERVED },
        { "'Host':'evil.example'", RESERVED },
        { "'Cookie':'a=b'", RESERVED },
        { "'Content-Length':'0'", RESERVED },
        { "'Transfer-Encoding':'chunked'", RESERVED },
        { "'TE':'trailers'", RESERVED },
        { "'Connection':'x-foo'", RESERVED },
        { "'Upgrade':'h2c'", RESERVED },
        { "'Expect':'100-continue'", RESERVED },
        { "'X-Forwarded-Host':'evil.example'", RESERVED },
        { "'X-Original-URL':'/admin'", RESERVED },
        { "'x-ms-client-principal-id':'a'", RESERVED },
        { "'X-MS-TOKEN-AAD-ACCESS-TOKEN':'a'", RESERVED },
        { "'A':''", NO_VALUE },
        { "'A':' a'", NO_VALUE },
        { "'A':'a '", NO_VALUE },
        { "'A':'a\\nB: c'", NO_VALUE },
        { "'A':'a\\r\\nB: c'", NO_VALUE },
        { "'A':'a\\tb'", NO_VALUE },
        { "'A':'\\u00e4'", NO_VALUE },
        { "'A':'\\u007f'", NO_VALUE },
        { "'A':'a\\u0000b'", NO_VALUE },
        { "'A':['a']", ":3: A must be a string" },
        { "'A':{'B':'a'}", ":3: A must be a string" },
        { "'':'a'", ":2: ExtraHeaderParameters has a header without a name" },
        { "'A':'1','a':'2'", "is there twice" },
        { "'Accept':'a'", "is a header that is set twice" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *members = NULL;
        if (asprintf(&members,
                     "'BaseUrl':'https://a.example/','AcceptHeader':'*/*',"
                     "'ExtraHeaderParameters':{\n%s}",
                     cases[i].member) < 0)
            fail();
        auto_made struct made made = make(members, NULL);
        if (made.ok)
            fail_msg("%s was accepted", cases[i].member);
        assert_error(&made.error, ERROR_USAGE, cases[i].message);
    }
}

static void accept_and_content_type_are_checked_alike(void **state)
{
    (void)state;
    static const char *const keys[] = { "AcceptHeader", "ContentType" };
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        autofree char *members = NULL;
        if (asprintf(&members, "'BaseUrl':'https://a.example/','%s':'a\\nX: y'", keys[i]) < 0)
            fail();
        auto_made struct made made = make(members, NULL);
        assert_error(&made.error, ERROR_USAGE, NO_VALUE);
        assert_has(made.error.message, keys[i]);
    }
}

static void values_are_not_in_messages(void **state)
{
    (void)state;
    auto_made struct made made = make("'BaseUrl':'https://a.example/','ExtraHeaderParameters':"
                                      "{'Ocp-Apim-Subscription-Key':'s3cret '}",
                                      NULL);
    assert_error(&made.error, ERROR_USAGE, "Ocp-Apim-Subscription-Key must be");
    assert_lacks(made.error.message, "s3cret");
}

static void headers_have_a_highest_number_and_length(void **state)
{
    (void)state;
    autofree char *list = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&list, &size);
    fprintf(stream, "'BaseUrl':'https://a.example/','ExtraHeaderParameters':{'X-0':'0'");
    for (int i = 1; i <= CONFIG_HEADERS_MAX; i++)
        fprintf(stream, ",'X-%d':'%d'", i, i);
    fprintf(stream, "}");
    fclose(stream);
    auto_made struct made many = make(list, NULL);
    assert_error(&many.error, ERROR_USAGE, "X-32 is one header too many");

    autofree char *value = repeated('v', 4097);
    autofree char *text = NULL;
    if (asprintf(&text, "'BaseUrl':'https://a.example/','AcceptHeader':'%s'", value) < 0)
        fail();
    auto_made struct made too_long = make(text, NULL);
    assert_error(&too_long.error, ERROR_USAGE, NO_VALUE);
    value[4096] = '\0';
    autofree char *shorter = NULL;
    if (asprintf(&shorter, "'BaseUrl':'https://a.example/','AcceptHeader':'%s'", value) < 0)
        fail();
    auto_made struct made longest = make(shorter, NULL);
    assert_true(longest.ok);
}

#define TEST(function) cmocka_unit_test_setup(function, clear_environment)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(base_url_and_path_are_joined_with_one_slash),
        TEST(a_path_cannot_leave_the_base_url),
        TEST(the_host_stays_that_of_the_base_url),
        TEST(parameters_are_appended_to_the_query),
        TEST(a_call_needs_one_base_url),
        TEST(the_error_of_a_path_shows_it_and_where_it_is),
        TEST(a_url_has_a_longest_length),
        TEST(a_built_in_api_has_a_base_url_too),
        TEST(the_method_is_a_known_one_in_any_case),
        TEST(headers_are_those_of_the_section),
        TEST(other_headers_are_refused),
        TEST(accept_and_content_type_are_checked_alike),
        TEST(values_are_not_in_messages),
        TEST(headers_have_a_highest_number_and_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
