/* SPDX-License-Identifier: MIT */
/* curl reads every URL that url_parse accepts in the same way, so a token goes where it was
 * checked to go. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/entra/url.h"
#include "tests/fuzz/curl_reading.h"

/* Whether the URL is accepted; fails the test if curl reads it differently. */
static bool read_as_curl_does(const char *text)
{
    struct url url = { 0 };
    struct error error = { 0 };
    if (!url_parse(text, strlen(text), &url, &error))
        return false;
    const char *difference = curl_reads_otherwise(text, &url);
    if (difference != NULL)
        fail_msg("'%s': %s", text, difference);
    return true;
}

static const char *const schemes[] = { "https://", "http://", "HTTPS://", "hTTp://" };
static const char *const hosts[] = {
    "dev.azure.com",
    "Dev.Azure.COM",
    "localhost",
    "127.0.0.1",
    "192.0.2.255",
    "a",
    "a_b.c-d",
    "-a-",
    "xn--4ca.com",
    "1a.example",
    "[::1]",
    "[2001:db8::A]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:192.0.2.1]",
    "[1:2:3:4:5:6:7:8]",
};
static const char *const ports[] = { "", ":1", ":80", ":443", ":8443", ":65535" };
static const char *const rests[] = {
    "",       "/",        "/a",      "/a/b/",          "//a//",          "/a%20b",  "/a%C3%A4",
    "/.a",    "/a.b/...", "/a/../b", "/%2e%2e/a",      "/a%2fb",         "/a%25b",  "?q=/x",
    "#/x",    "/a?b#c",   "/a:1@b",  "/;a=b,c",        "/!$&'()*+",      "/[]{}|~", "/a?b?c/../d",
    "/a#b#c", "/?@evil",  "/#@evil", "?@evil.example", "#@evil.example",
};

static void every_ordinary_url_is_read_as_curl_reads_it(void **state)
{
    (void)state;
    for (size_t s = 0; s < ARRAY_SIZE(schemes); s++)
        for (size_t h = 0; h < ARRAY_SIZE(hosts); h++)
            for (size_t p = 0; p < ARRAY_SIZE(ports); p++)
                for (size_t r = 0; r < ARRAY_SIZE(rests); r++) {
                    char text[128];
                    snprintf(text, sizeof text, "%s%s%s%s", schemes[s], hosts[h], ports[p],
                             rests[r]);
                    if (!read_as_curl_does(text))
                        fail_msg("'%s' was refused", text);
                }
}

/* Each may be refused, but not misread. */
static void no_hostile_url_is_read_differently(void **state)
{
    (void)state;
    static const char *const middles[] = {
        "@",
        ":@",
        "\\",
        "\\@",
        "%40",
        "%2f",
        "%5c",
        "%00",
        ":80@",
        "#@",
        "?@",
        "/@",
        ";@",
        "&@",
        "\t",
        " ",
        "\r",
        "\n",
        "%0a",
        "..",
        ".",
        "%2e",
        "[",
        "]",
        "[]",
        ":",
        "::",
        ":0",
        ":00",
        ":-1",
        ":1x",
        "%25",
        "*",
        "|",
        "^",
        "`",
        "\"",
        "<",
        ">",
        "{,}",
        "$",
        "!",
        "'",
        "(",
        ")",
        "+",
        ",",
        "=",
        "~",
        "_",
        "-",
        "\x7f",
        "\xc3\xa4",
        "\xe3\x80\x82",
        "\xef\xbc\x8f",
    };
    static const char *const shapes[] = {
        "https://dev.azure.com%sevil.example/",
        "https://dev.azure.com%s",
        "https://%sdev.azure.com",
        "https:%s//dev.azure.com",
        "https:/%s/dev.azure.com",
        "https:%sdev.azure.com/",
        "https://dev.azure.com/%sevil.example",
        "https://dev.azure.com:443%sevil.example/a",
        "https://[::1%s]/a",
        "https://127.0.0.1%s/a",
        "https://127.0.0%s1/a",
        "https%s://dev.azure.com/",
        "https://dev.azure.com/a%s../b",
        "%shttps://dev.azure.com/",
    };
    for (size_t m = 0; m < ARRAY_SIZE(middles); m++)
        for (size_t s = 0; s < ARRAY_SIZE(shapes); s++) {
            char text[128];
            const char *gap = strstr(shapes[s], "%s");
            snprintf(text, sizeof text, "%.*s%s%s", (int)(gap - shapes[s]), shapes[s], middles[m],
                     gap + 2);
            read_as_curl_does(text);
        }
}

/* The generator of Numerical Recipes: the same numbers on every machine and in every run. */
static unsigned next_random(unsigned *seed, unsigned below)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % below;
}

static void no_damaged_url_is_read_differently(void **state)
{
    (void)state;
    static const char bytes[] = "abA19./:@[]%?#\\*-_2e5cfF ,;&=+|";
    unsigned seed = 1, accepted = 0;
    for (unsigned round = 0; round < 20000; round++) {
        char text[128];
        snprintf(text, sizeof text, "%s%s%s%s", schemes[next_random(&seed, ARRAY_SIZE(schemes))],
                 hosts[next_random(&seed, ARRAY_SIZE(hosts))],
                 ports[next_random(&seed, ARRAY_SIZE(ports))],
                 rests[next_random(&seed, ARRAY_SIZE(rests))]);
        for (unsigned damage = next_random(&seed, 3) + 1; damage > 0; damage--) {
            size_t at = next_random(&seed, (unsigned)strlen(text));
            text[at] = bytes[next_random(&seed, sizeof bytes - 1)];
        }
        accepted += read_as_curl_does(text);
    }
    assert_true(accepted > 2000); /* or the URLs are too damaged for the test to mean anything */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_ordinary_url_is_read_as_curl_reads_it),
        cmocka_unit_test(no_hostile_url_is_read_differently),
        cmocka_unit_test(no_damaged_url_is_read_differently),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
