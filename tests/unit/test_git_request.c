/* SPDX-License-Identifier: MIT */
/* git's credential protocol: parsing the request and formatting the answer. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "helpers/git/git_answer.h"
#include "helpers/git/git_request.h"

/* A parsed request, and the buffer that its strings are in. */
struct parsed {
    char *buffer;
    struct git_request request;
    struct error error;
    bool ok;
};

static void parsed_clear(struct parsed *parsed)
{
    free(parsed->buffer);
}
#define auto_parsed CLEANUP(parsed_clear)

static struct parsed parse_bytes(const char *bytes, size_t length)
{
    struct parsed parsed = { .buffer = malloc(length + 1) };
    memcpy(parsed.buffer, bytes, length);
    parsed.buffer[length] = 'x'; /* the buffer has room for a NUL, but has none */
    parsed.ok = git_request_parse(parsed.buffer, length, &parsed.request, &parsed.error);
    return parsed;
}

static struct parsed parse(const char *text)
{
    return parse_bytes(text, strlen(text));
}

static void assert_refused(const char *bytes, size_t length, const char *message)
{
    auto_parsed struct parsed parsed = parse_bytes(bytes, length);
    if (parsed.ok)
        fail_msg("'%.100s' was accepted", bytes);
    assert_error(&parsed.error, ERROR_USAGE, message);
}

/* ---- requests ---- */

static void the_attributes_of_a_request_are_read(void **state)
{
    (void)state;
    auto_parsed struct parsed parsed =
        parse("capability[]=authtype\ncapability[]=state\nprotocol=https\nhost=dev.azure.com\n"
              "path=contoso/project/_git/repository\nusername=contoso\npassword=p=a=s=s\n"
              "credential=eyJ0\nwwwauth[]=Basic realm=\"x\"\nstate[]=entra:1\n\n");
    assert_true(parsed.ok);
    assert_string_equal(parsed.request.protocol, "https");
    assert_string_equal(parsed.request.host, "dev.azure.com");
    assert_string_equal(parsed.request.path, "contoso/project/_git/repository");
    assert_string_equal(parsed.request.username, "contoso");
    assert_string_equal(parsed.request.password, "p=a=s=s");
    assert_string_equal(parsed.request.credential, "eyJ0");
    assert_null(parsed.request.url);
    assert_true(parsed.request.takes_authtype);
}

static void missing_attributes_are_null(void **state)
{
    (void)state;
    auto_parsed struct parsed parsed = parse("protocol=https\nhost=dev.azure.com\n");
    assert_true(parsed.ok);
    assert_null(parsed.request.path);
    assert_null(parsed.request.url);
    assert_null(parsed.request.username);
    assert_null(parsed.request.password);
    assert_null(parsed.request.credential);
    assert_false(parsed.request.takes_authtype);
}

static void an_empty_line_or_the_end_of_input_ends_a_request(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "protocol=https\nhost=a",
        "protocol=https\nhost=a\n",
        "protocol=https\nhost=a\n\n",
        "protocol=https\nhost=a\n\nhost=evil.example\n",
        "protocol=https\nhost=a\n\nno attribute",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_parsed struct parsed parsed = parse(cases[i]);
        assert_true(parsed.ok);
        assert_string_equal(parsed.request.host, "a");
    }
}

static void a_request_that_is_being_read_ends_after_its_empty_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t end; /* 0: there is more to come */
    } cases[] = {
        { "", 0 },
        { "host=a", 0 },
        { "host=a\n", 0 },
        { "host=a\n\n", 8 },
        { "host=a\n\nhost=b\n\n", 8 },
        { "host=a\nb=\n\n", 11 },
        { "\nhost=a\n", 1 },
        { "host=a\r\n\r\nhost=b", 10 },
        { "\r\n", 2 },
        { "\r\r\n", 0 },
        { "host=a\r\n", 0 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *text = cases[i].text;
        assert_int_equal(git_request_end(text, strlen(text), 0), cases[i].end);
        /* In two pieces, wherever they meet; after the end, none is read. */
        for (size_t seen = 0; seen < strlen(text) && git_request_end(text, seen, 0) == 0; seen++)
            assert_int_equal(git_request_end(text, strlen(text), seen), cases[i].end);
    }
}

static void of_repeated_attributes_the_last_counts(void **state)
{
    (void)state;
    auto_parsed struct parsed parsed =
        parse("protocol=http\nhost=a\nprotocol=https\nhost=b\nusername=u\nusername=\n");
    assert_true(parsed.ok);
    assert_string_equal(parsed.request.protocol, "https");
    assert_string_equal(parsed.request.host, "b");
    assert_string_equal(parsed.request.username, "");
}

static void unknown_attributes_are_ignored(void **state)
{
    (void)state;
    auto_parsed struct parsed parsed =
        parse("protocol=https\nnew=1\nhost[]=evil.example\nHOST=evil.example\n host=evil.example\n"
              "host =evil.example\nhostx=evil.example\n=evil.example\nhost=a\next:host=b\n");
    assert_true(parsed.ok);
    assert_string_equal(parsed.request.host, "a");
}

static void a_value_may_be_empty_or_have_equals_signs(void **state)
{
    (void)state;
    auto_parsed struct parsed parsed = parse("protocol=https\nhost=a\npath=\npassword==b=\n");
    assert_true(parsed.ok);
    assert_string_equal(parsed.request.path, "");
    assert_string_equal(parsed.request.password, "=b=");
}

/* gitcredentials(7), since 2.46: an empty value empties the list. */
static void a_capability_counts_until_the_list_is_emptied(void **state)
{
    (void)state;
    static const struct {
        const char *lines;
        bool wanted;
    } cases[] = {
        { "", false },
        { "capability[]=authtype\n", true },
        { "capability[]=state\n", false },
        { "capability[]=state\ncapability[]=authtype\n", true },
        { "capability[]=authtype\ncapability[]=state\n", true },
        { "capability[]=authtype\ncapability[]=\n", false },
        { "capability[]=authtype\ncapability[]=\ncapability[]=state\n", false },
        { "capability[]=\ncapability[]=authtype\n", true },
        { "capability=authtype\n", false },
        { "capability[]=authtypes\n", false },
        { "capability[]=AUTHTYPE\n", false },
        { "capability[]= authtype\n", false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *text = NULL;
        if (asprintf(&text, "%sprotocol=https\nhost=a\n", cases[i].lines) < 0)
            fail();
        auto_parsed struct parsed parsed = parse(text);
        assert_true(parsed.ok);
        if (parsed.request.takes_authtype != cases[i].wanted)
            fail_msg("after '%s' authtype is %swanted", cases[i].lines,
                     cases[i].wanted ? "not " : "");
    }
}

/* ---- invalid requests ---- */

/* CVE-2020-11008: an empty or missing host or protocol. */
static void a_request_must_have_a_protocol_and_a_host(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        { "", "has no protocol" },
        { "\n", "has no protocol" },
        { "\nprotocol=https\nhost=a\n", "has no protocol" },
        { "host=dev.azure.com\n", "has no protocol" },
        { "protocol=\nhost=dev.azure.com\n", "has no protocol" },
        { "path=a\n", "has no protocol" },
        { "protocol=https\n", "has no host" },
        { "protocol=https\nhost=\n", "has no host" },
        { "protocol=http\nhost=\n", "has no host" },
        { "protocol=https\nhost=a\nhost=\n", "has no host" },
        { "protocol=https\nHost=a\n", "has no host" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_refused(cases[i].text, strlen(cases[i].text), cases[i].message);
}

static void a_request_for_a_certificate_password_has_no_host(void **state)
{
    (void)state;
    auto_parsed struct parsed parsed = parse("protocol=cert\nhost=\npath=/home/a/client.pem\n");
    assert_true(parsed.ok);
}

/* CVE-2024-50338, CVE-2024-52006: some readers end a line at a bare CR. */
static void a_carriage_return_is_refused_anywhere(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "protocol=https\r\nhost=a\r\n",
        "protocol=https\nhost=a\rhost=evil.example\n",
        "protocol=https\nhost=a\nwwwauth[]=x\rhost=evil.example\n",
        "\rprotocol=https\nhost=a\n",
        "protocol=https\nhost=a\n\r",
        "protocol=https\nhost=a\n\n\r",
        "pro\rtocol=https\nhost=a\n",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_refused(cases[i], strlen(cases[i]), "carriage return");
}

static void a_nul_byte_is_refused_anywhere(void **state)
{
    (void)state;
    static const char text[] = "protocol=https\nhost=a\n\n";
    for (size_t i = 0; i < sizeof text; i++) {
        char with_nul[sizeof text];
        memcpy(with_nul, text, sizeof text);
        with_nul[i] = '\0';
        assert_refused(with_nul, sizeof text, "NUL");
    }
}

static void a_line_without_an_equals_sign_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "protocol=https\nhost\n",      "protocol=https\nhost=a\nx", "protocol=https\nhost=a\n \n",
        "x\nprotocol=https\nhost=a\n", "protocol:https\nhost=a\n",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_refused(cases[i], strlen(cases[i]), "a line without '='");
}

static void a_line_has_at_most_65535_bytes_including_its_end(void **state)
{
    (void)state;
    static const char head[] = "protocol=https\nhost=a\nx=";
    static const size_t value = sizeof head - 1 - strlen("x=");
    size_t longest = value + GIT_LINE_MAX - 1;
    autofree char *text = repeated('y', longest + 2);
    memcpy(text, head, sizeof head - 1);

    text[longest] = '\n';
    auto_parsed struct parsed ended = parse_bytes(text, longest + 1);
    assert_true(ended.ok);
    auto_parsed struct parsed open = parse_bytes(text, longest); /* it ends with the input */
    assert_true(open.ok);

    text[longest] = 'y';
    text[longest + 1] = '\n';
    assert_refused(text, longest + 2, "a line longer than 65535 bytes");
    assert_refused(text, longest + 1, "a line longer than 65535 bytes");
}

static void a_request_has_at_most_a_mebibyte(void **state)
{
    (void)state;
    autofree char *text = repeated('\n', GIT_INPUT_MAX + 1);
    memcpy(text, "protocol=https\nhost=a", 21);
    auto_parsed struct parsed parsed = parse_bytes(text, GIT_INPUT_MAX);
    assert_true(parsed.ok);
    assert_refused(text, GIT_INPUT_MAX + 1, "longer than");
}

/* git 71201ab0e5: with a fixed-size buffer, the end of a long line became a second one. */
static void a_long_header_cannot_smuggle_in_a_host(void **state)
{
    (void)state;
    static const size_t sizes[] = { 10,   100,  1000,  1023,  1024,  4095,
                                    4096, 8192, 16384, 32768, 65000, 65488 };
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        autofree char *header = repeated('A', sizes[i]);
        for (size_t before = sizes[i] > 40 ? sizes[i] - 40 : 0; before <= sizes[i]; before++) {
            autofree char *text = NULL;
            if (asprintf(&text,
                         "protocol=https\nhost=a\nwwwauth[]=%.*shost=evil.example\n"
                         "wwwauth[]=host=evil.example\n\n",
                         (int)before, header) < 0)
                fail();
            auto_parsed struct parsed parsed = parse(text);
            assert_true(parsed.ok);
            assert_string_equal(parsed.request.host, "a");
        }
    }
}

static void a_header_longer_than_a_line_is_refused(void **state)
{
    (void)state;
    for (size_t size = 65400; size < 65600; size++) {
        autofree char *header = repeated('A', size);
        autofree char *text = NULL;
        if (asprintf(&text, "protocol=https\nhost=a\nwwwauth[]=%shost=evil.example\n", header) < 0)
            fail();
        auto_parsed struct parsed parsed = parse(text);
        assert_int_equal(parsed.ok, strlen("wwwauth[]=host=evil.example\n") + size <= 65535);
        if (parsed.ok)
            assert_string_equal(parsed.request.host, "a");
    }
}

/* A caller that checks one and requests the other would get a token for the wrong host. */
static void a_url_that_contradicts_other_attributes_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "url=https://dev.azure.com/\nprotocol=https\nhost=evil.example\n",
        "protocol=https\nhost=evil.example\nurl=https://dev.azure.com/\n",
        "protocol=https\nhost=dev.azure.com\nurl=https://evil.example/\n",
        "url=https://dev.azure.com/\nhost=evil.example\n",
        "url=https://dev.azure.com/\nhost=dev.azure.com\nhost=evil.example\n",
        "url=https://dev.azure.com/\nhost=dev.azure.com.evil.example\n",
        "url=https://dev.azure.com/\nhost=\n",
        "url=https://dev.azure.com/\nprotocol=http\n",
        "url=https://dev.azure.com/\nprotocol=\n",
        "url=http://dev.azure.com/\nprotocol=https\nhost=dev.azure.com\n",
        "url=https://dev.azure.com/\nhost=dev.azure.com:444\n",
        "url=https://dev.azure.com:444/\nhost=dev.azure.com\n",
        "url=https://dev.azure.com/\npath=a\n",
        "url=https://dev.azure.com/a\npath=\n",
        "url=https://dev.azure.com/a/b\npath=a\n",
        "url=https://dev.azure.com/a\npath=a/b\n",
        "url=https://dev.azure.com/a\npath=A\n",
        "url=https://dev.azure.com/a%2fb\npath=a%2Fb\n",
        "protocol=https\nhost=dev.azure.com\nurl=\n",
        /* what one program takes for a user name, another takes for the host */
        "url=https://dev.azure.com@evil.example/\nprotocol=https\nhost=dev.azure.com\n",
        "url=https://dev.azure.com\\@evil.example/\nprotocol=https\nhost=dev.azure.com\n",
        "url=https://evil.example\\@dev.azure.com/\nprotocol=https\nhost=dev.azure.com\n",
        "url=https://evil.example#@dev.azure.com/\nprotocol=https\nhost=dev.azure.com\n",
        "url=https://evil.example?@dev.azure.com/\nprotocol=https\nhost=dev.azure.com\n",
        "url=https://a@b@dev.azure.com/\nprotocol=https\nhost=dev.azure.com\n",
        "url=https://@dev.azure.com/\nprotocol=https\nhost=dev.azure.com\n",
        "url=https:/dev.azure.com/\nprotocol=https\nhost=dev.azure.com\n",
        "url=dev.azure.com\nprotocol=https\nhost=dev.azure.com\n",
        "url=ssh://dev.azure.com/\nprotocol=https\nhost=dev.azure.com\n",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_refused(cases[i], strlen(cases[i]), "contradicts");
}

/* gitoxide sends both to store and erase: path only with useHttpPath, and not decoded. */
static void a_url_beside_other_attributes_may_name_the_same_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *host;
        unsigned port;
        const char *path; /* NULL: not known */
    } cases[] = {
        { "url=https://dev.azure.com/a/b\nprotocol=https\nhost=dev.azure.com\npath=a/b\n",
          "dev.azure.com", 443, "/a/b" },
        { "protocol=https\nhost=dev.azure.com\nurl=https://dev.azure.com/a/b\n", "dev.azure.com",
          443, "/a/b" },
        { "protocol=https\nhost=dev.azure.com\nurl=https://dev.azure.com\n", "dev.azure.com", 443,
          NULL },
        { "protocol=HTTPS\nhost=DEV.azure.com:443\nurl=https://dev.AZURE.com/\n", "dev.azure.com",
          443, NULL },
        { "url=https://git.contoso.com:8443/a/\nhost=git.contoso.com:8443\npath=a\n",
          "git.contoso.com", 8443, "/a" },
        { "url=https://a/My%20Project\nprotocol=https\nhost=a\npath=My Project\n", "a", 443,
          "/My Project" },
        { "url=https://a/My%20Project\nprotocol=https\nhost=a\npath=My%20Project\n", "a", 443,
          "/My%20Project" },
        { "url=https://contoso@dev.azure.com/contoso\nprotocol=https\nhost=dev.azure.com\n",
          "dev.azure.com", 443, "/contoso" },
        { "url=https://ada%40contoso.com:pass@a/b\nprotocol=https\nhost=a\n", "a", 443, "/b" },
        { "url=https://a/b\nprotocol=https\n", "a", 443, "/b" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct url url;
        auto_parsed struct parsed parsed = parse(cases[i].text);
        assert_true(parsed.ok && git_request_url(&parsed.request, &url));
        assert_true(url.https);
        assert_string_equal(url.host, cases[i].host);
        assert_int_equal(url.port, cases[i].port);
        assert_int_equal(url.has_path, cases[i].path != NULL);
        assert_string_equal(url.path, cases[i].path != NULL ? cases[i].path : "");
    }
}

static void a_url_of_another_protocol_is_not_ours(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "url=ssh://git@dev.azure.com/a\nprotocol=ssh\nhost=dev.azure.com\n",
        "url=https://dev.azure.com/a\nprotocol=ssh\nhost=dev.azure.com\n",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct url url;
        auto_parsed struct parsed parsed = parse(cases[i]);
        assert_true(parsed.ok);
        assert_false(git_request_url(&parsed.request, &url));
    }
}

/* ---- the URL of a request ---- */

static void a_request_is_for_a_url(void **state)
{
    (void)state;
    static const struct {
        const char *text, *host, *path;
    } cases[] = {
        { "protocol=https\nhost=dev.azure.com\npath=c/_git/r\n", "dev.azure.com", "/c/_git/r" },
        { "protocol=https\nhost=Dev.Azure.com:443\npath=\n", "dev.azure.com", "/" },
        { "url=https://dev.azure.com/c/_git/r\n", "dev.azure.com", "/c/_git/r" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_parsed struct parsed parsed = parse(cases[i].text);
        struct url url = { 0 };
        assert_true(parsed.ok);
        assert_true(git_request_url(&parsed.request, &url));
        assert_string_equal(url.host, cases[i].host);
        assert_string_equal(url.path, cases[i].path);
    }
}

static void a_request_for_another_protocol_has_no_url(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "protocol=ssh\nhost=dev.azure.com\n",    "protocol=cert\npath=/a\n",
        "protocol=cert\nhost=\npath=/a\n",       "protocol=httpx\nhost=dev.azure.com\n",
        "protocol=smtp\nhost=example.com:587\n", "protocol=https\nhost=a@dev.azure.com\n",
        "protocol=https\nhost=dev.azure.com/\n", "url=ssh://dev.azure.com/\n",
        "url=https://a@dev.azure.com/\n",        "url=\n",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_parsed struct parsed parsed = parse(cases[i]);
        struct url url = { 0 };
        assert_true(parsed.ok);
        if (git_request_url(&parsed.request, &url))
            fail_msg("'%s' is for %s", cases[i], url.host);
    }
}

/* ---- the answer ---- */

#define EXPIRES_ON 1767369844

static struct secret *answer_to(const char *text)
{
    auto_parsed struct parsed parsed = parse(text);
    auto_token struct token token = { .access_token = secret_new("eyJ0.eyJh.c2ln", 14),
                                      .received_on = EXPIRES_ON - 3599,
                                      .expires_on = EXPIRES_ON };
    assert_true(parsed.ok);
    return git_answer_format(&parsed.request, "97e0a5b7-d745-40b6-94fe-5f77d35c6e05", &token);
}

static void a_git_with_authtype_gets_a_bearer_credential(void **state)
{
    (void)state;
    auto_secret struct secret *answer =
        answer_to("capability[]=authtype\nprotocol=https\nhost=dev.azure.com\nusername=u\n");
    assert_string_equal(answer->bytes,
                        "capability[]=authtype\nauthtype=Bearer\ncredential=eyJ0.eyJh.c2ln\n"
                        "ephemeral=1\npassword_expiry_utc=1767369844\n");
}

static void an_older_git_gets_a_user_name_and_a_password(void **state)
{
    (void)state;
    auto_secret struct secret *answer = answer_to("protocol=https\nhost=dev.azure.com\n");
    assert_string_equal(answer->bytes, "username=97e0a5b7-d745-40b6-94fe-5f77d35c6e05\n"
                                       "password=eyJ0.eyJh.c2ln\npassword_expiry_utc=1767369844\n");
}

static void a_stored_credential_is_answered_with_what_it_has(void **state)
{
    (void)state;
    struct stored_credential stored = { .username = secret_new("ada", 3),
                                        .password = secret_new("typed", 5) };
    auto_secret struct secret *lasting = git_answer_format_stored(&stored);
    assert_string_equal(lasting->bytes, "username=ada\npassword=typed\n");
    stored.expires_on = 1;
    auto_secret struct secret *expiring = git_answer_format_stored(&stored);
    assert_string_equal(expiring->bytes, "username=ada\npassword=typed\npassword_expiry_utc=1\n");
    stored_credential_clear(&stored);
}

static void the_user_name_of_the_request_is_kept(void **state)
{
    (void)state;
    auto_secret struct secret *answer =
        answer_to("protocol=https\nhost=dev.azure.com\nusername=contoso\n");
    assert_has(answer->bytes, "username=contoso\n");
}

/* RFC 7617, 2: a colon would end it. */
static void a_user_name_that_is_invalid_in_basic_is_replaced(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "protocol=https\nhost=a\nusername=\n",
        "protocol=https\nhost=a\nusername=a:b\n",
        "protocol=https\nhost=a\nusername=:\n",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_secret struct secret *answer = answer_to(cases[i]);
        assert_has(answer->bytes, "username=97e0a5b7-d745-40b6-94fe-5f77d35c6e05\n");
    }
}

static void an_owner_whose_name_is_invalid_in_basic_is_replaced(void **state)
{
    (void)state;
    static const char *const ids[] = { "urn:contoso:app", "", "ada\nhost=evil", "ada\r", NULL };
    auto_token struct token token = { .access_token = secret_new("a", 1) };
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
        const struct git_request git_request = { .protocol = "https", .host = "a" };
        auto_secret struct secret *answer = git_answer_format(&git_request, ids[i], &token);
        assert_has(answer->bytes, "username=app\n");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_attributes_of_a_request_are_read),
        cmocka_unit_test(missing_attributes_are_null),
        cmocka_unit_test(an_empty_line_or_the_end_of_input_ends_a_request),
        cmocka_unit_test(a_request_that_is_being_read_ends_after_its_empty_line),
        cmocka_unit_test(of_repeated_attributes_the_last_counts),
        cmocka_unit_test(unknown_attributes_are_ignored),
        cmocka_unit_test(a_value_may_be_empty_or_have_equals_signs),
        cmocka_unit_test(a_capability_counts_until_the_list_is_emptied),
        cmocka_unit_test(a_request_must_have_a_protocol_and_a_host),
        cmocka_unit_test(a_request_for_a_certificate_password_has_no_host),
        cmocka_unit_test(a_carriage_return_is_refused_anywhere),
        cmocka_unit_test(a_nul_byte_is_refused_anywhere),
        cmocka_unit_test(a_line_without_an_equals_sign_is_refused),
        cmocka_unit_test(a_line_has_at_most_65535_bytes_including_its_end),
        cmocka_unit_test(a_request_has_at_most_a_mebibyte),
        cmocka_unit_test(a_long_header_cannot_smuggle_in_a_host),
        cmocka_unit_test(a_header_longer_than_a_line_is_refused),
        cmocka_unit_test(a_url_that_contradicts_other_attributes_is_refused),
        cmocka_unit_test(a_url_beside_other_attributes_may_name_the_same_place),
        cmocka_unit_test(a_url_of_another_protocol_is_not_ours),
        cmocka_unit_test(a_request_is_for_a_url),
        cmocka_unit_test(a_request_for_another_protocol_has_no_url),
        cmocka_unit_test(a_git_with_authtype_gets_a_bearer_credential),
        cmocka_unit_test(an_older_git_gets_a_user_name_and_a_password),
        cmocka_unit_test(a_stored_credential_is_answered_with_what_it_has),
        cmocka_unit_test(the_user_name_of_the_request_is_kept),
        cmocka_unit_test(a_user_name_that_is_invalid_in_basic_is_replaced),
        cmocka_unit_test(an_owner_whose_name_is_invalid_in_basic_is_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
