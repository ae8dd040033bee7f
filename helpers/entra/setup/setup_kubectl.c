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
#include <unistd.h>

#include "common/base/output.h"
#include "helpers/entra/setup/kubeconfig_change.h"
#include "helpers/entra/setup/kubeconfig_list.h"
#include "helpers/entra/setup/kubeconfig_summary.h"
#include "helpers/entra/setup/setup.h"
#include "helpers/kubectl/kubelogin.h"

/* What is being done, and to which files. */
struct job {
    const struct options *options;
    struct kubeconfig_conversion conversion;
    struct kubeconfig_list list;
    struct summary summary;
    bool is_named; /* a context is named, and so its user */
};

/* ---- deciding ---- */

static void convert_user(struct job *job, struct kubeconfig_target *target, size_t user)
{
    struct error why = { 0 };
    enum kubeconfig_outcome outcome = job->list.module->convert(
        target->file, user, &job->conversion, job->is_named, &target->edits, &why);
    target->users[user] = outcome;
    if (outcome == KUBECONFIG_REFUSED) {
        struct error named = why;
        error_set(&named, why.kind, "%s: %s", target->path, why.message);
        error_hint(&named, "%s", why.hint);
        error_inherit(&named, &why);
        summary_add_problem(&job->summary, &named);
    } else if (outcome != KUBECONFIG_CONVERTED) { /* that is counted when it is done */
        summary_count(&job->summary, outcome);
    }
}

static bool convert_context(struct job *job, const char *context, struct error *error)
{
    size_t user = 0;
    struct kubeconfig_target *target =
        kubeconfig_list_find_context(&job->list, context, &user, error);
    if (target == NULL)
        return false;
    for (size_t i = 0; i < job->list.module->count(target->file); i++)
        target->users[i] = KUBECONFIG_OTHER;
    convert_user(job, target, user);
    job->list.module->finish(target->file, &target->edits);
    return true;
}

static void convert_all(struct job *job)
{
    for (size_t i = 0; i < job->list.count; i++) {
        struct kubeconfig_target *target = &job->list.items[i];
        if (target->file == NULL)
            continue;
        for (size_t user = 0; user < job->list.module->count(target->file); user++)
            convert_user(job, target, user);
        job->list.module->finish(target->file, &target->edits);
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
    if (!module->is_ours(file, user))
        return false;
    autofree char *login = module->login(file, user);
    bool is_kept = wanted != NULL && (login == NULL || strcmp(login, wanted) != 0);
    return module->convert(file, user, &job->conversion, job->is_named || !is_kept, &edits,
                           &ignored) == KUBECONFIG_ALREADY;
}

/* Prints what became of a user, whose name may be anything. */
static void report_user(const struct job *job, const struct kubeconfig_target *target,
                        const struct kubeconfig *changed, size_t user)
{
    const struct kubeconfig_module *module = job->list.module;
    autofree char *login = module->login(changed, user);
    const char *wanted = job->conversion.login;
    bool is_kept = login != NULL && wanted != NULL && strcmp(login, wanted) != 0;
    output_line("%s: the user '%s' now uses exec-credential-entra%s%s", target->path,
                module->name(target->file, user), is_kept ? " and keeps its login " : "",
                is_kept ? login : "");
}

/* People read it, or it is a patch. */
static bool print_diff(const struct kubeconfig_target *target, struct error *error)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    edits_print_diff(&target->edits, target->text, target->path, stream);
    fclose(stream);
    bool printed = isatty(STDOUT_FILENO) ? fputs(text, stdout) != EOF : output_data(text, length);
    free(text);
    return printed || error_set(error, ERROR_OTHER, "cannot write to stdout: %m");
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
    if (!verify(job, target, changed, error))
        return false;
    if (job->summary.is_dry_run)
        return print_diff(target, error);
    bool ok = kubeconfig_change(target, text, backup, error);
    if (backup[0] == '\0')
        return ok;
    for (size_t i = 0; i < job->list.module->count(target->file); i++)
        if (target->users[i] == KUBECONFIG_CONVERTED)
            report_user(job, target, changed, i);
    output_line("%s: the original is kept as %s", target->path, backup);
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

static bool check_arguments(const struct options *options, int count, char **operands,
                            struct error *error)
{
    const char *login = options->own[SETUP_LOGIN];
    if (count > 0)
        return error_set(error, ERROR_USAGE, "unexpected argument '%.40s'", operands[0]);
    if (options->own[SETUP_REMOVE] != NULL) {
        error_set(error, ERROR_USAGE, "--remove is not supported for kubectl");
        return error_hint(error, "Restore each kubeconfig from its backup, FILE.before-entra.");
    }
    return login == NULL || kubelogin_check_login(login, "--login", error);
}

static bool run_job(struct job *job, struct error *error)
{
    const char *context = job->options->own[SETUP_CONTEXT];
    job->list.module = (const struct kubeconfig_module *)module_load(KUBECONFIG_MODULE, error);
    if (job->list.module == NULL ||
        !kubeconfig_list_find(&job->list, job->options->own[SETUP_KUBECONFIG], error))
        return false;
    load_all(job);
    if (context == NULL) {
        convert_all(job);
    } else if (!convert_context(job, context, error)) {
        if (job->summary.problems == 0)
            return false;
        summary_add_problem(&job->summary, error);
    }
    for (size_t i = 0; i < job->list.count; i++)
        if (job->list.items[i].edits.count > 0)
            change_target(job, &job->list.items[i]);
    return summary_finish(&job->summary, error);
}

static bool run_setup_kubectl(const struct options *options, int count, char **operands,
                              struct error *error)
{
    struct setup_storage storage = { "" };
    const char *context = options->own[SETUP_CONTEXT];
    struct job job = {
        .options = options,
        .conversion = { .login = options->own[SETUP_LOGIN], .check = kubelogin_check_line },
        .summary = { .is_dry_run = options->own[SETUP_DRY_RUN] != NULL, .context = context },
        .is_named = context != NULL
    };
    _Static_assert(KUBECONFIG_ARGS >= SETUP_WORDS_MAX, "all options fit");
    setup_helper_options(options, &storage, job.conversion.args);
    if (!check_arguments(options, count, operands, error))
        return false;
    bool ok = run_job(&job, error);
    kubeconfig_list_clear(&job.list);
    return ok;
}

bool setup_kubectl(const struct options *options, int count, char **operands, struct error *error)
{
    return run_setup_kubectl(options, count, operands, error) ||
           error_wanted(error, "cannot set up kubectl");
}
