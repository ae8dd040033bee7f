/* SPDX-License-Identifier: MIT */
/*
 * How NuGet finds nuget-plugin-entra: in PATH by its name, unless a variable names the plugins.
 *
 * Source: NuGet's "Plugin discovery from PATH" (6.13).
 */
#ifndef HELPERS_ENTRA_SETUP_NUGET_DISCOVERY_H
#define HELPERS_ENTRA_SETUP_NUGET_DISCOVERY_H

#include <stdbool.h>

#include "common/base/cleanup.h"
#include "common/base/error.h"
#include "helpers/entra/setup/program_link.h"

#define NUGET_PLUGIN "nuget-plugin-entra"

/* How NuGet finds the plugin, or could. */
struct nuget_discovery {
    char *program;        /* the plugin, in our own folder */
    char *found;          /* what PATH has by its name; NULL: nothing */
    bool is_ours;         /* that is our program */
    const char *variable; /* names plugins without ours, and PATH is not looked at; else NULL */
    char *folder;         /* ~/.local/bin */
    char *link;           /* in it */
    bool has_link;        /* it is there, and leads to our program, which may be gone */
    enum program_link_place place;
};

/* Finds out. The caller clears *ret_discovery with nuget_discovery_clear. */
void nuget_discover(struct nuget_discovery *ret_discovery);

/* Fails with ERROR_USAGE if NuGet could not find the plugin even with a link in ~/.local/bin, or
 * with ERROR_OTHER if something is in the way of that. */
bool nuget_discovery_check(const struct nuget_discovery *discovery, struct error *error);

void nuget_discovery_clear(struct nuget_discovery *discovery);
#define auto_nuget_discovery CLEANUP(nuget_discovery_clear)

#endif
