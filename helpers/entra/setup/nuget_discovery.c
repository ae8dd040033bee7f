/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/nuget_discovery.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/file.h"
#include "common/base/own_program.h"
#include "common/base/search_path.h"
#include "common/base/text.h"

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

void nuget_discover(struct nuget_discovery *ret_discovery)
{
    *ret_discovery = (struct nuget_discovery){ .program = own_program_path(NUGET_PLUGIN),
                                               .found = search_path_find(NUGET_PLUGIN),
                                               .variable = find_variable(),
                                               .folder = file_path_in_home("~/.local/bin") };
    ret_discovery->link = text_format("%s/" NUGET_PLUGIN, ret_discovery->folder);
    ret_discovery->is_ours = ret_discovery->found != NULL && own_program_is(ret_discovery->found);
    ret_discovery->has_link = program_link_is(ret_discovery->link, NUGET_PLUGIN);
    ret_discovery->place = program_link_look(ret_discovery->link, NUGET_PLUGIN);
}

bool nuget_discovery_check(const struct nuget_discovery *discovery, struct error *error)
{
    const char *program = discovery->program != NULL ? discovery->program : NUGET_PLUGIN;
    if (discovery->variable != NULL) {
        error_set(error, ERROR_USAGE, "NuGet looks for plugins where %s says, and not in PATH",
                  discovery->variable);
        return error_hint(error, "Unset it, or add ';%s' to it.", program);
    }
    if (discovery->found != NULL && !discovery->is_ours)
        return error_set(error, ERROR_USAGE, "another " NUGET_PLUGIN " comes first in PATH: %s",
                         discovery->found);
    if (discovery->found == NULL && search_path_place(discovery->folder) == SIZE_MAX) {
        error_set(error, ERROR_USAGE, NUGET_PLUGIN " is not in PATH, and neither is %s",
                  discovery->folder);
        return error_hint(error, "Add %s to PATH, and run this command again.", discovery->folder);
    }
    if (discovery->found == NULL && discovery->place == PROGRAM_LINK_TAKEN) {
        program_link_explain(discovery->link, error);
        return error_hint(error, "Move it away, and run 'entra setup nuget' again.");
    }
    return true;
}

void nuget_discovery_clear(struct nuget_discovery *discovery)
{
    free(discovery->program);
    free(discovery->found);
    free(discovery->folder);
    free(discovery->link);
}
