/* SPDX-License-Identifier: MIT */
/* git's configuration, as `git config --null` prints it. */
#include "common/base/secret.h"
#include "helpers/entra/setup/git_section.h"
#include "helpers/entra/setup/git_settings.h"
#include "tests/fuzz/fuzz.h"

static bool is_inside(const char *value, const struct secret *text)
{
    return value >= text->bytes && value <= text->bytes + text->length;
}

/* The lines cover the text without a gap. */
static size_t check_lines(const struct secret *text)
{
    struct git_line line = { 0 };
    const char *next = text->bytes;
    size_t count = 0;
    for (; git_line_next(text, &line); count++) {
        HOLDS(line.key == next && line.key_length <= strlen(line.key));
        HOLDS(line.value == NULL || line.value == line.key + line.key_length + 1);
        next = line.key + strlen(line.key) + 1;
    }
    HOLDS(next >= text->bytes + text->length);
    return count;
}

static void check_settings(const struct secret *text, const char *name, size_t lines)
{
    struct url url = { 0 };
    struct error error = { 0 };
    struct git_settings settings;
    struct git_section section;
    HOLDS(url_parse_base(name, strlen(name), &url, &error));
    git_settings_find(text, &url, &settings);
    HOLDS(settings.count <= lines && settings.count <= GIT_HELPERS_MAX);
    for (size_t i = 0; i < settings.count; i++)
        HOLDS(is_inside(settings.helpers[i], text) && settings.helpers[i][0] != '\0');

    if (!git_section_find(text, name, &url, &section, &error)) {
        HOLDS(lines > GIT_SETTINGS_MAX);
        fuzz_check_error(&error);
        return;
    }
    HOLDS(section.count <= lines && section.ours <= section.count);
    for (size_t i = 0; i < section.count; i++)
        HOLDS(section.items[i].value[0] == '\0' || is_inside(section.items[i].value, text));
    HOLDS(section.count > 0 || !git_section_is_unusable(&section));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_secret struct secret *text = secret_new((const char *)data, size);
    HOLDS(text != NULL);
    size_t lines = check_lines(text);
    check_settings(text, "https://dev.azure.com", lines);
    check_settings(text, "https://*.visualstudio.com", lines);
    check_settings(text, "https://git.example:8443/a/b", lines);
    return 0;
}
