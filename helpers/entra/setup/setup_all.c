/* SPDX-License-Identifier: MIT */
/*
 * entra setup: looks what this machine has that could ask for tokens, shows what would be done,
 * asks once, does it, and shows how things are then.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/deadline.h"
#include "common/base/output.h"
#include "common/base/terminal.h"
#include "common/base/text.h"
#include "common/base/user.h"
#include "common/config/config.h"
#include "common/entra/error_report.h"
#include "common/entra/url_typed.h"
#include "common/store/unseen.h"
#include "common/tokens/tokens.h"
#include "helpers/entra/entra.h"
#include "helpers/entra/list/rows.h"
#include "helpers/entra/setup/setup.h"

#define INDENT 12 /* of what stands after a name */

#define ANSWER_MILLISECONDS (3600 * 1000)

/* In the order in which they are set up: the sign-in is for all that come before it. */
static const struct setup_part *const parts[] = {
    &setup_part_git,   &setup_part_kubectl, &setup_part_docker,  &setup_part_cargo,
    &setup_part_nuget, &setup_part_pip,     &setup_part_sign_in,
};
#define PARTS ARRAY_SIZE(parts)

/* What was found out about each part, and what went wrong. */
struct setup {
    const struct options *options;
    struct setup_plan plans[PARTS];
    struct error errors[PARTS];
};

static void setup_clear(struct setup *setup)
{
    for (size_t i = 0; i < PARTS; i++) {
        for (size_t j = 0; j < setup->plans[i].count; j++)
            free(setup->plans[i].lines[j]);
        free(setup->plans[i].lines);
    }
}

/* ---- the plan ---- */

static void look(struct setup *setup)
{
    for (size_t i = 0; i < PARTS; i++) {
        deadline_begin();
        parts[i]->look(setup->options, &setup->plans[i], &setup->errors[i]);
    }
}

static size_t count_changes(const struct setup *setup)
{
    size_t count = 0;
    for (size_t i = 0; i < PARTS; i++)
        count += setup->plans[i].changes;
    return count;
}

static void print_line(const char *name, const char *text)
{
    autofree char *prefix = text_format("  %-9s ", name);
    output_paragraph(prefix, INDENT, "%s", text);
}

/* With the commands, users and files that are then added when it is done. */
static json_object *plan_to_json(const struct setup *setup)
{
    json_object *document = json_object_new_object(), *plan = json_object_new_object();
    bool is_dry_run = setup->options->own[SETUP_DRY_RUN] != NULL;
    for (size_t i = 0; i < PARTS; i++) {
        json_object *lines = json_object_new_array();
        for (size_t j = 0; j < setup->plans[i].count; j++)
            json_object_array_add(lines, document_text(setup->plans[i].lines[j]));
        if (setup->errors[i].kind != ERROR_NONE)
            json_object_array_add(lines, document_text(setup->errors[i].message));
        json_object_object_add(plan, parts[i]->name, lines);
    }
    json_object_object_add(document, "dryRun", json_object_new_boolean(is_dry_run));
    json_object_object_add(document, "plan", plan);
    json_object_object_add(document, "commands", json_object_new_array());
    json_object_object_add(document, "users", json_object_new_array());
    json_object_object_add(document, "registries", json_object_new_array());
    json_object_object_add(document, "files", json_object_new_array());
    json_object_object_add(document, "credHelpers", json_object_new_array());
    return document;
}

static void print_plan(const struct setup *setup)
{
    output_line("%s", setup->options->own[SETUP_REMOVE] != NULL ? "To be undone:"
                      : count_changes(setup) > 0                ? "To be set up:"
                                                                : "Found on this machine:");
    for (size_t i = 0; i < PARTS; i++) {
        const struct setup_plan *plan = &setup->plans[i];
        const struct error *why = &setup->errors[i];
        for (size_t j = 0; j < plan->count; j++)
            print_line(j == 0 ? parts[i]->name : "", plan->lines[j]);
        if (why->kind != ERROR_NONE)
            print_line(plan->count == 0 ? parts[i]->name : "", why->message);
    }
}

/* ---- doing it ---- */

static bool apply(const struct setup_part *part, const struct options *options, struct error *error)
{
    deadline_begin();
    return part->apply(options, error);
}

/* Does what is planned, as far as that goes. */
static void apply_all(struct setup *setup)
{
    bool is_dry_run = setup->options->own[SETUP_DRY_RUN] != NULL;
    for (size_t i = 0; i < PARTS; i++)
        if (setup->plans[i].changes > 0 && (parts[i]->program != NULL || !is_dry_run)) {
            setup->errors[i] = (struct error){ 0 };
            apply(parts[i], setup->options, &setup->errors[i]);
        }
}

/* The first error is the program's; the others are warnings. */
static bool check_errors(const struct setup *setup, struct error *error)
{
    bool ok = true;
    for (size_t i = 0; i < PARTS; i++) {
        const struct error *why = &setup->errors[i];
        if (why->kind == ERROR_NONE)
            continue;
        if (!ok)
            warning_of(why->code, error_advice(why), "%s: %s", parts[i]->name, why->message);
        else
            *error = *why;
        ok = false;
    }
    return ok;
}

/* Whether the user wants it. */
static bool is_wanted(const struct options *options, bool *ret_wanted, struct error *error)
{
    *ret_wanted = true;
    if (options->own[SETUP_YES] != NULL || options->own[SETUP_DRY_RUN] != NULL)
        return true;
    if (!user_has_terminal()) {
        error_set(error, ERROR_USAGE, "nothing is changed, as there is no terminal to ask on");
        return error_hint(error, "With --yes, it is done without being asked.");
    }
    if (!document_is_wanted(options))
        output_line("'entra setup --dry-run%s' shows each change.",
                    options->own[SETUP_REMOVE] != NULL ? " --remove" : "");
    fflush(stdout);
    return terminal_confirm("Go ahead?", deadline_in(ANSWER_MILLISECONDS), ret_wanted, error) ||
           error_wanted(error, "nothing is changed");
}

/* In JSON, the status is a member of setup's document. */
static bool show_status(const struct options *options, struct error *error)
{
    struct options of_status = *options;
    json_object *document = document_take();
    memset(of_status.own, 0, sizeof of_status.own);
    if (document == NULL)
        output_line("%s", "");
    deadline_begin();
    bool ok = entra_status.run(&of_status, 0, NULL, error);
    if (document != NULL) {
        json_object_object_add(document, "status", document_take());
        document_set(document);
    }
    return ok;
}

/* Always returns true. */
static bool say_what_stays(const struct options *options)
{
    struct tokens tokens;
    struct error why = { 0 };
    auto_list_rows struct list_rows rows = { 0 };
    deadline_begin();
    bool is_known = tokens_open(&tokens, options, &why) &&
                    list_rows_read(&tokens, NULL, &rows, &why) && unseen_check(&tokens.store, &why);
    if (rows.count > 0)
        notice("'entra forget --all' deletes what the keyring still has.");
    else if (!is_known)
        notice("'entra forget --all' deletes what a keyring may still have.");
    return true;
}

static bool set_up_all(struct setup *setup, struct error *error)
{
    bool wanted = true;
    const struct options *options = setup->options;
    bool is_json = document_is_wanted(options);
    look(setup);
    if (is_json)
        document_set(plan_to_json(setup));
    else
        print_plan(setup);
    if (count_changes(setup) > 0 && !is_wanted(options, &wanted, error))
        return false;
    if (!wanted)
        return error_set(error, ERROR_OTHER, "nothing is changed");
    if (options->own[SETUP_DRY_RUN] != NULL && count_changes(setup) > 0 && !is_json)
        output_line("%s", "");
    apply_all(setup);
    if (!check_errors(setup, error) || options->own[SETUP_DRY_RUN] != NULL)
        return error->kind == ERROR_NONE;
    if (options->own[SETUP_REMOVE] != NULL) {
        return say_what_stays(options);
    }
    return show_status(options, error);
}

/* Nothing is changed if there is a fault in the configuration. */
static bool check_configuration(const struct options *options, struct error *error)
{
    auto_config struct config *config =
        options->own[SETUP_REMOVE] != NULL ? NULL : config_load(options, NULL, error);
    return options->own[SETUP_REMOVE] != NULL || config != NULL;
}

static bool fail_operand(char *operand, struct error *error)
{
    int used = 0;
    const struct program *program = program_find(&entra_setup, 1, &operand, &used);
    if (used > 0)
        error_set(error, ERROR_USAGE, "'%s' must come first: %s [OPTION]...", operand,
                  program->name);
    else
        error_set(error, ERROR_USAGE,
                  "cannot set up '%s': only git, kubectl, docker, cargo, nuget and pip are "
                  "supported",
                  url_typed_shown(operand).text);
    return error_hint(error, "See 'entra setup --help'.");
}

static bool run_setup(const struct options *options, int count, char **operands,
                      struct error *error)
{
    CLEANUP(setup_clear) struct setup setup = { .options = options };
    if (count > 0)
        return fail_operand(operands[0], error);
    return check_configuration(options, error) && set_up_all(&setup, error);
}

static const struct option_spec own_options[] = {
    SETUP_OPTION_DRY_RUN,
    SETUP_OPTION_REMOVE,
    SETUP_OPTION_OUTPUT,
    { "yes", NULL, "do it without being asked", OPTION_OWN_FLAG, OPTION_OWN(SETUP_YES), 0 },
    { .name = NULL },
};

static const struct command tools[] = {
    { "git", &entra_setup_git, "for Azure DevOps, for the API of --api, or for the URLs" },
    { "kubectl", &entra_setup_kubectl, "for the users of kubelogin or AKS in kubeconfigs" },
    { "docker", &entra_setup_docker, "for the container registries, for podman and others too" },
    { "cargo", &entra_setup_cargo, "for a registry of its configuration" },
    { "nuget", &entra_setup_nuget, "for feeds of NuGet and dotnet" },
    { "pip", &entra_setup_pip, "and uv, for package feeds" },
    { .name = NULL },
};

const struct program entra_setup = {
    .name = "entra setup",
    .usage = "[OPTION]...\n       entra setup git|kubectl|docker|cargo|nuget|pip [OPTION]...",
    .summary = "Finds the programs on this machine that can get their tokens from here, shows\n"
               "what would be done, asks once, does it, has a user sign in if one must, and\n"
               "shows the status. The helpers are configured with the options given here. With\n"
               "a name, sets up one program:",
    .examples = "entra setup\n"
                "entra setup --remove\n"
                "entra setup kubectl --dry-run\n"
                "entra setup git --help",
    .options = own_options,
    .common = OPTIONS_OF_STORE | OPTIONS_OF_APP | OPTION_MANAGED_IDENTITY | OPTION_ACCOUNT,
    .commands = tools,
    .is_typed = true,
    .run = run_setup,
};
