/* SPDX-License-Identifier: MIT */
/*
 * entra setup cargo: makes cargo-credential-entra the credential-provider of a registry, in the
 * user's configuration of Cargo, which has no command for that.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "common/base/output.h"
#include "common/base/text.h"
#include "common/config/config.h"
#include "common/entra/error_report.h"
#include "common/entra/url_typed.h"
#include "helpers/entra/entra.h"
#include "helpers/entra/setup/cargo_file.h"
#include "helpers/entra/setup/cargo_rivals.h"
#include "helpers/entra/setup/helper_program.h"
#include "helpers/entra/setup/setup.h"
#include "helpers/entra/setup/user_file.h"

#define PROGRAM "cargo-credential-entra"
#define INDENT  2 /* of a report's further lines on a terminal */

/* The user's configuration, and what it shall have. */
struct job {
    const struct options *options;
    struct setup_storage storage;
    char *program;
    const char *words[SETUP_WORDS_MAX + 1]; /* the provider and its arguments, then NULL */
    struct cargo_file file;

    struct edits edits;
    const char *changed[CARGO_REGISTRIES_MAX]; /* the registries that they are about; not owned */
    size_t changed_count;
};

static void job_clear(struct job *job)
{
    edits_clear(&job->edits);
    cargo_file_clear(&job->file);
    free(job->program);
}

static bool job_begin(struct job *job, const struct options *options, struct error *error)
{
    *job = (struct job){ .options = options, .program = helper_program(PROGRAM) };
    job->words[0] = job->program;
    setup_helper_options(options, &job->storage, job->words + 1);
    return cargo_file_read(&job->file, error);
}

static bool is_removal(const struct job *job)
{
    return job->options->own[SETUP_REMOVE] != NULL;
}

static bool is_dry_run(const struct job *job)
{
    return job->options->own[SETUP_DRY_RUN] != NULL;
}

/* ---- what is to be done ---- */

static const struct config_context feeds = { .urls = CONFIG_URLS_FOR_FEEDS };

static void add_removal(struct job *job, const struct cargo_registry *registry)
{
    cargo_config_unset(&job->file.config, registry, &job->edits);
    job->changed[job->changed_count++] = registry->name;
}

static bool add_change(struct job *job, const char *name, struct error *error)
{
    if (!cargo_config_set(&job->file.config, name, job->words, &job->edits, error))
        return false;
    job->changed[job->changed_count++] = name;
    return true;
}

/* Adds what would be changed if no registry is named: those with our provider, or those that would
 * get tokens and have no provider. */
static bool add_all(struct job *job, struct error *error)
{
    struct error unused = { 0 };
    auto_config struct config *config =
        is_removal(job) ? NULL : config_load(job->options, &feeds, error);
    if (config == NULL && !is_removal(job))
        return false;
    for (size_t i = 0; i < job->file.config.count; i++) {
        const struct cargo_registry *registry = &job->file.config.registries[i];
        if (is_removal(job) && registry->provider == CARGO_PROVIDER_OURS)
            add_removal(job, registry);
        else if (!is_removal(job) && registry->provider == CARGO_PROVIDER_NONE &&
                 cargo_file_check_index(config, registry, &unused) &&
                 !add_change(job, registry->name, error))
            return false;
    }
    return true;
}

/* What the user may not expect: that there will be no token, or that Cargo does not know from here
 * where the registry is. */
static bool warn_of_index(const struct job *job, const char *name, struct error *error)
{
    const struct cargo_registry *registry = cargo_config_find(&job->file.config, name);
    if (registry == NULL || registry->index == NULL) {
        notice("The index of the registry '%s' is not in %s, so a project's .cargo/config.toml has "
               "to name it.",
               name, job->file.path);
        return true;
    }
    auto_config struct config *config = config_load(job->options, &feeds, error);
    if (config == NULL)
        return false;
    struct error why = { 0 };
    if (!cargo_file_check_index(config, registry, &why))
        error_warn(&why);
    return true;
}

static bool add_named(struct job *job, const char *name, struct error *error)
{
    const struct cargo_registry *registry = cargo_config_find(&job->file.config, name);
    if (is_removal(job)) {
        if (registry != NULL && registry->provider == CARGO_PROVIDER_OURS)
            add_removal(job, registry);
        else
            notice("Cargo is not set up for the registry '%s'.", name);
        return true;
    }
    if (registry != NULL && cargo_registry_has_words(registry, job->words)) {
        notice("Cargo already asks entra for the registry '%s'.", name);
        cargo_rivals_warn(name);
        return true;
    }
    if (add_change(job, name, error))
        return warn_of_index(job, name, error);
    struct error why = *error;
    autofree char *line = cargo_config_line(job->words);
    error_set(error, why.kind, "%s: %s", job->file.path, why.message);
    return error_hint(error, "To change it by hand, give the registry the line: %s", line);
}

/* ---- doing it ---- */

/* Whether the changed text is what it was meant to be. */
static bool check_change(const struct job *job, const struct secret *text, struct error *error)
{
    auto_cargo_config struct cargo_config after = { 0 };
    bool ok = cargo_config_read(text, &after, error) &&
              cargo_config_keeps_others(job->file.text, text, job->changed, job->changed_count);
    for (size_t i = 0; ok && i < job->changed_count; i++) {
        const struct cargo_registry *registry = cargo_config_find(&after, job->changed[i]);
        ok = is_removal(job) ? registry == NULL || registry->provider == CARGO_PROVIDER_NONE
                             : registry != NULL && cargo_registry_has_words(registry, job->words);
    }
    return ok || error_set(error, ERROR_OTHER, "%s cannot be changed safely", job->file.path);
}

static void report_registry(const struct job *job, const char *name, const char *backup)
{
    if (document_is_wanted(job->options)) {
        json_object *entry = json_object_new_object();
        document_add(entry, "registry", name);
        document_add(entry, "file", job->file.path);
        document_add(entry, "backup", backup[0] != '\0' ? backup : NULL);
        document_append("registries", entry);
    } else if (!is_dry_run(job)) {
        output_paragraph("", INDENT, "%s: Cargo %s entra for the registry '%s'", job->file.path,
                         is_removal(job) ? "no longer asks" : "asks", name);
    }
}

static void report_backup(const struct job *job, const char *backup)
{
    if (backup[0] != '\0' && !document_is_wanted(job->options))
        output_paragraph("", INDENT, "%s: %s is kept as %s", job->file.path,
                         is_removal(job) ? "the file as it was before" : "the original", backup);
}

static bool is_blank(const struct secret *text)
{
    return text->bytes[strspn(text->bytes, " \t\r\n")] == '\0';
}

/* Whether nothing is left of the text without our providers. */
static bool is_ours(const struct job *job)
{
    const char *names[CARGO_REGISTRIES_MAX];
    size_t count = 0;
    auto_edits struct edits edits = { 0 };
    for (size_t i = 0; i < job->file.config.count; i++) {
        const struct cargo_registry *registry = &job->file.config.registries[i];
        if (registry->provider != CARGO_PROVIDER_OURS)
            continue;
        cargo_config_unset(&job->file.config, registry, &edits);
        names[count++] = registry->name;
    }
    edits_sort(&edits);
    auto_secret struct secret *rest = edits_apply(&edits, job->file.text);
    return !is_blank(job->file.text) && is_blank(rest) &&
           cargo_config_keeps_others(job->file.text, rest, names, count);
}

/* Cargo makes its file with this mode too. */
static bool write_text(const struct job *job, const struct secret *text, char ret_backup[PATH_MAX],
                       struct error *error)
{
    const struct user_file file = { .path = job->file.path,
                                    .text = job->file.is_new ? NULL : job->file.text,
                                    .is_ours = is_ours(job),
                                    .mode = 0666 };
    return user_file_write(&file, text, is_blank(text), ret_backup, error);
}

static bool apply(struct job *job, struct error *error)
{
    char backup[PATH_MAX] = "";
    if (job->changed_count == 0)
        return true;
    for (size_t i = 0; i < job->file.config.secret_count; i++)
        edits_add_secret(&job->edits, job->file.config.secrets[i]);
    edits_sort(&job->edits);
    auto_secret struct secret *text = edits_apply(&job->edits, job->file.text);
    if (!check_change(job, text, error))
        return false;
    if (!is_dry_run(job) && !write_text(job, text, backup, error))
        return false;
    if (is_dry_run(job) && !document_is_wanted(job->options))
        edits_print_diff(&job->edits, job->file.text, job->file.path, stdout);
    for (size_t i = 0; i < job->changed_count; i++) {
        report_registry(job, job->changed[i], backup);
        if (!is_removal(job))
            cargo_rivals_warn(job->changed[i]);
    }
    report_backup(job, backup);
    return true;
}

/* ---- the command ---- */

static bool check_operands(const struct options *options, int count, char **operands,
                           struct error *error)
{
    if (count > 1)
        return program_fail_operand(operands[1], error);
    if (count == 0 && options->own[SETUP_REMOVE] == NULL) {
        error_set(error, ERROR_USAGE, "no registry is named");
        return error_hint(error, "Give the name that it has in Cargo's configuration: entra setup "
                                 "cargo NAME.");
    }
    return count == 0 || cargo_registry_is_name(operands[0]) ||
           error_set(error, ERROR_USAGE,
                     "'%s' cannot be the name of a registry, which has at most 64 letters, "
                     "digits, '-' and '_'",
                     url_typed_shown(operands[0]).text);
}

static bool run_setup_cargo(const struct options *options, const char *name, struct error *error)
{
    CLEANUP(job_clear) struct job job = { 0 };
    auto_single_flight struct single_flight flight = { -1 };
    if (!setup_take_turn(options, "cargo", &flight, error) || !job_begin(&job, options, error))
        return false;
    if (name != NULL ? !add_named(&job, name, error) : !add_all(&job, error))
        return false;
    if (name == NULL && job.changed_count == 0)
        notice("Cargo is not set up for any registry.");
    return apply(&job, error);
}

static bool setup_cargo(const struct options *options, int count, char **operands,
                        struct error *error)
{
    setup_set_document(options, "registries");
    return (check_operands(options, count, operands, error) &&
            run_setup_cargo(options, count > 0 ? operands[0] : NULL, error)) ||
           error_wanted(error, "cannot set up Cargo");
}

static const struct option_spec own_options[] = {
    SETUP_OPTION_DRY_RUN,
    SETUP_OPTION_REMOVE,
    SETUP_OPTION_OUTPUT,
    { .name = NULL },
};

/* ---- a part of `entra setup` ---- */

static bool is_changed(const struct job *job, const char *name)
{
    for (size_t i = 0; i < job->changed_count; i++)
        if (strcmp(job->changed[i], name) == 0)
            return true;
    return false;
}

static void note_registry(struct setup_plan *plan, const char *name)
{
    if (cargo_rivals_warn(name))
        setup_plan_note(plan, "does not ask entra for the registry '%s'", name);
    else
        setup_plan_note(plan, "already asks entra for the registry '%s'", name);
}

static bool look_at_cargo(const struct options *options, struct setup_plan *plan,
                          struct error *error)
{
    CLEANUP(job_clear) struct job job = { 0 };
    if (!job_begin(&job, options, error) || !add_all(&job, error))
        return false;
    if (job.file.is_new) /* there is no Cargo here, or it has no registries */
        return true;
    for (size_t i = 0; i < job.file.config.count; i++) {
        const struct cargo_registry *registry = &job.file.config.registries[i];
        if (is_changed(&job, registry->name))
            setup_plan_change(plan, "%s entra for the registry '%s'",
                              is_removal(&job) ? "no longer asks" : "asks", registry->name);
        else if (registry->provider == CARGO_PROVIDER_OURS)
            note_registry(plan, registry->name);
    }
    if (plan->count == 0)
        setup_plan_note(plan, is_removal(&job) ? "is not set up"
                                               : "has no registry that takes Entra tokens");
    return true;
}

static bool apply_cargo(const struct options *options, struct error *error)
{
    return run_setup_cargo(options, NULL, error) || error_wanted(error, "cannot set up Cargo");
}

const struct setup_part setup_part_cargo = {
    .name = "cargo",
    .program = &entra_setup_cargo,
    .look = look_at_cargo,
    .apply = apply_cargo,
};

const struct program entra_setup_cargo = {
    .name = "entra setup cargo",
    .usage = "[OPTION]... NAME\n       entra setup cargo --remove [OPTION]... [NAME]",
    .summary = "Makes cargo-credential-entra, with the options given here, the provider of the\n"
               "tokens of a registry, by the name that it has in Cargo's configuration.",
    .examples = "entra setup cargo contoso\n"
                "entra setup cargo contoso --account ada@contoso.com\n"
                "entra setup cargo --remove",
    .options = own_options,
    .common = OPTIONS_ALL,
    .is_typed = true,
    .run = setup_cargo,
};
