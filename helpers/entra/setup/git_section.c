/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/git_section.h"

#include <string.h>

#include "common/base/environment.h"
#include "common/base/text.h"
#include "helpers/entra/setup/git_helper.h"
#include "helpers/entra/setup/git_settings.h"
#include "helpers/entra/setup/setup.h"
#include "helpers/git/git_bool.h"

#define GIT_MACHINE "--system" /* the scope of all users */

char *git_section_name(const char *text, const struct url *url, bool has_slash)
{
    autofree char *origin = url_origin(url);
    const char *path = strstr(text, "://") + strlen("://");
    path += strcspn(path, "/?#");
    int length = (int)strcspn(path, "?#");
    while (length > 0 && path[length - 1] == '/')
        length--;
    return text_format("%s%.*s%s", origin, length, path, has_slash ? "/" : "");
}

const char *git_scope(const struct options *options)
{
    return options->own[SETUP_SYSTEM] != NULL ? GIT_MACHINE : "--global";
}

static struct secret *read_scope(const char *scope, bool with_includes, struct error *error)
{
    const char *includes = with_includes ? "--includes" : "--no-includes";
    char *const command[] = { "git",          GIT_NOWHERE,      "config",
                              (char *)scope,  (char *)includes, "--null",
                              "--get-regexp", "^credential\\.", NULL };
    return setup_query(command, GIT_CONFIG_MAX, error);
}

struct secret *git_section_read(const struct options *options, bool with_includes,
                                struct error *error)
{
    return read_scope(git_scope(options), with_includes, error);
}

bool git_section_change(const struct options *options, const char *const *words,
                        struct error *error)
{
    char *scope = (char *)git_scope(options);
    char *shown[GIT_WORDS_MAX + 4] = { "git", "config", scope };
    char *command[GIT_WORDS_MAX + 5] = { "git", GIT_NOWHERE, "config", scope };
    for (size_t i = 0; i < GIT_WORDS_MAX && words[i] != NULL; i++)
        shown[3 + i] = command[4 + i] = (char *)words[i];
    return setup_run_as(options, shown, command, error);
}

/* Whether git leaves the configuration of the machine out (git(1)). */
static bool is_without_machine(void)
{
    const char *value = environment("GIT_CONFIG_NOSYSTEM");
    return value != NULL && !git_bool_is_no(value);
}

struct secret *git_section_read_machine(const struct options *options, struct error *error)
{
    if (options->own[SETUP_SYSTEM] != NULL || is_without_machine())
        return secret_new("", 0);
    return read_scope(GIT_MACHINE, true, error);
}

/* The line's variable if its section has exactly this name, else NULL. */
static const char *variable_in(const struct git_line *line, const char *name)
{
    size_t prefix = strlen(GIT_CREDENTIAL), length = strlen(name);
    const char *dot = memrchr(line->key, '.', line->key_length);
    bool is_in = dot == line->key + prefix + length &&
                 strncmp(line->key, GIT_CREDENTIAL, prefix) == 0 &&
                 strncmp(line->key + prefix, name, length) == 0;
    return is_in ? dot + 1 : NULL;
}

static enum git_variable variable_kind(const struct git_line *line, const char *variable)
{
    return git_line_is(line, variable, "helper")        ? GIT_HELPER
           : git_line_is(line, variable, "usehttppath") ? GIT_USE_HTTP_PATH
                                                        : GIT_OTHER;
}

static bool add_line(struct git_section *section, const struct git_line *line, const char *variable)
{
    const char *value = line->value != NULL ? line->value : "";
    enum git_variable kind = variable_kind(line, variable);
    if (section->count == GIT_SETTINGS_MAX)
        return false;
    if (kind == GIT_HELPER && git_helper_is_ours(value))
        section->ours = section->count;
    section->items[section->count++] = (struct git_setting){ kind, value };
    section->is_overridden = false;
    return true;
}

bool git_section_find(const struct secret *text, const char *name, const struct url *url,
                      struct git_section *ret_section, struct error *error)
{
    struct git_line line = { 0 };
    struct git_section section = { .ours = GIT_SETTINGS_MAX };
    while (git_line_next(text, &line)) {
        const char *variable = variable_in(&line, name);
        if (variable != NULL && !add_line(&section, &line, variable))
            return error_set(error, ERROR_OTHER, "git has more than %d settings for %s",
                             GIT_SETTINGS_MAX, name);
        if (variable == NULL &&
            variable_kind(&line, git_line_variable(&line, GIT_CREDENTIAL, url)) != GIT_OTHER)
            section.is_overridden = section.count > 0;
    }
    if (section.ours == GIT_SETTINGS_MAX)
        section.ours = section.count;
    *ret_section = section;
    return true;
}

bool git_setting_is_reset(const struct git_setting *setting)
{
    return setting->variable == GIT_HELPER && setting->value[0] == '\0';
}

bool git_setting_is_path(const struct git_setting *setting)
{
    return setting->variable == GIT_USE_HTTP_PATH && strcmp(setting->value, "true") == 0;
}

bool git_section_is_unusable(const struct git_section *section)
{
    for (size_t i = 0; i < section->count; i++)
        if (git_setting_is_reset(&section->items[i]) &&
            (i + 1 != section->ours || section->ours == section->count))
            return true;
    return section->is_overridden;
}
