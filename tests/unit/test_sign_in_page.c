/* SPDX-License-Identifier: MIT */
/* The pages of a sign-in. tests/integration/test_sign_in_page.py shows them in a browser. */
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/acquire/user/sign_in_page.h"
#include "common/base/array.h"
#include "common/base/cleanup.h"

static const struct sign_in_page whole = { "refused",    "A title",         "What happened.",
                                           "an-account", "a-requested-one", "another-one",
                                           "an-api",     "a-host",          "What to do.",
                                           "a-code",     "an-id",           "a-time",
                                           "An end." };

static size_t count(const char *text, const char *part)
{
    size_t n = 0;
    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        n++;
    return n;
}

static void every_text_is_on_the_page_and_no_placeholder_is_left(void **state)
{
    (void)state;
    autofree char *response = sign_in_page_response(200, "", &whole);
    const char *const *texts = (const char *const *)&whole;
    for (size_t i = 0; i < sizeof whole / sizeof texts[0]; i++)
        if (strstr(response, texts[i]) == NULL)
            fail_msg("'%s' is not on the page", texts[i]);
    assert_null(strstr(response, "{{"));
    assert_null(strstr(response, "SPDX"));
    assert_int_equal(count(response, "A title"), 2); /* in the title and as the heading */
}

static void what_has_no_value_is_not_on_the_page(void **state)
{
    (void)state;
    const struct sign_in_page page = { .mark = "done", .title = "A title", .account = "" };
    autofree char *response = sign_in_page_response(200, "", &page);
    static const char *const names[] = { "Account",    "Requested", "Signed in",      "For<",
                                         "Server",     "Error",     "Correlation ID", "Time<",
                                         "What to do", "<p " };
    assert_null(strstr(response, "{{"));
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (strstr(response, names[i]) != NULL)
            fail_msg("'%s' is on the page", names[i]);
}

static void the_head_is_strict_and_names_the_length(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "Content-Security-Policy: default-src 'none'; style-src 'sha256-",
        "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n",
        "Referrer-Policy: no-referrer\r\n",
        "Cache-Control: no-store\r\n",
        "X-Content-Type-Options: nosniff\r\n",
        "Connection: close\r\nX: y\r\n\r\n<!DOCTYPE html>",
    };
    char length[48];
    autofree char *response = sign_in_page_response(409, "X: y\r\n", &whole);
    const char *body = strstr(response, "\r\n\r\n") + 4;
    snprintf(length, sizeof length, "\r\nContent-Length: %zu\r\n", strlen(body));
    assert_memory_equal(response, "HTTP/1.1 409 Refused\r\n", 22);
    assert_non_null(strstr(response, length));
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
        if (strstr(response, lines[i]) == NULL)
            fail_msg("no '%s'", lines[i]);
}

/* Each member in turn: none may become markup, or change the direction of the text. */
static void what_comes_from_outside_is_text_wherever_it_is(void **state)
{
    (void)state;
    static const char evil[] = "</title></style><script>\"'&\x1b[2J\r\n\xe2\x80\xae\xff{{style}}";
    static const char shown[] = "&lt;/title&gt;&lt;/style&gt;&lt;script&gt;&quot;&#39;&amp;?[2J"
                                "?????";
    autofree char *clean = sign_in_page_response(200, "", &whole);
    for (size_t i = 0; i < sizeof whole / sizeof(char *); i++) {
        struct sign_in_page page = whole;
        ((const char **)&page)[i] = evil;
        autofree char *response = sign_in_page_response(200, "", &page);
        const char *body = strstr(response, "\r\n\r\n") + 4;
        assert_int_equal(count(body, "<") - 2 * count(body, "<span>"), count(clean, "<"));
        assert_int_equal(count(body, "<span>"), count(body, "</span>"));
        assert_int_equal(count(body, "<script"), 0);
        assert_null(strpbrk(body, "\x1b\r\xff"));
        assert_null(strstr(body, "\xe2\x80\xae"));
        assert_non_null(strstr(body, shown));
    }
}

/* A command can be copied, and neither it nor an id is broken in the middle. What the authority
 * says is in another place, where nothing looks like a command of ours. */
static void a_command_in_the_advice_is_set_apart(void **state)
{
    (void)state;
    static const struct {
        const char *advice, *shown;
    } cases[] = {
        { "Run 'entra login --tenant a-b' first.",
          ">Run <code>entra login <span>--tenant</span> <span>a-b</span></code> first.<" },
        { "Use 'entra logout', or 'entra list'.",
          ">Use <code>entra logout</code>, or <code>entra list</code>.<" },
        { "'entra login --account 'a b''", ">&#39;entra login <span>--account</span> &#39;a b"
                                           "&#39;&#39;<" },
        { "Don't: 'entra login", ">Don&#39;t: &#39;entra login<" },
        { "https://x.example/a b", "><span>https://x.example/a</span> b<" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct sign_in_page page = { .mark = "done",
                                           .title = "A",
                                           .advice = cases[i].advice };
        autofree char *response = sign_in_page_response(200, "", &page);
        if (strstr(response, cases[i].shown) == NULL)
            fail_msg("%s: no %s", cases[i].advice, cases[i].shown);
        const struct sign_in_page said = { .mark = "done", .title = "A", .text = cases[i].advice };
        autofree char *other = sign_in_page_response(200, "", &said);
        assert_null(strstr(other, "<code>"));
    }
}

static void a_long_text_is_cut_between_characters(void **state)
{
    (void)state;
    char text[SIGN_IN_PAGE_TEXT_MAX + 8] = "";
    memset(text, 'a', SIGN_IN_PAGE_TEXT_MAX - 1);
    const struct sign_in_page short_page = { .mark = "done", .title = "A", .text = text };
    autofree char *whole_text = sign_in_page_response(200, "", &short_page);
    assert_null(strstr(whole_text, "…"));
    memcpy(text + SIGN_IN_PAGE_TEXT_MAX - 1, "\xc3\xa9.", 4);
    autofree char *cut = sign_in_page_response(200, "", &short_page);
    assert_non_null(strstr(cut, "aa…</p>"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_is_on_the_page_and_no_placeholder_is_left),
        cmocka_unit_test(what_has_no_value_is_not_on_the_page),
        cmocka_unit_test(the_head_is_strict_and_names_the_length),
        cmocka_unit_test(what_comes_from_outside_is_text_wherever_it_is),
        cmocka_unit_test(a_command_in_the_advice_is_set_apart),
        cmocka_unit_test(a_long_text_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
