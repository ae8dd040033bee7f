/* SPDX-License-Identifier: MIT */
/* What a page of a sign-in shows: a line for each text. */
#include "common/acquire/user/sign_in_page.h"

#include "common/base/printable.h"
#include "common/base/utf8.h"
#include "tests/fuzz/fuzz.h"

#define TEXTS (sizeof(struct sign_in_page) / sizeof(char *))

static size_t count(const char *text, const char *part)
{
    size_t n = 0;
    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        n++;
    return n;
}

/* The elements and attributes of a page, without those that may be around words. */
static size_t count_markup(const char *html)
{
    return count(html, "<") - 2 * count(html, "<span>") - 2 * count(html, "<code>");
}

/* How much markup there is if each of these texts is a word. */
static size_t expected_markup(char *const *texts)
{
    struct sign_in_page page = { 0 };
    for (size_t i = 0; i < TEXTS; i++)
        ((const char **)&page)[i] = texts[i] != NULL && texts[i][0] != '\0' ? "word" : NULL;
    autofree char *response = sign_in_page_response(200, "", &page);
    return count_markup(response);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_input(data, size);
    struct sign_in_page page = { 0 };
    char *texts[TEXTS] = { NULL };
    for (size_t i = 0; i < TEXTS; i++)
        ((const char **)&page)[i] = texts[i] = fuzz_line(&input);
    autofree char *response = sign_in_page_response(200, "", &page);
    const char *body = strstr(response, "\r\n\r\n") + 4;
    HOLDS(count_markup(body) == expected_markup(texts));
    HOLDS(count(body, "<span>") == count(body, "</span>"));
    HOLDS(count(body, "<code>") == count(body, "</code>"));
    for (const char *at = body; *at != '\0';) {
        uint32_t character = 0;
        size_t length = utf8_read(at, strlen(at), &character);
        HOLDS(length > 0 && (character == '\n' || !printable_is_control(character)));
        at += length;
    }
    for (size_t i = 0; i < TEXTS; i++)
        free(texts[i]);
    return 0;
}
