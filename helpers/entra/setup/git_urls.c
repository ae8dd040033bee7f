/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/git_urls.h"

#include <stdlib.h>
#include <string.h>

#include "common/config/config.h"
#include "common/entra/url_typed.h"
#include "helpers/entra/setup/git_helper.h"
#include "helpers/entra/setup/git_section.h"
#include "helpers/entra/setup/git_settings.h"

static bool add(struct git_urls *urls, const char *text, size_t length, struct error *error)
{
    if (urls->count == GIT_URLS_MAX)
        return error_set(error, ERROR_USAGE, "more than %d URLs", GIT_URLS_MAX);
    urls->items[urls->count++] = strndup(text, length);
    return true;
}

void git_urls_clear(struct git_urls *urls)
{
    for (size_t i = 0; i < urls->count; i++)
        free(urls->items[i]);
    urls->count = 0;
}

/* ---- to set up ---- */

/* Fails if our helper would not answer for the URL. */
static bool check_url(struct config *config, const char *operand, const char *text,
                      struct error *error)
{
    struct url url;
    if (!url_parse(text, strlen(text), &url, error))
        return url_typed_hint(operand, error);
    switch (config_find_url(config, &url, NULL, error)) {
    case CONFIG_MATCH:
        return true;
    case CONFIG_FAILED:
        return false;
    case CONFIG_NO_MATCH:
        break;
    }
    if (config_api_of_url(config, &url) != NULL || !url_parse_base(text, strlen(text), &url, error))
        return config_fail_url(config, text, error);
    error_set(error, ERROR_USAGE, "no BaseUrl in the configuration covers %s",
              url_shown(text).text);
    return error_hint(error, "Add an API with that BaseUrl to the configuration first; see "
                             "entra-appsettings(5).");
}

static bool add_api(const struct config *config, const char *api, struct git_urls *urls,
                    struct error *error)
{
    const char *base_urls[CONFIG_BASE_URLS_MAX + 1];
    if (!config_base_urls(config, api, NULL, base_urls, error))
        return false;
    for (size_t i = 0; base_urls[i] != NULL; i++)
        if (!add(urls, base_urls[i], strlen(base_urls[i]), error))
            return false;
    return true;
}

/* The URL may have a user name: to git, a section without one counts for all users. */
static bool add_typed(struct config *config, const char *operand, bool check, struct git_urls *urls,
                      struct error *error)
{
    auto_url_typed struct url_typed typed = { 0 };
    return url_typed_split(operand, &typed, error) &&
           (!check || check_url(config, operand, typed.text, error)) &&
           add(urls, typed.text, strlen(typed.text), error);
}

static bool find(const struct options *options, bool check, int count, char **operands,
                 struct git_urls *urls, struct error *error)
{
    const struct config_context context = { .urls = CONFIG_URLS_FOR_GIT };
    auto_config struct config *config = config_load(options, &context, error);
    if (config == NULL)
        return false;
    for (int i = 0; i < count; i++)
        if (!add_typed(config, operands[i], check, urls, error))
            return false;
    return count > 0 ||
           add_api(config, options->api != NULL ? options->api : "AzureDevOps", urls, error);
}

bool git_urls_to_set_up(const struct options *options, int count, char **operands,
                        struct git_urls *ret_urls, struct error *error)
{
    return find(options, true, count, operands, ret_urls, error);
}

/* ---- to remove ---- */

/* Whether the line has our helper run. *ret_variable is where its variable's name begins. */
static bool is_ours(const struct git_line *line, const char **ret_variable)
{
    const char *dot = memrchr(line->key, '.', line->key_length);
    *ret_variable = dot != NULL ? dot + 1 : NULL;
    return dot != NULL && git_line_is(line, dot + 1, "helper") && line->value != NULL &&
           git_helper_is_ours(line->value);
}

/* The URL of the section of a line that has our helper run, as it is written there, but without a
 * slash at its end: to git, it is the same URL. NULL if the line is another, or has no URL. The
 * caller frees it. */
static char *url_of(const struct git_line *line)
{
    const char *variable;
    size_t prefix = strlen(GIT_CREDENTIAL);
    if (!is_ours(line, &variable) || variable - 1 <= line->key + prefix)
        return NULL;
    size_t length = (size_t)(variable - 1 - line->key) - prefix;
    return strndup(line->key + prefix, length - (line->key[prefix + length - 1] == '/'));
}

static bool has(const struct git_urls *urls, const char *text)
{
    for (size_t i = 0; i < urls->count; i++)
        if (strcmp(urls->items[i], text) == 0)
            return true;
    return false;
}

/* Whether setup wrote our helper into a section: right after an empty one. A name that setup would
 * spell otherwise is the user's. */
static bool is_from_setup(const struct secret *text, const char *url_text)
{
    struct url url;
    struct error unused;
    if (!url_parse_base(url_text, strlen(url_text), &url, &unused))
        return false;
    for (int has_slash = 0; has_slash <= 1; has_slash++) {
        struct git_section section;
        autofree char *name = git_section_name(url_text, &url, has_slash);
        if (strncmp(name, url_text, strlen(url_text)) == 0 &&
            git_section_find(text, name, &url, &section, &unused) && section.ours > 0 &&
            section.ours < section.count && git_setting_is_reset(&section.items[section.ours - 1]))
            return true;
    }
    return false;
}

/* Counts the lines that have our helper run elsewhere: in other sections, in files that are
 * included, for all users. */
static bool count_others(const struct options *options, struct git_urls *urls, struct error *error)
{
    const char *unused;
    struct git_line line = { 0 };
    auto_secret struct secret *text = git_section_read(options, true, error);
    auto_secret struct secret *machine =
        text != NULL ? git_section_read_machine(options, error) : NULL;
    if (machine == NULL)
        return false;
    while (git_line_next(text, &line)) {
        autofree char *url = url_of(&line);
        urls->others += url != NULL ? !has(urls, url) : is_ours(&line, &unused);
    }
    line = (struct git_line){ 0 };
    while (git_line_next(machine, &line))
        urls->of_machine += is_ours(&line, &unused);
    return true;
}

bool git_urls_to_remove(const struct options *options, int count, char **operands,
                        struct git_urls *ret_urls, struct error *error)
{
    struct git_line line = { 0 };
    if (count > 0 || options->api != NULL)
        return find(options, false, count, operands, ret_urls, error);
    auto_secret struct secret *text = git_section_read(options, false, error);
    if (text == NULL)
        return false;
    while (git_line_next(text, &line)) {
        autofree char *url = url_of(&line);
        if (url != NULL && !has(ret_urls, url) && is_from_setup(text, url) &&
            !add(ret_urls, url, strlen(url), error))
            return false;
    }
    return count_others(options, ret_urls, error);
}
