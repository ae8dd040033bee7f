#define _GNU_SOURCE
#include "helpers/entra/git_section.h"

#include <string.h>

#include "common/cleanup.h"
#include "helpers/entra/setup.h"

#define GIT_CONFIG_MAX (1024 * 1024)
#define SECTION        "credential."

struct secret *git_section_read(bool with_includes, struct error *error)
{
    const char *includes = with_includes ? "--includes" : "--no-includes";
    char *const command[] = { "git",    "config",       "--global",       (char *)includes,
                              "--null", "--get-regexp", "^credential\\.", NULL };
    return setup_look(command, GIT_CONFIG_MAX, error);
}

/* The variable's name where the key is of the URL's section, else NULL. git shows section and
 * variable in lower case; the URL between them as it stands in the file. */
static const char *variable_of(const char *key, const char *url)
{
    size_t prefix = strlen(SECTION), length = strlen(url);
    bool is_of_url = strncmp(key, SECTION, prefix) == 0 &&
                     strncmp(key + prefix, url, length) == 0 && key[prefix + length] == '.' &&
                     strchr(key + prefix + length + 1, '.') == NULL;
    return is_of_url ? key + prefix + length + 1 : NULL;
}

static bool take(struct git_section *section, const char *variable, const char *value)
{
    enum git_variable which = strcmp(variable, "helper") == 0        ? GIT_HELPER
                              : strcmp(variable, "usehttppath") == 0 ? GIT_USE_HTTP_PATH
                                                                     : GIT_OTHER;
    if (section->count == GIT_SETTINGS_MAX)
        return false;
    if (which == GIT_HELPER && setup_git_is_helper(value))
        section->ours = section->count;
    section->items[section->count++] = (struct git_setting){ which, value };
    section->is_overtaken = false;
    return true;
}

/* The text is KEY LF VALUE NUL, and so on; no LF where a key has no value. */
bool git_section_find(const struct secret *text, const char *url, struct git_section *section,
                      struct error *error)
{
    *section = (struct git_section){ .ours = GIT_SETTINGS_MAX };
    for (const char *entry = text->bytes; entry < text->bytes + text->length;
         entry += strlen(entry) + 1) {
        const char *end = strchrnul(entry, '\n');
        autofree char *key = strndup(entry, (size_t)(end - entry));
        const char *variable = key != NULL ? variable_of(key, url) : NULL;
        if (key == NULL)
            return error_no_memory(error);
        if (variable != NULL && !take(section, variable, *end == '\n' ? end + 1 : ""))
            return error_set(error, ERROR_OTHER, "git has more than %d settings for %s",
                             GIT_SETTINGS_MAX, url);
        if (strcmp(key, SECTION "helper") == 0)
            section->is_overtaken = section->count > 0;
    }
    if (section->ours == GIT_SETTINGS_MAX)
        section->ours = section->count;
    return true;
}

bool git_setting_is_reset(const struct git_setting *setting)
{
    return setting->variable == GIT_HELPER && setting->value[0] == '\0';
}

bool git_section_is_taken(const struct git_section *section)
{
    for (size_t i = 0; i < section->count; i++)
        if (git_setting_is_reset(&section->items[i]) && i + 1 != section->ours)
            return true;
    return section->is_overtaken;
}
