/* SPDX-License-Identifier: MIT */
/* A URL that a user typed: no user name or password is shown, and what is left of it is a URL. */
#include "common/entra/url_typed.h"
#include "tests/fuzz/fuzz.h"

/* Whether the text has anything in front of a host. */
static bool has_user(const char *text)
{
    const char *user = text + url_scheme_length(text);
    return memchr(user, '@', strcspn(user, "/?#")) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_url_typed struct url_typed typed = { 0 };
    struct url url = { 0 };
    struct error error = { 0 };
    struct url_shown room;
    autofree char *text = fuzz_copy(data, size, 1);
    text[size] = '\0';
    HOLDS(!url_typed_has_password(text) || !has_user(url_typed_safe(text, &room)));
    HOLDS(url_scheme_length(text) == 0 || !has_user(url_typed_shown(text).text));
    if (url_typed_parse(text, &typed, &url, &error)) {
        HOLDS(!has_user(typed.text));
        HOLDS(typed.username != NULL || strcmp(typed.text, text) == 0);
        return 0;
    }
    fuzz_check_error(&error);
    HOLDS(strchr(error.hint, '@') == NULL);
    return 0;
}
