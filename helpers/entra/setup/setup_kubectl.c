/* SPDX-License-Identifier: MIT */
/*
 * entra setup kubectl: converts the users of kubeconfigs to exec-credential-entra.
 *
 * `kubectl config set-credentials` is not used, because it rewrites the file without its comments,
 * in another order, and drops unknown settings.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "common/base/array.h"
#include "helpers/entra/entra.h"
#include "helpers/entra/setup/kubeconfig_backups.h"
#include "helpers/entra/setup/kubeconfig_change.h"
#include "helpers/entra/setup/kubeconfig_list.h"
#include "helpers/entra/setup/kubeconfig_options.h"
#include "helpers/entra/setup/kubeconfig_report.h"
#include "helpers/entra/setup/kubeconfig_summary.h"
#include "helpers/entra/setup/setup.h"

/* What is being done, and to which files. */
struct job {
    const struct options *options;
    struct kubeconfig_conversion conversion;
    struct kubeconfig_list list;
    struct summary summary;
    bool is_named;   /* a context is named, and so its user */
    bool is_removal; /* the conversion is undone */
};

/* ---- deciding ---- */

/* What kubeconfig_backups_restore passes on to. */
struct removal {
    struct job *job;
    const struct kubeconfig_target *target;
};

static void add_problem(void *context, const struct error *why)
{
    const struct removal *removal = context;
    struct error named = *why;
    kubeconfig_list_name(removal->target, &named);
    summary_add_problem(&removal->job->summary, &named);
}

static void convert_user(struct job *job, struct kubeconfig_target *target, size_t user)
{
    struct error why = { 0 };
    enum kubeconfig_outcome outcome = job->list.module->convert(
        target->file, user, &job->conversion, job->is_named, &target->edits, &why);
    target->users[user] = outcome;
    if (outcome == KUBECONFIG_REFUSED) {
        kubeconfig_list_name(target, &why);
        summary_add_problem(&job->summary, &why);
    } else if (outcome != KUBECONFIG_CONVERTED) { /* that is counted when it is done */
        summary_count(&job->summary, outcome);
    }
}

/* Decides what becomes of the users of a file, or of the only one that is meant. */
static void convert_target(struct job *job, struct kubeconfig_target *target, size_t only)
{
    struct removal removal = { job, target };
    size_t count = job->list.module->count(target->file);
    if (job->is_removal)
        kubeconfig_backups_restore(&job->list, target, only, add_problem, &removal);
    for (size_t i = 0; i < count && !job->is_removal; i++) {
        target->users[i] = KUBECONFIG_OTHER;
        if (only == KUBECONFIG_ALL || only == i)
            convert_user(job, target, i);
    }
    job->list.module->finish(target->file, &target->edits);
}

static bool convert_context(struct job *job, const char *context, struct error *error)
{
    size_t user = 0;
    struct kubeconfig_target *target =
        kubeconfig_list_find_context(&job->list, context, &user, error);
    if (target == NULL)
        return false;
    convert_target(job, target, user);
    return true;
}

static void convert_all(struct job *job)
{
    for (size_t i = 0; i < job->list.count; i++) {
        if (job->list.items[i].file != NULL)
            convert_target(job, &job->list.items[i], KUBECONFIG_ALL);
    }
}

static void load_all(struct job *job)
{
    for (size_t i = 0; i < job->list.count; i++) {
        struct error why = { 0 };
        if (!kubeconfig_list_load(&job->list, &job->list.items[i], &why))
            summary_add_problem(&job->summary, &why);
    }
}

/* ---- doing it ---- */

/* Whether a converted user is what it was meant to be: another conversion would change nothing. An
 * app that keeps its login would get the one that was meant for users. */
static bool is_converted(const struct job *job, const struct kubeconfig *file, size_t user)
{
    const struct kubeconfig_module *module = job->list.module;
    const char *wanted = job->conversion.login;
    auto_edits struct edits edits = { 0 };
    struct error ignored = { 0 };
    if (job->is_removal || !module->is_ours(file, user))
        return job->is_removal && !module->is_ours(file, user);
    autofree char *login = module->login(file, user);
    bool is_kept = wanted != NULL && (login == NULL || strcmp(login, wanted) != 0);
    return module->convert(file, user, &job->conversion, job->is_named || !is_kept, &edits,
                           &ignored) == KUBECONFIG_ALREADY;
}

/* Checks that the changed text parses, and that its users are as they were meant, before it
 * replaces a file that works. */
static bool verify(const struct job *job, const struct kubeconfig_target *target,
                   const struct kubeconfig *changed, struct error *error)
{
    bool ok = changed != NULL &&
              job->list.module->count(changed) == job->list.module->count(target->file);
    for (size_t i = 0; ok && i < job->list.module->count(target->file); i++)
        ok = target->users[i] != KUBECONFIG_CONVERTED || is_converted(job, changed, i);
    if (ok)
        return true;
    error_set(error, ERROR_OTHER, "%s is formatted in a way that cannot be changed safely",
              target->path);
    return error_hint(error,
                      "'kubectl config view --raw --flatten' prints it in a simpler format.");
}

static bool write_target(struct job *job, const struct kubeconfig_target *target,
                         const struct secret *text, const struct kubeconfig *changed,
                         struct error *error)
{
    char backup[PATH_MAX] = "";
    const struct kubeconfig_report report = { .module = job->list.module,
                                              .target = target,
                                              .changed = changed,
                                              .login = job->conversion.login,
                                              .backup = backup,
                                              .is_removal = job->is_removal };
    if (!verify(job, target, changed, error))
        return false;
    bool is_json = job->summary.is_json, is_dry_run = job->summary.is_dry_run;
    if (is_dry_run && !is_json)
        return kubeconfig_report_diff(target, error);
    bool ok = is_dry_run || kubeconfig_change(target, text, backup, error);
    if (is_dry_run || backup[0] != '\0')
        (is_json ? kubeconfig_report_json : kubeconfig_report_text)(&report);
    return ok;
}

static void change_target(struct job *job, const struct kubeconfig_target *target)
{
    const struct kubeconfig_module *module = job->list.module;
    struct error why = { 0 };
    auto_secret struct secret *text = edits_apply(&target->edits, target->text);
    struct kubeconfig *changed = module->parse(text->bytes, text->length, &why);
    bool ok = write_target(job, target, text, changed, &why);
    if (changed != NULL)
        module->free(changed);
    if (!ok)
        summary_add_problem(&job->summary, &why);
    for (size_t i = 0; ok && i < module->count(target->file); i++)
        if (target->users[i] == KUBECONFIG_CONVERTED)
            summary_count(&job->summary, KUBECONFIG_CONVERTED);
}

static bool check_arguments(const struct job *job, int count, char **operands, struct error *error)
{
    const struct kubeconfig_conversion *conversion = &job->conversion;
    if (count > 0)
        return program_fail_operand(operands[0], error);
    if (job->options->own[SETUP_REMOVE] != NULL && conversion->login != NULL)
        return error_set(error, ERROR_USAGE, "--remove and --login cannot be used together");
    return kubeconfig_options_check(conversion, error);
}

static bool find_files(struct job *job, struct error *error)
{
    return kubeconfig_list_find(&job->list, job->options->own[SETUP_KUBECONFIG], error);
}

/* Decides what becomes of the files' users. */
static bool decide(struct job *job, struct error *error)
{
    const char *context = job->options->own[SETUP_CONTEXT];
    job->list.module = (const struct kubeconfig_module *)module_load(KUBECONFIG_MODULE, error);
    if (job->list.module == NULL)
        return false;
    load_all(job);
    if (context == NULL) {
        convert_all(job);
    } else if (!convert_context(job, context, error)) {
        if (job->summary.problems == 0)
            return false;
        summary_add_problem(&job->summary, error);
    }
    return true;
}

static bool change_all(struct job *job, struct error *error)
{
    for (size_t i = 0; i < job->list.count; i++)
        if (job->list.items[i].edits.count > 0)
            change_target(job, &job->list.items[i]);
    return summary_finish(&job->summary, error);
}

/* The options are written into the kubeconfigs; storage must outlive the job. */
static struct job make_job(const struct options *options, struct setup_storage *storage)
{
    const char *context = options->own[SETUP_CONTEXT];
    bool is_removal = options->own[SETUP_REMOVE] != NULL;
    struct job job = { .options = options,
                       .conversion = { .login = options->own[KUBELOGIN_LOGIN],
                                       .check = kubelogin_check_line },
                       .summary = { .is_dry_run = options->own[SETUP_DRY_RUN] != NULL,
                                    .is_removal = is_removal,
                                    .is_json = document_is_wanted(options),
                                    .context = context },
                       .is_named = context != NULL,
                       .is_removal = is_removal };
    kubeconfig_options_read(options, storage, &job.conversion);
    return job;
}

static void job_clear(struct job *job)
{
    kubeconfig_list_clear(&job->list);
}

static bool run_setup_kubectl(const struct options *options, int count, char **operands,
                              struct error *error)
{
    struct setup_storage storage = { "" };
    setup_set_document(options, "users");
    CLEANUP(job_clear) struct job job = make_job(options, &storage);
    return check_arguments(&job, count, operands, error) && find_files(&job, error) &&
           decide(&job, error) && change_all(&job, error);
}

static bool setup_kubectl(const struct options *options, int count, char **operands,
                          struct error *error)
{
    return run_setup_kubectl(options, count, operands, error) ||
           error_wanted(error, "cannot set up kubectl");
}

static const struct option_spec own_options[] = {
    SETUP_OPTION_DRY_RUN,
    SETUP_OPTION_REMOVE,
    SETUP_OPTION_OUTPUT,
    { "context", "NAME=@context", "convert only the user of this context", OPTION_TEXT,
      OPTION_OWN(SETUP_CONTEXT), 0 },
    { "kubeconfig", "FILE=@file", "convert this file, not those of KUBECONFIG", OPTION_TEXT,
      OPTION_OWN(SETUP_KUBECONFIG), 0 },
    { "login", KUBELOGIN_LOGIN_ARGUMENT, "the login of exec-credential-entra to set", OPTION_TEXT,
      OPTION_OWN(KUBELOGIN_LOGIN), 0 },
};

/* Those that are in the table already, and one that is common. */
static bool is_left_out(const char *name)
{
    static const char *const names[] = { "login", "client-id" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* Our own, and kubelogin's, for which the help has no room. */
static const struct option_spec *make_options(void)
{
    static struct option_spec specs[ARRAY_SIZE(own_options) + 2 * KUBELOGIN_SETTINGS + 1];
    size_t count = ARRAY_SIZE(own_options);
    _Static_assert(SETUP_OPTIONS <= OPTIONS_OWN_MAX, "options.own has a place for each option");
    memcpy(specs, own_options, sizeof own_options);
    for (const struct option_spec *spec = kubelogin_options(); spec->name != NULL; spec++) {
        if (is_left_out(spec->name))
            continue;
        specs[count] = *spec;
        specs[count++].help = NULL;
    }
    specs[count] = (struct option_spec){ 0 };
    return specs;
}

/* ---- a part of `entra setup` ---- */

static void look_at_target(const struct job *job, const struct kubeconfig_target *target,
                           struct setup_plan *plan)
{
    size_t changed = 0, ours = 0;
    if (target->file == NULL) /* which is a problem */
        return;
    for (size_t i = 0; i < job->list.module->count(target->file); i++) {
        changed += target->users[i] == KUBECONFIG_CONVERTED;
        ours += job->list.module->is_ours(target->file, i);
    }
    if (changed > 0)
        setup_plan_change(plan, "%s entra for %zu user%s of %s",
                          job->is_removal ? "no longer asks" : "asks", changed,
                          changed == 1 ? "" : "s", target->path);
    else if (ours > 0)
        setup_plan_note(plan, "already asks entra for %zu user%s of %s", ours, ours == 1 ? "" : "s",
                        target->path);
    else
        setup_plan_note(plan, "nothing to do in %s", target->path);
}

static bool look_at_kubectl(const struct options *options, struct setup_plan *plan,
                            struct error *error)
{
    struct setup_storage storage = { "" };
    CLEANUP(job_clear) struct job job = make_job(options, &storage);
    struct error none = { 0 };
    job.summary.is_plan = true;
    if (!find_files(&job, &none)) {
        setup_plan_note(plan, "has no kubeconfig");
        return true;
    }
    if (!decide(&job, error))
        return false;
    for (size_t i = 0; i < job.list.count; i++)
        look_at_target(&job, &job.list.items[i], plan);
    if (job.summary.problems > 0)
        *error = job.summary.first;
    return job.summary.problems == 0;
}

static bool apply_kubectl(const struct options *options, struct error *error)
{
    return setup_kubectl(options, 0, NULL, error);
}

const struct setup_part setup_part_kubectl = {
    .name = "kubectl",
    .program = &entra_setup_kubectl,
    .look = look_at_kubectl,
    .apply = apply_kubectl,
};

const struct program entra_setup_kubectl = {
    .name = "entra setup kubectl",
    .usage = "[OPTION]...",
    .summary = "Has the users of kubelogin or AKS in kubeconfigs use exec-credential-entra, with\n"
               "the options given here, and shows the changes. Also takes kubelogin's options;\n"
               "see exec-credential-entra(1).",
    .examples = "entra setup kubectl --dry-run\n"
                "entra setup kubectl --context prod --login workloadidentity\n"
                "entra setup kubectl --remove",
    .make_options = make_options,
    .common = OPTIONS_ALL,
    .is_typed = true,
    .run = setup_kubectl,
};
