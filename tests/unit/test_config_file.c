/* SPDX-License-Identifier: MIT */
/* The configuration file: which one is used, how it is opened and parsed. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/text.h"

#define NONE ((struct options){ 0 })

#define IDENTITY "'AzureAd':{'TenantId':'contoso.example','ClientId':'app','ClientSecret':'s3cret'}"
#define API      "'Api':{'Scopes':['api://a/.default']}"
#define FILE_    "{" IDENTITY "," API "}"

/* Makes a request from a file with these bytes and this mode. */
static struct asked ask_file(const char *bytes, size_t length, mode_t mode)
{
    return ask(NULL, (struct options){ .config = file_of_bytes(bytes, length, mode) });
}

static struct asked ask_mode(const char *text, mode_t mode)
{
    autofree char *json = json_text(text);
    return ask_file(json, strlen(json), mode);
}

/* ---- content ---- */

static void a_file_written_for_dotnet_is_accepted(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask("\xef\xbb\xbf// appsettings.json\r\n"
            "{\r\n"
            "  'Logging': { 'LogLevel': { 'Default': 'Information', } },\r\n"
            "  'AllowedHosts': '*', " OTHER_MEMBERS ", // gr\xc3\xb6\xc3\x9f"
            "er\r\n"
            "  /* The app. */\r\n"
            "  'AzureAd': {\r\n"
            "    'Instance': 'https://login.microsoftonline.com/',\r\n"
            "    'TenantId': 'contoso.onmicrosoft.com', // or a GUID\r\n"
            "    'ClientId': '97e0a5b7-d745-40b6-94fe-5f77d35c6e05',\r\n"
            "    'ClientSecret': 's\xc3\xab"
            "cret\xf0\x9f\x94\x91',\r\n"
            "  },\r\n"
            "  'MyWebApi': {\r\n"
            "    'BaseUrl': 'https://localhost:44372/',\r\n"
            "    'RelativePath': 'api/TodoList',\r\n"
            "    'RequestAppToken': true,\r\n"
            "    'Scopes': [ 'api://my-web-api/.default', ],\r\n"
            "  },\r\n"
            "}\r\n",
            NONE);
    assert_string_equal(asked.error.message, "");
    assert_string_equal(asked.said, "");
    assert_string_equal(asked.request.api, "MyWebApi");
    assert_string_equal(asked.request.instance, "https://login.microsoftonline.com");
    assert_string_equal(asked.request.tenant, "contoso.onmicrosoft.com");
    assert_string_equal(asked.request.client_id, "97e0a5b7-d745-40b6-94fe-5f77d35c6e05");
    assert_string_equal(asked.request.credentials[0].secret->bytes, "s\xc3\xab"
                                                                    "cret\xf0\x9f\x94\x91");
    assert_string_equal(asked.request.scope, "api://my-web-api/.default");
    assert_null(asked.request.claims);
    assert_false(asked.request.force_refresh);
}

static void a_syntax_error_is_reported_with_file_and_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *where;
    } cases[] = {
        { "", ":1: not valid JSON" },
        { "{\n'AzureAd': {\n", ":3: not valid JSON" },
        { "{\n'AzureAd' {}\n}", ":2: not valid JSON" },
        { "{\n'A': 1\n'B': 2\n}", ":3: not valid JSON" },
        { "{}\n\n{}", ":3: not valid JSON" },
        { "[]", ":1: the file's content is not an object" },
        { "'text'", ":1: the file's content is not an object" },
        { "[[[[[[[[[[[[[[[[[[[[", ":1: not valid JSON: nesting too deep" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask(cases[i].text, NONE);
        assert_error(&asked.error, ERROR_USAGE, cases[i].where);
        assert_has(asked.error.message, "/proc/self/fd/");
    }
}

static void a_nul_byte_in_the_file_is_refused(void **state)
{
    (void)state;
    auto_asked struct asked asked = ask_file("{}\0", 3, 0600);
    assert_error(&asked.error, ERROR_USAGE, "NUL");
}

static void the_error_does_not_quote_the_file(void **state)
{
    (void)state;
    auto_asked struct asked asked = ask("{'AzureAd':{'ClientSecret':'s3cret'", NONE);
    assert_false(asked.ok);
    assert_lacks(asked.error.message, "s3cret");
}

/* ---- paths in keys ---- */

/* As "dotnet user-secrets set" writes them. */
static void a_colon_in_a_key_leads_into_a_section(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{'AzureAd:TenantId':'t.example','AzureAd:ClientId':'c','AzureAd:ClientSecret':'s3cret',"
        "'Api:BaseUrl':'https://api.example/','Api:Scopes:0':'api://a/.default'}",
        "{'AzureAd':{'TenantId':'t.example'},'azuread:ClientId':'c','AZUREAD:clientsecret':'s3cret'"
        ","
        "'Api':{'Scopes:0':'api://a/.default','BaseUrl':'https://api.example/'}}",
        "{'AzureAd:ClientCredentials:0:ClientSecret':'s3cret',"
        "'AzureAd:ClientCredentials':[{'SourceType':'ClientSecret'}],"
        "'AzureAd':{'TenantId':'t.example','ClientId':'c'},"
        "'Api:Scopes:1':'api://a/.default','Api':{'BaseUrl':'https://api.example/'}}",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask_for_url(cases[i], NONE, "https://api.example/x");
        assert_string_equal(asked.error.message, "");
        assert_string_equal(asked.said, "");
        assert_true(asked.ok);
        assert_string_equal(asked.request.tenant, "t.example");
        assert_string_equal(asked.request.client_id, "c");
        assert_string_equal(asked.request.scope, "api://a/.default");
        assert_string_equal(asked.request.credentials[0].secret->bytes, "s3cret");
    }
}

static void an_error_in_such_a_key_has_its_line(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask("{" IDENTITY ",'Api:Scopes:0':'a/.default',\n\n'Api:RequestAppToken':'maybe'}", NONE);
    assert_error(&asked.error, ERROR_USAGE, ":3: RequestAppToken must be true or false");
}

/* .NET refuses such a file too: which one counts would be anybody's guess. */
static void a_value_that_is_there_twice_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        { "{'AzureAd':{'ClientId':'a',\n'ClientId':'b'}}",
          ":2: 'AzureAd:ClientId' is there twice" },
        { "{'AzureAd':{'ClientId':'a',\n'clientid':'b'}}",
          ":2: 'AzureAd:clientid' is there twice" },
        { "{'AzureAd':{'ClientId':'a'},\n'AzureAd:ClientId':null}",
          ":2: 'AzureAd:ClientId' is there twice" },
        { "{'AzureAd':{'ClientId':null},\n'AzureAd:ClientId':'a'}",
          ":2: 'AzureAd:ClientId' is there twice" },
        { "{'Api:Scopes':['a'],\n'Api:Scopes:0':'b'}", ":2: 'Api:Scopes:0' is there twice" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask(cases[i].text, NONE);
        assert_error(&asked.error, ERROR_USAGE, cases[i].message);
    }
}

static void a_value_and_a_section_of_one_name_are_said_to_be_that(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        { "{'AzureAd':'x',\n'AzureAd:ClientId':'a'}",
          ":2: 'AzureAd' is a value on line 1 and a section on line 2" },
        { "{'AzureAd:ClientId':'a',\n'AzureAd':'x'}",
          ":2: 'AzureAd' is a section on line 1 and a value on line 2" },
        { "{'AzureAd':'x',\n\n'azuread':{}}",
          ":3: 'azuread' is a value on line 1 and a section on line 3" },
        { "{'AzureAd':{'ClientId':'a'},\n'AzureAd:ClientId:X':'b'}",
          ":2: 'AzureAd:ClientId' is a value on line 1 and a section on line 2" },
        { "{'AzureAd:ClientId:X':'b',\n'AzureAd':{\n'ClientId':'a'}}",
          ":3: 'AzureAd:ClientId' is a section on line 1 and a value on line 3" },
        { "{'AzureAd':{'ClientId':null},\n'AzureAd:ClientId:X':'b'}",
          ":2: 'AzureAd:ClientId' is a value and a section on line 2" },
        { "{'Api:Scopes':['a'],\n'Api:Scopes:x':'b'}",
          ":2: 'Api:Scopes' is an array on line 1 and a section on line 2" },
        { "{'Api:Scopes':'a',\n'Api':{'Scopes':['b']}}",
          ":2: 'Api:Scopes' is a value on line 1 and an array on line 2" },
        { "{'Api:Scopes':'a',\n'Api:Scopes:0':'b'}",
          ":2: 'Api:Scopes' is a value on line 1 and a section on line 2" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask(cases[i].text, NONE);
        assert_error(&asked.error, ERROR_USAGE, cases[i].message);
        assert_has(error_advice(&asked.error), "Leave one of them");
    }
}

static void a_section_may_be_in_parts(void **state)
{
    (void)state;
    auto_asked struct asked asked = ask(
        "{'AzureAd':{'TenantId':'t'},'AzureAd':{'ClientId':'c'},'azuread':{'ClientSecret':'s'}," API
        "}",
        NONE);
    assert_string_equal(asked.error.message, "");
    assert_string_equal(asked.request.tenant, "t");
    assert_string_equal(asked.request.client_id, "c");
}

/* A file with the identity and the API, and with an object or array (the brackets) of so many
 * items, which are numbers, with keys if it is an object. */
static struct asked ask_with_items(const char *brackets, size_t count)
{
    char *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    fprintf(stream, "{" IDENTITY "," API ",'X':%c", brackets[0]);
    for (size_t i = 0; i < count; i++) {
        if (brackets[0] == '{')
            fprintf(stream, "'k%zu':", i);
        fprintf(stream, "%zu%s", i, i + 1 < count ? "," : "");
    }
    fprintf(stream, "%c}", brackets[1]);
    fclose(stream);
    struct asked asked = ask(text, NONE);
    free(text);
    return asked;
}

static void an_object_has_at_most_1024_keys_and_a_file_10000_values(void **state)
{
    (void)state;
    auto_asked struct asked most = ask_with_items("{}", 1024);
    assert_string_equal(most.error.message, "");
    auto_asked struct asked many = ask_with_items("{}", 1025);
    assert_error(&many.error, ERROR_USAGE, "'X:k1024' has too many keys beside it");
    auto_asked struct asked items = ask_with_items("[]", 5000);
    assert_string_equal(items.error.message, "");
    auto_asked struct asked all = ask_with_items("[]", 10001);
    assert_error(&all.error, ERROR_USAGE, " is one value too many");
}

static void what_is_missing_in_arrays_takes_little_memory_and_time(void **state)
{
    (void)state;
    static const char *const indices[] = { "1000", "99999999", "18446744073709551616" };
    auto_asked struct asked near = ask("{" IDENTITY "," API ",'X:0':'','X:999':''}", NONE);
    assert_string_equal(near.error.message, "");
    for (size_t i = 0; i < ARRAY_SIZE(indices); i++) {
        autofree char *text = text_format("{" IDENTITY "," API ",'X:0':'','X:%s':''}", indices[i]);
        auto_asked struct asked far = ask(text, NONE);
        assert_error(&far.error, ERROR_USAGE, " has too many keys beside it");
    }
    /* What is there keeps its order. */
    auto_asked struct asked order = ask(
        "{" IDENTITY ",'Api':{'RequestAppToken':false,'Scopes':[null,null,'a',null,'b','c',null]}}",
        NONE);
    assert_string_equal(order.request.scope, "a b c");
}

static void a_path_has_at_most_32_steps_and_1023_bytes(void **state)
{
    (void)state;
    autofree char *colons = repeated(':', 32);
    autofree char *key = repeated('k', 1024);
    for (size_t more = 0; more <= 1; more++) {
        autofree char *text =
            text_format("{" IDENTITY "," API ",'%s':1,'%s':2}", colons + 1 - more, key + 1 - more);
        autofree char *deep = text_format("{" IDENTITY "," API ",'%s':1}", colons + 1 - more);
        auto_asked struct asked by_both = ask(text, NONE), by_depth = ask(deep, NONE);
        if (more == 0)
            assert_string_equal(by_both.error.message, "");
        else
            assert_error(&by_depth.error, ERROR_USAGE, "is too long or too deep");
    }
    autofree char *long_key = text_format("{" IDENTITY "," API ",'%s':1}", key);
    auto_asked struct asked by_length = ask(long_key, NONE);
    assert_error(&by_length.error, ERROR_USAGE, "is too long or too deep");
}

/* ---- owner and mode ---- */

static void a_file_that_others_can_write_is_refused(void **state)
{
    (void)state;
    static const mode_t modes[] = { 0620, 0602, 0666, 0622, 0777 };
    for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
        auto_asked struct asked asked = ask_mode(FILE_, modes[i]);
        assert_error(&asked.error, ERROR_USAGE, "others can write it");
        assert_has(error_advice(&asked.error), "chmod go-w");
    }
}

static void a_file_with_a_secret_that_others_can_read_causes_a_warning(void **state)
{
    (void)state;
    static const char *const files[] = {
        FILE_,
        "{'AzureAd':{'TenantId':'t','ClientId':'c','ClientCredentials':[{'SourceType':"
        "'ClientSecret','ClientSecret':'s3cret'}]}," API "}",
        "{'AzureAd':{'TenantId':'t','ClientCertificates':[{'CertificatePassword':'s3cret'}]}," API
        "}",
        "{'AzureAd':{'TenantId':'t','ClientCertificates':[{'Base64EncodedValue':'s3cret'}]}," API
        "}",
        "{'Other':{'Nested':[{'clientsecret':'s3cret'}]}," API "}",
        "{'AzureAd':{'TenantId':'t','ClientCredentials':[{'SourceType':'Path',"
        "'CertificateKeyDiskPath':'pkcs11:object=x?pin-value=s3cret'}]}," API "}",
        "{'AzureAd:TenantId':'t','AzureAd:ClientSecret':'s3cret'," API "}",
        "{'AzureAd:ClientCredentials:0':{'Base64EncodedValue':'s3cret'}," API "}",
        "{'ClientId':'c','ClientSecret':'s3cret'," API "}",
        "{'ClientId':'c','ClientSecret':['s3cret']," API "}",
        "{'Other:ClientSecret':12345," API "}",
        "{'Other':{'ExtraHeaderParameters':{'Ocp-Apim-Subscription-Key':'s3cret'}}," API "}",
        "{'Other:ExtraQueryParameters:access_token':'s3cret'," API "}",
    };
    static const mode_t modes[] = { 0604, 0644, 0444 };
    for (size_t f = 0; f < ARRAY_SIZE(files); f++)
        for (size_t m = 0; m < ARRAY_SIZE(modes); m++) {
            auto_asked struct asked asked = ask_mode(files[f], modes[m]);
            assert_has(asked.said, "holds a secret and others can read it");
            assert_has(asked.said, geteuid() == 0 ? "chmod o-r" : "chmod go-r");
            assert_lacks(asked.said, "s3cret");
        }
}

static void the_warning_does_not_prevent_the_request(void **state)
{
    (void)state;
    auto_asked struct asked asked = ask_mode(FILE_, 0644);
    assert_true(asked.ok);
}

static void a_file_without_a_secret_causes_no_warning(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        mode_t mode;
    } cases[] = {
        { FILE_, 0600 },
        { FILE_, 0400 },
        { "{'AzureAd':{'TenantId':'t','ClientId':'c'}," API "}", 0644 },
        { "{'AzureAd':{'TenantId':'t','ClientId':'c','ClientSecret':''}," API "}", 0644 },
        { "{'AzureAd':{'TenantId':'t','ClientId':'c','ClientSecret':null}," API "}", 0644 },
        { "{'Other':{'ExtraHeaderParameters':{'OData-Version':'4','X-Api-Key':''}}," API "}",
          0644 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask_mode(cases[i].text, cases[i].mode);
        assert_string_equal(asked.said, "");
    }
}

static void a_header_or_parameter_may_be_a_secret_by_its_name(void **state)
{
    (void)state;
    static const struct {
        const char *member;
        bool is_secret;
    } cases[] = {
        { "'ExtraHeaderParameters':{'Ocp-Apim-Subscription-Key':'s3cret'}", true },
        { "'ExtraHeaderParameters':{'X-Auth-Token':'s3cret'}", true },
        { "'ExtraQueryParameters':{'code':'s3cret'}", true },
        { "'ExtraQueryParameters':{'SUBSCRIPTION-KEY':'s3cret'}", true },
        { "'ExtraHeaderParameters:api-key':'s3cret'", true },
        { "'ExtraHeaderParameters':{'ConsistencyLevel':'eventual'}", false },
        { "'ExtraQueryParameters':{'api-version':'7.4','language-code':'de'}", false },
        { "'ExtraHeaderParameters':{'api-key':''}", false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *text = text_format("{'AzureAd':{'TenantId':'t','ClientId':'c'},'Api':{"
                                          "'Scopes':['api://a/.default'],%s}}",
                                          cases[i].member);
        auto_asked struct asked asked = ask_mode(text, 0644);
        assert_int_equal(strstr(asked.said, "holds a secret") != NULL, cases[i].is_secret);
    }
}

/* Whatever is wrong with its key, the secret is in the file. */
static void a_secret_that_is_not_read_must_not_be_read_by_others(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_secret;
    } cases[] = {
        { "{'AzureAd':{'TenantId':'t','ClientId':'c','ClientSecrt':'s3cret'}," API "}", true },
        { "{'AzureAd':{'TenantId':'t','ClientId':'c'},'ClientSecrets':'s3cret'," API "}", true },
        { "{'AzureAd__ClientSecret':'s3cret'," API "}", true },
        { "{'AzureAd__ClientCredentials__0__CertificatePasword':'s3cret'," API "}", true },
        { "{'Api__ExtraHeaderParameters__X-Api-Key':'s3cret'," API "}", true },
        { "{'AzureAd__ClientSecret':''," API "}", false },
        { "{'AzureAd__ClientSecretPath':'/a'," API "}", false },
        { "{'AzureAd':{'TenantId':'t','ClientId':'c','ClientSecretPth':'/a'}," API "}", false },
        { "{'Other':{'ClientId':'c','Secrets':'/a'}," API "}", false },
        { "{'Other':{'ClientSecretUri':'https://a','ClientCert':'/a'}," API "}", false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask_mode(cases[i].text, 0644);
        if ((strstr(asked.said, "holds a secret") != NULL) != cases[i].is_secret)
            fail_msg("%s: %s", cases[i].text, asked.said);
        assert_lacks(asked.said, "s3cret");
    }
}

static void a_secret_in_the_environment_causes_no_warning(void **state)
{
    (void)state;
    setenv("AzureAd__ClientSecret", "s3cret", 1);
    auto_asked struct asked asked =
        ask_mode("{'AzureAd':{'TenantId':'t','ClientId':'c'}," API "}", 0644);
    assert_true(asked.ok);
    assert_string_equal(asked.said, "");
}

static void a_file_of_another_user_is_refused(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip(); /* only root can make one */
    const char *path = file_of(FILE_);
    assert_int_equal(chown(path, 65534, 65534), 0);
    auto_asked struct asked asked = ask(NULL, (struct options){ .config = path });
    assert_error(&asked.error, ERROR_USAGE, "another user (uid 65534) owns it");
}

/* ---- file type ---- */

static void anything_but_a_regular_file_is_refused(void **state)
{
    (void)state;
    static const char *const paths[] = { "/", "/dev/null", "/proc/self" };
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        auto_asked struct asked asked = ask(NULL, (struct options){ .config = paths[i] });
        assert_error(&asked.error, ERROR_USAGE, "is not a file");
    }
}

static void a_fifo_without_a_writer_is_refused_immediately(void **state)
{
    (void)state;
    int ends[2];
    char path[40];
    assert_int_equal(pipe(ends), 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
    close(ends[1]);
    auto_asked struct asked asked = ask(NULL, (struct options){ .config = path });
    close(ends[0]);
    assert_error(&asked.error, ERROR_USAGE, "is not a file");
}

static void a_file_has_at_most_a_mebibyte(void **state)
{
    (void)state;
    size_t most = (size_t)1024 * 1024;
    autofree char *json = json_text(FILE_);
    autofree char *text = repeated(' ', most + 1);
    memcpy(text, json, strlen(json));
    auto_asked struct asked fits = ask_file(text, most, 0600);
    assert_true(fits.ok);
    auto_asked struct asked too_large = ask_file(text, most + 1, 0600);
    assert_error(&too_large.error, ERROR_USAGE, "too large");
}

/* The outcome with a file that has so many identities and so many APIs. */
static struct asked ask_with_sections(size_t identities, size_t apis)
{
    char *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    fputs("{" IDENTITY "," API, stream);
    for (size_t i = 1; i < identities; i++)
        fprintf(stream, ",'identity%zu':{'ClientId':'c'}", i);
    for (size_t i = 1; i < apis; i++)
        fprintf(stream, ",'api%zu':{'Scopes':['api://%zu/.default']}", i, i);
    fputc('}', stream);
    fclose(stream);
    struct asked asked = ask(text, (struct options){ .api = "Api" });
    free(text);
    return asked;
}

static void a_file_has_at_most_64_identities_and_64_apis(void **state)
{
    (void)state;
    auto_asked struct asked most = ask_with_sections(64, 64);
    assert_true(most.ok);
    auto_asked struct asked identities = ask_with_sections(65, 64);
    assert_error(&identities.error, ERROR_USAGE, "there are more than 64 identities");
    auto_asked struct asked apis = ask_with_sections(64, 65);
    assert_error(&apis.error, ERROR_USAGE, "there are more than 64 APIs");
}

/* ---- which file ---- */

/* Creates the file unless it exists, with an API of this name. */
static void put_file(const char *path, const char *api)
{
    char whole[128];
    snprintf(whole, sizeof whole, "%s", below(path));
    for (char *slash = whole + strlen(below("")); (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        mkdir(whole, 0700);
        *slash = '/';
    }
    FILE *file = fopen(whole, "w");
    assert_non_null(file);
    fprintf(file, "{\"%s\":{\"Scopes\":[\"a/.default\"]}}", api);
    fclose(file);
    chmod(whole, 0600);
}

/* The API of the file that is found; the identity is in the environment. */
static const char *found(const char *config)
{
    static char name[sizeof((struct error *)NULL)->message];
    setenv("AZURE_TENANT_ID", "t", 1);
    setenv("AZURE_CLIENT_ID", "c", 1);
    setenv("AZURE_CLIENT_SECRET", "s", 1);
    auto_asked struct asked asked = ask(NULL, (struct options){ .config = config });
    snprintf(name, sizeof name, "%s", asked.ok ? asked.request.api : asked.error.message);
    return name;
}

static void the_file_is_that_of_the_flag_then_the_environment_then_the_home(void **state)
{
    (void)state;
    autofree char *json = json_text("{'Flag':{'Scopes':['a/.default']}}");
    autofree char *other = json_text("{'Variable':{'Scopes':['a/.default']}}");
    put_file("xdg/entra/appsettings.json", "Xdg");
    put_file("home/.config/entra/appsettings.json", "Home");

    setenv("HOME", below("home"), 1);
    assert_string_equal(found(NULL), "Home");
    setenv("XDG_CONFIG_HOME", below("xdg"), 1);
    assert_string_equal(found(NULL), "Xdg");
    setenv("ENTRA_CONFIG", file_of_bytes(other, strlen(other), 0600), 1);
    assert_string_equal(found(NULL), "Variable");
    assert_string_equal(found(file_of_bytes(json, strlen(json), 0600)), "Flag");
}

/* XDG Base Directory Specification: a relative path is invalid and must be ignored. */
static void an_empty_or_relative_variable_is_ignored(void **state)
{
    (void)state;
    put_file("home/.config/entra/appsettings.json", "Home");
    setenv("HOME", below("home"), 1);
    setenv("ENTRA_CONFIG", "", 1);
    setenv("XDG_CONFIG_HOME", "", 1);
    assert_string_equal(found(NULL), "Home");
    setenv("XDG_CONFIG_HOME", "xdg", 1);
    assert_string_equal(found(NULL), "Home");
}

static void a_named_file_must_exist(void **state)
{
    (void)state;
    auto_asked struct asked by_flag =
        ask(NULL, (struct options){ .config = "/nowhere/appsettings.json" });
    assert_error(&by_flag.error, ERROR_USAGE, "/nowhere/appsettings.json: No such file");
    setenv("ENTRA_CONFIG", "/nowhere/appsettings.json", 1);
    auto_asked struct asked by_variable = ask(NULL, NONE);
    assert_error(&by_variable.error, ERROR_USAGE, "/nowhere/appsettings.json: No such file");
    assert_has(error_advice(&by_variable.error), "ENTRA_CONFIG");
}

static void the_environment_may_replace_the_file(void **state)
{
    (void)state;
    if (access("/etc/entra/appsettings.json", F_OK) == 0)
        skip(); /* this machine has one in /etc */
    setenv("AZURE_TENANT_ID", "contoso.example", 1);
    setenv("AZURE_CLIENT_ID", "app", 1);
    setenv("AZURE_CLIENT_SECRET", "s3cret", 1);
    setenv("HOME", "/nowhere", 1);
    auto_asked struct asked asked = ask(NULL, (struct options){ .api = "AzureDevOps" });
    assert_string_equal(asked.error.message, "");
    assert_string_equal(asked.request.tenant, "contoso.example");
}

#define TEST(function) cmocka_unit_test_setup(function, clear_environment)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_written_for_dotnet_is_accepted),
        TEST(a_syntax_error_is_reported_with_file_and_line),
        TEST(a_nul_byte_in_the_file_is_refused),
        TEST(the_error_does_not_quote_the_file),
        TEST(a_colon_in_a_key_leads_into_a_section),
        TEST(an_error_in_such_a_key_has_its_line),
        TEST(a_value_that_is_there_twice_is_refused),
        TEST(a_value_and_a_section_of_one_name_are_said_to_be_that),
        TEST(a_section_may_be_in_parts),
        TEST(an_object_has_at_most_1024_keys_and_a_file_10000_values),
        TEST(what_is_missing_in_arrays_takes_little_memory_and_time),
        TEST(a_path_has_at_most_32_steps_and_1023_bytes),
        TEST(a_file_that_others_can_write_is_refused),
        TEST(a_file_with_a_secret_that_others_can_read_causes_a_warning),
        TEST(the_warning_does_not_prevent_the_request),
        TEST(a_file_without_a_secret_causes_no_warning),
        TEST(a_header_or_parameter_may_be_a_secret_by_its_name),
        TEST(a_secret_that_is_not_read_must_not_be_read_by_others),
        TEST(a_secret_in_the_environment_causes_no_warning),
        TEST(a_file_of_another_user_is_refused),
        TEST(anything_but_a_regular_file_is_refused),
        TEST(a_fifo_without_a_writer_is_refused_immediately),
        TEST(a_file_has_at_most_a_mebibyte),
        TEST(a_file_has_at_most_64_identities_and_64_apis),
        TEST(the_file_is_that_of_the_flag_then_the_environment_then_the_home),
        TEST(an_empty_or_relative_variable_is_ignored),
        TEST(a_named_file_must_exist),
        TEST(the_environment_may_replace_the_file),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
