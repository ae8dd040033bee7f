/* SPDX-License-Identifier: MIT */
/* URLs, and which API's token they get. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/text.h"
#include "common/entra/url.h"

static struct url url_of(const char *text)
{
    struct url url = { 0 };
    struct error error = { 0 };
    if (!url_parse(text, strlen(text), &url, &error))
        fail_msg("'%s' was refused: %s", text, error.message);
    return url;
}

static struct url base_of(const char *text)
{
    struct url url = { 0 };
    struct error error = { 0 };
    if (!url_parse_base(text, strlen(text), &url, &error))
        fail_msg("the base '%s' was refused: %s", text, error.message);
    return url;
}

/* ---- parsing ---- */

static void a_url_is_parsed_into_its_parts(void **state)
{
    (void)state;
    static const struct {
        const char *text, *parts; /* scheme, host, port, path */
    } cases[] = {
        { "https://example.com/a/b", "https example.com 443 /a/b" },
        { "https://example.com:8443/a", "https example.com 8443 /a" },
        { "https://example.com", "https example.com 443 /" },
        { "https://example.com/", "https example.com 443 /" },
        { "http://example.com", "http example.com 80 /" },
        { "http://localhost:1/", "http localhost 1 /" },
        { "https://example.com:65535", "https example.com 65535 /" },
        { "HTTPS://Dev.Azure.COM/Contoso", "https dev.azure.com 443 /Contoso" },
        { "https://example.com?q=/a", "https example.com 443 /" },
        { "https://example.com#/a", "https example.com 443 /" },
        { "https://example.com/a?q#f", "https example.com 443 /a" },
        { "https://example.com/a?https://evil.example/", "https example.com 443 /a" },
        { "https://a_b-c.example", "https a_b-c.example 443 /" },
        { "https://xn--bcher-kva.example", "https xn--bcher-kva.example 443 /" },
        { "https://192.0.2.1:80/a", "https 192.0.2.1 80 /a" },
        { "https://[2001:db8::1]/a", "https [2001:db8::1] 443 /a" },
        { "https://[2001:DB8::A]:8443", "https [2001:db8::a] 8443 /" },
        { "https://1and1.example", "https 1and1.example 443 /" },
        { "https://example.com/a%20b%C3%A4", "https example.com 443 /a b\xc3\xa4" },
        { "https://example.com//a//", "https example.com 443 //a//" },
        { "https://example.com/a:b@c;d,e=f!$&'()*+[]{}|", /* none of these is special in a path */
          "https example.com 443 /a:b@c;d,e=f!$&'()*+[]{}|" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct url url = url_of(cases[i].text);
        autofree char *parts = NULL;
        if (asprintf(&parts, "%s %s %u %s", url.https ? "https" : "http", url.host, url.port,
                     url.path) < 0)
            fail();
        assert_string_equal(parts, cases[i].parts);
        assert_true(url.has_path);
    }
}

/* URLs that two parsers could read differently, and text that is not an HTTP URL at all. */
static const char *const refused[] = {
    "",
    "https",
    "https:",
    "https:/",
    "https://",
    "https:///",
    "https:///path",
    "://example.com",
    "//example.com",
    "example.com",
    "/path",
    "ftp://example.com",
    "file:///etc/passwd",
    "httpss://example.com",
    "http s://example.com",
    "javascript://example.com",
    "https:example.com",
    "https:/example.com",
    "https;//example.com",
    /* User information. */
    "https://user@example.com",
    "https://user:password@example.com",
    "https://dev.azure.com@evil.example",
    "https://dev.azure.com:443@evil.example",
    "https://dev.azure.com:@evil.example/",
    "https://@example.com",
    /* Backslashes, blanks, control characters. */
    "https://dev.azure.com\\@evil.example",
    "https://evil.example\\.dev.azure.com",
    "https:\\\\example.com",
    "https://example.com\\a",
    "https://example.com/a\\b",
    " https://example.com",
    "https://example.com ",
    "https://example.com/a b",
    "https://exam\tple.com",
    "https://exam\nple.com",
    "https://example.com/\r\nHost: evil.example",
    "https://example.com/\x7f",
    "https://example.com/\"",
    "https://example.com/<a>",
    "https://example.com/^",
    "https://example.com/`",
    /* Non-ASCII characters, and escaped ones in the host. */
    "https://ex\xc3\xa4mple.com",
    "https://example.com/\xc3\xa4",
    "https://dev.azure\u3002com",
    "https://dev%2eazure.com",
    "https://dev.azure.com%00.evil.example",
    "https://dev.azure.com%2f@evil.example",
    /* Invalid hosts. */
    "https://.",
    "https://..",
    "https://.example.com",
    "https://example.com.",
    "https://example..com",
    "https://exam,ple.com",
    "https://exam;ple.com",
    "https://exam&ple.com",
    "https://(example.com)",
    "https://*.example.com",
    "https://exam*ple.com",
    "https://$HOST",
    "https://{a,b}.example.com",
    /* Addresses in forms that only some parsers read. */
    "https://127.1",
    "https://127.0.1",
    "https://2130706433",
    "https://0x7f000001",
    "https://0x7f.0.0.1",
    "https://0177.0.0.1",
    "https://127.0.0.01",
    "https://127.0.0.256",
    "https://127.0.0.1.2",
    "https://example.1",
    "https://example.0x1",
    "https://[::1",
    "https://::1",
    "https://[::1]a",
    "https://[::1]]",
    "https://[[::1]]",
    "https://[]",
    "https://[::1%25eth0]",
    "https://[fe80::1%eth0]",
    "https://[::g]",
    "https://[127.0.0.1]",
    "https://[v1.a]",
    "https://[1:2:3:4:5:6:7:8:9]",
    "https://[0000000000000000000000000000000000000000000000001::]",
    /* Invalid ports. */
    "https://example.com:",
    "https://example.com:/a",
    "https://example.com:0",
    "https://example.com:00443",
    "https://example.com:65536",
    "https://example.com:99999",
    "https://example.com:100000",
    "https://example.com:4294967739",
    "https://example.com:-443",
    "https://example.com:+443",
    "https://example.com:443a",
    "https://example.com:0x1bb",
    "https://example.com:443:443",
    "https://[::1]443",
    "https://[::1]:",
    /* Invalid escapes, and NUL. */
    "https://example.com/%",
    "https://example.com/%2",
    "https://example.com/%2?2",
    "https://example.com/%zz",
    "https://example.com/%-1",
    "https://example.com/%00",
    "https://example.com/a%00b",
};

static void ambiguous_urls_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
        struct url url = { 0 };
        struct error error = { 0 };
        if (url_parse(refused[i], strlen(refused[i]), &url, &error))
            fail_msg("'%s' was accepted, with the host %s", refused[i], url.host);
        assert_int_equal(error.kind, ERROR_USAGE);
        assert_string_not_equal(error.message, "");
    }
}

static void anything_that_is_not_a_url_is_not_a_base_either(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
        struct url url = { 0 };
        struct error error = { 0 };
        if (strstr(refused[i], "://*.") == NULL &&
            url_parse_base(refused[i], strlen(refused[i]), &url, &error))
            fail_msg("'%s' was accepted as a base", refused[i]);
    }
}

static void a_nul_byte_is_refused_anywhere(void **state)
{
    (void)state;
    static const char text[] = "https://example.com:443/a?b#c";
    for (size_t i = 0; i < sizeof text; i++) {
        struct url url = { 0 };
        struct error error = { 0 };
        char with_nul[sizeof text];
        memcpy(with_nul, text, sizeof text);
        with_nul[i] = '\0';
        if (url_parse(with_nul, sizeof text, &url, &error))
            fail_msg("a NUL byte at %zu was accepted", i);
    }
}

static void no_byte_after_the_length_is_read(void **state)
{
    (void)state;
    static const char text[] = "https://example.com:44/a%20b?c";
    struct error error = { 0 };
    struct url url = { 0 };
    assert_true(url_parse(text, strlen("https://example.com"), &url, &error));
    assert_string_equal(url.host, "example.com");
    assert_int_equal(url.port, 443);
    assert_true(url_parse(text, strlen("https://example.com:4"), &url, &error));
    assert_int_equal(url.port, 4);
    assert_true(url_parse(text, strlen("https://example.com:44/a"), &url, &error));
    assert_string_equal(url.path, "/a");
    assert_false(url_parse(text, strlen("https://example.com:44/a%2"), &url, &error));
}

static void a_url_has_at_most_8192_bytes(void **state)
{
    (void)state;
    struct url url = { 0 };
    struct error error = { 0 };
    autofree char *text = repeated('a', URL_MAX + 1);
    memcpy(text, "https://example.com/", 20);
    assert_true(url_parse(text, URL_MAX, &url, &error));
    assert_int_equal(strlen(url.path), URL_MAX - 19);
    assert_false(url_parse(text, URL_MAX + 1, &url, &error));
    assert_error(&error, ERROR_USAGE, "longer than 8192 bytes");
}

static void a_host_has_at_most_253_bytes_in_labels_of_at_most_63(void **state)
{
    (void)state;
    struct url url = { 0 };
    struct error error = { 0 };
    char text[300] = "https://";
    for (size_t labels = 0; labels < 4; labels++)
        memcpy(text + 8 + labels * 64,
               "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.", 64);
    assert_true(url_parse(text, 8 + 253, &url, &error));
    assert_int_equal(strlen(url.host), 253);
    assert_false(url_parse(text, 8 + 254, &url, &error));

    assert_true(url_parse(text, 8 + 63, &url, &error));
    text[8 + 63] = 'a';
    assert_false(url_parse(text, 8 + 64, &url, &error));
}

static void a_refused_host_is_named_in_the_error(void **state)
{
    (void)state;
    struct url url = { 0 };
    struct error error = { 0 };
    assert_false(url_parse("https://127.1/a", 15, &url, &error));
    assert_error(&error, ERROR_USAGE, "'127.1' is not a usable host name");
}

static void assert_plain(const char *path, bool is_plain)
{
    autofree char *text = text_format("https://example.com%s", path);
    struct url url = url_of(text);
    if (url.path_is_plain != is_plain)
        fail_msg("'%s' is %splain", text, url.path_is_plain ? "" : "not ");
}

/* ---- plain paths ---- */

static void a_path_with_dot_segments_is_not_plain(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        bool plain;
    } cases[] = {
        { "/a/b", true },
        { "/", true },
        { "/a.b/c..d", true },
        { "/.a", true },
        { "/..a", true },
        { "/a./b", true },
        { "/...", false },
        { "/.../a", false },
        { "/%41", true },
        { "//", true },
        { "/.", false },
        { "/..", false },
        { "/./a", false },
        { "/../a", false },
        { "/a/..", false },
        { "/a/../b", false },
        { "/a/./b", false },
        { "/%2e%2e/a", false },
        { "/%2E./a", false },
        { "/.%2e", false },
        { "/a/%2e%2e", false },
        { "/a//../b", false },
        /* Some servers remove parameters, or dots and spaces at the end, before they resolve. */
        { "/..;/", false },
        { "/a/..;x/b", false },
        { "/.;x/", false },
        { "/%2e%2e;/b", false },
        { "/..%3b/", false },
        { "/%2e;", false },
        { "/;x/", false },
        { "/..;a=b;c/", false },
        { "/..%20/", false },
        { "/%20../", false },
        { "/..%20;x/", false },
        /* Some proxies hand on a decoded path, which ends earlier for the server behind them. */
        { "/a/..%3f/b", false },
        { "/a/..%23", false },
        { "/%2e%3fx/b", false },
        { "/a%3fx/b", true },
        { "/a;x/b", true },
        { "/a;..", true },
        { "/a%20b/", true },
        { "/..a;x", true },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_plain(cases[i].path, cases[i].plain);
}

/* After dots, only a letter, digit, "-", "_" or "~" shows that all read a name. */
static void dots_are_followed_by_a_name(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        bool plain;
    } cases[] = {
        { "/.git/a", true },     { "/.well-known", true }, { "/._a", true },
        { "/.~lock", true },     { "/.-", true },          { "/..::$DATA/", false },
        { "/..:", false },       { "/.,/a", false },       { "/..%22/", false },
        { "/..*", false },       { "/...%3a/a", false },   { "/root:/a/b:/content", true },
        { "/a%20b/(1)/", true }, { "/+a/@b/$c/!d", true }, { "/%20;x/", false },
        { "/..!", false },       { "/.%20%20./", false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_plain(cases[i].path, cases[i].plain);
}

static void names_of_all_languages_are_plain(void **state)
{
    (void)state;
    static const char *const names[] = {
        "\xc3\x84nderungen/datei.txt",
        "a/na\xc3\xafve\x20\x66\xc3\xbc\x72 dich",
        "a/Stra\xc3\x9f\x65 \xe2\x80\x93 \xe2\x80\x9eneu\xe2\x80\x9c.md",
        "a/A\xcc\x88nderung", /* decomposed, as macOS writes it */
        "\xce\x95\xce\xbb\xce\xbb\xce\xac\xce\xb4\xce\xb1/x",
        "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82.txt",
        "\xd7\xa2\xd7\x91\xd7\xa8\xd7\x99\xd7\xaa/\xd8\xb9\xd8\xb1\xd8\xa8\xd9\x8a",
        "\xe0\xa4\xb9\xe0\xa4\xbf\xe0\xa4\xa8\xe0\xa5\x8d\xe0\xa4\xa6\xe0\xa5\x80",
        "\xe0\xb9\x84\xe0\xb8\x97\xe0\xb8\xa2 \xe0\xb9\x91",
        "\xe4\xba\xba\xe3\x80\x85/\xe3\x82\xab\xe3\x83\xbc 1.2.txt",
        "\xed\x95\x9c\xea\xb5\xad/\xef\xbc\x91\xef\xbc\xa1",
        "\xf0\xa0\xae\xb7\xe9\x87\x8e",
    };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        struct url url;
        struct error error = { 0 };
        assert_true(url_from_parts("https", "h.example", names[i], &url, &error));
        if (!url.path_is_plain)
            fail_msg("'%s' is not plain", names[i]);
    }
}

static void a_character_that_becomes_another_or_vanishes_is_not_plain(void **state)
{
    (void)state;
    static const char *const segments[] = {
        "%EF%BC%8E%EF%BC%8E", /* U+FF0E: NFKC makes a dot of it */
        ".%EF%BC%8E",
        "%E2%80%A4.",
        "%EF%B9%92%EF%B9%92", /* U+2024, U+FE52 */
        "%E2%80%A5",
        "%EF%B8%B0",
        "%E2%80%A6",                             /* U+2025, U+FE30, U+2026: several */
        "x%EF%BC%8F..%EF%BC%8F..%EF%BC%8Fadmin", /* U+FF0F: a slash */
        "x%E2%84%80",
        "x%E2%81%84..",
        "x%E2%88%95..", /* U+2100, U+2044, U+2215 */
        "x%EF%BC%BC..",
        "x%EF%B9%A8..", /* U+FF3C, U+FE68: a backslash */
        "x%C2%A5..",
        "x%E2%82%A9..",
        "x%E2%88%96..", /* U+00A5, U+20A9, U+2216 */
        "%EF%BC%85",
        "%EF%B9%AA", /* U+FF05, U+FE6A: a percent sign */
        "..%EF%BC%9B",
        "..%CD%BE",
        "..%EF%BC%9F",
        "..%EF%BC%83", /* ";", "?", "#" */
        "..%C2%A0",
        "..%E3%80%80",
        "..%E2%80%89",
        "..%E1%9A%80", /* spaces */
        "..%E2%80%8B",
        "..%E2%81%A0",
        "..%C2%AD",
        "..%EF%BB%BF", /* invisible */
        ".%CD%8F.",
        "..%EF%B8%8F",
        "..%F3%A0%84%80",
        "..%E1%85%9F",
        "..%E3%85%A4",
        "..%CC%81",
        "%CC%81..",
        ".%CC%88.", /* marks, which some drop */
        "..%C3%A4",
        ".%E6%97%A5",
        "%E6%97%A5..",
        "%C3%A4.",
        ".%C3%A4.",
        "..%C3%A4;x",
        "a%EF%BF%BD",
        "a%EE%80%80",
        "a%F0%9F%98%80", /* U+FFFD, private use, an emoji */
    };
    for (size_t i = 0; i < ARRAY_SIZE(segments); i++) {
        autofree char *path = text_format("/base/%s/admin", segments[i]);
        assert_plain(path, false);
    }
}

static void a_path_with_an_encoded_slash_percent_or_backslash_is_not_plain(void **state)
{
    (void)state;
    static const char *const cases[] = { "/a%2fb",    "/a%2Fb",    "/%2f",         "/a%5cb",
                                         "/a%5Cb",    "/a%25b",    "/%252e%252e/", "/%252f",
                                         "/a%2f../b", "/%5c..%5c", "/..%5c",       "/%25252e",
                                         "/%255c" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_plain(cases[i], false);
}

static void a_path_is_plain_only_if_it_is_printable_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        bool plain;
    } cases[] = {
        { "/%E9%A0%85%E7%9B%AE/a", true },
        { "/%c0%ae%c0%ae/a", false }, /* too long a form of ".." */
        { "/%c0%af", false },
        { "/%e9/a", false },
        { "/a%0d%0a", false },
        { "/a%09b", false },
        { "/a%7f", false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_plain(cases[i].path, cases[i].plain);
}

/* git decodes the path, so a percent sign that is left was encoded twice. */
static void a_percent_sign_in_gits_path_is_not_plain(void **state)
{
    (void)state;
    struct url url;
    struct error error = { 0 };
    assert_true(url_from_parts("https", "h.example", "a/%2e%2e/b", &url, &error));
    assert_false(url.path_is_plain);
    assert_true(url_from_parts("https", "h.example", "a/..;/b", &url, &error));
    assert_false(url.path_is_plain);
}

/* ---- bases ---- */

static void a_base_is_https_unless_it_is_loopback(void **state)
{
    (void)state;
    static const char *const accepted[] = {
        "https://example.com/", "http://localhost:8080/",    "http://127.0.0.1/",
        "http://[::1]:80/",     "http://127.255.255.254:1/", "http://LOCALHOST/",
    };
    static const char *const not_accepted[] = {
        "http://example.com/",
        "http://localhost.example/",
        "http://127.0.0.1.example/",
        "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/",
        "http://128.0.0.1/",
        "http://*.localhost.example/",
        "http://[::2]/",
        "http://[::]/",
    };
    for (size_t i = 0; i < ARRAY_SIZE(accepted); i++)
        base_of(accepted[i]);
    for (size_t i = 0; i < ARRAY_SIZE(not_accepted); i++) {
        struct url url = { 0 };
        struct error error = { 0 };
        if (url_parse_base(not_accepted[i], strlen(not_accepted[i]), &url, &error))
            fail_msg("'%s' was accepted", not_accepted[i]);
        assert_error(&error, ERROR_USAGE, "not sent over http");
    }
}

static void a_base_may_cover_all_hosts_of_a_domain(void **state)
{
    (void)state;
    struct url base = base_of("https://*.VisualStudio.com/");
    assert_string_equal(base.host, "*.visualstudio.com");

    static const char *const cases[] = {
        "https://*",
        "https://*.",
        "https://*.com",
        "https://**.example.com",
        "https://*example.com",
        "https://a.*.example.com",
        "https://*.*.example.com",
        "https://*.192.0.2.1",
        "https://*.[::1]",
        "https://*.example.com.",
        "https://*..com",
        "https://*.example.1",
        "https://example.*",
        "https://*:443",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct url url = { 0 };
        struct error error = { 0 };
        if (url_parse_base(cases[i], strlen(cases[i]), &url, &error))
            fail_msg("'%s' was accepted", cases[i]);
    }
}

/* ---- which URLs a base covers ---- */

struct relation {
    const char *url, *base;
    bool below;
};

static void assert_relations(const struct relation *relations, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct url url = url_of(relations[i].url), base = base_of(relations[i].base);
        if (url_is_below(&url, &base) != relations[i].below)
            fail_msg("%s is %sbelow %s", relations[i].url, relations[i].below ? "not " : "",
                     relations[i].base);
    }
}

static void a_base_covers_whole_segments_only(void **state)
{
    (void)state;
    static const struct relation cases[] = {
        { "https://h.example/", "https://h.example/", true },
        { "https://h.example", "https://h.example/", true },
        { "https://h.example/", "https://h.example", true },
        { "https://h.example/a/b/c", "https://h.example", true },
        { "https://h.example/a", "https://h.example/a", true },
        { "https://h.example/a/", "https://h.example/a", true },
        { "https://h.example/a", "https://h.example/a/", true },
        { "https://h.example/a/b", "https://h.example/a", true },
        { "https://h.example/a/b", "https://h.example/a/", true },
        { "https://h.example/a?q", "https://h.example/a", true },
        { "https://h.example/a%62c", "https://h.example/abc", true },
        { "https://h.example/abc", "https://h.example/a%62c", true },
        { "https://h.example/ab", "https://h.example/a", false },
        { "https://h.example/ab/c", "https://h.example/a", false },
        { "https://h.example/A", "https://h.example/a", false },
        { "https://h.example/", "https://h.example/a", false },
        { "https://h.example", "https://h.example/a", false },
        { "https://h.example/b/a", "https://h.example/a", false },
        { "https://h.example//a", "https://h.example/a", false },
        { "https://h.example/?/a", "https://h.example/a", false },
        { "https://h.example/#/a", "https://h.example/a", false },
        { "https://h.example/a%20b", "https://h.example/a", false },
    };
    assert_relations(cases, ARRAY_SIZE(cases));
}

static void a_base_covers_its_own_scheme_host_and_port_only(void **state)
{
    (void)state;
    static const struct relation cases[] = {
        { "https://h.example:443/", "https://h.example/", true },
        { "https://H.EXAMPLE/", "https://h.example/", true },
        { "https://h.example:8443/a", "https://h.example:8443/", true },
        { "http://localhost:80/", "http://localhost/", true },
        { "http://h.example/", "https://h.example/", false },
        { "http://h.example:443/", "https://h.example/", false },
        { "http://localhost/", "https://localhost/", false },
        { "https://localhost:80/", "http://localhost/", false },
        { "https://h.example:8443/", "https://h.example/", false },
        { "https://h.example/", "https://h.example:8443/", false },
        { "https://a.h.example/", "https://h.example/", false },
        { "https://h.example.evil.example/", "https://h.example/", false },
        { "https://evil-h.example/", "https://h.example/", false },
        { "https://h.exampl/", "https://h.example/", false },
        { "https://127.0.0.1/", "https://localhost/", false },
        { "https://evil.example/https://h.example/", "https://h.example/", false },
        { "https://evil.example/?https://h.example/", "https://h.example/", false },
    };
    assert_relations(cases, ARRAY_SIZE(cases));
}

static void a_wildcard_covers_only_the_hosts_of_its_domain(void **state)
{
    (void)state;
    static const struct relation cases[] = {
        { "https://contoso.visualstudio.com/", "https://*.visualstudio.com/", true },
        { "https://a.b.visualstudio.com/p", "https://*.visualstudio.com/", false },
        { "https://a.b.visualstudio.com/p", "https://*.b.visualstudio.com/", true },
        { "https://contoso.visualstudio.com/p/q", "https://*.visualstudio.com/p", true },
        { "https://contoso.visualstudio.com/q", "https://*.visualstudio.com/p", false },
        { "https://visualstudio.com/", "https://*.visualstudio.com/", false },
        { "https://evilvisualstudio.com/", "https://*.visualstudio.com/", false },
        { "https://contoso.visualstudio.com.evil.example/", "https://*.visualstudio.com/", false },
        { "https://contoso.visualstudio.com:8443/", "https://*.visualstudio.com/", false },
        { "http://contoso.visualstudio.com/", "https://*.visualstudio.com/", false },
    };
    assert_relations(cases, ARRAY_SIZE(cases));
}

static void a_path_that_is_not_plain_is_covered_only_by_the_root(void **state)
{
    (void)state;
    static const struct relation cases[] = {
        { "https://h.example/a/../b", "https://h.example/", true },
        { "https://h.example/a/../b", "https://h.example/a", false },
        { "https://h.example/a/..", "https://h.example/a", false },
        { "https://h.example/a/%2e%2e/b", "https://h.example/a", false },
        { "https://h.example/a/.", "https://h.example/a", false },
        { "https://h.example/a/b%2fc", "https://h.example/a", false },
        { "https://h.example/a/b%5cc", "https://h.example/a", false },
        { "https://h.example/a/b%25c", "https://h.example/a", false },
        { "https://h.example/a/..;/b", "https://h.example/a", false },
        { "https://h.example/a/..%3f/b", "https://h.example/a", false },
        { "https://h.example/a/%2e%2e;/b", "https://h.example/a", false },
        { "https://h.example/a/.;x/b", "https://h.example/a", false },
        { "https://h.example/a/..%20/b", "https://h.example/a", false },
        { "https://h.example/a/..;/b", "https://h.example/", true },
        { "https://h.example/a/b;x", "https://h.example/a", true },
        { "https://h.example/a;x/b", "https://h.example/a", false },
        /* A base that is not plain covers nothing. */
        { "https://h.example/a/b", "https://h.example/a/../a", false },
        { "https://h.example/a/../a", "https://h.example/a/../a", false },
        { "https://h.example/a/b", "https://h.example/a%2fb", false },
    };
    assert_relations(cases, ARRAY_SIZE(cases));
}

/* The user wrote it, and knows what is there. */
static void a_base_may_have_a_percent_sign_that_begins_no_escape(void **state)
{
    (void)state;
    static const struct relation cases[] = {
        { "https://h.example/100%25", "https://h.example/100%25", true },
        { "https://h.example/100%25/a/b", "https://h.example/100%25/", true },
        { "https://h.example/100%25%20Wool/a", "https://h.example/100%25%20Wool", true },
        { "https://h.example/a%25-z/b", "https://h.example/a%25-z", true },
        { "https://h.example/100/a", "https://h.example/100%25", false },
        { "https://h.example/100%2525/a", "https://h.example/100%25", false },
        { "https://h.example/100%25%2fa", "https://h.example/100%25", false },
        { "https://h.example/100%25/b%25c", "https://h.example/100%25", false },
        { "https://h.example/100%25/b%25", "https://h.example/100%25", false },
        { "https://h.example/100%25/..", "https://h.example/100%25", false },
        { "https://h.example/100%25/%252e%252e", "https://h.example/100%25", false },
        { "https://h.example/a%252fb/c", "https://h.example/a%252fb", false },
        { "https://h.example/a%252Fb", "https://h.example/a%252Fb", false },
        { "https://h.example/%252e%252e/c", "https://h.example/%252e%252e", false },
        { "https://h.example/a%25%2525", "https://h.example/a%25%2525", false },
        { "https://h.example/a%25%25b", "https://h.example/a%25%25b", false },
        { "https://h.example/a%25u002f", "https://h.example/a%25u002f", false },
    };
    assert_relations(cases, ARRAY_SIZE(cases));
}

/* ---- the parts from git ---- */

static bool from_parts(const char *protocol, const char *host, const char *path, struct url *url)
{
    struct error error = { 0 };
    bool accepted = url_from_parts(protocol, host, path, url, &error);
    assert_int_equal(error.kind, accepted ? ERROR_NONE : ERROR_USAGE);
    return accepted;
}

static void the_parts_from_git_make_the_same_url(void **state)
{
    (void)state;
    static const struct {
        const char *protocol, *host, *path, *text;
    } cases[] = {
        { "https", "dev.azure.com", "contoso/_git/r", "https://dev.azure.com/contoso/_git/r" },
        { "https", "example.com:8443", "", "https://example.com:8443" },
        { "HTTPS", "Example.com", "a", "https://example.com/a" },
        { "http", "localhost:8080", "a", "http://localhost:8080/a" },
        { "https", "[::1]:8443", "a", "https://[::1]:8443/a" },
        { "https", "example.com", "a b", "https://example.com/a%20b" },
        { "https", "example.com", "/a", "https://example.com/a" },
        { "https", "example.com", "a/../b", "https://example.com/a/../b" },
        { "https", "example.com", "\xc3\xa4", "https://example.com/%C3%A4" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct url url = { 0 }, expected = url_of(cases[i].text);
        assert_true(from_parts(cases[i].protocol, cases[i].host, cases[i].path, &url));
        assert_int_equal(url.https, expected.https);
        assert_string_equal(url.host, expected.host);
        assert_int_equal(url.port, expected.port);
        assert_string_equal(url.path, expected.path);
        assert_int_equal(url.path_is_plain, expected.path_is_plain);
        assert_true(url.has_path);
    }
}

/* git decodes the path, so an apparent escape or query is part of the name. */
static void a_path_from_git_is_used_literally(void **state)
{
    (void)state;
    struct url url = { 0 };
    assert_true(from_parts("https", "example.com", "a%2fb?c#d", &url));
    assert_string_equal(url.path, "/a%2fb?c#d");
    assert_true(from_parts("https", "example.com", "a\\b", &url));
    assert_false(url.path_is_plain);
}

static void a_missing_path_from_git_is_covered_only_by_the_root(void **state)
{
    (void)state;
    struct url url = { 0 };
    struct url root = base_of("https://example.com/"), below = base_of("https://example.com/a");
    assert_true(from_parts("https", "example.com", NULL, &url));
    assert_false(url.has_path);
    assert_true(url_is_below(&url, &root));
    assert_false(url_is_below(&url, &below));
}

static void no_part_from_git_can_change_another(void **state)
{
    (void)state;
    static const struct {
        const char *protocol, *host;
    } cases[] = {
        { "https", "" },
        { "https", "dev.azure.com@evil.example" },
        { "https", "user@dev.azure.com" },
        { "https", "dev.azure.com/evil" },
        { "https", "dev.azure.com?evil" },
        { "https", "dev.azure.com#evil" },
        { "https", "dev.azure.com\\evil" },
        { "https", "dev.azure.com:443:443" },
        { "https", "dev.azure.com:" },
        { "https", "dev.azure.com:443/" },
        { "https", "dev.azure.com\n.evil.example" },
        { "https", "dev.azure.com\r" },
        { "https", " dev.azure.com" },
        { "https", "dev.azure.com " },
        { "https", "dev%2eazure.com" },
        { "https", "*.visualstudio.com" },
        { "https", "[::1" },
        { "https", "[::1]x" },
        { "https://evil.example/", "dev.azure.com" },
        { "https:", "dev.azure.com" },
        { "", "dev.azure.com" },
        { "ssh", "dev.azure.com" },
        { "https\n", "dev.azure.com" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct url url = { 0 };
        if (from_parts(cases[i].protocol, cases[i].host, "a", &url))
            fail_msg("'%s' '%s' was accepted", cases[i].protocol, cases[i].host);
    }
}

static void the_length_of_a_path_from_git_is_limited(void **state)
{
    (void)state;
    struct url url = { 0 };
    autofree char *path = repeated('a', URL_MAX);
    assert_false(from_parts("https", "example.com", path, &url));
    assert_true(from_parts("https", "example.com", path + 1, &url));
    assert_int_equal(strlen(url.path), URL_MAX);
}

static void private_and_link_local_addresses_are_nearby(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool nearby;
    } cases[] = {
        { "http://localhost:40342/", true },
        { "http://127.0.0.1/", true },
        { "http://[::1]/", true },
        { "http://169.254.169.254/", true },
        { "http://10.0.0.1/", true },
        { "http://172.16.1.1/", true },
        { "http://172.31.255.255/", true },
        { "http://192.168.1.1/", true },
        { "http://[fe80::1]/", true },
        { "http://[febf::1]/", true },
        { "http://[fd00:ec2::254]/", true },
        { "http://172.32.0.1/", false },
        { "http://172.15.0.1/", false },
        { "http://11.0.0.1/", false },
        { "http://169.253.1.1/", false },
        { "http://192.169.0.1/", false },
        { "http://8.8.8.8/", false },
        { "http://[fec0::1]/", false },
        { "http://[fd::1]/", false },
        { "http://[2001:db8::1]/", false },
        { "http://10.0.0.1.example/", false },
        { "http://imds.example/", false },
        { "http://localhost.example/", false },
        { "http://fd00.example/", false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct url url = { 0 };
        struct error error = { 0 };
        assert_true(url_parse(cases[i].text, strlen(cases[i].text), &url, &error));
        if (url_is_nearby(&url) != cases[i].nearby)
            fail_msg("%s", cases[i].text);
    }
}

static void secrets_in_a_url_are_not_shown(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
    } cases[] = {
        { "https://a.example/b", "https://a.example/b" },
        { "https://ada:hunter2@a.example/b?sig=1#f", "https://a.example/b" },
        { "https://ada:hunter2@x@a.example", "https://a.example" },
        { "https://a.example#f?x@y", "https://a.example" },
        { "https://a.example/b?x=y@z", "https://a.example/b" },
        { "https://ada:hun/ter2@a.example/", "https://a.example/" },
        { "https://ada:hun?ter2@a.example/", "https://ada" },
        { "https://a.example:8443/b?x=y@z", "https://a.example:8443/b" },
        { "https://a.example:8443?x=y", "https://a.example:8443" },
        { "https://ada:12#ter2@a.example/", "https://ada" },
        { "https://ada:12?ter2@a.example/", "https://ada" },
        { "ada:hun#ter2@a.example", "ada" },
        { "ada:hunter2@a.example", "a.example" },
        { "ada:hunter2@a.example/?x=https://b.example", "a.example/" },
        { "ada:hunter2@https://a.example", "https://a.example" },
        { "a.example/b?sig=hunter2&to=https://c.example/d", "a.example/b" },
        { "?sig=hunter2://", "" },
        { "?x", "" },
        { "", "" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_string_equal(url_shown(cases[i].text).text, cases[i].shown);
    char longer[1000];
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(strlen(url_shown(longer).text), sizeof url_shown("").text - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_is_parsed_into_its_parts),
        cmocka_unit_test(ambiguous_urls_are_refused),
        cmocka_unit_test(anything_that_is_not_a_url_is_not_a_base_either),
        cmocka_unit_test(a_nul_byte_is_refused_anywhere),
        cmocka_unit_test(no_byte_after_the_length_is_read),
        cmocka_unit_test(a_url_has_at_most_8192_bytes),
        cmocka_unit_test(a_host_has_at_most_253_bytes_in_labels_of_at_most_63),
        cmocka_unit_test(a_refused_host_is_named_in_the_error),
        cmocka_unit_test(a_path_with_dot_segments_is_not_plain),
        cmocka_unit_test(dots_are_followed_by_a_name),
        cmocka_unit_test(names_of_all_languages_are_plain),
        cmocka_unit_test(a_character_that_becomes_another_or_vanishes_is_not_plain),
        cmocka_unit_test(a_path_with_an_encoded_slash_percent_or_backslash_is_not_plain),
        cmocka_unit_test(a_path_is_plain_only_if_it_is_printable_utf8),
        cmocka_unit_test(a_percent_sign_in_gits_path_is_not_plain),
        cmocka_unit_test(a_base_may_have_a_percent_sign_that_begins_no_escape),
        cmocka_unit_test(a_base_is_https_unless_it_is_loopback),
        cmocka_unit_test(a_base_may_cover_all_hosts_of_a_domain),
        cmocka_unit_test(a_base_covers_whole_segments_only),
        cmocka_unit_test(a_base_covers_its_own_scheme_host_and_port_only),
        cmocka_unit_test(a_wildcard_covers_only_the_hosts_of_its_domain),
        cmocka_unit_test(a_path_that_is_not_plain_is_covered_only_by_the_root),
        cmocka_unit_test(the_parts_from_git_make_the_same_url),
        cmocka_unit_test(a_path_from_git_is_used_literally),
        cmocka_unit_test(a_missing_path_from_git_is_covered_only_by_the_root),
        cmocka_unit_test(no_part_from_git_can_change_another),
        cmocka_unit_test(the_length_of_a_path_from_git_is_limited),
        cmocka_unit_test(private_and_link_local_addresses_are_nearby),
        cmocka_unit_test(secrets_in_a_url_are_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
