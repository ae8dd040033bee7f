/* SPDX-License-Identifier: MIT */
/*
 * entra setup git: adds credential.* settings for the hosts that accept our tokens to the user's
 * git configuration, or with --system to that of the machine.
 *
 *     credential.https://dev.azure.com.helper ''         (no other helper, for this host only)
 *     credential.https://dev.azure.com.helper entra
 *     credential.https://dev.azure.com.useHttpPath true  (the path names an organization)
 *
 * The lines are added after the existing ones, which stay as they are. So --remove needs no record
 * of what was added: the helper, the empty value before it and the useHttpPath = true after it.
 *
 * git reads settings in the order of the file: a helper after ours also gets the token, and an
 * empty helper after ours removes ours from the list. `git config --add` adds to a section where it
 * stands. If the URL's section is followed by another that overrides it, our lines go into a new
 * section at the end, named https://dev.azure.com/, which to git is the same URL.
 *
 * git is set up for a URL if our command is the only helper left, an empty value came before it,
 * and git sends the path if that is needed.
 */
#define _GNU_SOURCE
#include <string.h>

#include "common/base/array.h"
#include "common/base/deadline.h"
#include "common/base/runtime_folder.h"
#include "common/base/search_path.h"
#include "common/base/single_flight.h"
#include "common/base/text.h"
#include "common/entra/error_report.h"
#include "helpers/entra/entra.h"
#include "helpers/entra/setup/git_helper.h"
#include "helpers/entra/setup/git_rivals.h"
#include "helpers/entra/setup/git_section.h"
#include "helpers/entra/setup/git_settings.h"
#include "helpers/entra/setup/git_urls.h"
#include "helpers/entra/setup/setup.h"
#include "helpers/git/git_bool.h"
#include "helpers/git/git_tenant.h"

#define SPELLINGS 2

#define TURN_MILLISECONDS 30000

/* A URL and the settings for it. Its section may be named without or with a slash at the end. */
struct target {
    struct url url;
    char *names[SPELLINGS];
    struct git_section sections[SPELLINGS];
    struct git_settings settings; /* the result of all sections */
    struct secret *text;          /* holds the sections' values */
    struct secret *all;           /* holds the settings' values, with those of included files */
};

/* A setting's full name. */
static char *key_of(const char *section, const char *name)
{
    return text_format("credential.%s.%s", section, name);
}

/* ---- adding and removing settings ---- */

static bool add_setting(const struct options *options, const char *section, const char *name,
                        const char *value, struct error *error)
{
    autofree char *key = key_of(section, name);
    char *const command[] = { "git",         "config", (char *)git_scope(options), "--add", key,
                              (char *)value, NULL };
    return setup_run(options, command, error);
}

static bool remove_value(const struct options *options, const char *section, const char *name,
                         const char *value, struct error *error)
{
    autofree char *key = key_of(section, name);
    char *const command[] = {
        "git",         "config", (char *)git_scope(options), "--unset-all", "--fixed-value", key,
        (char *)value, NULL
    };
    return setup_run(options, command, error);
}

/* Whether the item is the command of ours that is to be removed. */
static bool is_command(const struct git_section *section, size_t i)
{
    const struct git_setting *items = section->items;
    return i < section->count && items[i].variable == GIT_HELPER &&
           strcmp(items[i].value, items[section->ours].value) == 0;
}

/* git config --unset-all removes all equal values, and so more than one only if each of them is
 * ours: an empty one if our command comes next, */
static bool are_resets_ours(const struct git_section *section)
{
    for (size_t i = 0; i < section->count; i++) {
        size_t next = i;
        while (next < section->count && git_setting_is_reset(&section->items[next]))
            next++;
        if (next > i && !is_command(section, next))
            return false;
    }
    return true;
}

/* and useHttpPath = true if our command came before it. */
static bool are_paths_ours(const struct git_section *section)
{
    size_t count = 0, ours = 0;
    for (size_t i = 1; i < section->count; i++)
        ours += git_setting_is_path(&section->items[i]) && is_command(section, i - 1);
    for (size_t i = 0; i < section->count; i++)
        count += git_setting_is_path(&section->items[i]);
    return count == 1 || count == ours;
}

/* Whether git must send the path: for dev.azure.com it names the organization, and a base URL with
 * a path is only matched by it. */
static bool needs_path(const struct url *url)
{
    return strcmp(url->path, "/") != 0 ||
           (strcmp(url->host, GIT_AZURE_DEVOPS_HOST) == 0 && url->port == 443);
}

/* Whether the item is the useHttpPath that setup added. */
static bool is_our_path(const struct url *url, const struct git_section *section, size_t i)
{
    return needs_path(url) && i > section->ours && git_setting_is_path(&section->items[i]) &&
           are_paths_ours(section);
}

static bool undo(const struct options *options, const struct url *url, const char *name,
                 const struct git_section *section, struct error *error)
{
    size_t ours = section->ours;
    if (ours == section->count)
        return true;
    bool reset =
        ours > 0 && git_setting_is_reset(&section->items[ours - 1]) && are_resets_ours(section);
    if (!remove_value(options, name, "helper", section->items[ours].value, error) ||
        (reset && !remove_value(options, name, "helper", "", error)))
        return false;
    for (size_t i = ours + 1; i < section->count; i++)
        if (is_our_path(url, section, i))
            return remove_value(options, name, "useHttpPath", "true", error);
    return true;
}

static bool undo_all(const struct options *options, const struct target *target,
                     struct error *error)
{
    for (size_t i = 0; i < SPELLINGS; i++)
        if (!undo(options, &target->url, target->names[i], &target->sections[i], error))
            return false;
    return true;
}

/* ---- the state of a URL ---- */

/* Whether a section has git send the path without our lines, and is not overridden. */
static bool sends_path(const struct url *url, const struct git_section *section)
{
    bool sends = false;
    for (size_t i = 0; i < section->count; i++)
        if (section->items[i].variable == GIT_USE_HTTP_PATH && !is_our_path(url, section, i))
            sends = !git_bool_is_no(section->items[i].value);
    return sends && !section->is_overridden;
}

/* Whether git uses this command for the URL and no other helper, whatever the system's
 * configuration has. */
static bool is_set_up(const struct target *target, const char *command)
{
    const struct git_settings *settings = &target->settings;
    return settings->is_reset && settings->count == 1 &&
           strcmp(settings->helpers[0], command) == 0 &&
           (settings->uses_path || !needs_path(&target->url));
}

static void target_clear(struct target *target)
{
    for (size_t i = 0; i < SPELLINGS; i++)
        free(target->names[i]);
    secret_free(target->text);
    secret_free(target->all);
}

static bool target_load(const struct options *options, const char *text, struct target *target,
                        struct error *error)
{
    if (!url_parse_base(text, strlen(text), &target->url, error))
        return false;
    target->text = git_section_read(options, false, error);
    target->all = target->text != NULL ? git_section_read(options, true, error) : NULL;
    if (target->all == NULL)
        return false;
    git_settings_find(target->all, &target->url, &target->settings);
    for (size_t i = 0; i < SPELLINGS; i++) {
        struct git_section with_includes;
        target->names[i] = git_section_name(text, &target->url, i > 0);
        if (!git_section_find(target->all, target->names[i], &target->url, &with_includes, error) ||
            !git_section_find(target->text, target->names[i], &target->url, &target->sections[i],
                              error))
            return false;
        target->sections[i].is_overridden = with_includes.is_overridden;
    }
    return true;
}

/* ---- setting up and removing ---- */

static bool add_all(const struct options *options, const struct target *target, const char *command,
                    struct error *error)
{
    const char *name = target->names[git_section_is_unusable(&target->sections[0])];
    bool has_path = sends_path(&target->url, &target->sections[0]) ||
                    sends_path(&target->url, &target->sections[1]);
    return add_setting(options, name, "helper", "", error) &&
           add_setting(options, name, "helper", command, error) &&
           (has_path || !needs_path(&target->url) ||
            add_setting(options, name, "useHttpPath", "true", error));
}

/* The lines have no effect if sections of both spellings exist and another one overrides them. */
static bool check_effect(const struct options *options, const struct target *before,
                         const char *command, struct error *error)
{
    CLEANUP(target_clear) struct target target = { 0 };
    if (!target_load(options, before->names[0], &target, error))
        return false;
    if (is_set_up(&target, command))
        return true;
    error_set(error, ERROR_OTHER,
              "git's configuration has settings after the lines for %s that override them",
              target.names[0]);
    return error_hint(error,
                      "Move those settings before the lines. Where each is, shows 'git config "
                      "%s --includes --show-origin --get-regexp ^credential'.",
                      git_scope(options));
}

/* Warns of what remains beside our lines: the configuration of the system, of this repository and
 * of the command line counts too, and that of HTTP. */
static bool warn_of_rivals(const struct target *target, struct error *error)
{
    static char *const command[] = { "git",          "config",        "--null",
                                     "--get-regexp", GIT_RIVALS_KEYS, NULL };
    struct git_settings settings;
    struct error why = { 0 };
    auto_secret struct secret *text = setup_query(command, GIT_CONFIG_MAX, error);
    if (text == NULL)
        return false;
    git_settings_find(text, &target->url, &settings);
    for (size_t i = 0; i < settings.count; i++)
        if (git_rivals_check_helper(&settings, i, &target->url, &why))
            error_warn(&why);
    if (git_rivals_check_header(text, &target->url, &why))
        error_warn(&why);
    return true;
}

static bool set_up(const struct options *options, const struct target *target, struct error *error)
{
    autofree char *command = git_helper_command(options);
    if (is_set_up(target, command))
        notice("git is already set up for %s.", target->names[0]);
    else if (!undo_all(options, target, error) || !add_all(options, target, command, error) ||
             (options->own[SETUP_DRY_RUN] == NULL &&
              !check_effect(options, target, command, error)))
        return false;
    return options->own[SETUP_DRY_RUN] != NULL || warn_of_rivals(target, error);
}

static bool has_ours(const struct target *target)
{
    for (size_t i = 0; i < SPELLINGS; i++)
        if (target->sections[i].ours < target->sections[i].count)
            return true;
    return false;
}

static bool remove_setup(const struct options *options, const struct target *target,
                         struct error *error)
{
    if (!has_ours(target))
        notice("git is not set up for %s.", target->names[0]);
    return undo_all(options, target, error);
}

/* ---- all URLs ---- */

static bool find_urls(const struct options *options, int count, char **operands,
                      struct git_urls *urls, struct error *error)
{
    return (options->own[SETUP_REMOVE] != NULL ? git_urls_to_remove : git_urls_to_set_up)(
        options, count, operands, urls, error);
}

static bool set_up_url(const struct options *options, const char *url, struct error *error)
{
    CLEANUP(target_clear) struct target target = { 0 };
    return target_load(options, url, &target, error) &&
           (options->own[SETUP_REMOVE] != NULL ? remove_setup : set_up)(options, &target, error);
}

/* Each setting is a command of its own, and those of two processes would mix. */
static bool take_turn(const struct options *options, struct single_flight *flight,
                      struct error *error)
{
    const char *const texts[] = { "git", NULL };
    const struct runtime_name name = runtime_name("setup", texts);
    int64_t deadline = deadline_in(TURN_MILLISECONDS);
    enum single_flight_role role = SINGLE_FLIGHT_LEADER;
    if (options->own[SETUP_DRY_RUN] != NULL)
        return true;
    do
        role = single_flight_join(flight, name.text, deadline);
    while (role == SINGLE_FLIGHT_FOLLOWER);
    return role == SINGLE_FLIGHT_LEADER ||
           error_set(error, ERROR_OTHER, "another process is setting up git");
}

static bool run_setup_git(const struct options *options, int count, char **operands,
                          struct error *error)
{
    auto_git_urls struct git_urls urls = { 0 };
    auto_single_flight struct single_flight flight = { -1 };
    if (!take_turn(options, &flight, error) || !find_urls(options, count, operands, &urls, error))
        return false;
    for (size_t i = 0; i < urls.count; i++)
        if (!set_up_url(options, urls.items[i], error))
            return false;
    if (urls.others > 0)
        notice("git's configuration has further lines that ask entra; they stay.");
    else if (urls.count == 0)
        notice("git is not set up.");
    return true;
}

static bool setup_git(const struct options *options, int count, char **operands,
                      struct error *error)
{
    setup_set_document(options, "commands");
    return run_setup_git(options, count, operands, error) ||
           error_wanted(error, "cannot set up git");
}

static const struct option_spec own_options[] = {
    SETUP_OPTION_DRY_RUN,
    SETUP_OPTION_REMOVE,
    SETUP_OPTION_OUTPUT,
    { "system", NULL, "set up git for all users of this machine", OPTION_OWN_FLAG,
      OPTION_OWN(SETUP_SYSTEM), 0 },
    { .name = NULL },
};

/* ---- a part of `entra setup` ---- */

static bool look_at_url(const struct options *options, const char *url, struct setup_plan *plan,
                        struct error *error)
{
    CLEANUP(target_clear) struct target target = { 0 };
    autofree char *command = git_helper_command(options);
    if (!target_load(options, url, &target, error))
        return false;
    if (options->own[SETUP_REMOVE] != NULL)
        setup_plan_change(plan, "no longer asks entra for %s", target.names[0]);
    else if (is_set_up(&target, command))
        setup_plan_note(plan, "already asks entra for %s", target.names[0]);
    else
        setup_plan_change(plan, "asks entra for %s", target.names[0]);
    return true;
}

static bool look_at_git(const struct options *options, struct setup_plan *plan, struct error *error)
{
    autofree char *git = search_path_find("git");
    auto_git_urls struct git_urls urls = { 0 };
    if (git == NULL) {
        setup_plan_note(plan, "is not installed");
        return true;
    }
    if (!find_urls(options, 0, NULL, &urls, error))
        return false;
    for (size_t i = 0; i < urls.count; i++)
        if (!look_at_url(options, urls.items[i], plan, error))
            return false;
    if (urls.others > 0)
        setup_plan_note(plan, "has further lines that ask entra; they stay");
    else if (urls.count == 0)
        setup_plan_note(plan, "is not set up");
    return true;
}

static bool apply_git(const struct options *options, struct error *error)
{
    return setup_git(options, 0, NULL, error);
}

const struct setup_part setup_part_git = {
    .name = "git",
    .program = &entra_setup_git,
    .look = look_at_git,
    .apply = apply_git,
};

const struct program entra_setup_git = {
    .name = "entra setup git",
    .usage = "[OPTION]... [URL]...",
    .summary = "Configures git to ask our helper, with the options given here, for the tokens of\n"
               "Azure DevOps, of the API of --api, or of the URLs, and shows the changes.",
    .examples = "entra setup git\n"
                "entra setup git --account ada@contoso.com https://dev.azure.com/contoso\n"
                "sudo entra setup git --system\n"
                "entra setup git --remove",
    .options = own_options,
    .common = OPTIONS_ALL,
    .is_typed = true,
    .run = setup_git,
};
