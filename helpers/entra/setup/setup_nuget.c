/* SPDX-License-Identifier: MIT */
/*
 * entra setup nuget: has NuGet find nuget-plugin-entra.
 *
 * NuGet 6.13 and later run what PATH has by such a name, so that an installed package needs nothing
 * else. What is not in PATH gets a link in ~/.local/bin.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/file.h"
#include "common/base/own_program.h"
#include "common/base/report.h"
#include "common/base/search_path.h"
#include "common/base/text.h"
#include "helpers/entra/entra.h"
#include "helpers/entra/setup/setup.h"

#define PROGRAM "nuget-plugin-entra"
#define VERSION "NuGet 6.13 or later (the .NET SDK 9.0.200)"

/* How NuGet finds the plugin, or could. */
struct discovery {
    char *program; /* the plugin, in our own folder */
    char *found;   /* what PATH has by its name; NULL: nothing */
    bool is_ours;  /* that is our program */
    const char
        *variable; /* names plugins, without ours, so that PATH is not looked at; else NULL */
    char *folder;  /* ~/.local/bin */
    char *link;    /* in it */
    bool has_link; /* it is there, and leads to our program */
};

static void discovery_clear(struct discovery *discovery)
{
    free(discovery->program);
    free(discovery->found);
    free(discovery->folder);
    free(discovery->link);
}

/* Whether our program is in a list with semicolons. */
static bool is_listed(const char *list)
{
    for (size_t length; *list != '\0'; list += length + (list[length] == ';')) {
        length = strcspn(list, ";");
        autofree char *path = strndup(list, length);
        if (own_program_is(path))
            return true;
    }
    return false;
}

/* NuGet reads the first one that is set. */
static const char *find_variable(void)
{
    static const char *const names[] = { "NUGET_NETCORE_PLUGIN_PATHS", "NUGET_PLUGIN_PATHS" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        const char *list = getenv(names[i]);
        if (list != NULL && list[0] != '\0')
            return is_listed(list) ? NULL : names[i];
    }
    return NULL;
}

static void discover(struct discovery *discovery)
{
    struct stat status;
    *discovery = (struct discovery){ .program = own_program_path(PROGRAM),
                                     .found = search_path_find(PROGRAM),
                                     .variable = find_variable(),
                                     .folder = file_path_in_home("~/.local/bin") };
    discovery->link = text_format("%s/" PROGRAM, discovery->folder);
    discovery->is_ours = discovery->found != NULL && own_program_is(discovery->found);
    discovery->has_link = lstat(discovery->link, &status) == 0 && S_ISLNK(status.st_mode) &&
                          own_program_is(discovery->link) && discovery->program != NULL &&
                          strcmp(discovery->program, discovery->link) != 0;
}

/* Fails if NuGet could not find the plugin, whatever is done here. */
static bool check(const struct discovery *discovery, struct error *error)
{
    const char *program = discovery->program != NULL ? discovery->program : PROGRAM;
    if (discovery->variable != NULL) {
        error_set(error, ERROR_USAGE, "NuGet looks for plugins where %s says, and not in PATH",
                  discovery->variable);
        return error_hint(error, "Unset it, or add ';%s' to it.", program);
    }
    if (discovery->found != NULL && !discovery->is_ours)
        return error_set(error, ERROR_USAGE, "another " PROGRAM " comes first in PATH: %s",
                         discovery->found);
    if (discovery->found == NULL && search_path_place(discovery->folder) == SIZE_MAX) {
        error_set(error, ERROR_USAGE, PROGRAM " is not in PATH, and neither is %s",
                  discovery->folder);
        return error_hint(error, "Add %s to PATH, and run this command again.", discovery->folder);
    }
    return true;
}

static bool make_link(const struct discovery *discovery, const struct options *options,
                      struct error *error)
{
    char *const folder[] = { "mkdir", "-p", discovery->folder, NULL };
    char *const command[] = { "ln", "-s", discovery->program, discovery->link, NULL };
    return (access(discovery->folder, F_OK) == 0 || setup_run(options, folder, error)) &&
           setup_run(options, command, error);
}

static bool set_up(const struct discovery *discovery, const struct options *options,
                   struct error *error)
{
    if (!check(discovery, error))
        return false;
    if (discovery->found == NULL)
        return make_link(discovery, options, error);
    notice("NuGet already finds %s. That takes " VERSION ".", discovery->found);
    return true;
}

static bool remove_setup(const struct discovery *discovery, const struct options *options,
                         struct error *error)
{
    char *const command[] = { "rm", discovery->link, NULL };
    if (discovery->has_link)
        return setup_run(options, command, error);
    if (discovery->is_ours)
        notice("NuGet finds %s for as long as it is installed there.", discovery->found);
    else
        notice("NuGet is not set up.");
    return true;
}

static bool run_setup_nuget(const struct options *options, struct error *error)
{
    CLEANUP(discovery_clear) struct discovery discovery;
    discover(&discovery);
    return (options->own[SETUP_REMOVE] != NULL ? remove_setup : set_up)(&discovery, options,
                                                                        error) ||
           error_wanted(error, "cannot set up NuGet");
}

static bool setup_nuget(const struct options *options, int count, char **operands,
                        struct error *error)
{
    setup_set_document(options, "commands");
    if (count > 0)
        return program_fail_operand(operands[0], error);
    return run_setup_nuget(options, error);
}

static const struct option_spec own_options[] = {
    SETUP_OPTION_DRY_RUN,
    SETUP_OPTION_REMOVE,
    SETUP_OPTION_OUTPUT,
    { .name = NULL },
};

/* ---- a part of `entra setup` ---- */

static bool look_at_nuget(const struct options *options, struct setup_plan *plan,
                          struct error *error)
{
    CLEANUP(discovery_clear) struct discovery discovery;
    autofree char *dotnet = search_path_find("dotnet");
    bool is_removal = options->own[SETUP_REMOVE] != NULL;
    discover(&discovery);
    if (is_removal && discovery.has_link)
        setup_plan_change(plan, "no longer finds %s", discovery.link);
    if (is_removal || dotnet == NULL)
        return true;
    if (!check(&discovery, error))
        return false;
    if (discovery.found == NULL)
        setup_plan_change(plan, "finds " PROGRAM " by a link, %s", discovery.link);
    else
        setup_plan_note(plan, "already finds %s", discovery.found);
    return true;
}

const struct setup_part setup_part_nuget = {
    .name = "nuget",
    .program = &entra_setup_nuget,
    .look = look_at_nuget,
    .apply = run_setup_nuget,
};

const struct program entra_setup_nuget = {
    .name = "entra setup nuget",
    .usage = "[OPTION]...",
    .summary = "Has NuGet find nuget-plugin-entra, which has to be in PATH for that: makes a\n"
               "link in ~/.local/bin if it is not.",
    .examples = "entra setup nuget\n"
                "entra setup nuget --remove",
    .options = own_options,
    .is_typed = true,
    .run = setup_nuget,
};
