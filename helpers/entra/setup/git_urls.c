/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/git_urls.h"

#include <stdlib.h>
#include <string.h>

#include "common/config/config.h"
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
static bool check_url(struct config *config, const char *text, struct error *error)
{
    struct url url;
    if (!url_parse(text, strlen(text), &url, error))
        return strstr(text, "://") == NULL &&
               error_hint(error, "Did you mean https://%.200s?", text);
    switch (config_find_url(config, &url, NULL, error)) {
    case CONFIG_MATCH:
        return true;
    case CONFIG_FAILED:
        return false;
    case CONFIG_NO_MATCH:
        break;
    }
    error_set(error, ERROR_USAGE, "no BaseUrl in the configuration covers %.200s", text);
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

static bool find(const struct options *options, bool check, int count, char **operands,
                 struct git_urls *urls, struct error *error)
{
    const struct config_context context = { .for_git = true };
    auto_config struct config *config = config_load(options, &context, error);
    if (config == NULL)
        return false;
    for (int i = 0; i < count; i++)
        if ((check && !check_url(config, operands[i], error)) ||
            !add(urls, operands[i], strlen(operands[i]), error))
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

/* The URL of the section that the line is in, as it is written there, if the line has our helper
 * run; NULL if not. */
static const char *url_of(const struct git_line *line, size_t *ret_length)
{
    const char *variable = memrchr(line->key, '.', line->key_length);
    size_t prefix = strlen(GIT_CREDENTIAL);
    if (variable == NULL || variable <= line->key + prefix ||
        !git_line_is(line, variable + 1, "helper") || line->value == NULL ||
        !git_helper_is_ours(line->value))
        return NULL;
    *ret_length = (size_t)(variable - line->key) - prefix;
    return line->key + prefix;
}

static bool has(const struct git_urls *urls, const char *text, size_t length)
{
    for (size_t i = 0; i < urls->count; i++)
        if (strlen(urls->items[i]) == length && strncmp(urls->items[i], text, length) == 0)
            return true;
    return false;
}

/* Whether setup wrote our helper into the section: right after an empty one. */
static bool is_from_setup(const struct secret *text, const char *name)
{
    struct url url;
    struct git_section section;
    struct error unused;
    return url_parse_base(name, strlen(name), &url, &unused) &&
           git_section_find(text, name, &url, &section, &unused) && section.ours > 0 &&
           section.ours < section.count && git_setting_is_reset(&section.items[section.ours - 1]);
}

bool git_urls_to_remove(const struct options *options, int count, char **operands,
                        struct git_urls *ret_urls, struct error *error)
{
    struct git_line line = { 0 };
    size_t length = 0;
    if (count > 0 || options->api != NULL)
        return find(options, false, count, operands, ret_urls, error);
    auto_secret struct secret *text = git_section_read(false, error);
    if (text == NULL)
        return false;
    while (git_line_next(text, &line)) {
        const char *url = url_of(&line, &length);
        autofree char *name = url != NULL ? strndup(url, length) : NULL;
        while (length > 0 && name != NULL && name[length - 1] == '/')
            length--; /* the same URL to git */
        if (name != NULL && !has(ret_urls, name, length) && is_from_setup(text, name) &&
            !add(ret_urls, name, length, error))
            return false;
    }
    return true;
}
