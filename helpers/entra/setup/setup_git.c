/* SPDX-License-Identifier: MIT */
/*
 * entra setup git: git's credential.* settings for the hosts that take our tokens.
 *
 *     credential.https://dev.azure.com.helper ''         (no other helper, for this host alone)
 *     credential.https://dev.azure.com.helper entra
 *     credential.https://dev.azure.com.useHttpPath true  (the path names an organization)
 *
 * They are added after what is there, and no line is changed. So --remove need not remember
 * anything: of what stands in the file, ours is the helper, the empty value before it and the
 * useHttpPath = true after it.
 *
 * git goes by the order of the file: another helper that stands after ours is given the token too,
 * and an empty one takes ours off the list. git adds to a section where that stands, so where the
 * host has one before other helpers' sections, ours are put into another, which is new and so the
 * last: to git, https://dev.azure.com/ is the same URL. It is set up if in the end ours is the only
 * helper, whatever came before it, and is told the path where it needs that.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/text.h"
#include "common/config/config.h"
#include "helpers/entra/setup/git_helper.h"
#include "helpers/entra/setup/git_section.h"
#include "helpers/entra/setup/git_settings.h"
#include "helpers/entra/setup/setup.h"
#include "helpers/git/git_bool.h"
#include "helpers/git/git_tenant.h"

#define SPELLINGS 2

/* A URL, the names of its section as people write it and the other one, and what there is. */
struct place {
    struct url url;
    char *names[SPELLINGS];
    struct git_section sections[SPELLINGS];
    struct git_settings settings; /* what comes of all sections in the end */
    struct secret *text;          /* in which the sections' values lie */
    struct secret *all;           /* with those of included files; the settings' values lie here */
};

/* A setting's full name. NULL if there is no memory. */
static char *key_of(const char *section, const char *name)
{
    return text_format("credential.%s.%s", section, name);
}

/* ---- doing and undoing ---- */

static bool add(const struct options *options, const char *section, const char *name,
                const char *value, struct error *error)
{
    autofree char *key = key_of(section, name);
    char *const command[] = { "git", "config", "--global", "--add", key, (char *)value, NULL };
    return key != NULL ? setup_run(options, command, error) : error_no_memory(error);
}

static bool drop(const struct options *options, const char *section, const char *name,
                 const char *value, struct error *error)
{
    autofree char *key = key_of(section, name);
    char *const command[] = { "git",           "config", "--global",    "--unset-all",
                              "--fixed-value", key,      (char *)value, NULL };
    return key != NULL ? setup_run(options, command, error) : error_no_memory(error);
}

/* Of several equal values git would drop all, so then all stay: these count them. */
static size_t count_if(const struct git_section *section,
                       bool (*is_one)(const struct git_setting *))
{
    size_t count = 0;
    for (size_t i = 0; i < section->count; i++)
        count += is_one(&section->items[i]);
    return count;
}

/* Whether the item is the useHttpPath that setup wrote. */
static bool is_our_path(const struct git_section *section, size_t i)
{
    return i > section->ours && git_setting_is_path(&section->items[i]) &&
           count_if(section, git_setting_is_path) == 1;
}

static bool undo(const struct options *options, const char *name, const struct git_section *section,
                 struct error *error)
{
    size_t ours = section->ours;
    if (ours == section->count)
        return true;
    bool reset = ours > 0 && git_setting_is_reset(&section->items[ours - 1]) &&
                 count_if(section, git_setting_is_reset) == 1;
    if (!drop(options, name, "helper", section->items[ours].value, error) ||
        (reset && !drop(options, name, "helper", "", error)))
        return false;
    for (size_t i = ours + 1; i < section->count; i++)
        if (is_our_path(section, i))
            return drop(options, name, "useHttpPath", "true", error);
    return true;
}

static bool undo_all(const struct options *options, const struct place *place, struct error *error)
{
    for (size_t i = 0; i < SPELLINGS; i++)
        if (!undo(options, place->names[i], &place->sections[i], error))
            return false;
    return true;
}

/* ---- what there is, and what is wanted ---- */

/* Whether git must tell the path: for dev.azure.com it names the organization, and below a base URL
 * with a path nothing else tells what is below it. */
static bool wants_path(const struct url *url)
{
    return strcmp(url->path, "/") != 0 ||
           (strcmp(url->host, GIT_AZURE_DEVOPS_HOST) == 0 && url->port == 443);
}

/* Whether a section has git tell the path without our lines, and is the last that says so. */
static bool tells_path(const struct git_section *section)
{
    bool tells = false;
    for (size_t i = 0; i < section->count; i++)
        if (section->items[i].variable == GIT_USE_HTTP_PATH && !is_our_path(section, i))
            tells = !git_bool_is_no(section->items[i].value);
    return tells && !section->is_overtaken;
}

/* Whether git asks this command for the place, and no other helper, whatever files that are read
 * before the user's own have. */
static bool is_set_up(const struct place *place, const char *command)
{
    const struct git_settings *settings = &place->settings;
    return settings->is_reset && settings->count == 1 &&
           strcmp(settings->helpers[0], command) == 0 &&
           (settings->uses_path || !wants_path(&place->url));
}

static void free_place(struct place *place)
{
    for (size_t i = 0; i < SPELLINGS; i++)
        free(place->names[i]);
    secret_free(place->text);
    secret_free(place->all);
}

/* Names a URL's section, in one of its spellings: without query and fragment, and so that other
 * ways to write the host are the same section. NULL if there is no memory. */
static char *name_of(const char *text, const struct url *url, size_t spelling)
{
    char port[8] = "";
    const char *path = strstr(text, "://") + strlen("://");
    path += strcspn(path, "/?#");
    int length = (int)strcspn(path, "?#");
    while (length > 0 && path[length - 1] == '/')
        length--;
    if (url->port != (url->https ? 443 : 80))
        snprintf(port, sizeof port, ":%u", url->port);
    return text_format("%s://%s%s%.*s%s", url->https ? "https" : "http", url->host, port, length,
                       path, spelling == 0 ? "" : "/");
}

static bool find_place(const char *text, struct place *place, struct error *error)
{
    if (!url_parse_base(text, strlen(text), &place->url, error))
        return false;
    place->text = git_section_read(false, error);
    place->all = place->text != NULL ? git_section_read(true, error) : NULL;
    if (place->all == NULL)
        return false;
    git_settings_find(place->all, &place->url, &place->settings);
    for (size_t i = 0; i < SPELLINGS; i++) {
        struct git_section with_includes;
        place->names[i] = name_of(text, &place->url, i);
        if (place->names[i] == NULL)
            return error_no_memory(error);
        if (!git_section_find(place->all, place->names[i], &place->url, &with_includes, error) ||
            !git_section_find(place->text, place->names[i], &place->url, &place->sections[i],
                              error))
            return false;
        place->sections[i].is_overtaken = with_includes.is_overtaken;
    }
    return true;
}

/* ---- setting up, and the opposite ---- */

static bool add_all(const struct options *options, const struct place *place, const char *command,
                    struct error *error)
{
    const char *name = place->names[git_section_is_taken(&place->sections[0])];
    bool is_told_path = tells_path(&place->sections[0]) || tells_path(&place->sections[1]);
    return add(options, name, "helper", "", error) &&
           add(options, name, "helper", command, error) &&
           (is_told_path || !wants_path(&place->url) ||
            add(options, name, "useHttpPath", "true", error));
}

/* Where both spellings have sections of their own, before another one, git adds to them there. */
static bool check_effect(const struct place *before, const char *command, struct error *error)
{
    CLEANUP(free_place) struct place place = { 0 };
    if (!find_place(before->names[0], &place, error))
        return false;
    if (is_set_up(&place, command))
        return true;
    error_set(error, ERROR_OTHER,
              "what git's configuration has after the lines for %s takes their effect",
              place.names[0]);
    return error_hint(error, "Move it before them; this shows what stands where: git config "
                             "--global --includes --show-origin --get-regexp '^credential'.");
}

static bool set_up(const struct options *options, const struct place *place, struct error *error)
{
    autofree char *command = git_helper_command(options);
    if (command == NULL)
        return error_no_memory(error);
    if (is_set_up(place, command)) {
        fprintf(stderr, "git is set up for %s already.\n", place->names[0]);
        return true;
    }
    return undo_all(options, place, error) && add_all(options, place, command, error) &&
           (options->dry_run || check_effect(place, command, error));
}

static bool remove_again(const struct options *options, const struct place *place,
                         struct error *error)
{
    bool is_there = false;
    for (size_t i = 0; i < SPELLINGS; i++)
        is_there = is_there || place->sections[i].ours < place->sections[i].count;
    if (!is_there)
        fprintf(stderr, "git is not set up for %s.\n", place->names[0]);
    return undo_all(options, place, error);
}

/* ---- which URLs ---- */

static bool set_up_url(const struct options *options, const char *url, struct error *error)
{
    CLEANUP(free_place) struct place place = { 0 };
    return find_place(url, &place, error) &&
           (options->remove ? remove_again : set_up)(options, &place, error);
}

/* A helper that would not answer for a URL is of no use there. */
static bool check_url(const struct config *config, const struct options *options, const char *text,
                      struct error *error)
{
    struct url url;
    bool has_scope;
    if (!url_parse(text, strlen(text), &url, error))
        return false;
    switch (config_find_url(config, options, &url, &has_scope, error)) {
    case CONFIG_MATCH:
        return true;
    case CONFIG_FAILED:
        return false;
    case CONFIG_NO_MATCH:
        break;
    }
    error_set(error, ERROR_USAGE, "no BaseUrl of the configuration covers %.200s", text);
    return error_hint(error, "An API with that BaseUrl belongs into the configuration first; see "
                             "entra-appsettings(5).");
}

static bool run_setup_git(const struct options *options, int count, char **operands,
                          struct error *error)
{
    const char *urls[CONFIG_BASE_URLS_MAX + 1];
    auto_config struct config *config = config_load(options, error);
    if (config == NULL)
        return false;
    for (int i = 0; i < count; i++)
        if (!options->remove && !check_url(config, options, operands[i], error))
            return false;
    for (int i = 0; i < count; i++)
        if (!set_up_url(options, operands[i], error))
            return false;
    if (count > 0)
        return true;
    if (!config_base_urls(config, options->api != NULL ? options->api : "AzureDevOps", urls, error))
        return false;
    for (size_t i = 0; urls[i] != NULL; i++)
        if (!set_up_url(options, urls[i], error))
            return false;
    return true;
}

/* What would be dropped in silence otherwise. */
static bool check_options(const struct options *options, struct error *error)
{
    static const char *const names[] = { [SETUP_CONTEXT] = "--context",
                                         [SETUP_KUBECONFIG] = "--kubeconfig",
                                         [SETUP_LOGIN] = "--login" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (options->own[i] != NULL)
            return error_set(error, ERROR_USAGE, "%s is for kubectl alone", names[i]);
    return true;
}

bool setup_git(const struct options *options, int count, char **operands, struct error *error)
{
    return (check_options(options, error) && run_setup_git(options, count, operands, error)) ||
           error_wanted(error, "git is not set up");
}
