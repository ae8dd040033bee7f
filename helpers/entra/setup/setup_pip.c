/* SPDX-License-Identifier: MIT */
/*
 * entra setup pip: makes the link called keyring (keyring_link.h), and has pip, and uv if it is
 * here, run it (setting_file.h).
 *
 * `pip config set` is not used, because it drops the comments of the file.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/environment.h"
#include "common/base/output.h"
#include "common/base/report.h"
#include "common/base/script.h"
#include "common/base/search_path.h"
#include "common/base/text.h"
#include "common/entra/error_report.h"
#include "helpers/entra/entra.h"
#include "helpers/entra/setup/keyring_link.h"
#include "helpers/entra/setup/keyring_rivals.h"
#include "helpers/entra/setup/keyring_user.h"
#include "helpers/entra/setup/setup.h"

#define INDENT 2

struct job {
    const struct options *options;
    bool is_dry_run;
    bool is_removal;
    struct keyring_link link;
    struct setting_file files[KEYRING_USERS];
    bool is_meant[KEYRING_USERS]; /* uv is left alone where it is not installed */
};

static void job_clear(struct job *job)
{
    keyring_link_clear(&job->link);
    for (enum keyring_user_name i = 0; i < KEYRING_USERS; i++)
        setting_file_clear(&job->files[i]);
}
#define auto_job CLEANUP(job_clear)

/* ---- looking ---- */

static bool find(struct job *job, const struct options *options, struct error *error)
{
    *job = (struct job){ .options = options,
                         .is_dry_run = options->own[SETUP_DRY_RUN] != NULL,
                         .is_removal = options->own[SETUP_REMOVE] != NULL };
    keyring_link_find(&job->link);
    for (enum keyring_user_name i = 0; i < KEYRING_USERS; i++) {
        if (!keyring_user_read(i, &job->files[i], error))
            return false;
        autofree char *program = search_path_find(keyring_users[i].name);
        job->is_meant[i] = i == KEYRING_USER_PIP || program != NULL || job->files[i].exists;
    }
    return true;
}

/* Whether the setting of a tool is to be changed. */
static bool wants_change(const struct job *job, size_t i)
{
    enum setting_state state = job->files[i].state;
    if (job->is_removal)
        return state == SETTING_OURS;
    return job->is_meant[i] && state != SETTING_OURS && state != SETTING_SAME;
}

static bool is_done(const struct job *job)
{
    return job->link.is_ours && !wants_change(job, KEYRING_USER_PIP) &&
           !wants_change(job, KEYRING_USER_UV);
}

static bool is_set_up(const struct job *job)
{
    bool is = job->files[KEYRING_USER_PIP].state == SETTING_OURS ||
              job->files[KEYRING_USER_UV].state == SETTING_OURS;
    for (size_t i = 0; i < KEYRING_LINK_FOLDERS; i++) {
        autofree char *link = NULL;
        struct error unused = { 0 };
        is = is || (keyring_link_of_ours(i, &link, &unused) && link != NULL);
    }
    return is;
}

/* ---- doing it ---- */

/* Adds a file that is changed to the document: a link and where it leads, or a setting. */
static void add_file(const char *path, const char *link, const char *setting, const char *backup)
{
    json_object *object = json_object_new_object();
    document_add(object, "file", path);
    document_add(object, "link", link);
    document_add(object, "setting", setting);
    document_add(object, "backup", backup != NULL && backup[0] != '\0' ? backup : NULL);
    document_append("files", object);
}

static void report_link(const struct job *job, const char *path, const char *target)
{
    const char *const make[] = { "ln", "-s", target, path, NULL };
    const char *const unmake[] = { "rm", path, NULL };
    autofree char *line = setup_quote((char *const *)(job->is_removal ? unmake : make));
    if (document_is_wanted(job->options))
        add_file(path, target, NULL, NULL);
    else
        output_line("%s", line);
}

static void report_setting(const struct job *job, size_t i, const char *backup)
{
    const struct setting_file *file = &job->files[i];
    autofree char *setting = text_format("%s = %s", file->setting->key, file->setting->value);
    if (document_is_wanted(job->options)) {
        add_file(file->path, NULL, setting, backup);
        return;
    }
    output_paragraph("", INDENT, "%s: %s %s", file->path,
                     job->is_removal ? "no longer sets" : "sets", setting);
    if (backup[0] != '\0')
        output_paragraph("", INDENT, "%s: %s is kept as %s", file->path,
                         job->is_removal ? "the file as it was before" : "the original", backup);
}

/* Before anything is changed: whether the link can be made. */
static bool check_link(const struct job *job, struct error *error)
{
    return job->link.is_ours || job->link.path != NULL || keyring_link_explain(&job->link, error);
}

/* Likewise: whether the setting can be changed. */
static bool check_setting(const struct job *job, size_t i, struct error *error)
{
    const struct setting_file *file = &job->files[i];
    if (!wants_change(job, i) || file->state != SETTING_UNCLEAR)
        return true;
    error_set(error, ERROR_OTHER, "%s is formatted in a way that cannot be changed safely",
              file->path);
    return error_hint(error, "Set %s = %s in it.", file->setting->key, file->setting->value);
}

static bool make_link(const struct job *job, struct error *error)
{
    if (job->link.is_ours)
        return true;
    if (!job->is_dry_run && !keyring_link_make(&job->link, error))
        return false;
    report_link(job, job->link.path, job->link.target);
    return true;
}

static bool remove_links(const struct job *job, struct error *error)
{
    for (size_t i = 0; i < KEYRING_LINK_FOLDERS; i++) {
        autofree char *path = NULL;
        if (!keyring_link_of_ours(i, &path, error))
            return false;
        if (path == NULL)
            continue;
        if (!job->is_dry_run && unlink(path) != 0)
            return error_set(error, ERROR_OTHER, "%s: %s", path, strerror(errno));
        report_link(job, path, NULL);
    }
    return true;
}

static bool change_setting(const struct job *job, size_t i, struct error *error)
{
    const struct setting_file *file = &job->files[i];
    char backup[PATH_MAX] = "";
    if (!wants_change(job, i))
        return true;
    if (!job->is_dry_run &&
        !(job->is_removal ? setting_file_unset : setting_file_set)(file, backup, error))
        return false;
    report_setting(job, i, backup);
    return true;
}

/* ---- what else there is ---- */

static void warn_of_rival(void *context, const char *text, const char *advice)
{
    (void)context;
    warning_of("", advice, "%s", text);
}

/* Warns of one that is to be asked, and cannot. */
static void warn_of_next(void)
{
    struct error error = { 0 };
    autofree char *next = keyring_link_next();
    if (next != NULL && !script_check(next, &error))
        error_warn(&error);
}

/* Warns of what comes before the files, and of the next keyring. Returns whether there is the
 * former. */
static bool warn_of_rivals(const struct job *job)
{
    size_t count = 0;
    for (enum keyring_user_name i = 0; i < KEYRING_USERS; i++)
        if (job->is_meant[i])
            count += keyring_rivals_each(i, warn_of_rival, NULL);
    warn_of_next();
    return count > 0;
}

static void say_what_is_asked(void)
{
    struct error unused = { 0 };
    autofree char *next = keyring_link_next();
    if (next != NULL && script_check(next, &unused))
        notice("Passwords for other indexes come from %s as before.", next);
    else if (next == NULL)
        notice("There is no other keyring in PATH, which could have passwords for other indexes.");
    notice("uv, and pip before 26.2, ask only if the URL of the index has a user name: "
           "https://VssSessionToken@pkgs.dev.azure.com/... (any name will do). pip "
           "before 23.1 never asks with --no-input.");
}

static void say_what_stays(const struct job *job)
{
    if (job->link.is_ours)
        notice("%s is a link to our helper that setup did not make; it stays.", job->link.first);
    for (enum keyring_user_name i = 0; i < KEYRING_USERS; i++)
        if (job->files[i].state == SETTING_SAME)
            notice("%s sets keyring-provider = %s by itself; that stays.", job->files[i].path,
                   keyring_users[i].setting.value);
}

/* ---- the command ---- */

static bool set_up(struct job *job, struct error *error)
{
    if (is_done(job)) {
        notice("pip is already set up.");
        warn_of_rivals(job);
        return true;
    }
    if (!check_link(job, error) || !check_setting(job, KEYRING_USER_PIP, error) ||
        !check_setting(job, KEYRING_USER_UV, error) || !make_link(job, error) ||
        !change_setting(job, KEYRING_USER_PIP, error) ||
        !change_setting(job, KEYRING_USER_UV, error))
        return false;
    warn_of_rivals(job);
    if (!job->is_dry_run)
        say_what_is_asked();
    return true;
}

static bool remove_setup(struct job *job, struct error *error)
{
    bool was_set_up = is_set_up(job);
    if (!remove_links(job, error) || !change_setting(job, KEYRING_USER_PIP, error) ||
        !change_setting(job, KEYRING_USER_UV, error))
        return false;
    if (!was_set_up)
        notice("pip is not set up.");
    if (!job->is_dry_run) { /* else ours would be among it */
        keyring_link_clear(&job->link);
        keyring_link_find(&job->link);
        say_what_stays(job);
    }
    return true;
}

static bool run_setup_pip(const struct options *options, struct error *error)
{
    auto_job struct job job = { 0 };
    auto_single_flight struct single_flight flight = { -1 };
    return setup_take_turn(options, "pip", &flight, error) && find(&job, options, error) &&
           (job.is_removal ? remove_setup : set_up)(&job, error);
}

static bool setup_pip(const struct options *options, int count, char **operands,
                      struct error *error)
{
    if (count > 0)
        return program_fail_operand(operands[0], error);
    setup_set_document(options, "files");
    return run_setup_pip(options, error) || error_wanted(error, "cannot set up pip");
}

static const struct option_spec own_options[] = {
    SETUP_OPTION_DRY_RUN,
    SETUP_OPTION_REMOVE,
    SETUP_OPTION_OUTPUT,
    { .name = NULL },
};

/* ---- a part of `entra setup` ---- */

static bool has_feed(const char *urls)
{
    return urls != NULL && (strstr(urls, "pkgs.dev.azure.com") != NULL ||
                            strstr(urls, ".pkgs.visualstudio.com") != NULL);
}

/* Whether the user has told pip or uv of a feed of Azure Artifacts. */
static bool names_feed(const struct job *job)
{
    static const char *const variables[] = { "PIP_INDEX_URL",    "PIP_EXTRA_INDEX_URL",
                                             "UV_DEFAULT_INDEX", "UV_INDEX",
                                             "UV_INDEX_URL",     "UV_EXTRA_INDEX_URL" };
    bool has = false;
    for (enum keyring_user_name i = 0; i < KEYRING_USERS; i++)
        has = has || has_feed(job->files[i].text->bytes);
    for (size_t i = 0; i < ARRAY_SIZE(variables); i++)
        has = has || has_feed(environment(variables[i]));
    return has;
}

static bool is_configured(const struct job *job)
{
    return job->files[KEYRING_USER_PIP].exists || job->files[KEYRING_USER_UV].exists ||
           names_feed(job);
}

/* Who has another keyring may need no more than that, and has set it up: it is a failure only where
 * there is a feed that would be asked for. */
static bool note_obstacle(const struct job *job, struct setup_plan *plan, struct error *error)
{
    keyring_link_explain(&job->link, error);
    if (names_feed(job))
        return error_wanted(error, "cannot set up pip");
    setup_plan_note(plan, "is not set up: %s", error->message);
    *error = (struct error){ 0 };
    return true;
}

/* The link has no options. */
static void note_options(const struct options *options, struct setup_plan *plan)
{
    struct setup_storage storage = { "" };
    const char *words[SETUP_WORDS_MAX];
    setup_helper_options(options, &storage, words);
    if (words[0] != NULL)
        setup_plan_note(plan, "takes its identity from the configuration, not from options");
}

static bool look_at_pip(const struct options *options, struct setup_plan *plan, struct error *error)
{
    auto_job struct job job = { 0 };
    if (!find(&job, options, error))
        return false;
    if (job.is_removal && is_set_up(&job)) {
        setup_plan_change(plan, "no longer asks entra for package feeds");
    } else if (job.is_removal || (!is_done(&job) && !is_configured(&job))) {
        return true;
    } else if (is_done(&job)) {
        setup_plan_note(plan, warn_of_rivals(&job) ? "is set up, but does not always ask entra"
                                                   : "already asks entra for package feeds");
    } else if (!job.link.is_ours && job.link.path == NULL) {
        return note_obstacle(&job, plan, error);
    } else {
        setup_plan_change(plan, "asks entra for package feeds");
        note_options(options, plan);
    }
    return true;
}

static bool apply_pip(const struct options *options, struct error *error)
{
    return setup_pip(options, 0, NULL, error);
}

const struct setup_part setup_part_pip = {
    .name = "pip",
    .program = &entra_setup_pip,
    .look = look_at_pip,
    .apply = apply_pip,
};

const struct program entra_setup_pip = {
    .name = "entra setup pip",
    .usage = "[OPTION]...",
    .summary = "Has pip, and uv if it is installed, get the tokens of package feeds from our\n"
               "helper, by a link called keyring in ~/.local/bin or ~/bin and a line in pip.conf\n"
               "and uv.toml, and shows the changes.",
    .examples = "entra setup pip --dry-run\n"
                "entra setup pip\n"
                "entra setup pip --remove",
    .options = own_options,
    .is_typed = true,
    .run = setup_pip,
};
