/* SPDX-License-Identifier: MIT */
/*
 * entra setup git: adds credential.* settings for the hosts that accept our tokens to the user's
 * git configuration, or with --system to that of the machine (git_url.h).
 */
#define _GNU_SOURCE
#include <string.h>

#include "common/base/array.h"
#include "common/base/search_path.h"
#include "common/base/text.h"
#include "common/entra/error_report.h"
#include "helpers/entra/entra.h"
#include "helpers/entra/setup/git_helper.h"
#include "helpers/entra/setup/git_rivals.h"
#include "helpers/entra/setup/git_section.h"
#include "helpers/entra/setup/git_settings.h"
#include "helpers/entra/setup/git_url.h"
#include "helpers/entra/setup/git_urls.h"
#include "helpers/entra/setup/setup.h"

/* Where a user undoes what only the administrator can. */
#define GIT_FOR_ALL                                                                                \
    "for all users of this machine; 'sudo entra setup git --system --remove' undoes that"

/* The lines have no effect if sections of both spellings exist and another one overrides them. */
static bool check_effect(const struct options *options, const struct git_url *before,
                         const char *command, struct error *error)
{
    auto_git_url struct git_url url = { 0 };
    if (!git_url_load(options, before->names[0], &url, error))
        return false;
    if (git_url_is_set_up(&url, command))
        return true;
    error_set(error, ERROR_OTHER,
              "git's configuration has settings after the lines for %s that override them",
              url.names[0]);
    return error_hint(error,
                      "Move those settings before the lines. Where each is, shows 'git config "
                      "%s --includes --show-origin --get-regexp ^credential'.",
                      git_scope(options));
}

/* The configuration of the system, of this repository and of the command line counts too, and that
 * of HTTP. Where .git leads nowhere, which git has said then, there is no repository's. */
static struct secret *read_rivals(struct error *error)
{
    static char *const here[] = {
        "git", "config", "--null", "--get-regexp", GIT_RIVALS_KEYS, NULL
    };
    static char *const nowhere[] = { "git",          GIT_NOWHERE,     "config", "--null",
                                     "--get-regexp", GIT_RIVALS_KEYS, NULL };
    struct error unused = { 0 };
    struct secret *text = setup_query(here, GIT_CONFIG_MAX, &unused);
    return text != NULL ? text : setup_query(nowhere, GIT_CONFIG_MAX, error);
}

/* Warns of what remains beside our lines. */
static bool warn_of_rivals(const struct git_url *url, struct error *error)
{
    struct git_settings settings;
    struct error why = { 0 };
    auto_secret struct secret *text = read_rivals(error);
    if (text == NULL)
        return false;
    git_settings_find(text, &url->url, &settings);
    for (size_t i = 0; i < settings.count; i++)
        if (git_rivals_check_helper(&settings, i, &url->url, &why))
            error_warn(&why);
    if (git_rivals_check_header(text, &url->url, &why))
        error_warn(&why);
    return true;
}

static bool set_up(const struct options *options, const struct git_url *url, struct error *error)
{
    autofree char *command = git_helper_command(options);
    if (git_url_is_set_up(url, command))
        notice("git is already set up for %s.", url->names[0]);
    else if (!git_url_undo(options, url, error) || !git_url_set_up(options, url, command, error) ||
             (options->own[SETUP_DRY_RUN] == NULL && !check_effect(options, url, command, error)))
        return false;
    return options->own[SETUP_DRY_RUN] != NULL || warn_of_rivals(url, error);
}

static bool remove_setup(const struct options *options, const struct git_url *url,
                         struct error *error)
{
    if (!git_url_has_ours(url) && url->machine_asks_entra)
        notice("git asks entra for %s " GIT_FOR_ALL ".", url->names[0]);
    else if (!git_url_has_ours(url))
        notice("git is not set up for %s.", url->names[0]);
    return git_url_undo(options, url, error);
}

/* ---- all URLs ---- */

static bool find_urls(const struct options *options, int count, char **operands,
                      struct git_urls *urls, struct error *error)
{
    return (options->own[SETUP_REMOVE] != NULL ? git_urls_to_remove : git_urls_to_set_up)(
        options, count, operands, urls, error);
}

static bool set_up_url(const struct options *options, const char *text, struct error *error)
{
    auto_git_url struct git_url url = { 0 };
    return git_url_load(options, text, &url, error) &&
           (options->own[SETUP_REMOVE] != NULL ? remove_setup : set_up)(options, &url, error);
}

static bool run_setup_git(const struct options *options, int count, char **operands,
                          struct error *error)
{
    auto_git_urls struct git_urls urls = { 0 };
    auto_single_flight struct single_flight flight = { -1 };
    if (!setup_take_turn(options, "git", &flight, error) ||
        !find_urls(options, count, operands, &urls, error))
        return false;
    for (size_t i = 0; i < urls.count; i++)
        if (!set_up_url(options, urls.items[i], error))
            return false;
    if (urls.others > 0)
        notice("git's configuration has further lines that ask entra; they stay.");
    else if (urls.count == 0 && urls.of_machine == 0)
        notice("git is not set up.");
    if (urls.of_machine > 0)
        notice("git asks entra " GIT_FOR_ALL ".");
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

static bool look_at_url(const struct options *options, const char *text, struct setup_plan *plan,
                        struct error *error)
{
    auto_git_url struct git_url url = { 0 };
    autofree char *command = git_helper_command(options);
    if (!git_url_load(options, text, &url, error))
        return false;
    if (options->own[SETUP_REMOVE] != NULL)
        setup_plan_change(plan, "no longer asks entra for %s", url.names[0]);
    else if (git_url_is_set_up(&url, command))
        setup_plan_note(plan, "already asks entra for %s", url.names[0]);
    else
        setup_plan_change(plan, "asks entra for %s", url.names[0]);
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
    else if (urls.count == 0 && urls.of_machine == 0)
        setup_plan_note(plan, "is not set up");
    if (urls.of_machine > 0)
        setup_plan_note(plan, "asks entra " GIT_FOR_ALL);
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
