/* SPDX-License-Identifier: MIT */
/*
 * entra setup nuget: has NuGet find nuget-plugin-entra.
 *
 * NuGet 6.13 and later run what PATH has by such a name, so that an installed package needs nothing
 * else. What is not in PATH gets a link in ~/.local/bin.
 */
#define _GNU_SOURCE
#include <unistd.h>

#include "common/base/report.h"
#include "common/base/search_path.h"
#include "helpers/entra/entra.h"
#include "helpers/entra/setup/nuget_discovery.h"
#include "helpers/entra/setup/setup.h"

#define VERSION "NuGet 6.13 or later (the .NET SDK 9.0.200)"

static bool make_link(const struct nuget_discovery *discovery, const struct options *options,
                      struct error *error)
{
    char *const folder[] = { "mkdir", "-p", discovery->folder, NULL };
    char *const how = discovery->place == PROGRAM_LINK_STALE ? "-sfT" : "-sT"; /* -T: not within */
    char *const command[] = { "ln", how, discovery->program, discovery->link, NULL };
    return (access(discovery->folder, F_OK) == 0 || setup_run(options, folder, error)) &&
           setup_run(options, command, error);
}

static bool set_up(const struct nuget_discovery *discovery, const struct options *options,
                   struct error *error)
{
    if (!nuget_discovery_check(discovery, error))
        return false;
    if (discovery->found == NULL)
        return make_link(discovery, options, error);
    notice("NuGet already finds %s. That takes " VERSION ".", discovery->found);
    return true;
}

static bool remove_setup(const struct nuget_discovery *discovery, const struct options *options,
                         struct error *error)
{
    char *const command[] = { "rm", discovery->link, NULL };
    bool has_link = false;
    if (!program_link_check(discovery->link, NUGET_PLUGIN, &has_link, error))
        return false;
    if (has_link)
        return setup_run(options, command, error);
    if (discovery->is_ours)
        notice("NuGet finds %s for as long as it is installed there.", discovery->found);
    else
        notice("NuGet is not set up.");
    return true;
}

static bool run_setup_nuget(const struct options *options, struct error *error)
{
    auto_nuget_discovery struct nuget_discovery discovery;
    nuget_discover(&discovery);
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
    auto_nuget_discovery struct nuget_discovery discovery;
    autofree char *dotnet = search_path_find("dotnet");
    bool is_removal = options->own[SETUP_REMOVE] != NULL;
    nuget_discover(&discovery);
    if (is_removal && discovery.has_link)
        setup_plan_change(plan, "no longer finds %s", discovery.link);
    if (is_removal || dotnet == NULL)
        return true;
    if (!nuget_discovery_check(&discovery, error))
        return false;
    if (discovery.found == NULL)
        setup_plan_change(plan, "finds " NUGET_PLUGIN " by a link, %s", discovery.link);
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
